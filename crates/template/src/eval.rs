//! Evaluation of a parsed template for one feature.

use std::borrow::Cow;

use headwaters_domain::intake::TemplateFeature;

use crate::ast::{Conversion, Expr, Kind, Part};
use crate::error::TemplateError;
use crate::format::format_value;
use crate::functions::{self, MAX_TEXT_BYTES};
use crate::operators;
use crate::value::Value;

/// Most steps one evaluation may take.
const MAX_STEPS: u32 = 10_000;

type Outcome<T> = Result<T, TemplateError>;

/// Text a template gives for a feature.
pub fn render(parts: &[Part], feature: &TemplateFeature) -> Outcome<String> {
    Evaluator { feature, steps: 0 }.parts(parts)
}

struct Evaluator<'a> {
    feature: &'a TemplateFeature,
    steps: u32,
}

fn fault(expr: &Expr, message: impl Into<String>) -> TemplateError {
    TemplateError::at(expr.span.start, expr.span.end, message)
}

impl<'a> Evaluator<'a> {
    fn parts(&mut self, parts: &[Part]) -> Outcome<String> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Field { expr, conversion, spec } => {
                    let value = self.eval(expr)?;
                    let value = match conversion {
                        Conversion::None => value,
                        Conversion::Str => Value::Str(Cow::Owned(value.text().into_owned())),
                        Conversion::Repr => Value::Str(Cow::Owned(value.repr())),
                    };
                    let spec = match spec.as_slice() {
                        [] => Cow::Borrowed(""),
                        [Part::Literal(spec)] => Cow::Borrowed(spec.as_str()),
                        parts => Cow::Owned(self.parts(parts)?),
                    };
                    text.push_str(&format_value(&value, &spec).map_err(|message| fault(expr, message))?);
                }
            }
            if text.len() > MAX_TEXT_BYTES {
                return Err(TemplateError::at(
                    0,
                    0,
                    format!("the text becomes longer than {MAX_TEXT_BYTES} bytes"),
                ));
            }
        }
        Ok(text)
    }

    fn eval(&mut self, expr: &Expr) -> Outcome<Value<'a>> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(fault(expr, "this template takes too long to evaluate"));
        }
        match &expr.kind {
            Kind::None => Ok(Value::None),
            Kind::Bool(value) => Ok(Value::Bool(*value)),
            Kind::Int(value) => Ok(Value::Int(*value)),
            Kind::Float(value) => Ok(Value::Float(*value)),
            Kind::Str(text) => Ok(Value::Str(Cow::Owned(text.clone()))),
            Kind::FString(parts) => self.parts(parts).map(|text| Value::Str(Cow::Owned(text))),
            Kind::Name(name) => self.name(expr, name),
            Kind::List(items) => self.all(items).map(Value::List),
            Kind::Tuple(items) => self.all(items).map(Value::Tuple),
            Kind::Set(items) => self.set(items),
            Kind::Dict(entries) => self.dict(entries),
            Kind::Attribute(of, name) => {
                let of = self.eval(of)?;
                self.member(expr, &of, name)
            }
            Kind::Subscript(of, index) => {
                let (of, index) = (self.eval(of)?, self.eval(index)?);
                self.subscript(expr, &of, &index)
            }
            Kind::Slice { of, bounds } => self.slice(expr, of, bounds),
            Kind::Unary(op, operand) => {
                let operand = self.eval(operand)?;
                operators::unary(*op, operand).map_err(|message| fault(expr, message))
            }
            Kind::Binary(op, left, right) => {
                let (left, right) = (self.eval(left)?, self.eval(right)?);
                operators::binary(*op, left, right).map_err(|message| fault(expr, message))
            }
            Kind::Compare(first, rest) => {
                let mut left = self.eval(first)?;
                for (op, right) in rest {
                    let right = self.eval(right)?;
                    if !operators::compare(*op, &left, &right).map_err(|message| fault(expr, message))? {
                        return Ok(Value::Bool(false));
                    }
                    left = right;
                }
                Ok(Value::Bool(true))
            }
            Kind::And(left, right) => {
                let left = self.eval(left)?;
                if left.is_true() { self.eval(right) } else { Ok(left) }
            }
            Kind::Or(left, right) => {
                let left = self.eval(left)?;
                if left.is_true() { Ok(left) } else { self.eval(right) }
            }
            Kind::Conditional { condition, then, otherwise } => {
                let branch = if self.eval(condition)?.is_true() { then } else { otherwise };
                self.eval(branch)
            }
            Kind::Call { function, arguments, keywords } => {
                let arguments = self.all(arguments)?;
                let mut named = Vec::with_capacity(keywords.len());
                for (name, value) in keywords {
                    named.push((name.as_str(), self.eval(value)?));
                }
                functions::call(function, &arguments, &named).map_err(|message| fault(expr, message))
            }
        }
    }

    fn all(&mut self, items: &[Expr]) -> Outcome<Vec<Value<'a>>> {
        items.iter().map(|item| self.eval(item)).collect()
    }

    fn set(&mut self, items: &[Expr]) -> Outcome<Value<'a>> {
        let mut members: Vec<Value<'a>> = Vec::new();
        for item in self.all(items)? {
            if !members.iter().any(|member| member.equals(&item)) {
                members.push(item);
            }
        }
        Ok(Value::Set(members))
    }

    fn dict(&mut self, entries: &[(Expr, Expr)]) -> Outcome<Value<'a>> {
        let mut dict: Vec<(Value<'a>, Value<'a>)> = Vec::new();
        for (key, value) in entries {
            let (key, value) = (self.eval(key)?, self.eval(value)?);
            match dict.iter_mut().find(|(known, _)| known.equals(&key)) {
                Some(entry) => entry.1 = value,
                None => dict.push((key, value)),
            }
        }
        Ok(Value::Dict(dict))
    }

    fn name(&self, expr: &Expr, name: &str) -> Outcome<Value<'a>> {
        match name {
            "feature" => Ok(Value::Feature),
            "properties" => Ok(Value::Object(&self.feature.properties)),
            "index" => Ok(Value::Int(i128::from(self.feature.index))),
            "one_based_index" => Ok(Value::Int(i128::from(self.feature.index) + 1)),
            _ => match self.feature.properties.get(name) {
                Some(value) => Ok(Value::from_json(value)),
                None if functions::NAMES.contains(&name) => {
                    Err(fault(expr, format!("{name} is a function; write {name}(…)")))
                }
                None => Err(fault(expr, format!("there is no property {name}"))),
            },
        }
    }

    /// `of.name`, or `of["name"]` of an object.
    fn member(&self, expr: &Expr, of: &Value<'a>, name: &str) -> Outcome<Value<'a>> {
        let feature = self.feature;
        match of {
            Value::Object(map) => match map.get(name) {
                Some(value) => Ok(Value::from_json(value)),
                None => Err(fault(expr, format!("there is no property {name}"))),
            },
            Value::Feature => match name {
                "properties" => Ok(Value::Object(&feature.properties)),
                "id" => Ok(feature.id.as_ref().map_or(Value::None, Value::from_json)),
                "index" => Ok(Value::Int(i128::from(feature.index))),
                "type" => Ok(Value::Str(Cow::Borrowed("Feature"))),
                _ => Err(fault(expr, format!("a feature has id and properties, but no {name}"))),
            },
            other => Err(fault(expr, format!("{} has no member {name}", other.type_name()))),
        }
    }

    fn subscript(&self, expr: &Expr, of: &Value<'a>, index: &Value<'a>) -> Outcome<Value<'a>> {
        match (of, index) {
            (Value::Object(_) | Value::Feature, Value::Str(name)) => self.member(expr, of, name),
            (Value::Dict(entries), key) => {
                let found = entries.iter().find(|(known, _)| known.equals(key));
                found
                    .map(|(_, value)| value.clone())
                    .ok_or_else(|| fault(expr, format!("the object has no key {}", key.repr())))
            }
            (Value::List(items) | Value::Tuple(items), _) => {
                let place = position(index, items.len()).map_err(|message| fault(expr, message))?;
                Ok(items[place].clone())
            }
            (Value::Str(text), _) => {
                let place = position(index, text.chars().count()).map_err(|message| fault(expr, message))?;
                let c = text.chars().nth(place).map(String::from).unwrap_or_default();
                Ok(Value::Str(Cow::Owned(c)))
            }
            (other, _) => {
                let message = format!("{} cannot be indexed with {}", other.type_name(), index.type_name());
                Err(fault(expr, message))
            }
        }
    }

    fn slice(&mut self, expr: &Expr, of: &Expr, bounds: &[Option<Expr>; 3]) -> Outcome<Value<'a>> {
        let of = self.eval(of)?;
        let mut whole = [None; 3];
        for (slot, bound) in whole.iter_mut().zip(bounds) {
            let Some(bound) = bound else { continue };
            *slot = match self.eval(bound)? {
                Value::None => None,
                value => Some(value.as_int().ok_or_else(|| fault(expr, "slice bounds are whole numbers"))?),
            };
        }
        let chosen = |length: usize| slice_positions(whole, length).map_err(|message| fault(expr, message));
        match &of {
            Value::Str(text) => {
                let chars: Vec<char> = text.chars().collect();
                let cut: String = chosen(chars.len())?.into_iter().map(|place| chars[place]).collect();
                Ok(Value::Str(Cow::Owned(cut)))
            }
            Value::List(items) => {
                Ok(Value::List(chosen(items.len())?.into_iter().map(|place| items[place].clone()).collect()))
            }
            Value::Tuple(items) => {
                Ok(Value::Tuple(chosen(items.len())?.into_iter().map(|place| items[place].clone()).collect()))
            }
            other => Err(fault(expr, format!("{} cannot be sliced", other.type_name()))),
        }
    }
}

/// Position of a possibly negative index.
fn position(index: &Value<'_>, length: usize) -> Result<usize, String> {
    let Some(index) = index.as_int() else {
        return Err(format!("an index is a whole number, this is {}", index.type_name()));
    };
    let place = if index < 0 { index + length as i128 } else { index };
    usize::try_from(place)
        .ok()
        .filter(|place| *place < length)
        .ok_or_else(|| format!("there is no item {index}; there are {length}"))
}

/// Positions a slice takes, with Python's clamping.
fn slice_positions([start, stop, step]: [Option<i128>; 3], length: usize) -> Result<Vec<usize>, String> {
    let length = length as i128;
    let step = step.unwrap_or(1).clamp(-length - 1, length + 1);
    if step == 0 {
        return Err("a slice's step is not 0".to_owned());
    }
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp =
        |bound: i128| (if bound < 0 { bound.saturating_add(length) } else { bound }).clamp(lowest, highest);
    let start = start.map_or(if step > 0 { lowest } else { highest }, clamp);
    let stop = stop.map_or(if step > 0 { highest } else { lowest }, clamp);
    let mut positions = Vec::new();
    let mut at = start;
    while if step > 0 { at < stop } else { at > stop } {
        positions.extend(usize::try_from(at));
        at += step;
    }
    Ok(positions)
}
