use serde::{Deserialize, Serialize};

use super::{Choice, Control, FieldDescriptor, FieldType};

/// Subcatchments and hillslope profiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subcatchments {
    /// Numbering of channels and hillslopes.
    pub numbering: Numbering,
    /// Cuts profiles at `clip_length_m`, keeping the area.
    pub clip_hillslopes: bool,
    /// Maximum length of a profile, m.
    pub clip_length_m: f64,
    /// Maximum number of slope points of a profile.
    pub max_points: u32,
    /// One representative flow path instead of the weighted mean of all.
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

impl Control for Subcatchments {
    const FIELDS: &'static [FieldDescriptor] = &[
        FieldDescriptor::new(
            "numbering",
            "Numbering",
            FieldType::Choice {
                choices: &[
                    Choice::new("topaz", "TOPAZ", "Channels and hillslopes numbered as TOPAZ does."),
                    Choice::new(
                        "wbt",
                        "WhiteboxTools",
                        "Numbered as WEPPcloud's fork of WhiteboxTools does.",
                    ),
                ],
            },
            "Identifiers of channels and hillslopes.",
        ),
        FieldDescriptor::new(
            "clip_hillslopes",
            "Clip long hillslopes",
            FieldType::Flag,
            "Profiles are cut at the length below; the area stays.",
        ),
        FieldDescriptor::new(
            "clip_length_m",
            "Maximum hillslope length",
            FieldType::number("m", 10.0, 10_000.0),
            "Length at which long profiles are cut.",
        ),
        FieldDescriptor::new(
            "max_points",
            "Maximum slope points",
            FieldType::integer("", 3, 99),
            "Points of the slope file of one profile.",
        ),
        FieldDescriptor::new(
            "representative_flowpath",
            "Single flow path per hillslope",
            FieldType::Flag,
            "One representative flow path instead of the weighted mean of all.",
        ),
        FieldDescriptor::new(
            "bieger_widths",
            "Channel widths from drainage area",
            FieldType::Flag,
            "Regional curve of Bieger et al. (2015); otherwise widths follow the channel order.",
        ),
    ];
}
