use serde::{Deserialize, Serialize};

use super::{Choice, Control, Engines, FieldDescriptor, FieldType};

/// Erosion engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wepp {
    /// Engine that runs.
    pub engine: EngineChoice,
    /// Reference evapotranspiration.
    pub evapotranspiration: EvapotranspirationMethod,
    /// Mid-season crop coefficient of FAO Penman-Monteith.
    pub pmet_kcb: f64,
    /// Readily available water fraction of FAO Penman-Monteith.
    pub pmet_rawp: f64,
    /// Minimum conductivity of frozen soil as a fraction of the unfrozen one, 0-1.
    pub frozen_conductivity_share: f64,
    /// Hourly water balance of an external executable (`wepp_ui.txt`).
    pub hourly_water_balance: bool,
    /// Channel routing by an external executable of what the hillslopes deliver.
    pub route_channels: bool,
    /// Seconds after which an external executable is stopped, per hillslope.
    pub external_timeout_s: u32,
    /// Hillslopes of a watershed that both engines run when both are asked for, evenly spread; 0 for all.
    pub comparison_sample: u32,
}

/// Engine that runs.
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

impl Control for Wepp {
    const FIELDS: &'static [FieldDescriptor] = &[
        FieldDescriptor::new(
            "engine",
            "Engine",
            FieldType::Choice {
                choices: &[
                    Choice::new("embedded", "Headwaters hillslope engine", "The built-in engine."),
                    Choice::new("external_wepp", "WEPP executable", "The executable this server is configured with."),
                    Choice::new("both", "Both", "Both engines, with a table of deviations."),
                ],
            },
            "Engine that computes runoff and erosion of the hillslopes.",
        ),
        FieldDescriptor::new(
            "evapotranspiration",
            "Reference evapotranspiration",
            FieldType::Choice {
                choices: &[
                    Choice::new(
                        "fao_penman_monteith",
                        "FAO Penman-Monteith",
                        "With crop coefficient and readily available water.",
                    ),
                    Choice::new("penman", "Penman", "Penman (1963)."),
                    Choice::new("priestley_taylor", "Priestley-Taylor", "Needs no wind."),
                ],
            },
            "Equation of reference evapotranspiration.",
        ),
        FieldDescriptor::new(
            "pmet_kcb",
            "Mid-season crop coefficient",
            FieldType::number("", 0.0, 2.0),
            "Kcb of FAO Penman-Monteith, where the table of disturbed soils has none.",
        )
        .only_if("evapotranspiration", &["fao_penman_monteith"]),
        FieldDescriptor::new(
            "pmet_rawp",
            "Readily available water",
            FieldType::number("", 0.0, 1.0),
            "Fraction of the available water, 0 to 1, where the table of disturbed soils has none.",
        )
        .only_if("evapotranspiration", &["fao_penman_monteith"]),
        FieldDescriptor::new(
            "frozen_conductivity_share",
            "Minimum Ksat of frozen soil",
            FieldType::number("", 0.001, 1.0),
            "Fraction of the unfrozen conductivity, 0.001 to 1. Lower: more runoff from melt over frozen ground.",
        ),
        FieldDescriptor::new(
            "hourly_water_balance",
            "Hourly water balance",
            FieldType::Flag,
            "The executable moves water hour by hour (wepp_ui.txt), as WEPPcloud does.",
        )
        .only_if("engine", &["external_wepp", "both"])
        .engines(Engines::ExternalWepp),
        FieldDescriptor::new(
            "route_channels",
            "Route through the channels",
            FieldType::Flag,
            "Watershed mode of the executable: discharge and sediment at the outlet, channel erosion and deposition.",
        )
        .only_if("engine", &["external_wepp"])
        .engines(Engines::ExternalWepp),
        FieldDescriptor::new(
            "external_timeout_s",
            "Time limit per hillslope",
            FieldType::integer("s", 1, 43_200),
            "A WEPP executable that takes longer is stopped.",
        )
        .only_if("engine", &["external_wepp", "both"])
        .engines(Engines::ExternalWepp),
        FieldDescriptor::new(
            "comparison_sample",
            "Hillslopes to compare",
            FieldType::integer("", 0, 100_000),
            "Number per watershed, evenly spread, that the WEPP executable runs too. 0: all.",
        )
        .only_if("engine", &["both"])
        .engines(Engines::ExternalWepp),
    ];
}
