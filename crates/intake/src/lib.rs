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
mod fault;
mod feature;
mod limits;
mod map;
mod raw_feature;
mod refusal;
mod repair;
mod rings;
mod schema;
mod verdict;

use std::collections::BTreeMap;

use headwaters_domain::intake::{FeatureFinding, FeatureOutcome, FeatureSample};

use raw_feature::RawFeature;

pub use area::area_m2;
pub use feature::Feature;
pub use limits::Limits;
pub use refusal::Refusal;

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
///
/// # Errors
/// [`Refusal`] for structural faults, too many features, an unusable coordinate system, and files without any usable
/// feature. Faults of single features are findings, not errors.
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
    let read: Vec<RawFeature> = collection
        .features
        .iter()
        .enumerate()
        .map(|(index, raw)| raw_feature::read(index as u32, raw.get(), limits))
        .collect();
    crs.check_range(&read)?;
    let (features, findings): (Vec<Feature>, Vec<Option<FeatureFinding>>) =
        read.into_iter().map(|raw| verdict::judge(raw, &crs)).unzip();
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
