use serde::{Deserialize, Serialize};

use super::{Choice, Control, FieldDescriptor, FieldType};
use crate::error::FieldError;

/// Channel delineation and outlet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Channels {
    /// Critical source area, ha: a cell with at least this much upstream area is a channel.
    pub critical_source_area_ha: f64,
    /// Minimum channel length, m: shorter headwater links are pruned.
    pub minimum_channel_length_m: f64,
    /// Removal of depressions.
    pub conditioning: Conditioning,
    /// Search distance of least-cost breaching, m.
    pub breach_distance_m: f64,
    /// Search for the outlet.
    pub outlet_mode: OutletMode,
    /// Intersection over union of basin and polygon from which an outlet is accepted without review.
    pub overlap_ok: f64,
    /// Intersection over union below which the run fails instead of asking for review.
    pub overlap_failed: f64,
    /// Smallest margin around the polygon, m.
    pub minimum_buffer_m: f64,
}

/// Removal of depressions from the elevation model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conditioning {
    /// Hybrid: per depression the cheaper of filling and breaching, never deeper than needed.
    #[default]
    LeastHarm,
    /// Fill.
    Fill,
    /// Fill with a minimal gradient towards the spill point, so that no flat remains.
    FillEpsilon,
    /// Breach completely.
    Breach,
    /// Least-cost breaching within the search distance; fails on what it cannot resolve.
    BreachLeastCost,
}

/// Search for the outlet.
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

impl Control for Channels {
    const FIELDS: &'static [FieldDescriptor] = &[
        FieldDescriptor::new(
            "critical_source_area_ha",
            "Critical source area",
            FieldType::number("ha", 0.1, 10_000.0),
            "Drainage area from which a cell is a channel. Smaller: more channels and hillslopes.",
        ),
        FieldDescriptor::new(
            "minimum_channel_length_m",
            "Minimum channel length",
            FieldType::number("m", 0.0, 10_000.0),
            "Shorter headwater links are pruned.",
        ),
        FieldDescriptor::new(
            "conditioning",
            "Depressions",
            FieldType::Choice {
                choices: &[
                    Choice::new(
                        "least_harm",
                        "Hybrid fill/breach (least cost)",
                        "Fills or breaches each depression, whichever changes less, never deeper than needed.",
                    ),
                    Choice::new("fill", "Fill", "Raises every depression to its spill level."),
                    Choice::new(
                        "fill_epsilon",
                        "Fill with gradient",
                        "Fills, with a minimal gradient towards the spill point.",
                    ),
                    Choice::new("breach", "Complete breach", "Breaches every depression."),
                    Choice::new(
                        "breach_least_cost",
                        "Least-cost breach",
                        "Breaches within the search distance; fails on a depression that it cannot resolve.",
                    ),
                ],
            },
            "Removal of depressions from the elevation model.",
        ),
        FieldDescriptor::new(
            "breach_distance_m",
            "Breach search distance",
            FieldType::number("m", 0.0, 10_000.0),
            "Longest path searched for a breach channel.",
        )
        .only_if("conditioning", &["breach_least_cost", "least_harm"]),
        FieldDescriptor::new(
            "outlet_mode",
            "Outlet search",
            FieldType::Choice {
                choices: &[
                    Choice::new(
                        "best_overlap",
                        "Best overlap",
                        "The channel cell whose basin has the highest IoU with the polygon.",
                    ),
                    Choice::new("wbt", "WEPPcloud", "The search of WEPPcloud's find_outlet."),
                ],
            },
            "Choice of the pour point of each watershed.",
        ),
        FieldDescriptor::new(
            "overlap_ok",
            "Accept outlet at IoU",
            FieldType::number("", 0.0, 1.0),
            "Intersection over union of basin and polygon, 0 to 1; an outlet below it is marked for review.",
        ),
        FieldDescriptor::new(
            "overlap_failed",
            "Reject outlet below IoU",
            FieldType::number("", 0.0, 1.0),
            "The run fails instead of modelling another basin.",
        ),
        FieldDescriptor::new(
            "minimum_buffer_m",
            "DEM buffer",
            FieldType::number("m", 0.0, 20_000.0),
            "Smallest margin of the elevation model around the polygon.",
        ),
    ];

    fn conflicts(&self) -> Vec<FieldError> {
        if self.overlap_failed <= self.overlap_ok {
            return Vec::new();
        }
        let message = "the IoU that rejects an outlet cannot be above the one that accepts it";
        vec![FieldError::new("overlap_failed", "out_of_order", message)]
    }
}
