//! A feature of the file with the decision on it.

use geo::MultiPolygon;
use headwaters_domain::intake::{FeatureOutcome, TemplateFeature};
use serde_json::{Map, Value};

/// One feature of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Index in the file.
    pub index: u32,
    /// `id` member.
    pub id: Option<Value>,
    /// Properties.
    pub properties: Map<String, Value>,
    /// Decision: accepted, repaired or rejected.
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
