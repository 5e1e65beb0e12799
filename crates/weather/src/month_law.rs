//! Precipitation laws of a month.

use crate::storm::StormLaw;
use crate::wetness::DepthLaw;

/// Precipitation laws of one month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MonthLaw {
    pub wet_after_wet: f64,
    pub wet_after_dry: f64,
    pub wet_fraction: f64,
    pub mean_depth_in: f64,
    pub depth: DepthLaw,
    /// Mean, over months with rain, of the largest daily depth, in.
    pub mean_largest_depth_in: f64,
    pub storm: StormLaw,
}
