use serde::{Deserialize, Serialize};

use super::check_range;
use crate::error::FieldError;

/// Climate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Climate {
    /// Where weather comes from.
    pub source: ClimateSource,
    /// How the station is chosen for each watershed.
    pub station: StationChoice,
    /// Station id, in `fixed` mode.
    pub station_id: String,
    /// Years to generate.
    pub years: u32,
    /// Seed of the generator: the same seed gives the same weather.
    pub seed: u64,
    /// Change of precipitation depths.
    pub scaling: PrecipitationScaling,
}

/// Where weather comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClimateSource {
    /// Generated from station parameters.
    #[default]
    Generated,
    /// The `.cli` file named in the batch's config.
    File,
}

/// How the station is chosen for each watershed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StationChoice {
    /// Distance and elevation together.
    #[default]
    MultiFactor,
    /// Nearest to the centroid.
    Nearest,
    /// The same for all watersheds.
    Fixed,
}

/// Change of precipitation depths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PrecipitationScaling {
    /// As generated.
    #[default]
    None,
    /// One factor for all days.
    Scalar {
        /// The factor.
        factor: f64,
    },
    /// A factor per month.
    Monthly {
        /// January to December.
        factors: [f64; 12],
    },
}

impl Default for Climate {
    fn default() -> Self {
        Self {
            source: ClimateSource::default(),
            station: StationChoice::default(),
            station_id: String::new(),
            years: 30,
            seed: 1,
            scaling: PrecipitationScaling::default(),
        }
    }
}

impl Climate {
    /// Every fault of the document. Whether the station exists is checked where the catalogue is.
    pub fn validate(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        check_range(&mut faults, "years", f64::from(self.years), 1.0..=1000.0, "years");
        match self.scaling {
            PrecipitationScaling::None => {}
            PrecipitationScaling::Scalar { factor } => {
                check_range(&mut faults, "scaling.factor", factor, 0.1..=10.0, "");
            }
            PrecipitationScaling::Monthly { factors } => {
                for (month, factor) in factors.into_iter().enumerate() {
                    check_range(&mut faults, &format!("scaling.factors.{month}"), factor, 0.1..=10.0, "");
                }
            }
        }
        if self.station == StationChoice::Fixed && self.station_id.trim().is_empty() {
            faults.push(FieldError::new("station_id", "missing", "choose a station"));
        }
        faults
    }
}
