use serde::{Deserialize, Serialize};

use super::{Choice, Control, FieldDescriptor, FieldType};
use crate::error::FieldError;

/// Soils.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Soils {
    /// Source of the soils.
    pub mode: SoilMode,
    /// Key in the soil table in `single` mode.
    pub single_soil: String,
    /// Initial saturation of the profile, 0-1; that of the class in the table of disturbed soils when absent.
    pub initial_saturation: Option<f64>,
    /// Saturated conductivity of the restrictive layer, mm/h; the soil table's own when absent.
    pub restrictive_layer_mm_h: Option<f64>,
    /// Maximum depth of a profile, mm; not limited when absent.
    pub clip_depth_mm: Option<f64>,
}

/// Source of the soils.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SoilMode {
    /// Dominant soil of the config's soil raster per hillslope.
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

impl Control for Soils {
    const FIELDS: &'static [FieldDescriptor] = &[
        FieldDescriptor::new(
            "mode",
            "Soils",
            FieldType::Choice {
                choices: &[
                    Choice::new(
                        "gridded",
                        "Soil raster",
                        "Dominant soil of the config's raster per hillslope.",
                    ),
                    Choice::new("single", "Single soil", "The same soil everywhere."),
                ],
            },
            "Source of the soil of each hillslope.",
        ),
        FieldDescriptor::new(
            "single_soil",
            "Soil",
            FieldType::Listed { list: "soils" },
            "Key of a soil out of the table of soils.",
        )
        .only_if("mode", &["single"]),
        FieldDescriptor::new(
            "initial_saturation",
            "Initial saturation",
            FieldType::optional_number("", 0.0, 1.0),
            "Saturation of the profile on the first day, 0 to 1. Empty: the value of each class in the table of \
             disturbed soils.",
        ),
        FieldDescriptor::new(
            "restrictive_layer_mm_h",
            "Ksat of restrictive layer",
            FieldType::optional_number("mm/h", 0.0, 1000.0),
            "Saturated hydraulic conductivity below the profile. Empty: the value in the table of soils.",
        ),
        FieldDescriptor::new(
            "clip_depth_mm",
            "Maximum soil depth",
            FieldType::optional_number("mm", 100.0, 10_000.0),
            "Deeper profiles are cut. Empty: no limit.",
        ),
    ];

    fn conflicts(&self) -> Vec<FieldError> {
        let missing = self.mode == SoilMode::Single && self.single_soil.trim().is_empty();
        missing
            .then(|| FieldError::new("single_soil", "missing", "choose a soil from the table"))
            .into_iter()
            .collect()
    }
}
