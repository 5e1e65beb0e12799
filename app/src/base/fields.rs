//! What the form of each control consists of: names, units, explanations, choices.

use headwaters_domain::controls::ControlKind;
use serde_json::Value;

/// One field of a form.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// Place in the document, dotted.
    pub path: &'static str,
    /// Label.
    pub label: &'static str,
    /// What it means and does.
    pub hint: &'static str,
    /// What it is typed or chosen with.
    pub input: Input,
    /// The field matters only when the value at this path is one of these.
    pub only_if: Option<(&'static str, &'static [&'static str])>,
}

/// Kinds of input.
#[derive(Clone, Copy, Debug)]
pub enum Input {
    /// A number with its unit.
    Number(&'static str),
    /// A whole number with its unit.
    Whole(&'static str),
    /// A number with its unit, or nothing.
    OptionalNumber(&'static str),
    /// Numbers separated by commas; nothing stands for `null` (`true`) or an empty list (`false`).
    Numbers {
        /// Whether nothing is `null`.
        empty_is_null: bool,
    },
    /// Yes or no.
    Flag,
    /// One of several values: value, label, explanation.
    Choice(&'static [(&'static str, &'static str, &'static str)]),
    /// One of several shapes of an object, told apart by its `kind`: value, label, explanation, first document.
    Variant(&'static [(&'static str, &'static str, &'static str, &'static str)]),
    /// A value out of a list of the server: the last part of its address.
    Listed(&'static str),
    /// A factor for each month.
    Months,
    /// The uploaded burn-severity raster.
    SbsRaster,
}

const fn field(path: &'static str, label: &'static str, input: Input, hint: &'static str) -> FieldSpec {
    FieldSpec { path, label, hint, input, only_if: None }
}

impl FieldSpec {
    const fn only_if(self, path: &'static str, values: &'static [&'static str]) -> Self {
        Self { only_if: Some((path, values)), ..self }
    }

    /// Whether the field matters in this document.
    pub fn matters(&self, document: &Value) -> bool {
        self.only_if.is_none_or(|(path, values)| {
            at(document, path).and_then(Value::as_str).is_some_and(|value| values.contains(&value))
        })
    }
}

/// The fields of a control, in the order of the form.
pub const fn fields(kind: ControlKind) -> &'static [FieldSpec] {
    match kind {
        ControlKind::Sbs => SBS,
        ControlKind::Channels => CHANNELS,
        ControlKind::Subcatchments => SUBCATCHMENTS,
        ControlKind::Landuse => LANDUSE,
        ControlKind::Soils => SOILS,
        ControlKind::Climate => CLIMATE,
        ControlKind::Wepp => WEPP,
    }
}

const SBS: &[FieldSpec] = &[
    field(
        "mode",
        "Burn severity",
        Input::Choice(&[
            ("unburned", "Unburned", "Nothing has burned."),
            ("uniform", "Uniform", "The same severity everywhere."),
            ("config", "The config's raster", "The burn-severity raster named in the config of this batch."),
            ("map", "Uploaded raster", "A GeoTIFF of yours, for all watersheds."),
        ]),
        "Changes land use and soils of burned hillslopes.",
    ),
    field(
        "uniform",
        "Severity",
        Input::Choice(&[
            ("low", "Low", "Most ground cover is left."),
            ("moderate", "Moderate", "Up to 80 % of the ground cover is consumed."),
            ("high", "High", "All or nearly all ground cover is consumed."),
        ]),
        "",
    )
    .only_if("mode", &["uniform"]),
    field("map", "Raster", Input::SbsRaster, "").only_if("mode", &["map"]),
    field(
        "breaks",
        "Class breaks",
        Input::Numbers { empty_is_null: true },
        "Last value of unburned, low and moderate, ascending, for rasters without a colour table. Empty: inferred.",
    )
    .only_if("mode", &["map", "config"]),
    field(
        "nodata_values",
        "Values without data",
        Input::Numbers { empty_is_null: false },
        "Beside the raster's own no-data value.",
    )
    .only_if("mode", &["map", "config"]),
];

const CHANNELS: &[FieldSpec] = &[
    field(
        "critical_source_area_ha",
        "Critical source area",
        Input::Number("ha"),
        "A cell with at least this much upstream area is a channel. Smaller: more channels and hillslopes.",
    ),
    field(
        "minimum_channel_length_m",
        "Minimum channel length",
        Input::Number("m"),
        "Shorter headwater links are pruned.",
    ),
    field(
        "conditioning",
        "Depressions",
        Input::Choice(&[
            (
                "least_harm",
                "Least harm",
                "Per depression the cheaper of filling and breaching, never deeper than needed.",
            ),
            ("fill", "Fill", "Raise every depression to its spill level."),
            ("fill_epsilon", "Fill with a slope", "The same, with a least step towards the spill."),
            ("breach", "Breach", "Cut every depression open."),
            (
                "breach_least_cost",
                "Breach at least cost",
                "Within the search distance; fails on what it cannot resolve.",
            ),
        ]),
        "How depressions of the elevation model are removed.",
    ),
    field("breach_distance_m", "Breach search distance", Input::Number("m"), "")
        .only_if("conditioning", &["breach_least_cost", "least_harm"]),
    field(
        "outlet_mode",
        "Outlet",
        Input::Choice(&[
            ("best_overlap", "Best overlap", "The stream cell whose basin agrees best with the polygon."),
            ("wbt", "As WEPPcloud finds it", "The search of WEPPcloud's find_outlet."),
        ]),
        "",
    ),
    field(
        "overlap_ok",
        "Sure from an overlap of",
        Input::Number(""),
        "Intersection over union of basin and polygon, 0 to 1. Below, the outlet is marked for review.",
    ),
    field(
        "overlap_failed",
        "Failed below an overlap of",
        Input::Number(""),
        "The run stops instead of modelling the wrong basin.",
    ),
    field(
        "minimum_buffer_m",
        "Margin around the polygon",
        Input::Number("m"),
        "Elevation is read at least this far beyond it.",
    ),
];

const SUBCATCHMENTS: &[FieldSpec] = &[
    field(
        "numbering",
        "Numbering",
        Input::Choice(&[
            ("topaz", "TOPAZ", "As TOPAZ numbers channels and hillslopes."),
            ("wbt", "WhiteboxTools", "As WEPPcloud's fork of WhiteboxTools numbers them."),
        ]),
        "",
    ),
    field(
        "clip_hillslopes",
        "Cut long hillslopes",
        Input::Flag,
        "Profiles are cut at the length below; the area stays.",
    ),
    field("clip_length_m", "Longest profile", Input::Number("m"), ""),
    field("max_points", "Most slope points of a profile", Input::Whole(""), ""),
    field(
        "representative_flowpath",
        "One flow path per hillslope",
        Input::Flag,
        "Instead of the weighted mean of all its flow paths.",
    ),
    field(
        "bieger_widths",
        "Channel widths from drainage area",
        Input::Flag,
        "Bieger et al. (2015); otherwise from the channel order.",
    ),
];

const LANDUSE: &[FieldSpec] = &[
    field(
        "mode",
        "Land use",
        Input::Choice(&[
            ("gridded", "Land-cover raster", "The commonest class of the config's raster per hillslope."),
            ("single", "One class", "The same class everywhere."),
        ]),
        "",
    ),
    field("single_class", "Class", Input::Listed("landuse-classes"), "").only_if("mode", &["single"]),
    field("burn_forest", "Fire changes forest", Input::Flag, ""),
    field("burn_shrubs", "Fire changes shrubs", Input::Flag, ""),
    field("burn_grass", "Fire changes grass", Input::Flag, ""),
];

const SOILS: &[FieldSpec] = &[
    field(
        "mode",
        "Soils",
        Input::Choice(&[
            ("gridded", "Soil raster", "The commonest soil of the config's raster per hillslope."),
            ("single", "One soil", "The same soil everywhere."),
        ]),
        "",
    ),
    field("single_soil", "Soil", Input::Listed("soils"), "").only_if("mode", &["single"]),
    field(
        "initial_saturation",
        "Initial saturation",
        Input::OptionalNumber(""),
        "Of the profile on the first day, 0 to 1. Empty: as the table of disturbed soils has it for each class.",
    ),
    field(
        "restrictive_layer_mm_h",
        "Conductivity of the restrictive layer",
        Input::OptionalNumber("mm/h"),
        "Empty: as the soil table has it.",
    ),
    field("clip_depth_mm", "Deepest soil", Input::OptionalNumber("mm"), "Empty: not limited."),
];

const CLIMATE: &[FieldSpec] = &[
    field(
        "source",
        "Weather",
        Input::Choice(&[
            ("generated", "Generated", "Stochastic weather from the parameters of a station."),
            ("file", "The config's file", "The .cli file named in the config of this batch."),
        ]),
        "",
    ),
    field(
        "station",
        "Station",
        Input::Choice(&[
            ("multi_factor", "Distance and elevation", "The station that fits each watershed best."),
            ("nearest", "Nearest", "The station nearest to the centroid of each watershed."),
            ("fixed", "The same for all", "One station you choose."),
        ]),
        "",
    )
    .only_if("source", &["generated"]),
    field("station_id", "Station id", Input::Listed("stations"), "").only_if("station", &["fixed"]),
    field("years", "Years", Input::Whole("years"), "More years, surer means, longer runs.")
        .only_if("source", &["generated"]),
    field("seed", "Seed", Input::Whole(""), "The same seed gives the same weather.")
        .only_if("source", &["generated"]),
    field(
        "scaling",
        "Precipitation",
        Input::Variant(&[
            ("none", "As generated", "No change of depths.", r#"{"kind":"none"}"#),
            ("scalar", "One factor", "All depths times a factor.", r#"{"kind":"scalar","factor":1.0}"#),
            (
                "monthly",
                "A factor per month",
                "Depths of each month times its factor.",
                r#"{"kind":"monthly","factors":[1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0]}"#,
            ),
        ]),
        "",
    ),
    field("scaling.factor", "Factor", Input::Number(""), "").only_if("scaling.kind", &["scalar"]),
    field("scaling.factors", "Factors", Input::Months, "").only_if("scaling.kind", &["monthly"]),
];

const WEPP: &[FieldSpec] = &[
    field(
        "engine",
        "Engine",
        Input::Choice(&[
            ("embedded", "Headwaters hillslope engine", "Built in."),
            ("external_wepp", "WEPP executable", "The one the server is configured with."),
            ("both", "Both", "With a table of deviations."),
        ]),
        "",
    ),
    field(
        "evapotranspiration",
        "Reference evapotranspiration",
        Input::Choice(&[
            (
                "fao_penman_monteith",
                "FAO Penman-Monteith",
                "With crop coefficient and readily available water.",
            ),
            ("penman", "Penman (1963)", ""),
            ("priestley_taylor", "Priestley-Taylor", ""),
        ]),
        "",
    ),
    field("pmet_kcb", "Mid-season crop coefficient", Input::Number(""), "Kcb of FAO Penman-Monteith.")
        .only_if("evapotranspiration", &["fao_penman_monteith"]),
    field(
        "pmet_rawp",
        "Readily available water",
        Input::Number(""),
        "Fraction of the available water, 0 to 1.",
    )
    .only_if("evapotranspiration", &["fao_penman_monteith"]),
    field(
        "frozen_conductivity_share",
        "Conductivity of frozen soil",
        Input::Number(""),
        "Share that it keeps at least, 0.001 to 1. Lower: more runoff from melt over frozen ground.",
    ),
    field("hourly_water_balance", "Hourly water balance", Input::Flag, "Of the executable. On in WEPPcloud.")
        .only_if("engine", &["external_wepp", "both"]),
    field(
        "route_channels",
        "Route through the channels",
        Input::Flag,
        "The executable's watershed mode: discharge and sediment at the outlet, erosion and deposition in channels.",
    )
    .only_if("engine", &["external_wepp"]),
    field(
        "external_timeout_s",
        "Time limit per hillslope",
        Input::Whole("s"),
        "After which a WEPP executable is stopped.",
    )
    .only_if("engine", &["external_wepp", "both"]),
    field(
        "comparison_sample",
        "Hillslopes to compare",
        Input::Whole(""),
        "So many of each watershed, evenly spread, are run by the WEPP executable too; 0 for all.",
    )
    .only_if("engine", &["both"]),
];

/// The value at a dotted path; numbers are positions in lists.
pub fn at<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(document, |value, step| match value {
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

/// Puts a value at a dotted path whose parent exists.
pub fn put(document: &mut Value, path: &str, value: Value) {
    let mut place = document;
    for step in path.split('.') {
        let next = match place {
            Value::Array(list) => step.parse::<usize>().ok().and_then(|position| list.get_mut(position)),
            Value::Object(entries) => Some(entries.entry(step).or_insert(Value::Null)),
            _ => None,
        };
        let Some(next) = next else { return };
        place = next;
    }
    *place = value;
}

#[cfg(test)]
mod tests {
    use super::*;
    use headwaters_domain::controls::Controls;
    use std::collections::BTreeSet;

    #[test]
    fn every_setting_can_be_reached_and_every_choice_is_accepted() {
        for kind in ControlKind::ALL {
            let defaults = Controls::default().document(kind).expect("plain data");
            let settings: BTreeSet<&str> =
                defaults.as_object().expect("an object").keys().map(String::as_str).collect();
            let offered: BTreeSet<&str> =
                fields(kind).iter().filter_map(|spec| spec.path.split('.').next()).collect();
            assert_eq!(settings, offered, "{kind:?}");
            for spec in fields(kind) {
                let offered: Vec<Value> = match spec.input {
                    Input::Choice(choices) => choices.iter().map(|(value, ..)| Value::from(*value)).collect(),
                    Input::Variant(choices) => choices
                        .iter()
                        .map(|(.., first)| serde_json::from_str(first).expect("valid JSON"))
                        .collect(),
                    _ => Vec::new(),
                };
                for value in offered {
                    let mut document = defaults.clone();
                    put(&mut document, spec.path, value.clone());
                    Controls::default()
                        .set_document(kind, document)
                        .unwrap_or_else(|error| panic!("{value}: {error}"));
                }
                if let Some((path, values)) = spec.only_if {
                    let parent = fields(kind)
                        .iter()
                        .find(|other| path.starts_with(other.path))
                        .expect("a field decides");
                    let known = |value: &&str| match parent.input {
                        Input::Choice(choices) => choices.iter().any(|(choice, ..)| choice == value),
                        Input::Variant(choices) => choices.iter().any(|(choice, ..)| choice == value),
                        _ => false,
                    };
                    assert!(values.iter().all(known), "{kind:?} {path}");
                }
            }
        }
    }

    #[test]
    fn paths_reach_into_lists_and_never_panic() {
        let mut document = serde_json::json!({ "scaling": { "factors": [1.0, 2.0] } });
        put(&mut document, "scaling.factors.1", Value::from(3.0));
        put(&mut document, "scaling.factors.9", Value::from(3.0));
        put(&mut document, "scaling.factors.1.deeper", Value::from(3.0));
        assert_eq!(at(&document, "scaling.factors.1"), Some(&Value::from(3.0)));
        assert_eq!(at(&document, "scaling.nothing.1"), None);
    }
}
