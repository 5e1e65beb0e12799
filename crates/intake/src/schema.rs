//! Types of the features' properties.

use std::collections::BTreeMap;

use headwaters_domain::intake::FeatureSample;
use serde_json::Value;

use crate::feature::Feature;

/// Samples stored with a file.
const SAMPLES: usize = 5;

/// Property name → type over all features; null goes with any type, whole numbers go with numbers.
pub fn of(features: &[Feature]) -> BTreeMap<String, String> {
    let mut schema: BTreeMap<&str, &'static str> = BTreeMap::new();
    for (name, value) in features.iter().flat_map(|feature| &feature.properties) {
        let kind = kind(value);
        schema.entry(name).and_modify(|known| *known = common(known, kind)).or_insert(kind);
    }
    schema.into_iter().map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn common(a: &'static str, b: &'static str) -> &'static str {
    match (a, b) {
        _ if a == b => a,
        ("null", other) | (other, "null") => other,
        ("integer", "number") | ("number", "integer") => "number",
        _ => "mixed",
    }
}

/// The first features' properties.
pub fn samples(features: &[Feature]) -> Vec<FeatureSample> {
    let sample =
        |feature: &Feature| FeatureSample { index: feature.index, properties: feature.properties.clone() };
    features.iter().take(SAMPLES).map(sample).collect()
}
