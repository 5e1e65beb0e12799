//! Reading the API's documents.
//!
//! Derived readers are compiled anew for every document, a tenth of the application together. Here one parser makes
//! a JSON value, and a line per document says which fields to take out of it. A test reads every document both ways.

mod documents;

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

/// What was not as expected: the name of a field, or of a kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread(pub &'static str);

/// A document, or a part of one, that can be taken out of a JSON value.
pub trait Wire: Sized {
    /// Takes it; what is taken leaves null behind.
    fn read(value: &mut Value) -> Result<Self, Unread>;

    /// What a missing field stands for; most must not be missing.
    fn absent() -> Option<Self> {
        None
    }
}

/// Takes a field out of an object.
pub fn field<T: Wire>(object: &mut Value, name: &'static str) -> Result<T, Unread> {
    match object.get_mut(name) {
        Some(value) => T::read(value),
        None => T::absent().ok_or(Unread(name)),
    }
}

/// Takes a whole document out of its text.
pub fn document<T: Wire>(text: &str) -> Result<T, String> {
    take(&mut value(text)?)
}

/// The value a text is.
pub fn value(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Takes a whole document out of a value.
pub fn take<T: Wire>(value: &mut Value) -> Result<T, String> {
    T::read(value).map_err(|Unread(what)| format!("{what} is missing or of another kind"))
}

fn number(value: &Value, kind: &'static str) -> Result<Number, Unread> {
    match value {
        Value::Number(number) => Ok(number.clone()),
        _ => Err(Unread(kind)),
    }
}

/// Text, for names that stand for one of several values.
pub(crate) fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

macro_rules! integers {
    ($($type:ty),*) => {
        $(impl Wire for $type {
            fn read(value: &mut Value) -> Result<Self, Unread> {
                let number = number(value, "an integer")?;
                number.as_i64().and_then(|number| number.try_into().ok()).ok_or(Unread("an integer"))
            }
        })*
    };
}

integers!(u16, u32, u64, i64);

impl Wire for f64 {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        number(value, "a number")?.as_f64().ok_or(Unread("a number"))
    }
}

impl Wire for bool {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        value.as_bool().ok_or(Unread("true or false"))
    }
}

impl Wire for String {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        match value.take() {
            Value::String(text) => Ok(text),
            _ => Err(Unread("a text")),
        }
    }
}

impl Wire for Value {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        Ok(value.take())
    }
}

impl Wire for Map<String, Value> {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        match value.take() {
            Value::Object(map) => Ok(map),
            _ => Err(Unread("an object")),
        }
    }
}

impl Wire for BTreeMap<String, String> {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        let mut texts = BTreeMap::new();
        for (key, mut value) in Map::read(value)? {
            texts.insert(key, String::read(&mut value)?);
        }
        Ok(texts)
    }
}

impl<T: Wire> Wire for Option<T> {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        if value.is_null() { Ok(None) } else { T::read(value).map(Some) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        let Value::Array(items) = value else { return Err(Unread("a list")) };
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            list.push(T::read(item)?);
        }
        Ok(list)
    }

    /// Empty lists may be left out.
    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
}

impl<T: Wire + Copy + Default, const N: usize> Wire for [T; N] {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        let mut array = [T::default(); N];
        let list = Vec::read(value)?;
        if list.len() != N {
            return Err(Unread("a list of another length"));
        }
        array.copy_from_slice(&list);
        Ok(array)
    }
}

impl<T: Wire> Wire for Box<T> {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        T::read(value).map(Box::new)
    }
}
