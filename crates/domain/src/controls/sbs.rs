use serde::{Deserialize, Serialize};

use crate::error::FieldError;

/// Soil burn severity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sbs {
    /// Where the severity comes from.
    pub mode: SbsMode,
    /// The severity everywhere, in `uniform` mode.
    pub uniform: Severity,
    /// The uploaded raster, in `map` mode; set by the upload, not by the form.
    pub map: Option<SbsRaster>,
    /// Three ascending class breaks (last value of unburned, low, moderate) for rasters without a colour table;
    /// inferred when absent.
    pub breaks: Option<[f64; 3]>,
    /// Values that mean "no data", beside the raster's own.
    pub nodata_values: Vec<f64>,
}

/// Where burn severity comes from.
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
    /// What the sanity check says.
    pub message: String,
    /// Cells per class: unburned, low, moderate, high.
    pub class_cells: [u64; 4],
}

impl Sbs {
    /// Every fault of the document.
    pub fn validate(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        if self.mode == SbsMode::Map && self.map.is_none() {
            faults.push(FieldError::new(
                "map",
                "missing",
                "upload a burn-severity raster, or choose another source",
            ));
        }
        if self.breaks.is_some_and(|[a, b, c]| !(a < b && b < c)) {
            faults.push(FieldError::new("breaks", "not_ascending", "give three ascending class breaks"));
        }
        faults
    }
}
