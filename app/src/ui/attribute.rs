//! Attributes of elements: what they may be given, and how they get onto the element and stay true.

use std::borrow::Cow;

use leptos::prelude::RenderEffect;
use wasm_bindgen::{JsCast, JsValue};

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An attribute.
    Attribute(&'static str),
    /// A class, there or not.
    Class(&'static str),
    /// A property of the style.
    Style(&'static str),
    /// A property of the DOM object.
    Property(&'static str),
}

/// What an attribute is at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// Not there.
    Absent,
    /// There or not, without a text.
    Flag(bool),
    /// A text.
    Text(Cow<'static, str>),
}

/// What an attribute is given.
pub enum Value {
    /// One datum for good.
    Fixed(Datum),
    /// Asked again whenever a signal it reads changes.
    Live(Box<dyn FnMut() -> Datum + Send>),
}

/// An attribute to be attached.
pub struct Attribute {
    /// Where it goes.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// An attribute on its element.
pub struct Attached {
    place: Place,
    kept: Kept,
}

enum Kept {
    Fixed(Datum),
    Live { _effect: RenderEffect<Datum> },
}

impl Attribute {
    /// Puts the attribute onto an element.
    pub fn attach(self, element: &web_sys::Element) -> Attached {
        let Self { place, value } = self;
        let kept = match value {
            Value::Fixed(datum) => {
                if datum != Datum::Absent {
                    set(element, place, &datum);
                }
                Kept::Fixed(datum)
            }
            Value::Live(datum) => Kept::Live { _effect: keep(element.clone(), place, datum) },
        };
        Attached { place, kept }
    }

    /// Whether it can take the place of another.
    pub fn fits(&self, attached: &Attached) -> bool {
        self.place == attached.place
    }

    /// Takes the place of another.
    pub fn replace(self, attached: &mut Attached, element: &web_sys::Element) {
        match (self.value, &mut attached.kept) {
            (Value::Fixed(new), Kept::Fixed(old)) if new == *old => {}
            (Value::Fixed(new), kept) => {
                set(element, self.place, &new);
                *kept = Kept::Fixed(new);
            }
            // The old effect ends when it is dropped.
            (Value::Live(datum), kept) => {
                *kept = Kept::Live { _effect: keep(element.clone(), self.place, datum) };
            }
        }
    }
}

fn keep(
    element: web_sys::Element,
    place: Place,
    mut datum: Box<dyn FnMut() -> Datum + Send>,
) -> RenderEffect<Datum> {
    RenderEffect::new(move |before: Option<Datum>| {
        let now = datum();
        // A user changes properties too, so that one which stays the same may still have to be set.
        if before.as_ref() != Some(&now) || matches!(place, Place::Property(_)) {
            set(&element, place, &now);
        }
        now
    })
}

/// None of these calls fails for names that the compiler has seen in a view.
fn set(element: &web_sys::Element, place: Place, datum: &Datum) {
    let text = match datum {
        Datum::Absent | Datum::Flag(false) => None,
        Datum::Flag(true) => Some(""),
        Datum::Text(text) => Some(text.as_ref()),
    };
    let _ = match (place, text) {
        (Place::Attribute(name), Some(text)) => element.set_attribute(name, text),
        (Place::Attribute(name), None) => element.remove_attribute(name),
        (Place::Class(name), Some(_)) => element.class_list().add_1(name),
        (Place::Class(name), None) => element.class_list().remove_1(name),
        (Place::Style(name), text) => {
            let style = element.unchecked_ref::<web_sys::HtmlElement>().style();
            style.set_property(name, text.unwrap_or_default())
        }
        (Place::Property(name), text) => {
            let value = match datum {
                Datum::Flag(flag) => JsValue::from_bool(*flag),
                _ => text.map_or(JsValue::UNDEFINED, JsValue::from_str),
            };
            js_sys::Reflect::set(element, &JsValue::from_str(name), &value).map(|_| ())
        }
    };
}

/// What an attribute can be at a time.
pub trait IntoDatum {
    /// As a datum.
    fn into_datum(self) -> Datum;
}

/// What an attribute can be given.
pub trait IntoValue {
    /// As a value.
    fn into_value(self) -> Value;
}

impl<F, T> IntoValue for F
where
    F: FnMut() -> T + Send + 'static,
    T: IntoDatum,
{
    fn into_value(mut self) -> Value {
        Value::Live(Box::new(move || self().into_datum()))
    }
}

impl<T: IntoDatum> IntoDatum for Option<T> {
    fn into_datum(self) -> Datum {
        self.map_or(Datum::Absent, T::into_datum)
    }
}

impl<T: IntoDatum> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        Value::Fixed(self.into_datum())
    }
}

macro_rules! data {
    ($($from:ty: $name:ident => $datum:expr;)*) => {
        $(
            impl IntoDatum for $from {
                fn into_datum(self) -> Datum {
                    let $name = self;
                    $datum
                }
            }

            impl IntoValue for $from {
                fn into_value(self) -> Value {
                    Value::Fixed(self.into_datum())
                }
            }
        )*
    };
}

data! {
    bool: flag => Datum::Flag(flag);
    &'static str: text => Datum::Text(Cow::Borrowed(text));
    String: text => Datum::Text(Cow::Owned(text));
    usize: number => Datum::Text(Cow::Owned(number.to_string()));
    f64: number => Datum::Text(Cow::Owned(number.to_string()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(value: impl IntoValue) -> Datum {
        match value.into_value() {
            Value::Fixed(datum) => datum,
            Value::Live(mut datum) => datum(),
        }
    }

    #[test]
    fn whatever_a_view_writes_becomes_what_html_means_by_it() {
        let text = |text: &'static str| Datum::Text(Cow::Borrowed(text));
        assert_eq!(now("top"), text("top"));
        assert_eq!(now(7_usize), text("7"));
        assert_eq!(now(|| 0.5), text("0.5"));
        assert_eq!(now(None::<String>), Datum::Absent);
        assert_eq!(now(|| Some("page")), text("page"));
        assert_eq!(now(|| true), Datum::Flag(true));
    }
}
