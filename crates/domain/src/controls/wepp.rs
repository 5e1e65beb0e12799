use serde::{Deserialize, Serialize};

use super::check_range;
use crate::error::FieldError;

/// Erosion engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wepp {
    /// Which engine runs.
    pub engine: EngineChoice,
    /// Reference evapotranspiration.
    pub evapotranspiration: EvapotranspirationMethod,
    /// Mid-season crop coefficient of FAO Penman-Monteith.
    pub pmet_kcb: f64,
    /// Readily available water fraction of FAO Penman-Monteith.
    pub pmet_rawp: f64,
    /// Share of its conductivity that frozen soil keeps at least, 0-1.
    pub frozen_conductivity_share: f64,
    /// Whether an external executable moves water hour by hour (`wepp_ui.txt`).
    pub hourly_water_balance: bool,
    /// Whether an external executable also routes what the hillslopes deliver through the channels.
    pub route_channels: bool,
    /// Seconds after which an external executable is stopped, per hillslope.
    pub external_timeout_s: u32,
    /// Hillslopes of a watershed that both engines run when both are asked for, evenly spread; 0 for all.
    pub comparison_sample: u32,
}

/// Which engine runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineChoice {
    /// The Headwaters hillslope engine.
    #[default]
    Embedded,
    /// The WEPP executable the server is configured with.
    ExternalWepp,
    /// Both, with a table of deviations.
    Both,
}

/// Reference evapotranspiration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvapotranspirationMethod {
    /// Penman (1963).
    Penman,
    /// Priestley-Taylor.
    PriestleyTaylor,
    /// FAO Penman-Monteith with Kcb and RAW.
    #[default]
    FaoPenmanMonteith,
}

impl Default for Wepp {
    fn default() -> Self {
        Self {
            engine: EngineChoice::default(),
            evapotranspiration: EvapotranspirationMethod::default(),
            pmet_kcb: 0.95,
            pmet_rawp: 0.80,
            frozen_conductivity_share: 0.5,
            hourly_water_balance: false,
            route_channels: false,
            external_timeout_s: 60,
            comparison_sample: 0,
        }
    }
}

impl Wepp {
    /// Every fault of the document. Whether an executable is configured is checked on the server.
    pub fn validate(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        check_range(&mut faults, "pmet_kcb", self.pmet_kcb, 0.0..=2.0, "");
        check_range(&mut faults, "pmet_rawp", self.pmet_rawp, 0.0..=1.0, "");
        check_range(
            &mut faults,
            "frozen_conductivity_share",
            self.frozen_conductivity_share,
            0.001..=1.0,
            "",
        );
        check_range(
            &mut faults,
            "external_timeout_s",
            f64::from(self.external_timeout_s),
            1.0..=43_200.0,
            "s",
        );
        check_range(&mut faults, "comparison_sample", f64::from(self.comparison_sample), 0.0..=100_000.0, "");
        faults
    }
}
