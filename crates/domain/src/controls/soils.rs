use serde::{Deserialize, Serialize};

use super::check_range;
use crate::error::FieldError;

/// Soils.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Soils {
    /// Where soils come from.
    pub mode: SoilMode,
    /// Key in the soil table in `single` mode.
    pub single_soil: String,
    /// Initial saturation of the profile, 0-1; that of the class in the table of disturbed soils when absent.
    pub initial_saturation: Option<f64>,
    /// Conductivity of the restrictive layer, mm/h; the soil table's own when absent.
    pub restrictive_layer_mm_h: Option<f64>,
    /// Deepest soil, mm; not limited when absent.
    pub clip_depth_mm: Option<f64>,
}

/// Where soils come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SoilMode {
    /// Commonest soil of the config's soil raster per hillslope.
    #[default]
    Gridded,
    /// The same soil everywhere.
    Single,
}

impl Default for Soils {
    fn default() -> Self {
        Self {
            mode: SoilMode::default(),
            single_soil: String::new(),
            initial_saturation: Some(0.75),
            restrictive_layer_mm_h: None,
            clip_depth_mm: None,
        }
    }
}

impl Soils {
    /// Every fault of the document. Whether the soil exists is checked where the table is.
    pub fn validate(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        if let Some(saturation) = self.initial_saturation {
            check_range(&mut faults, "initial_saturation", saturation, 0.0..=1.0, "");
        }
        if let Some(conductivity_mm_h) = self.restrictive_layer_mm_h {
            check_range(&mut faults, "restrictive_layer_mm_h", conductivity_mm_h, 0.0..=1000.0, "mm/h");
        }
        if let Some(depth_mm) = self.clip_depth_mm {
            check_range(&mut faults, "clip_depth_mm", depth_mm, 100.0..=10_000.0, "mm");
        }
        if self.mode == SoilMode::Single && self.single_soil.trim().is_empty() {
            faults.push(FieldError::new("single_soil", "missing", "choose a soil from the table"));
        }
        faults
    }
}
