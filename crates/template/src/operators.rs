//! Arithmetic and comparison with Python's rules, bounded in cost.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::ast::{BinaryOp, CompareOp, UnaryOp};
use crate::functions::MAX_TEXT_BYTES;
use crate::printf::percent_format;
use crate::value::Value;

/// Most items of a list an expression may build.
const MAX_ITEMS: usize = 1000;

const TOO_LARGE: &str = "the number becomes too large";
const BY_ZERO: &str = "division by zero";

type Outcome<'a> = Result<Value<'a>, String>;

pub fn unary<'a>(op: UnaryOp, operand: Value<'a>) -> Outcome<'a> {
    match op {
        UnaryOp::Not => Ok(Value::Bool(!operand.is_true())),
        UnaryOp::Plus | UnaryOp::Minus => {
            let negate = op == UnaryOp::Minus;
            if let Some(int) = operand.as_int() {
                let int = if negate { int.checked_neg().ok_or(TOO_LARGE)? } else { int };
                return Ok(Value::Int(int));
            }
            match operand.as_float() {
                Some(float) => Ok(Value::Float(if negate { -float } else { float })),
                None => Err(format!("a sign needs a number, this is {}", operand.type_name())),
            }
        }
    }
}

pub fn binary<'a>(op: BinaryOp, left: Value<'a>, right: Value<'a>) -> Outcome<'a> {
    match (op, &left, &right) {
        (BinaryOp::Add, Value::Str(a), Value::Str(b)) => text(a.len() + b.len(), || format!("{a}{b}")),
        (BinaryOp::Add, Value::List(_), Value::List(_))
        | (BinaryOp::Add, Value::Tuple(_), Value::Tuple(_)) => concatenate(left, right),
        (BinaryOp::Modulo, Value::Str(template), _) => {
            let formatted = percent_format(template, &right)?;
            text(formatted.len(), || formatted)
        }
        (BinaryOp::Multiply, Value::Str(a), other) | (BinaryOp::Multiply, other, Value::Str(a)) => {
            let times = other.as_int().ok_or("text can only be multiplied by a whole number")?;
            let times = usize::try_from(times.max(0)).unwrap_or(usize::MAX);
            text(a.len().saturating_mul(times), || a.repeat(times))
        }
        _ => arithmetic(op, &left, &right),
    }
}

fn text<'a>(bytes: usize, make: impl FnOnce() -> String) -> Outcome<'a> {
    if bytes > MAX_TEXT_BYTES {
        return Err(format!("the text becomes longer than {MAX_TEXT_BYTES} bytes"));
    }
    Ok(Value::Str(Cow::Owned(make())))
}

fn concatenate<'a>(left: Value<'a>, right: Value<'a>) -> Outcome<'a> {
    let join = |mut a: Vec<Value<'a>>, b: Vec<Value<'a>>| {
        if a.len() + b.len() > MAX_ITEMS {
            return Err(format!("the list becomes longer than {MAX_ITEMS} items"));
        }
        a.extend(b);
        Ok(a)
    };
    match (left, right) {
        (Value::List(a), Value::List(b)) => join(a, b).map(Value::List),
        (Value::Tuple(a), Value::Tuple(b)) => join(a, b).map(Value::Tuple),
        _ => Err("only two lists or two tuples can be joined".to_owned()),
    }
}

fn arithmetic<'a>(op: BinaryOp, left: &Value<'a>, right: &Value<'a>) -> Outcome<'a> {
    if let (Some(a), Some(b)) = (left.as_int(), right.as_int()) {
        return whole(op, a, b);
    }
    let (Some(a), Some(b)) = (left.as_float(), right.as_float()) else {
        let symbol = match op {
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::FloorDivide => "//",
            BinaryOp::Modulo => "%",
            BinaryOp::Power => "**",
        };
        return Err(format!("{symbol} does not work on {} and {}", left.type_name(), right.type_name()));
    };
    real(op, a, b)
}

fn whole<'a>(op: BinaryOp, a: i128, b: i128) -> Outcome<'a> {
    let result = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Subtract => a.checked_sub(b),
        BinaryOp::Multiply => a.checked_mul(b),
        BinaryOp::Divide if b == 0 => return Err(BY_ZERO.to_owned()),
        BinaryOp::Divide => return Ok(Value::Float(a as f64 / b as f64)),
        BinaryOp::FloorDivide | BinaryOp::Modulo if b == 0 => return Err(BY_ZERO.to_owned()),
        BinaryOp::FloorDivide => floor_divide(a, b),
        BinaryOp::Modulo => floor_divide(a, b).and_then(|quotient| a.checked_sub(quotient.checked_mul(b)?)),
        BinaryOp::Power if b < 0 => return real(op, a as f64, b as f64),
        BinaryOp::Power => match (a, u32::try_from(b)) {
            (0 | 1, Err(_)) => Some(a),
            (_, Ok(exponent)) => a.checked_pow(exponent),
            (_, Err(_)) => None,
        },
    };
    result.map(Value::Int).ok_or_else(|| TOO_LARGE.to_owned())
}

/// Quotient rounded towards minus infinity.
fn floor_divide(a: i128, b: i128) -> Option<i128> {
    let quotient = a.checked_div(b)?;
    let inexact = a.checked_rem(b)? != 0;
    Some(if inexact && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

fn real<'a>(op: BinaryOp, a: f64, b: f64) -> Outcome<'a> {
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Divide | BinaryOp::FloorDivide | BinaryOp::Modulo if b == 0.0 => {
            return Err(BY_ZERO.to_owned());
        }
        BinaryOp::Divide => a / b,
        BinaryOp::FloorDivide => floor_divide_real(a, b),
        BinaryOp::Modulo => modulo_real(a, b),
        BinaryOp::Power if a == 0.0 && b < 0.0 => return Err(BY_ZERO.to_owned()),
        BinaryOp::Power => power(a, b)?,
    };
    if result.is_finite() { Ok(Value::Float(result)) } else { Err(TOO_LARGE.to_owned()) }
}

/// Remainder with the divisor's sign.
fn modulo_real(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder == 0.0 {
        return 0.0_f64.copysign(b);
    }
    if (remainder < 0.0) != (b < 0.0) { remainder + b } else { remainder }
}

/// Quotient rounded towards minus infinity, consistent with the remainder even where `a / b` rounds up.
fn floor_divide_real(a: f64, b: f64) -> f64 {
    let quotient = (a - modulo_real(a, b)) / b;
    if quotient == 0.0 {
        return 0.0_f64.copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

/// Whole exponents only: the general power function may differ in its last bit between native code and
/// WebAssembly, and browser and server have to agree.
fn power(base: f64, exponent: f64) -> Result<f64, String> {
    if exponent == 0.5 && base >= 0.0 {
        return Ok(base.sqrt());
    }
    if exponent.fract() != 0.0 || exponent.abs() > 1024.0 {
        return Err("** takes whole exponents up to 1024".to_owned());
    }
    let mut result = 1.0;
    for _ in 0..exponent.abs() as u32 {
        result *= base;
    }
    Ok(if exponent < 0.0 { 1.0 / result } else { result })
}

pub fn compare(op: CompareOp, left: &Value<'_>, right: &Value<'_>) -> Result<bool, String> {
    let ordered = |wanted: fn(Ordering) -> bool| {
        left.order(right)
            .map(wanted)
            .ok_or_else(|| format!("{} and {} have no order", left.type_name(), right.type_name()))
    };
    match op {
        CompareOp::Equal => Ok(left.equals(right)),
        CompareOp::NotEqual => Ok(!left.equals(right)),
        CompareOp::Less => ordered(Ordering::is_lt),
        CompareOp::LessEqual => ordered(Ordering::is_le),
        CompareOp::Greater => ordered(Ordering::is_gt),
        CompareOp::GreaterEqual => ordered(Ordering::is_ge),
        CompareOp::In => contains(right, left),
        CompareOp::NotIn => contains(right, left).map(|found| !found),
    }
}

fn contains(container: &Value<'_>, item: &Value<'_>) -> Result<bool, String> {
    match (container, item) {
        (Value::Str(text), Value::Str(part)) => Ok(text.contains(part.as_ref())),
        (Value::Str(_), other) => Err(format!("only text can be in a text, this is {}", other.type_name())),
        (Value::List(items) | Value::Tuple(items) | Value::Set(items), _) => {
            Ok(items.iter().any(|member| member.equals(item)))
        }
        (Value::Dict(entries), _) => Ok(entries.iter().any(|(key, _)| key.equals(item))),
        (Value::Object(map), Value::Str(key)) => Ok(map.contains_key(key.as_ref())),
        (Value::Object(_), _) => Ok(false),
        (other, _) => Err(format!("nothing can be in {}", other.type_name())),
    }
}
