//! Options of the abstraction, with WEPPcloud's values as defaults.

use serde::{Deserialize, Serialize};

use crate::{Numbering, SubcatchmentError};

/// Options of the division of a basin into hillslopes and channels for WEPP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AbstractionOptions {
    /// Ids and sides: those of TOPAZ, or of WEPPcloud's WhiteboxTools.
    pub numbering: Numbering,
    /// Method of slope profiles.
    pub profile: ProfileMode,
    /// Maximum hillslope length in metres; longer ones are shortened and widened, so that their area is kept.
    /// `None` keeps every length.
    pub clip_length_m: Option<f64>,
    /// True to cap the length of a side hillslope, area over channel length, at the median length of its
    /// flowpaths. Without it, a hillslope behind a very short channel becomes absurdly long.
    pub cap_side_length: bool,
    /// Douglas-Peucker tolerance for slope profiles, as distance in the plane of
    /// (fraction of length, slope in m/m).
    pub profile_tolerance: f64,
    /// Maximum number of slope points of a profile after simplification, at least 2. WEPPcloud's value is 99.
    pub max_points: usize,
    /// Smallest slope in m/m, positive; WEPP cannot route over flat or rising ground.
    pub min_slope_m_per_m: f64,
    /// Estimate of channel widths.
    pub channel_width: ChannelWidth,
    /// True if the flowpaths of every hillslope are listed.
    pub flowpaths: bool,
}

impl Default for AbstractionOptions {
    fn default() -> Self {
        Self {
            numbering: Numbering::Topaz,
            profile: ProfileMode::WeightedFlowpaths,
            clip_length_m: Some(300.0),
            cap_side_length: true,
            profile_tolerance: 0.01,
            max_points: 99,
            min_slope_m_per_m: 0.001,
            channel_width: ChannelWidth::Bieger2015,
            flowpaths: false,
        }
    }
}

impl AbstractionOptions {
    pub(crate) fn check(&self) -> Result<(), SubcatchmentError> {
        let positive = |name, value: f64, zero_allowed: bool| {
            let good = value.is_finite() && (value > 0.0 || zero_allowed && value == 0.0);
            let expected = "it must be a positive number";
            if good { Ok(()) } else { Err(SubcatchmentError::BadOption { name, value, expected }) }
        };
        positive("clip_length_m", self.clip_length_m.unwrap_or(1.0), false)?;
        positive("profile_tolerance", self.profile_tolerance, true)?;
        positive("min_slope_m_per_m", self.min_slope_m_per_m, false)?;
        if self.max_points < 2 {
            return Err(SubcatchmentError::BadOption {
                name: "max_points",
                value: self.max_points as f64,
                expected: "a profile needs at least 2 points",
            });
        }
        Ok(())
    }
}

/// Methods of slope profiles of hillslopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileMode {
    /// At each distance from the channel, the mean slope of all flowpaths that are long enough, weighted by
    /// flowpath length times flowpath area (Cochrane and Flanagan 2003, Transactions of the ASAE 46(2),
    /// "Representative hillslope methods for applying the WEPP model with DEMs and GIS").
    #[default]
    WeightedFlowpaths,
    /// The slopes along one flowpath: the one from a cell without inflow whose length is nearest to the
    /// median of such flowpaths (ties go to the northernmost, then westernmost).
    RepresentativeFlowpath,
}

/// Estimates of channel widths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelWidth {
    /// Bankfull width of the Rocky Mountain System, 1.24 A^0.435 m with A the whole drainage area in km²
    /// at the channel's lower end, at least 0.324 m (Bieger et al. 2015, Journal of the American Water
    /// Resources Association 51(3), 842-858). WEPPcloud uses only the area of the link's own side
    /// hillslopes and so gets narrower channels.
    #[default]
    Bieger2015,
    /// By Strahler order 1 to 8: 1, 2, 2, 3, 3, 3, 4, 4 m.
    StrahlerOrder,
}

impl ChannelWidth {
    /// Width in metres of a channel with this drainage area and Strahler order.
    pub fn width_m(self, drainage_area_m2: f64, order: u8) -> f64 {
        const LEAST_WIDTH_M: f64 = 0.324_017;
        const BY_ORDER_M: [f64; 8] = [1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 4.0];
        match self {
            ChannelWidth::Bieger2015 => (1.24 * (drainage_area_m2 * 1e-6).powf(0.435)).max(LEAST_WIDTH_M),
            ChannelWidth::StrahlerOrder => BY_ORDER_M[usize::from(order.clamp(1, 8)) - 1],
        }
    }
}
