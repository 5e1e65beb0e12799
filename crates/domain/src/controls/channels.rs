use serde::{Deserialize, Serialize};

use super::check_range;
use crate::error::FieldError;

/// Channel delineation and outlet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Channels {
    /// Critical source area, ha: a cell with at least this much upstream area is a channel.
    pub critical_source_area_ha: f64,
    /// Minimum channel length, m: shorter headwater links are pruned.
    pub minimum_channel_length_m: f64,
    /// How depressions are removed.
    pub conditioning: Conditioning,
    /// Search distance of least-cost breaching, m.
    pub breach_distance_m: f64,
    /// How the outlet is found.
    pub outlet_mode: OutletMode,
    /// Overlap (intersection over union) of basin and polygon from which an outlet counts as sure.
    pub overlap_ok: f64,
    /// Overlap below which the run fails instead of asking for review.
    pub overlap_failed: f64,
    /// Smallest margin around the polygon, m.
    pub minimum_buffer_m: f64,
}

/// How depressions of the elevation model are removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conditioning {
    /// Per depression the cheaper of filling and breaching, never deeper than needed.
    #[default]
    LeastHarm,
    /// Fill.
    Fill,
    /// Fill with a least step towards the spill, so that no flat remains.
    FillEpsilon,
    /// Breach completely.
    Breach,
    /// Least-cost breaching within the search distance; fails on what it cannot resolve.
    BreachLeastCost,
}

/// How the outlet is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutletMode {
    /// The stream cell whose basin best overlaps the polygon.
    #[default]
    BestOverlap,
    /// The search of WEPPcloud's find_outlet.
    Wbt,
}

impl Default for Channels {
    fn default() -> Self {
        Self {
            critical_source_area_ha: 10.0,
            minimum_channel_length_m: 100.0,
            conditioning: Conditioning::default(),
            breach_distance_m: 1000.0,
            outlet_mode: OutletMode::default(),
            overlap_ok: 0.9,
            overlap_failed: 0.7,
            minimum_buffer_m: 300.0,
        }
    }
}

impl Channels {
    /// Every fault of the document.
    pub fn validate(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        check_range(
            &mut faults,
            "critical_source_area_ha",
            self.critical_source_area_ha,
            0.1..=10_000.0,
            "ha",
        );
        check_range(
            &mut faults,
            "minimum_channel_length_m",
            self.minimum_channel_length_m,
            0.0..=10_000.0,
            "m",
        );
        check_range(&mut faults, "breach_distance_m", self.breach_distance_m, 0.0..=10_000.0, "m");
        check_range(&mut faults, "overlap_ok", self.overlap_ok, 0.0..=1.0, "");
        check_range(&mut faults, "overlap_failed", self.overlap_failed, 0.0..=1.0, "");
        check_range(&mut faults, "minimum_buffer_m", self.minimum_buffer_m, 0.0..=20_000.0, "m");
        if self.overlap_failed > self.overlap_ok {
            let message = "this threshold cannot be above the one for a sure outlet";
            faults.push(FieldError::new("overlap_failed", "out_of_order", message));
        }
        faults
    }
}
