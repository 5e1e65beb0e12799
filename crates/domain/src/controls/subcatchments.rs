use serde::{Deserialize, Serialize};

use super::check_range;
use crate::error::FieldError;

/// Subcatchments and hillslope profiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subcatchments {
    /// How channels and hillslopes are numbered.
    pub numbering: Numbering,
    /// Whether profiles are cut at `clip_length_m` (keeping the area).
    pub clip_hillslopes: bool,
    /// Longest profile, m.
    pub clip_length_m: f64,
    /// Most slope points of a profile.
    pub max_points: u32,
    /// One flow path stands for the hillslope instead of the weighted mean of all.
    pub representative_flowpath: bool,
    /// Channel widths from drainage area (Bieger et al. 2015) instead of from the channel order.
    pub bieger_widths: bool,
}

/// Numbering of channels and hillslopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbering {
    /// As TOPAZ numbers them.
    #[default]
    Topaz,
    /// As WEPPcloud's WhiteboxTools fork numbers them.
    Wbt,
}

impl Default for Subcatchments {
    fn default() -> Self {
        Self {
            numbering: Numbering::default(),
            clip_hillslopes: true,
            clip_length_m: 300.0,
            max_points: 19,
            representative_flowpath: false,
            bieger_widths: true,
        }
    }
}

impl Subcatchments {
    /// Every fault of the document.
    pub fn validate(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        check_range(&mut faults, "clip_length_m", self.clip_length_m, 10.0..=10_000.0, "m");
        check_range(&mut faults, "max_points", f64::from(self.max_points), 3.0..=99.0, "");
        faults
    }
}
