//! Values of expressions, with Python's truth, equality, order and text.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Value as Json};

use crate::number;

/// A value; property values are borrowed from the feature.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(Cow<'a, str>),
    List(Vec<Value<'a>>),
    Tuple(Vec<Value<'a>>),
    Set(Vec<Value<'a>>),
    Dict(Vec<(Value<'a>, Value<'a>)>),
    /// A JSON object of the feature, or the feature itself.
    Object(&'a Map<String, Json>),
    /// The feature: `id`, `properties`, `index`.
    Feature,
}

impl<'a> Value<'a> {
    pub fn from_json(json: &'a Json) -> Self {
        match json {
            Json::Null => Value::None,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(value) => match (value.as_i64(), value.as_u64()) {
                (Some(int), _) => Value::Int(i128::from(int)),
                (None, Some(int)) => Value::Int(i128::from(int)),
                (None, None) => Value::Float(value.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Value::Str(Cow::Borrowed(text)),
            Json::Array(items) => Value::List(items.iter().map(Value::from_json).collect()),
            Json::Object(map) => Value::Object(map),
        }
    }

    pub fn type_name(&self) -> &'static str {
        match self {
            Value::None => "null",
            Value::Bool(_) => "true or false",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Str(_) => "text",
            Value::List(_) => "a list",
            Value::Tuple(_) => "a tuple",
            Value::Set(_) => "a set",
            Value::Dict(_) | Value::Object(_) => "an object",
            Value::Feature => "the feature",
        }
    }

    pub fn is_true(&self) -> bool {
        match self {
            Value::None => false,
            Value::Bool(value) => *value,
            Value::Int(value) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Str(text) => !text.is_empty(),
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => !items.is_empty(),
            Value::Dict(entries) => !entries.is_empty(),
            Value::Object(map) => !map.is_empty(),
            Value::Feature => true,
        }
    }

    /// Whole number, counting booleans as 0 and 1.
    pub fn as_int(&self) -> Option<i128> {
        match self {
            Value::Bool(value) => Some(i128::from(*value)),
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// Number, counting booleans as 0 and 1.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Float(value) => Some(*value),
            other => other.as_int().map(|int| int as f64),
        }
    }

    pub fn equals(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Value::None, Value::None) | (Value::Feature, Value::Feature) => true,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.equals(y))
            }
            (Value::Set(a), Value::Set(b)) => {
                a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| x.equals(y)))
            }
            (Value::Object(a), Value::Object(b)) => a == b,
            (Value::Dict(a), Value::Dict(b)) => {
                let found = |key: &Value<'_>, value: &Value<'_>| {
                    b.iter().any(|(other_key, other)| key.equals(other_key) && value.equals(other))
                };
                a.len() == b.len() && a.iter().all(|(key, value)| found(key, value))
            }
            _ => match (self.as_int(), other.as_int()) {
                (Some(a), Some(b)) => a == b,
                _ => matches!((self.as_float(), other.as_float()), (Some(a), Some(b)) if a == b),
            },
        }
    }

    /// Order, where the two kinds can be ordered.
    pub fn order(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
            (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
                for (x, y) in a.iter().zip(b) {
                    if !x.equals(y) {
                        return x.order(y);
                    }
                }
                Some(a.len().cmp(&b.len()))
            }
            _ => match (self.as_int(), other.as_int()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => self.as_float()?.partial_cmp(&other.as_float()?),
            },
        }
    }

    /// Text as `str()` gives it; null is empty, as in the original's functions.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Value::None => Cow::Borrowed(""),
            Value::Str(text) => Cow::Borrowed(text),
            other => Cow::Owned(other.repr()),
        }
    }

    /// Text as `repr()` gives it.
    pub fn repr(&self) -> String {
        let join = |items: &[Value<'_>]| items.iter().map(Value::repr).collect::<Vec<_>>().join(", ");
        match self {
            Value::None => "None".to_owned(),
            Value::Bool(true) => "True".to_owned(),
            Value::Bool(false) => "False".to_owned(),
            Value::Int(value) => value.to_string(),
            Value::Float(value) => number::repr(*value),
            Value::Str(text) => quote(text),
            Value::List(items) => format!("[{}]", join(items)),
            Value::Tuple(items) if items.len() == 1 => format!("({},)", items[0].repr()),
            Value::Tuple(items) => format!("({})", join(items)),
            Value::Set(items) => format!("{{{}}}", join(items)),
            Value::Dict(entries) => {
                let entry =
                    |(key, value): &(Value<'_>, Value<'_>)| format!("{}: {}", key.repr(), value.repr());
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            Value::Object(map) => {
                let entry = |(key, value): (&String, &Json)| {
                    format!("{}: {}", quote(key), Value::from_json(value).repr())
                };
                format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            Value::Feature => "feature".to_owned(),
        }
    }
}

/// Python's quoting: single quotes unless the text holds one and no double quote.
fn quote(text: &str) -> String {
    let mark = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::from(mark);
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c == mark => quoted.extend(['\\', c]),
            c => quoted.push(c),
        }
    }
    quoted.push(mark);
    quoted
}
