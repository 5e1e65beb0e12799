//! Descriptors of the fields of a control.
//!
//! A control is a typed struct; beside it stands one [`FieldDescriptor`] per field. The descriptors drive the range
//! checks, the form, the command line and the API documentation, so that adding a field takes its line in the struct, its
//! row, and the code that uses it.
//!
//! # Task keys
//!
//! A task is not repeated while its key is unchanged, and the key is made of the documents of the controls that it reads.
//! A new field must not make finished work stale as long as it has its default: its row names the release that adds it
//! ([`FieldDescriptor::added_in`]), and [`Controls::key_document`](super::Controls::key_document) leaves such a field out
//! of the key while it equals the default. Its default must therefore reproduce what earlier releases computed.

use serde::Serialize;
use serde_json::Value;

use crate::error::FieldError;

/// One field of a control's document.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FieldDescriptor {
    /// Place in the document; the parts of a nested one are separated by dots.
    pub path: &'static str,
    /// Label of the form.
    pub label: &'static str,
    /// Meaning and effect, in one sentence.
    pub help: &'static str,
    /// Type, unit and range, or choices.
    pub value: FieldType,
    /// Condition under which the field has an effect and is shown; always when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_if: Option<Condition>,
    /// Engines whose results follow the field.
    pub engines: Engines,
    /// Release that added the field; none for the fields of 0.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added_in: Option<&'static str>,
}

/// Type of a field, with all that forms and range checks need.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldType {
    /// A number.
    Number {
        /// Unit, empty for a ratio.
        unit: &'static str,
        /// Smallest permitted value.
        min: f64,
        /// Largest permitted value.
        max: f64,
        /// True when `null` is permitted; the help says what it stands for.
        optional: bool,
    },
    /// A whole number.
    Integer {
        /// Unit, empty for a count.
        unit: &'static str,
        /// Smallest permitted value.
        min: u64,
        /// Largest permitted value.
        max: u64,
    },
    /// A list of numbers.
    Numbers {
        /// Length of the list; any length when absent.
        count: Option<usize>,
        /// True when `null` stands for no list, instead of an empty one.
        optional: bool,
    },
    /// A factor for each month, January first.
    MonthlyFactors {
        /// Smallest permitted value.
        min: f64,
        /// Largest permitted value.
        max: f64,
    },
    /// On or off.
    Flag,
    /// One of several values.
    Choice {
        /// The values.
        choices: &'static [Choice],
    },
    /// One of several shapes of an object, told apart by its member `kind`.
    Variant {
        /// The shapes.
        variants: &'static [Variant],
    },
    /// A value out of a list of the batch.
    Listed {
        /// Name of the list: the last segment of its address, `/api/batches/{name}/choices/{list}`.
        list: &'static str,
    },
    /// The uploaded burn-severity raster, set by its upload.
    BurnSeverityRaster,
}

/// One value of a [`FieldType::Choice`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Choice {
    /// Value in the document.
    pub value: &'static str,
    /// Label.
    pub label: &'static str,
    /// Explanation, in one sentence.
    pub help: &'static str,
}

/// One shape of a [`FieldType::Variant`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Variant {
    /// Its `kind`, label and explanation.
    #[serde(flatten)]
    pub choice: Choice,
    /// The document that a form begins with.
    #[serde(skip)]
    pub initial: fn() -> Value,
}

/// A condition on another field of the same document.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Condition {
    /// Path of the deciding field: a choice, or the `kind` of a variant.
    pub path: &'static str,
    /// Values with which the condition holds.
    pub values: &'static [&'static str],
}

/// Engines whose results follow a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Engines {
    /// The embedded engine and an external WEPP executable.
    Both,
    /// The embedded engine only.
    Embedded,
    /// An external WEPP executable only.
    ExternalWepp,
}

impl FieldDescriptor {
    /// A field that both engines follow, without condition.
    pub const fn new(path: &'static str, label: &'static str, value: FieldType, help: &'static str) -> Self {
        Self { path, label, help, value, only_if: None, engines: Engines::Both, added_in: None }
    }

    /// The field under a condition.
    #[must_use]
    pub const fn only_if(self, path: &'static str, values: &'static [&'static str]) -> Self {
        Self { only_if: Some(Condition { path, values }), ..self }
    }

    /// The field, followed by these engines.
    #[must_use]
    pub const fn engines(self, engines: Engines) -> Self {
        Self { engines, ..self }
    }

    /// The field, added by a release after 0.1.0.
    #[must_use]
    pub const fn added_in(self, release: &'static str) -> Self {
        Self { added_in: Some(release), ..self }
    }

    /// True when the field has an effect in this document.
    pub fn applies_to(&self, document: &Value) -> bool {
        self.only_if.is_none_or(|Condition { path, values }| {
            at(document, path).and_then(Value::as_str).is_some_and(|value| values.contains(&value))
        })
    }

    /// True for a field that is no part of another one.
    pub fn is_top_level(&self) -> bool {
        !self.path.contains('.')
    }

    /// Adds the faults of the field's value in a document. A value that is not there belongs to a variant that is not
    /// chosen.
    fn check_range(&self, document: &Value, faults: &mut Vec<FieldError>) {
        let Some(value) = at(document, self.path) else { return };
        match self.value {
            FieldType::Number { optional: true, .. } if value.is_null() => {}
            FieldType::Number { unit, min, max, .. } => check(self.path, value, min, max, unit, faults),
            FieldType::Integer { unit, min, max } => {
                check(self.path, value, min as f64, max as f64, unit, faults);
            }
            FieldType::MonthlyFactors { min, max } => {
                for (month, value) in value.as_array().into_iter().flatten().enumerate() {
                    check(&format!("{}.{month}", self.path), value, min, max, "", faults);
                }
            }
            FieldType::Numbers { .. }
            | FieldType::Flag
            | FieldType::Choice { .. }
            | FieldType::Variant { .. }
            | FieldType::Listed { .. }
            | FieldType::BurnSeverityRaster => {}
        }
    }
}

impl FieldType {
    /// A number within a range.
    pub const fn number(unit: &'static str, min: f64, max: f64) -> Self {
        FieldType::Number { unit, min, max, optional: false }
    }

    /// A number within a range, or `null`.
    pub const fn optional_number(unit: &'static str, min: f64, max: f64) -> Self {
        FieldType::Number { unit, min, max, optional: true }
    }

    /// A whole number within a range.
    pub const fn integer(unit: &'static str, min: u64, max: u64) -> Self {
        FieldType::Integer { unit, min, max }
    }

    /// Unit of a number, empty for everything else.
    pub const fn unit(self) -> &'static str {
        match self {
            FieldType::Number { unit, .. } | FieldType::Integer { unit, .. } => unit,
            _ => "",
        }
    }
}

impl Choice {
    /// A choice.
    pub const fn new(value: &'static str, label: &'static str, help: &'static str) -> Self {
        Self { value, label, help }
    }
}

/// Faults of a document against the ranges of its fields, in the order of the rows.
pub(super) fn range_faults(fields: &[FieldDescriptor], document: &Value) -> Vec<FieldError> {
    let mut faults = Vec::new();
    for field in fields {
        field.check_range(document, &mut faults);
    }
    faults
}

fn check(path: &str, value: &Value, min: f64, max: f64, unit: &str, faults: &mut Vec<FieldError>) {
    // A number that JSON cannot hold (infinite, not a number) is `null` here.
    if value.as_f64().is_some_and(|value| (min..=max).contains(&value)) {
        return;
    }
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    faults.push(FieldError::new(path, "out_of_range", format!("give a value from {min} to {max}{unit}")));
}

/// A document without the fields that later releases added, as far as they have their defaults.
pub(super) fn without_later_defaults(
    fields: &[FieldDescriptor],
    mut document: Value,
    defaults: &Value,
) -> Value {
    for field in fields.iter().filter(|field| field.added_in.is_some()) {
        if at(&document, field.path) == at(defaults, field.path) {
            remove(&mut document, field.path);
        }
    }
    document
}

/// The value at a dotted path; numbers are positions in lists.
pub fn at<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(document, |value, step| match value {
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

/// Puts a value at a dotted path whose parent exists.
pub fn put(document: &mut Value, path: &str, value: Value) {
    let mut place = document;
    for step in path.split('.') {
        let next = match place {
            Value::Array(list) => step.parse::<usize>().ok().and_then(|position| list.get_mut(position)),
            Value::Object(entries) => Some(entries.entry(step).or_insert(Value::Null)),
            _ => None,
        };
        let Some(next) = next else { return };
        place = next;
    }
    *place = value;
}

/// Removes the member of an object at a dotted path.
fn remove(document: &mut Value, path: &str) {
    let pointer = |path: &str| format!("/{}", path.replace('.', "/"));
    let (parent, member) = match path.rsplit_once('.') {
        Some((parent, member)) => (document.pointer_mut(&pointer(parent)), member),
        None => (Some(document), path),
    };
    if let Some(Value::Object(members)) = parent {
        members.retain(|name, _| name != member);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_reach_into_lists_and_never_panic() {
        let mut document = json!({ "scaling": { "factors": [1.0, 2.0] } });
        put(&mut document, "scaling.factors.1", Value::from(3.0));
        put(&mut document, "scaling.factors.9", Value::from(3.0));
        put(&mut document, "scaling.factors.1.deeper", Value::from(3.0));
        assert_eq!(at(&document, "scaling.factors.1"), Some(&Value::from(3.0)));
        assert_eq!(at(&document, "scaling.nothing.1"), None);
    }

    /// An upgrade would repeat every finished run of every batch.
    #[test]
    fn a_field_of_a_later_release_is_no_part_of_a_key_while_it_has_its_default() {
        let depth = FieldDescriptor::new("depth_mm", "Depth", FieldType::number("mm", 0.0, 9.0), "Depth.");
        let fields = [
            depth,
            FieldDescriptor::new("ash", "Ash", FieldType::Flag, "Ash.").added_in("0.2.0"),
            FieldDescriptor::new("wind.speed", "Wind", FieldType::number("m/s", 0.0, 99.0), "Wind.")
                .added_in("0.3.0"),
        ];
        let defaults = json!({ "ash": false, "depth_mm": 1.0, "wind": { "kind": "even", "speed": 2.0 } });
        let key = |document| without_later_defaults(&fields, document, &defaults);
        assert_eq!(key(defaults.clone()), json!({ "depth_mm": 1.0, "wind": { "kind": "even" } }));
        let changed = json!({ "ash": true, "depth_mm": 1.0, "wind": { "kind": "even", "speed": 3.0 } });
        assert_eq!(key(changed.clone()), changed);
        let before = json!({ "depth_mm": 1.0, "wind": { "kind": "even" } });
        assert_eq!(key(before.clone()), before, "a document that an earlier release stored");
    }
}
