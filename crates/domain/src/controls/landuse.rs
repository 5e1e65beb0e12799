use serde::{Deserialize, Serialize};

use crate::error::FieldError;

/// Land use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Landuse {
    /// Where land use comes from.
    pub mode: LanduseMode,
    /// Disturbed class of every hillslope in `single` mode, for example `forest`.
    pub single_class: String,
    /// Whether fire changes forest.
    pub burn_forest: bool,
    /// Whether fire changes shrubs.
    pub burn_shrubs: bool,
    /// Whether fire changes grass.
    pub burn_grass: bool,
}

/// Where land use comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LanduseMode {
    /// Commonest class of the config's land-cover raster per hillslope.
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

impl Landuse {
    /// Every fault of the document. Whether the class exists is checked where the table is.
    pub fn validate(&self) -> Vec<FieldError> {
        let missing = self.mode == LanduseMode::Single && self.single_class.trim().is_empty();
        missing
            .then(|| FieldError::new("single_class", "missing", "choose a land-use class"))
            .into_iter()
            .collect()
    }
}
