//! The landscape tables of a batch: what classes, soils and fire mean.

use serde::{Deserialize, Serialize};

use crate::controls::{Controls, LanduseMode, SbsMode};
use crate::task::{TaskKind, TaskSet};

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// Vegetation and ground cover of each disturbed class.
    Covers,
    /// Soil and plant values of each disturbed class on each texture.
    Disturbed,
    /// What fire makes of each class.
    Burn,
    /// Layers of each soil.
    Soils,
    /// Disturbed class of each value of the land-cover raster.
    Landcover,
    /// Burn severity of each colour of a severity raster.
    SeverityColors,
}

impl TableKind {
    /// Every table in page order.
    pub const ALL: [TableKind; 6] = [
        TableKind::Landcover,
        TableKind::SeverityColors,
        TableKind::Burn,
        TableKind::Covers,
        TableKind::Soils,
        TableKind::Disturbed,
    ];

    /// Stable identifier in SQL, URLs, file names and JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            TableKind::Covers => "covers",
            TableKind::Disturbed => "disturbed",
            TableKind::Burn => "burn",
            TableKind::Soils => "soils",
            TableKind::Landcover => "landcover",
            TableKind::SeverityColors => "severity_colors",
        }
    }

    /// The table with this slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Name for people.
    pub const fn label(self) -> &'static str {
        match self {
            TableKind::Covers => "Covers",
            TableKind::Disturbed => "Disturbed soils",
            TableKind::Burn => "Burned classes",
            TableKind::Soils => "Soils",
            TableKind::Landcover => "Land-cover classes",
            TableKind::SeverityColors => "Severity colours",
        }
    }

    /// What it decides, in a line.
    pub const fn meaning(self) -> &'static str {
        match self {
            TableKind::Covers => "Canopy, ground cover, plants and roughness of each class.",
            TableKind::Disturbed => {
                "Erodibility, conductivity and plant values of each class on each texture."
            }
            TableKind::Burn => "What low, moderate and high severity make of each class.",
            TableKind::Soils => "The layers of each soil.",
            TableKind::Landcover => "The class of each value of the land-cover raster.",
            TableKind::SeverityColors => "The severity of each colour of a burn-severity raster.",
        }
    }

    /// Tasks that read this table under these controls; they and their descendants are stale when it changes.
    pub fn read_by(self, controls: &Controls) -> TaskSet {
        use TaskKind::{Landuse, Soils, Wepp};
        let tasks = match self {
            TableKind::Covers => vec![Landuse, Wepp],
            TableKind::Disturbed => vec![Soils, Wepp],
            TableKind::Burn => vec![Landuse],
            TableKind::Soils => vec![Soils],
            TableKind::Landcover if controls.landuse.mode == LanduseMode::Gridded => vec![Landuse],
            TableKind::SeverityColors if matches!(controls.sbs.mode, SbsMode::Map | SbsMode::Config) => {
                vec![Landuse]
            }
            TableKind::Landcover | TableKind::SeverityColors => Vec::new(),
        };
        TaskSet::from(tasks)
    }
}

/// Where the table in use comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableOrigin {
    /// The program's own.
    BuiltIn,
    /// A file of the config.
    Config,
    /// Uploaded or edited for this batch.
    Batch,
}

/// One table as the API lists it; its text has an address of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableDocument {
    /// Which table.
    pub kind: TableKind,
    /// Where the one in use comes from.
    pub origin: TableOrigin,
    /// Name of its file.
    pub filename: String,
    /// Rows, comments and header not counted; none when the table cannot be used.
    pub rows: Option<u32>,
    /// SHA-256 of its text, hex.
    pub sha256: String,
    /// Who put it there, when it is the batch's own.
    pub updated_by: Option<String>,
    /// When, milliseconds since 1970.
    pub updated_ms: Option<i64>,
    /// What in it does not fit the other tables, or why it cannot be used.
    pub findings: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table that no task is said to read could be changed without any result turning stale.
    #[test]
    fn every_table_is_read_by_a_task_when_its_raster_is() {
        let mut controls = Controls::default();
        controls.landuse.mode = LanduseMode::Gridded;
        controls.sbs.mode = SbsMode::Map;
        for kind in TableKind::ALL {
            assert!(!kind.read_by(&controls).is_empty(), "{kind:?}");
            assert_eq!(TableKind::from_slug(kind.slug()), Some(kind));
        }
        controls.landuse.mode = LanduseMode::Single;
        assert!(TableKind::Landcover.read_by(&controls).is_empty());
    }
}
