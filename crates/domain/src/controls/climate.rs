use serde::{Deserialize, Serialize};

use super::{Choice, Control, FieldDescriptor, FieldType, Variant};
use crate::error::FieldError;

/// Climate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Climate {
    /// Source of the weather.
    pub source: ClimateSource,
    /// Choice of the station for each watershed.
    pub station: StationChoice,
    /// Station id, in `fixed` mode.
    pub station_id: String,
    /// Years to generate.
    pub years: u32,
    /// Seed of the generator: the same seed gives the same weather.
    pub seed: u64,
    /// Scaling of precipitation depths.
    pub scaling: PrecipitationScaling,
}

/// Source of the weather.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClimateSource {
    /// Generated from station parameters.
    #[default]
    Generated,
    /// The `.cli` file named in the batch's config.
    File,
}

/// Choice of the station for each watershed.
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

/// Scaling of precipitation depths.
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

impl Control for Climate {
    const FIELDS: &'static [FieldDescriptor] = &[
        FieldDescriptor::new(
            "source",
            "Weather",
            FieldType::Choice {
                choices: &[
                    Choice::new(
                        "generated",
                        "Generated",
                        "Stochastic weather from the parameters of a station.",
                    ),
                    Choice::new(
                        "file",
                        "File of the config",
                        "The .cli file that the config of this batch names.",
                    ),
                ],
            },
            "Source of the daily weather.",
        ),
        FieldDescriptor::new(
            "station",
            "Station",
            FieldType::Choice {
                choices: &[
                    Choice::new(
                        "multi_factor",
                        "Distance and elevation",
                        "The station that fits each watershed best in both.",
                    ),
                    Choice::new(
                        "nearest",
                        "Nearest",
                        "The station nearest to the centroid of each watershed.",
                    ),
                    Choice::new("fixed", "Same for all", "One station for all watersheds."),
                ],
            },
            "Choice of the station for each watershed.",
        )
        .only_if("source", &["generated"]),
        FieldDescriptor::new(
            "station_id",
            "Station id",
            FieldType::Listed { list: "stations" },
            "Station out of the config's folder of parameter files.",
        )
        .only_if("station", &["fixed"]),
        FieldDescriptor::new(
            "years",
            "Years",
            FieldType::integer("years", 1, 1000),
            "More years: steadier averages, longer runs.",
        )
        .only_if("source", &["generated"]),
        FieldDescriptor::new(
            "seed",
            "Seed",
            FieldType::integer("", 0, u64::MAX),
            "The same seed gives the same weather.",
        )
        .only_if("source", &["generated"]),
        FieldDescriptor::new(
            "scaling",
            "Precipitation",
            FieldType::Variant {
                variants: &[
                    Variant {
                        choice: Choice::new("none", "As generated", "Depths are not changed."),
                        initial: || initial(PrecipitationScaling::None),
                    },
                    Variant {
                        choice: Choice::new("scalar", "One factor", "All depths are multiplied by it."),
                        initial: || initial(PrecipitationScaling::Scalar { factor: 1.0 }),
                    },
                    Variant {
                        choice: Choice::new(
                            "monthly",
                            "Monthly factors",
                            "Depths of each month times its factor.",
                        ),
                        initial: || initial(PrecipitationScaling::Monthly { factors: [1.0; 12] }),
                    },
                ],
            },
            "Scaling of precipitation depths.",
        ),
        FieldDescriptor::new(
            "scaling.factor",
            "Factor",
            FieldType::number("", 0.1, 10.0),
            "Multiplier of all precipitation depths.",
        )
        .only_if("scaling.kind", &["scalar"]),
        FieldDescriptor::new(
            "scaling.factors",
            "Factors",
            FieldType::MonthlyFactors { min: 0.1, max: 10.0 },
            "Multiplier of the precipitation depths of each month.",
        )
        .only_if("scaling.kind", &["monthly"]),
    ];

    fn conflicts(&self) -> Vec<FieldError> {
        let missing = self.station == StationChoice::Fixed && self.station_id.trim().is_empty();
        missing.then(|| FieldError::new("station_id", "missing", "choose a station")).into_iter().collect()
    }
}

fn initial(scaling: PrecipitationScaling) -> serde_json::Value {
    serde_json::to_value(scaling).unwrap_or_default()
}
