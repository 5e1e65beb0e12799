//! The landscape tables of a batch: the values behind classes, soils and burn severity.

use serde::{Deserialize, Serialize};

use crate::controls::{Controls, LanduseMode, SbsMode};
use crate::task::{TaskKind, TaskSet};

/// Fixed facts about one landscape table.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TableDescriptor {
    /// Stable identifier in SQL, URLs, file names and JSON.
    pub slug: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// Content of the table, in a line.
    pub help: &'static str,
    /// Tasks that read it.
    pub tasks: &'static [TaskKind],
    /// Controls under which they do.
    #[serde(skip)]
    used: fn(&Controls) -> bool,
}

/// Declares the landscape tables: a variant of [`TableKind`] and a [`TableDescriptor`] from each row. The order of the rows
/// is that of the page.
macro_rules! tables {
    ($($(#[$doc:meta])* $kind:ident { $($fact:ident: $value:expr),* $(,)? })*) => {
        /// A landscape table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum TableKind {
            $($(#[$doc])* $kind,)*
        }

        impl TableKind {
            /// Every table in page order.
            pub const ALL: [TableKind; [$(TableKind::$kind),*].len()] = [$(TableKind::$kind),*];
        }

        /// One row per table, in the order of [`TableKind::ALL`].
        const DESCRIPTORS: [TableDescriptor; TableKind::ALL.len()] =
            [$(TableDescriptor { $($fact: $value),* }),*];
    };
}

tables! {
    /// Disturbed class of each value of the land-cover raster.
    Landcover {
        slug: "landcover",
        label: "Land-cover classes",
        help: "Disturbed class of each value of the land-cover raster.",
        tasks: &[TaskKind::Landuse],
        used: |controls| controls.landuse.mode == LanduseMode::Gridded,
    }
    /// Burn severity of each colour of a severity raster.
    SeverityColors {
        slug: "severity_colors",
        label: "Severity colours",
        help: "Burn severity of each colour of a severity raster.",
        tasks: &[TaskKind::Landuse],
        used: |controls| matches!(controls.sbs.mode, SbsMode::Map | SbsMode::Config),
    }
    /// Burned class of each disturbed class.
    Burn {
        slug: "burn",
        label: "Burned classes",
        help: "Class that low, moderate and high severity turn each disturbed class into.",
        tasks: &[TaskKind::Landuse],
        used: |_| true,
    }
    /// Vegetation and ground cover of each disturbed class.
    Covers {
        slug: "covers",
        label: "Covers",
        help: "Canopy, ground cover, plants and roughness of each disturbed class.",
        tasks: &[TaskKind::Landuse, TaskKind::Wepp],
        used: |_| true,
    }
    /// Layers of each soil.
    Soils {
        slug: "soils",
        label: "Soils",
        help: "Layers of each soil.",
        tasks: &[TaskKind::Soils],
        used: |_| true,
    }
    /// Soil and plant values of each disturbed class on each texture.
    Disturbed {
        slug: "disturbed",
        label: "Disturbed soils",
        help: "Erodibility, conductivity and plant values of each disturbed class on each soil texture.",
        tasks: &[TaskKind::Soils, TaskKind::Wepp],
        used: |_| true,
    }
}

impl TableKind {
    /// The table's row.
    pub const fn descriptor(self) -> &'static TableDescriptor {
        const ROWS: &[TableDescriptor] = &DESCRIPTORS;
        &ROWS[self as usize]
    }

    /// Stable identifier in SQL, URLs, file names and JSON.
    pub const fn slug(self) -> &'static str {
        self.descriptor().slug
    }

    /// The table with this slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Name for people.
    pub const fn label(self) -> &'static str {
        self.descriptor().label
    }

    /// Content of the table, in a line.
    pub const fn help(self) -> &'static str {
        self.descriptor().help
    }

    /// Tasks that read this table under these controls; they and their descendants are stale when it changes.
    pub fn read_by(self, controls: &Controls) -> TaskSet {
        let TableDescriptor { tasks, used, .. } = self.descriptor();
        if used(controls) { tasks.iter().copied().collect() } else { TaskSet::NONE }
    }
}

/// Origin of the table in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableOrigin {
    /// The table that the program brings along.
    BuiltIn,
    /// A file of the config.
    Config,
    /// Uploaded or edited for this batch.
    Batch,
}

/// One table as the API lists it; its text has an address of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableDocument {
    /// The table.
    pub kind: TableKind,
    /// Origin of the one in use.
    pub origin: TableOrigin,
    /// Name of its file.
    pub filename: String,
    /// Rows, comments and header not counted; none when the table cannot be used.
    pub rows: Option<u32>,
    /// SHA-256 of its text, hex.
    pub sha256: String,
    /// User who stored it, when it is the batch's own.
    pub updated_by: Option<String>,
    /// Time of that, milliseconds since 1970.
    pub updated_ms: Option<i64>,
    /// Entries that do not fit the other tables, or the reason why it cannot be used.
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
            let json = serde_json::to_value(kind).expect("plain enum");
            assert_eq!(json, kind.slug(), "one spelling everywhere");
        }
        controls.landuse.mode = LanduseMode::Single;
        assert!(TableKind::Landcover.read_by(&controls).is_empty());
    }
}
