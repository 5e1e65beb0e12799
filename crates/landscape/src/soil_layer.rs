//! A soil layer as a table gives it, and estimates for its missing values.

use crate::pedotransfer::{Hydraulics, saxton_rawls_at_density};

/// A layer as the soil table gives it; `None` is estimated.
#[derive(Clone, Debug, PartialEq)]
pub struct SoilLayerEntry {
    /// Depth of the layer's bottom below the surface, mm.
    pub bottom_depth_mm: f64,
    /// Sand, percent of the fine earth.
    pub sand_pct: f64,
    /// Clay, percent of the fine earth.
    pub clay_pct: f64,
    /// Organic matter, percent.
    pub organic_matter_pct: f64,
    /// Cation exchange capacity, meq/100 g.
    pub cec_meq_per_100g: Option<f64>,
    /// Rock fragments, percent of volume.
    pub rock_pct: f64,
    /// Bulk density, g/cm3.
    pub bulk_density_g_per_cm3: Option<f64>,
    /// Saturated hydraulic conductivity, mm/h.
    pub ksat_mm_per_h: Option<f64>,
    /// Lateral over vertical conductivity.
    pub anisotropy: Option<f64>,
    /// Water content at 1/3 bar, m3/m3.
    pub field_capacity: Option<f64>,
    /// Water content at 15 bar, m3/m3.
    pub wilting_point: Option<f64>,
}

/// Least saturated conductivity of a layer, mm/h; an engine takes 0 for a value that is not known.
pub(crate) const LEAST_KSAT_MM_PER_H: f64 = 0.001;

/// Estimated water contents of a layer at field capacity and wilting point, m3/m3, as they go into a soil file.
pub(crate) struct WaterLimits {
    pub field_capacity: f64,
    pub wilting_point: f64,
}

/// Water contents used where the table does not give them.
pub(crate) fn water_limits(entry: &SoilLayerEntry) -> WaterLimits {
    let estimated = estimated(entry);
    WaterLimits {
        field_capacity: rounded(estimated.field_capacity, 4),
        wilting_point: rounded(estimated.wilting_point, 4),
    }
}

/// Estimated hydraulic properties of a layer (Saxton & Rawls 2006).
pub(crate) fn estimated(entry: &SoilLayerEntry) -> Hydraulics {
    saxton_rawls_at_density(
        entry.sand_pct,
        entry.clay_pct,
        entry.organic_matter_pct,
        entry.bulk_density_g_per_cm3,
    )
}

/// Rounds to a number of decimals.
pub(crate) fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}
