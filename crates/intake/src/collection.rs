//! Outer structure: a FeatureCollection whose features stay unparsed text, so that a fault inside one of them
//! rejects that feature only.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::refusal::Refusal;

/// A FeatureCollection with unread features.
pub struct Collection<'a> {
    pub features: Vec<&'a RawValue>,
    pub crs: Option<Value>,
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(rename = "type")]
    kind: Option<Value>,
    #[serde(borrow)]
    features: Option<&'a RawValue>,
    crs: Option<Value>,
}

/// Reads the outer structure of a file.
pub fn read(bytes: &[u8]) -> Result<Collection<'_>, Refusal> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(text).map_err(|fault| {
        Refusal::new("not_utf8", format!("the file is not UTF-8 text (byte {})", fault.valid_up_to()))
    })?;
    let members: Members<'_> = serde_json::from_str(text).map_err(|fault| not_geojson(text, &fault))?;
    let kind = members.kind.as_ref().and_then(Value::as_str).unwrap_or("nothing");
    if kind != "FeatureCollection" {
        let message = format!("a GeoJSON FeatureCollection is needed; the file's type is {kind}");
        return Err(Refusal::new("not_a_feature_collection", message));
    }
    let no_features = || Refusal::new("no_features", "the FeatureCollection has no list of features");
    let features = members.features.ok_or_else(no_features)?;
    let features: Vec<&RawValue> = serde_json::from_str(features.get()).map_err(|_| no_features())?;
    Ok(Collection { features, crs: members.crs.filter(|crs| !crs.is_null()) })
}

fn not_geojson(text: &str, fault: &serde_json::Error) -> Refusal {
    let at = Some((fault.line(), fault.column()));
    if fault.is_data() {
        let message = "a GeoJSON FeatureCollection is needed; the file holds other JSON";
        return Refusal { at, ..Refusal::new("not_a_feature_collection", message) };
    }
    let hint = if text.contains("NaN") || text.contains("Infinity") {
        "; NaN and Infinity are not JSON: remove them in the program that wrote the file"
    } else {
        ""
    };
    let message = format!("the file is not JSON: line {}, column {}{hint}", fault.line(), fault.column());
    Refusal { at, ..Refusal::new("not_json", message) }
}
