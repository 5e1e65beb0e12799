//! Documents about an uploaded polygon file: metadata, findings, features for template and map.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Metadata of the current polygon file of a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatershedsInfo {
    /// File name as uploaded, without directories.
    pub filename: String,
    /// True when the file replaced an earlier one.
    pub replaced: bool,
    /// Features in the file.
    pub feature_count: u32,
    /// Features that become runs.
    pub accepted_count: u32,
    /// Accepted features whose geometry was repaired.
    pub repaired_count: u32,
    /// Features excluded from runs.
    pub rejected_count: u32,
    /// West, south, east, north in degrees.
    pub bbox: [f64; 4],
    /// EPSG code of the coordinates as uploaded.
    pub epsg: u32,
    /// `declared` (a `crs` member), `default` (RFC 7946).
    pub epsg_source: String,
    /// Property name → type (`null boolean integer number string array object mixed`).
    pub attribute_schema: BTreeMap<String, String>,
    /// Up to five features' properties.
    pub samples: Vec<FeatureSample>,
    /// SHA-256 of the uploaded bytes, hex.
    pub sha256: String,
    /// Size of the upload, bytes.
    pub size_bytes: u64,
    /// Time of the upload, milliseconds since 1970.
    pub uploaded_ms: i64,
    /// User who uploaded it.
    pub uploaded_by: String,
    /// Repairs and rejections, in feature order.
    pub findings: Vec<FeatureFinding>,
}

/// Properties of one feature, as a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureSample {
    /// Index in the file.
    pub index: u32,
    /// Its properties.
    pub properties: serde_json::Map<String, serde_json::Value>,
}

/// Finding about a feature that was repaired or rejected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureFinding {
    /// Index in the file.
    pub index: u32,
    /// Feature id or a naming property, when there is one.
    pub feature_id: Option<String>,
    /// Repaired and used, or rejected.
    pub outcome: FeatureOutcome,
    /// Stable code such as `self_crossing`, `unclosed_ring`, `zero_area`.
    pub code: String,
    /// A sentence with the place of the fault.
    pub message: String,
    /// Lon/lat of the fault, when it has one.
    pub at: Option<[f64; 2]>,
    /// Area before and after a repair, m².
    pub area_change_m2: Option<[f64; 2]>,
}

/// Outcome of the validation of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureOutcome {
    /// Used as uploaded.
    Accepted,
    /// Used after a repair.
    Repaired,
    /// Excluded from runs.
    Rejected,
}

/// Features that the template editor evaluates in the browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateInputs {
    /// Checksum of the polygon file these belong to.
    pub sha256: String,
    /// Accepted features in file order.
    pub features: Vec<TemplateFeature>,
}

/// One feature as a template sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateFeature {
    /// Index in the file.
    pub index: u32,
    /// Feature id, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<serde_json::Value>,
    /// Its properties.
    pub properties: serde_json::Map<String, serde_json::Value>,
}

/// One polygon for the dashboard's map: simplified, lon/lat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapFeature {
    /// Index in the file.
    pub index: u32,
    /// Key of the run, when the feature has one.
    pub key: Option<u32>,
    /// Outcome of its validation: a rejected feature becomes no run.
    pub outcome: FeatureOutcome,
    /// Rings of all its polygons, each a list of lon/lat pairs; holes are drawn by the even-odd rule.
    pub rings: Vec<Vec<[f64; 2]>>,
}

/// Properties that name a feature, in order of preference, compared ignoring case.
const NAMING_PROPERTIES: [&str; 5] = ["name", "id", "fid", "objectid", "runid"];

impl TemplateFeature {
    /// Name of the feature in messages: its id, or else a naming property.
    pub fn label(&self) -> Option<String> {
        feature_label(self.id.as_ref(), &self.properties)
    }
}

/// Name of a feature in messages: its id, or else a naming property.
pub fn feature_label(
    id: Option<&serde_json::Value>,
    properties: &serde_json::Map<String, serde_json::Value>,
) -> Option<String> {
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) if !text.is_empty() => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let named = |wanted: &&str| {
        properties
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .and_then(|(_, value)| text(value))
    };
    id.and_then(text).or_else(|| NAMING_PROPERTIES.iter().find_map(named))
}
