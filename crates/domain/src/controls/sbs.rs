use serde::{Deserialize, Serialize};

use super::{Choice, Control, FieldDescriptor, FieldType};
use crate::error::FieldError;

/// Soil burn severity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sbs {
    /// Source of the severity.
    pub mode: SbsMode,
    /// The severity everywhere, in `uniform` mode.
    pub uniform: Severity,
    /// The uploaded raster, in `map` mode; set by the upload, not by the form.
    pub map: Option<SbsRaster>,
    /// Ascending upper limits of unburned, low and moderate, for rasters without a colour table; inferred when absent.
    pub breaks: Option<[f64; 3]>,
    /// Values without data, in addition to the raster's own no-data value.
    pub nodata_values: Vec<f64>,
}

/// Source of the burn severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SbsMode {
    /// Nothing burned.
    #[default]
    Unburned,
    /// The same severity everywhere.
    Uniform,
    /// The raster named in the batch's config.
    Config,
    /// The uploaded raster.
    Map,
}

/// Burn severity class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Low.
    Low,
    /// Moderate.
    #[default]
    Moderate,
    /// High.
    High,
}

/// An uploaded burn-severity raster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SbsRaster {
    /// File name as uploaded.
    pub filename: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Size, bytes.
    pub size_bytes: u64,
    /// Sentence of the sanity check.
    pub message: String,
    /// Cells per class: unburned, low, moderate, high.
    pub class_cells: [u64; 4],
}

impl Control for Sbs {
    const FIELDS: &'static [FieldDescriptor] = &[
        FieldDescriptor::new(
            "mode",
            "Burn severity",
            FieldType::Choice {
                choices: &[
                    Choice::new("unburned", "Unburned", "No fire: land use and soils stay as they are."),
                    Choice::new("uniform", "Uniform", "The same severity everywhere."),
                    Choice::new("config", "Raster of the config", "The raster that the config of this batch names."),
                    Choice::new("map", "Uploaded raster", "One GeoTIFF for all watersheds, uploaded here."),
                ],
            },
            "Soil burn severity changes land use and soils of burned hillslopes.",
        ),
        FieldDescriptor::new(
            "uniform",
            "Severity",
            FieldType::Choice {
                choices: &[
                    Choice::new("low", "Low", "Most of the ground cover is left."),
                    Choice::new("moderate", "Moderate", "Up to 80 % of the ground cover is consumed."),
                    Choice::new("high", "High", "All or nearly all of the ground cover is consumed."),
                ],
            },
            "Severity class of every hillslope.",
        )
        .only_if("mode", &["uniform"]),
        FieldDescriptor::new(
            "map",
            "Severity raster",
            FieldType::BurnSeverityRaster,
            "GeoTIFF with a coordinate system and at most 256 values: classes with a colour table, or values with class breaks.",
        )
        .only_if("mode", &["map"]),
        FieldDescriptor::new(
            "breaks",
            "Class breaks",
            FieldType::Numbers { count: Some(3), optional: true },
            "Upper limits: unburned, low, moderate; ascending, for rasters without a colour table. Empty: inferred.",
        )
        .only_if("mode", &["map", "config"]),
        FieldDescriptor::new(
            "nodata_values",
            "No-data values",
            FieldType::Numbers { count: None, optional: false },
            "Values without data, in addition to the raster's own no-data value.",
        )
        .only_if("mode", &["map", "config"]),
    ];

    fn conflicts(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        if self.mode == SbsMode::Map && self.map.is_none() {
            let message = "upload a burn-severity raster, or choose another source";
            faults.push(FieldError::new("map", "missing", message));
        }
        if self.breaks.is_some_and(|[a, b, c]| !(a < b && b < c)) {
            faults.push(FieldError::new("breaks", "not_ascending", "give three ascending class breaks"));
        }
        faults
    }
}
