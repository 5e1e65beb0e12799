//! Validation and repair of uploaded watershed polygons.
//!
//! [`validate`] reads a whole GeoJSON file. Structural faults refuse it; faults of single features are collected,
//! and what can be repaired without changing the watershed is repaired. Nothing is dropped silently: every
//! feature of the file appears in the answer as accepted, repaired or rejected.
#![warn(missing_docs)]

mod area;
mod collection;
mod contacts;
mod crs;
mod feature;
mod map;
mod repair;
mod rings;
mod schema;

use std::collections::BTreeMap;

use geo::MultiPolygon;
use headwaters_domain::intake::{FeatureFinding, FeatureOutcome, FeatureSample, TemplateFeature};
use serde_json::{Map, Value};

pub use area::area_m2;

/// Bounds on what is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most features of a file.
    pub max_features: usize,
    /// Most vertices of one feature.
    pub max_vertices: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_features: 20_000, max_vertices: 200_000 }
    }
}

/// Why a whole file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Stable code such as `not_json`.
    pub code: &'static str,
    /// What to do about it.
    pub message: String,
    /// Line and column of the fault, counted from 1, when the file is not JSON.
    pub at: Option<(usize, usize)>,
}

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), at: None }
    }
}

/// A polygon file that may be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Intake {
    /// Every feature of the file, in its order.
    pub features: Vec<Feature>,
    /// Repairs and rejections, in feature order.
    pub findings: Vec<FeatureFinding>,
    /// West, south, east, north of the usable features, degrees.
    pub bbox: [f64; 4],
    /// EPSG code of the coordinates as uploaded.
    pub epsg: u32,
    /// `declared` or `default`.
    pub epsg_source: &'static str,
    /// Property name → type.
    pub attribute_schema: BTreeMap<String, String>,
    /// Up to five features' properties.
    pub samples: Vec<FeatureSample>,
}

/// One feature of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Index in the file.
    pub index: u32,
    /// `id` member.
    pub id: Option<Value>,
    /// Properties.
    pub properties: Map<String, Value>,
    /// Whether it becomes a run.
    pub outcome: FeatureOutcome,
    /// Valid geometry in lon/lat degrees (WGS 84); `None` when rejected.
    pub geometry: Option<MultiPolygon<f64>>,
    /// Area of the geometry, m²; 0 when rejected.
    pub area_m2: f64,
    /// Simplified rings in lon/lat for drawing, of rejected features too as far as they can be drawn.
    pub outline: Vec<Vec<[f64; 2]>>,
}

impl Feature {
    /// The feature as the template language sees it.
    pub fn for_template(&self) -> TemplateFeature {
        TemplateFeature { index: self.index, id: self.id.clone(), properties: self.properties.clone() }
    }
}

impl Intake {
    /// Number of features with this outcome.
    pub fn count(&self, outcome: FeatureOutcome) -> usize {
        self.features.iter().filter(|feature| feature.outcome == outcome).count()
    }

    /// Features that become runs.
    pub fn usable(&self) -> impl Iterator<Item = &Feature> {
        self.features.iter().filter(|feature| feature.outcome != FeatureOutcome::Rejected)
    }
}

/// Validates a GeoJSON file.
pub fn validate(bytes: &[u8], limits: &Limits) -> Result<Intake, Refusal> {
    let collection = collection::read(bytes)?;
    if collection.features.is_empty() {
        return Err(Refusal::new("no_features", "the FeatureCollection has no features"));
    }
    if collection.features.len() > limits.max_features {
        let message = format!(
            "the file has {} features; at most {} are accepted",
            collection.features.len(),
            limits.max_features
        );
        return Err(Refusal::new("too_many_features", message));
    }
    let crs = crs::declared(collection.crs.as_ref())?;
    let read: Vec<feature::Read> = collection
        .features
        .iter()
        .enumerate()
        .map(|(index, raw)| feature::read(index as u32, raw.get(), limits))
        .collect();
    crs.check_range(&read)?;
    let (features, findings): (Vec<Feature>, Vec<Option<FeatureFinding>>) =
        read.into_iter().map(|feature| feature::judge(feature, &crs)).unzip();
    let Some(bbox) = map::bbox(&features) else {
        return Err(Refusal::new("no_usable_features", nothing_usable(&findings)));
    };
    Ok(Intake {
        attribute_schema: schema::of(&features),
        samples: schema::samples(&features),
        findings: findings.into_iter().flatten().collect(),
        features,
        bbox,
        epsg: crs.epsg(),
        epsg_source: crs.source(),
    })
}

fn nothing_usable(findings: &[Option<FeatureFinding>]) -> String {
    let first = findings.iter().flatten().next();
    let why =
        first.map_or(String::new(), |finding| format!(" Feature {}: {}.", finding.index, finding.message));
    format!("none of the {} features can become a watershed.{why}", findings.len())
}
