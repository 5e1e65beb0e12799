use serde::{Deserialize, Serialize};

use super::{Choice, Control, FieldDescriptor, FieldType};
use crate::error::FieldError;

/// Land use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Landuse {
    /// Source of the land use.
    pub mode: LanduseMode,
    /// Disturbed class of every hillslope in `single` mode, for example `forest`.
    pub single_class: String,
    /// Fire changes forest.
    pub burn_forest: bool,
    /// Fire changes shrubs.
    pub burn_shrubs: bool,
    /// Fire changes grass.
    pub burn_grass: bool,
}

/// Source of the land use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LanduseMode {
    /// Dominant class of the config's land-cover raster per hillslope.
    #[default]
    Gridded,
    /// The same class everywhere.
    Single,
}

impl Default for Landuse {
    fn default() -> Self {
        Self {
            mode: LanduseMode::default(),
            single_class: "forest".to_owned(),
            burn_forest: true,
            burn_shrubs: true,
            burn_grass: false,
        }
    }
}

impl Control for Landuse {
    const FIELDS: &'static [FieldDescriptor] = &[
        FieldDescriptor::new(
            "mode",
            "Land use",
            FieldType::Choice {
                choices: &[
                    Choice::new(
                        "gridded",
                        "Land-cover raster",
                        "Dominant class of the config's raster per hillslope.",
                    ),
                    Choice::new("single", "Single class", "The same class everywhere."),
                ],
            },
            "Source of the disturbed class of each hillslope.",
        ),
        FieldDescriptor::new(
            "single_class",
            "Class",
            FieldType::Listed { list: "landuse-classes" },
            "Disturbed class out of the table of covers.",
        )
        .only_if("mode", &["single"]),
        FieldDescriptor::new(
            "burn_forest",
            "Fire changes forest",
            FieldType::Flag,
            "Forest takes the class that the table of burned classes gives it.",
        ),
        FieldDescriptor::new(
            "burn_shrubs",
            "Fire changes shrubs",
            FieldType::Flag,
            "Shrubs take the class that the table of burned classes gives them.",
        ),
        FieldDescriptor::new(
            "burn_grass",
            "Fire changes grass",
            FieldType::Flag,
            "Grass takes the class that the table of burned classes gives it.",
        ),
    ];

    fn conflicts(&self) -> Vec<FieldError> {
        let missing = self.mode == LanduseMode::Single && self.single_class.trim().is_empty();
        missing
            .then(|| FieldError::new("single_class", "missing", "choose a land-use class"))
            .into_iter()
            .collect()
    }
}
