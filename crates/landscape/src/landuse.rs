//! Land use: from raster values to disturbed classes, and the classes after fire.

use std::collections::{BTreeMap, HashMap};

use crate::severity::Severity;
use crate::table::{Table, TableError};

/// Disturbed class (or soil) of each raster value. Any categorical raster can be used with a user's table: columns
/// `value` and `class` (or `soil`), and optionally `name` and `source`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueMap {
    name: String,
    classes: BTreeMap<i64, String>,
}

/// Raster values that the table lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table} has no row for the raster {}", counted(values))]
pub struct UnmappedValues {
    /// Name of the table.
    pub table: String,
    /// The values, ascending, and the number of requests of each.
    pub values: BTreeMap<i64, u64>,
}

fn counted(values: &BTreeMap<i64, u64>) -> String {
    let times = |count: u64| if count == 1 { "once".to_owned() } else { format!("{count} times") };
    let described: Vec<String> =
        values.iter().map(|(value, count)| format!("{value} ({})", times(*count))).collect();
    format!("{} {}", if values.len() == 1 { "value" } else { "values" }, described.join(", "))
}

impl ValueMap {
    /// Text of the table for the National Land Cover Database.
    pub const NLCD: &str = include_str!("../data/nlcd.csv");
    /// Text of the table for LANDFIRE existing vegetation types.
    pub const LANDFIRE_EVT: &str = include_str!("../data/landfire_evt.csv");

    /// Reads a table of raster values.
    ///
    /// # Errors
    /// The first faulty cell, or a value that occurs twice.
    pub fn parse(text: &str, name: &str) -> Result<Self, TableError> {
        Self::parse_column(text, name, "class")
    }

    /// Reads a table of raster values and soils: columns `value` and `soil`.
    ///
    /// # Errors
    /// As [`ValueMap::parse`].
    pub fn parse_soils(text: &str, name: &str) -> Result<Self, TableError> {
        Self::parse_column(text, name, "soil")
    }

    fn parse_column(text: &str, name: &str, column: &'static str) -> Result<Self, TableError> {
        let table = Table::parse(text, name, &["value", column], &["name", "source"])?;
        let mut classes = BTreeMap::new();
        for row in table.rows() {
            if classes.insert(row.integer("value")?, row.class(column)?).is_some() {
                return Err(row.error("value", "each value once"));
            }
        }
        Ok(Self { name: name.to_owned(), classes })
    }

    /// National Land Cover Database.
    ///
    /// # Errors
    /// None in practice: the table is part of the program and tested.
    pub fn nlcd() -> Result<Self, TableError> {
        Self::parse(Self::NLCD, "nlcd.csv")
    }

    /// LANDFIRE existing vegetation type (EVT 1.4.0 codes).
    ///
    /// # Errors
    /// None in practice: the table is part of the program and tested.
    pub fn landfire_evt() -> Result<Self, TableError> {
        Self::parse(Self::LANDFIRE_EVT, "landfire_evt.csv")
    }

    /// Class of a raster value.
    pub fn class(&self, value: i64) -> Option<&str> {
        self.classes.get(&value).map(String::as_str)
    }

    /// Classes that occur in the table, each once, in order.
    pub fn classes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = self.classes.values().map(String::as_str).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// Checks that every value of a raster has a class, so that a gap is reported once and completely.
    ///
    /// # Errors
    /// [`UnmappedValues`] with all missing values.
    pub fn require(&self, values: impl IntoIterator<Item = i64>) -> Result<(), UnmappedValues> {
        let mut missing: BTreeMap<i64, u64> = BTreeMap::new();
        for value in values.into_iter().filter(|value| !self.classes.contains_key(value)) {
            *missing.entry(value).or_default() += 1;
        }
        if missing.is_empty() {
            Ok(())
        } else {
            Err(UnmappedValues { table: self.name.clone(), values: missing })
        }
    }
}

/// Vegetation that burns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BurnSwitches {
    /// Forest burns.
    pub forest: bool,
    /// Shrubs burn.
    pub shrubs: bool,
    /// Grass burns.
    pub grass: bool,
}

impl Default for BurnSwitches {
    fn default() -> Self {
        Self { forest: true, shrubs: true, grass: false }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Forest,
    Shrub,
    Grass,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Burned {
    group: Group,
    low: String,
    moderate: String,
    high: String,
    prescribed: String,
}

/// Class after fire, by class and severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BurnTable(HashMap<String, Burned>);

impl BurnTable {
    /// Text of the built-in table: a template for a user's table.
    pub const BUILT_IN: &str = include_str!("../data/burned.csv");

    /// Reads a table with the columns class, group, low, moderate, high, prescribed, source.
    ///
    /// # Errors
    /// The first faulty cell, or a class that occurs twice.
    pub fn parse(text: &str, name: &str) -> Result<Self, TableError> {
        let columns = ["class", "group", "low", "moderate", "high", "prescribed"];
        let table = Table::parse(text, name, &columns, &["source"])?;
        let mut classes = HashMap::new();
        for row in table.rows() {
            let group = match row.text("group") {
                "forest" => Group::Forest,
                "shrub" => Group::Shrub,
                "grass" => Group::Grass,
                _ => return Err(row.error("group", "forest, shrub or grass")),
            };
            let burned = Burned {
                group,
                low: row.class("low")?,
                moderate: row.class("moderate")?,
                high: row.class("high")?,
                prescribed: row.class("prescribed")?,
            };
            if classes.insert(row.class("class")?, burned).is_some() {
                return Err(row.error("class", "each class once"));
            }
        }
        Ok(Self(classes))
    }

    /// The built-in table.
    ///
    /// # Errors
    /// None in practice: the table is part of the program and tested.
    pub fn built_in() -> Result<Self, TableError> {
        Self::parse(Self::BUILT_IN, "burned.csv")
    }

    /// Class after a fire of this severity. Classes that are not in the table (bare, water, crops, already burned) and
    /// vegetation that does not burn stay as they are.
    pub fn burned<'a>(&'a self, class: &'a str, severity: Severity, switches: BurnSwitches) -> &'a str {
        let Some(row) = self.0.get(class) else { return class };
        let burns = match row.group {
            Group::Forest => switches.forest,
            Group::Shrub => switches.shrubs,
            Group::Grass => switches.grass,
        };
        match severity {
            _ if !burns => class,
            Severity::Unburned => class,
            Severity::Low => &row.low,
            Severity::Moderate => &row.moderate,
            Severity::High => &row.high,
        }
    }

    /// Class after a prescribed fire; none for classes that cannot be burned.
    pub fn prescribed(&self, class: &str) -> Option<&str> {
        self.0.get(class).map(|row| row.prescribed.as_str())
    }

    /// Classes that fires lead to, each once, in order.
    pub fn outcomes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = self
            .0
            .values()
            .flat_map(|b| [&b.low, &b.moderate, &b.high, &b.prescribed])
            .map(String::as_str)
            .collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published remap: forests, shrubs and grass by switch, everything else untouched.
    #[test]
    fn fire_changes_burnable_classes_only() {
        let table = BurnTable::built_in().unwrap();
        let all = BurnSwitches { forest: true, shrubs: true, grass: true };
        let none = BurnSwitches { forest: false, shrubs: false, grass: false };
        let forest = BurnSwitches { forest: true, ..none };
        for class in ["forest", "young forest"] {
            assert_eq!(table.burned(class, Severity::Low, forest), "forest low sev fire");
            assert_eq!(table.burned(class, Severity::Moderate, forest), "forest moderate sev fire");
            assert_eq!(table.burned(class, Severity::High, forest), "forest high sev fire");
            assert_eq!(table.burned(class, Severity::High, none), class);
        }
        assert_eq!(table.burned("shrub", Severity::High, BurnSwitches::default()), "shrub high sev fire");
        assert_eq!(table.burned("shrub", Severity::High, none), "shrub");
        assert_eq!(table.burned("tall grass", Severity::Moderate, all), "grass moderate sev fire");
        assert_eq!(table.burned("tall grass", Severity::Moderate, BurnSwitches::default()), "tall grass");
        for class in ["bare", "short grass", "developed", "agriculture crops", "forest high sev fire", "skid"]
        {
            assert_eq!(table.burned(class, Severity::High, all), class);
        }
        for class in ["forest", "shrub", "tall grass"] {
            assert_eq!(table.burned(class, Severity::Unburned, all), class);
        }
        assert_eq!(table.prescribed("forest"), Some("forest prescribed fire"));
        assert_eq!(table.prescribed("bare"), None);
    }

    #[test]
    fn nlcd_follows_the_published_classes() {
        let nlcd = ValueMap::nlcd().unwrap();
        for (value, class) in [
            (11, "tall grass"),
            (31, "bare"),
            (41, "forest"),
            (42, "forest"),
            (43, "forest"),
            (52, "shrub"),
            (61, "young forest"),
            (71, "tall grass"),
            (82, "agriculture crops"),
            (95, "short grass"),
        ] {
            assert_eq!(nlcd.class(value), Some(class), "{value}");
        }
        assert_eq!(nlcd.class(99), None);
    }

    #[test]
    fn landfire_types_are_read_by_their_life_form() {
        let evt = ValueMap::landfire_evt().unwrap();
        for (value, class) in [
            (3028, "forest"),
            (3032, "forest"),
            (3071, "shrub"),
            (3080, "shrub"),
            (3098, "shrub"),
            (3126, "shrub"),
            (3135, "tall grass"),
            (3181, "tall grass"),
            (3001, "bare"),
            (3292, "tall grass"),
        ] {
            assert_eq!(evt.class(value), Some(class), "{value}");
        }
    }

    #[test]
    fn missing_values_are_reported_together() {
        let map = ValueMap::parse("value,class\n1,Forest\n2,shrub\n", "veg.csv").unwrap();
        assert_eq!(map.class(1), Some("forest"));
        assert_eq!(map.classes(), ["forest", "shrub"]);
        let error = map.require([2, 9, 7, 9]).unwrap_err();
        assert_eq!(error.to_string(), "veg.csv has no row for the raster values 7 (once), 9 (2 times)");
        let twice = ValueMap::parse("value,class\n1,a\n1,b\n", "veg.csv").unwrap_err();
        assert_eq!(twice.line, 3);
        assert!(ValueMap::parse_soils("value,soil\n463,loam\n", "soil_map.csv").is_ok());
    }
}
