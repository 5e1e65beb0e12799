//! Soil burn severity: the classes of a raster, from its colours or its values.

use std::collections::HashMap;
use std::fmt;

use crate::table::{Table, TableError};

/// Severity with which the soil burned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Unburned, or burned so lightly that the soil is unchanged.
    Unburned,
    /// Low.
    Low,
    /// Moderate.
    Moderate,
    /// High.
    High,
}

impl Severity {
    /// All, from unburned to high.
    pub const ALL: [Self; 4] = [Self::Unburned, Self::Low, Self::Moderate, Self::High];

    /// Name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unburned => "unburned",
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
        }
    }

    /// Code of WEPPcloud's four-class maps: 130 unburned to 133 high.
    pub fn code(self) -> u8 {
        130 + self as u8
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Colour of a palette entry.
pub type Rgb = [u8; 3];

/// Severity of each colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColorTable(HashMap<Rgb, Severity>);

impl ColorTable {
    /// Text of the built-in table: a template for a user's table.
    pub const BUILT_IN: &str = include_str!("../data/sbs_colors.csv");

    /// Reads a table with the columns red, green, blue, severity, source.
    ///
    /// # Errors
    /// The first faulty cell, or a colour that occurs twice.
    pub fn parse(text: &str, name: &str) -> Result<Self, TableError> {
        let table = Table::parse(text, name, &["red", "green", "blue", "severity"], &["source"])?;
        let mut colors = HashMap::new();
        for row in table.rows() {
            let mut color = [0; 3];
            for (slot, column) in color.iter_mut().zip(["red", "green", "blue"]) {
                let part = row.text(column).parse();
                *slot = part.map_err(|_| row.error(column, "a colour part from 0 to 255"))?;
            }
            let word = row.class("severity")?;
            let severity = Severity::ALL
                .into_iter()
                .find(|s| s.name() == word)
                .ok_or_else(|| row.error("severity", "unburned, low, moderate or high"))?;
            if colors.insert(color, severity).is_some() {
                return Err(row.error("red", "each colour once"));
            }
        }
        Ok(Self(colors))
    }

    /// The colours agencies have used for burn severity maps.
    ///
    /// # Errors
    /// None in practice: the table is part of the program and tested.
    pub fn built_in() -> Result<Self, TableError> {
        Self::parse(Self::BUILT_IN, "sbs_colors.csv")
    }

    /// Severity of a colour.
    pub fn severity(&self, color: Rgb) -> Option<Severity> {
        self.0.get(&color).copied()
    }
}

/// Properties of a severity raster that are known before its cells are classified.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RasterDescription<'a> {
    /// Colour of each palette index, when the raster has a palette.
    pub palette: Option<&'a [Rgb]>,
    /// Class breaks given by the user, the upper limits of unburned, low and moderate; higher values are high. They take
    /// precedence over palette and inference.
    pub breaks: Option<[f64; 3]>,
    /// Values that mean no data.
    pub nodata: &'a [f64],
}

/// Conversion of the values of a raster to severities.
#[derive(Clone, Debug, PartialEq)]
pub struct Classification {
    rule: Rule,
    nodata: Vec<f64>,
    counts: [u64; 4],
    message: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Rule {
    Palette(Vec<Option<Severity>>),
    /// Largest value of unburned, low and moderate, and of high.
    Breaks([f64; 3], f64),
}

/// Reason for which a raster is no burn severity map. The messages are those of WEPPcloud.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SeverityError {
    /// Too many different values.
    #[error("Map has more than 256 classes")]
    TooManyClasses,
    /// A value that is not whole.
    #[error("Map has non-integer classes (for example {0})")]
    NotInteger(f64),
    /// A palette without any known colour.
    #[error("Map has no valid color table: none of its colors stands for a burn severity. Give class breaks")]
    UnknownColors,
    /// Only no-data.
    #[error("Map has no data")]
    Empty,
    /// Breaks that do not rise.
    #[error("class breaks must rise: {0:?} was given")]
    Breaks([f64; 3]),
}

const MAX_CLASSES: usize = 256;

impl Classification {
    /// Chooses the conversion of a raster: breaks if given, else its palette, else by its values (see [`infer_breaks`]).
    ///
    /// # Errors
    /// The raster cannot be a severity map; the message says why.
    pub fn of(
        cells: impl Iterator<Item = f64>,
        description: &RasterDescription<'_>,
        colors: &ColorTable,
    ) -> Result<Self, SeverityError> {
        if let Some(breaks) = description.breaks {
            return Self::by_breaks(cells, breaks, description.nodata);
        }
        let mut tally: HashMap<i64, u64> = HashMap::new();
        for value in cells.filter(|v| v.is_finite() && !description.nodata.contains(v)) {
            if value.fract() != 0.0 {
                return Err(SeverityError::NotInteger(value));
            }
            *tally.entry(value as i64).or_default() += 1;
            if tally.len() > MAX_CLASSES {
                return Err(SeverityError::TooManyClasses);
            }
        }
        let mut values: Vec<i64> = tally.keys().copied().collect();
        values.sort_unstable();
        let Some(highest) = values.last().copied() else { return Err(SeverityError::Empty) };
        let mut nodata = description.nodata.to_vec();
        let (rule, message) = match description.palette {
            Some(palette) => {
                let classes: Vec<Option<Severity>> = palette.iter().map(|c| colors.severity(*c)).collect();
                let used = |v: &i64| usize::try_from(*v).ok().and_then(|i| classes.get(i)).copied().flatten();
                if values.iter().all(|v| used(v).is_none()) {
                    return Err(SeverityError::UnknownColors);
                }
                (Rule::Palette(classes), "Map has valid color table".to_owned())
            }
            None => {
                if lone_maximum(&values) {
                    nodata.push(highest as f64);
                    values.pop();
                }
                let (breaks, highest) = infer_breaks(&values).ok_or(SeverityError::Empty)?;
                (Rule::Breaks(breaks, highest), "Map has valid classes".to_owned())
            }
        };
        let mut classification = Self { rule, nodata, counts: [0; 4], message };
        for (value, cells) in tally {
            if let Some(severity) = classification.severity(value as f64) {
                classification.counts[severity as usize] += cells;
            }
        }
        Ok(classification)
    }

    /// Breaks given by the user: any number of values, fractions too (a differenced burn ratio, for example).
    fn by_breaks(
        cells: impl Iterator<Item = f64>,
        breaks: [f64; 3],
        nodata: &[f64],
    ) -> Result<Self, SeverityError> {
        if !breaks.is_sorted_by(|a, b| a < b) {
            return Err(SeverityError::Breaks(breaks));
        }
        let rule = Rule::Breaks(breaks, f64::INFINITY);
        let message = "Map has valid classes".to_owned();
        let mut classification = Self { rule, nodata: nodata.to_vec(), counts: [0; 4], message };
        for value in cells {
            if let Some(severity) = classification.severity(value) {
                classification.counts[severity as usize] += 1;
            }
        }
        if classification.counts == [0; 4] { Err(SeverityError::Empty) } else { Ok(classification) }
    }

    /// Severity of a cell; none for no-data, for colours that mean nothing and for values above inferred classes.
    pub fn severity(&self, value: f64) -> Option<Severity> {
        if !value.is_finite() || self.nodata.contains(&value) {
            return None;
        }
        match &self.rule {
            Rule::Palette(classes) => {
                // A palette index is 0..=255; a cast of anything else saturates and finds no class or the first.
                let index = (value >= 0.0 && value.fract() == 0.0).then_some(value as usize)?;
                classes.get(index).copied().flatten()
            }
            Rule::Breaks(breaks, highest) => {
                if value > *highest {
                    return None;
                }
                let class = breaks.iter().position(|b| value <= *b).unwrap_or(breaks.len());
                Some(Severity::ALL[class])
            }
        }
    }

    /// Cells per severity, unburned first.
    pub fn counts(&self) -> [u64; 4] {
        self.counts
    }

    /// Message for the user.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Class breaks in use (upper limits of unburned, low and moderate), unless a palette is used.
    pub fn breaks(&self) -> Option<[f64; 3]> {
        match self.rule {
            Rule::Breaks(breaks, _) => Some(breaks),
            Rule::Palette(_) => None,
        }
    }
}

/// Returns true if the largest value stands alone beyond a gap (255 after 0-4, for example): a mark of cells outside the
/// map, not a class.
fn lone_maximum(ascending: &[i64]) -> bool {
    matches!(ascending, [.., below, highest] if highest - below > 1)
        && ascending[..ascending.len() - 1].windows(2).all(|pair| pair[1] - pair[0] == 1)
}

/// Class breaks from the values that occur (largest value of unburned, low and moderate, and of high): more than seven values, or a
/// run of more than five consecutive ones, are a BARC256 index, whose classes begin at 0, 76, 110 and 188 (USDA Forest
/// Service, BARC256 defaults); otherwise the last four consecutive values are unburned to high.
pub fn infer_breaks(ascending: &[i64]) -> Option<([f64; 3], f64)> {
    const INDEX_BREAKS: [f64; 3] = [75.0, 109.0, 187.0];
    let top = *ascending.last()? as f64;
    let longest = ascending.chunk_by(|a, b| b - a == 1).map(<[i64]>::len).max().unwrap_or(0);
    let index = ascending.len() > 7 || longest > 5;
    Some(if index { (INDEX_BREAKS, 255.0) } else { ([top - 3.0, top - 2.0, top - 1.0], top) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classify(cells: &[f64], description: &RasterDescription<'_>) -> Result<Classification, SeverityError> {
        Classification::of(cells.iter().copied(), description, &ColorTable::built_in().unwrap())
    }

    #[test]
    fn palettes_classify_by_colour_not_by_index() {
        let palette = [[255, 0, 0], [0, 100, 0], [127, 255, 212], [255, 255, 0], [9, 9, 9]];
        let description = RasterDescription { palette: Some(&palette), ..Default::default() };
        let map = classify(&[0.0, 1.0, 2.0, 3.0, 4.0, 4.0], &description).unwrap();
        assert_eq!(map.severity(0.0), Some(Severity::High));
        assert_eq!(map.severity(1.0), Some(Severity::Unburned));
        assert_eq!(map.severity(2.0), Some(Severity::Low));
        assert_eq!(map.severity(3.0), Some(Severity::Moderate));
        assert_eq!(map.severity(4.0), None);
        assert_eq!(map.severity(-1.0), None);
        assert_eq!(map.severity(300.0), None);
        assert_eq!(map.counts(), [1, 1, 1, 1]);
        assert_eq!(map.message(), "Map has valid color table");
        let grey = [[1, 1, 1]; 5];
        let description = RasterDescription { palette: Some(&grey), ..Default::default() };
        assert_eq!(classify(&[1.0], &description), Err(SeverityError::UnknownColors));
    }

    /// BAER maps without colours: 1-4, with or without a class 0 and an outside mark.
    #[test]
    fn four_classes_are_the_last_four_values() {
        for cells in [&[1.0, 2.0, 3.0, 4.0][..], &[0.0, 1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.0, 4.0, 255.0]] {
            let map = classify(cells, &RasterDescription::default()).unwrap();
            let classes: Vec<_> = [1.0, 2.0, 3.0, 4.0].map(|v| map.severity(v)).into();
            assert_eq!(classes, Severity::ALL.map(Some), "{cells:?}");
            assert_eq!(map.severity(255.0), None);
        }
        let without_unburned = classify(&[1.0, 2.0, 3.0], &RasterDescription::default()).unwrap();
        assert_eq!(without_unburned.severity(3.0), Some(Severity::High));
        assert_eq!(without_unburned.severity(1.0), Some(Severity::Low));
    }

    #[test]
    fn index_maps_use_the_published_breaks() {
        let cells: Vec<f64> = (0..=255).map(f64::from).collect();
        let map = classify(&cells, &RasterDescription::default()).unwrap();
        for (value, severity) in [
            (0.0, Severity::Unburned),
            (75.0, Severity::Unburned),
            (76.0, Severity::Low),
            (109.0, Severity::Low),
            (110.0, Severity::Moderate),
            (187.0, Severity::Moderate),
            (188.0, Severity::High),
        ] {
            assert_eq!(map.severity(value), Some(severity), "{value}");
        }
    }

    #[test]
    fn given_breaks_and_nodata_take_precedence() {
        let description =
            RasterDescription { breaks: Some([10.0, 20.0, 30.0]), nodata: &[-9999.0], palette: None };
        let map = classify(&[-9999.0, 10.0, 11.0, 25.0, 40.0, 41.0], &description).unwrap();
        assert_eq!(map.counts(), [1, 1, 1, 2]);
        assert_eq!((map.severity(-9999.0), map.severity(41.0)), (None, Some(Severity::High)));
        // A differenced burn ratio has more values than classes can; with breaks it is as good a map as any.
        let ratio: Vec<f64> = (-500..900).map(|v| f64::from(v) + 0.5).collect();
        let description = RasterDescription { breaks: Some([100.0, 270.0, 440.0]), ..Default::default() };
        assert_eq!(classify(&ratio, &description).unwrap().counts(), [600, 170, 170, 460]);
        let falling = RasterDescription { breaks: Some([3.0, 2.0, 4.0]), ..Default::default() };
        assert!(matches!(classify(&[1.0], &falling), Err(SeverityError::Breaks(_))));
    }

    #[test]
    fn unusable_maps_are_refused_with_the_messages_of_weppcloud() {
        let plain = RasterDescription::default();
        assert_eq!(classify(&[0.5], &plain), Err(SeverityError::NotInteger(0.5)));
        let many: Vec<f64> = (0..300).map(f64::from).collect();
        assert_eq!(classify(&many, &plain).unwrap_err().to_string(), "Map has more than 256 classes");
        assert_eq!(classify(&[f64::NAN], &plain), Err(SeverityError::Empty));
    }

    #[test]
    fn severity_codes_are_those_of_four_class_maps() {
        assert_eq!(Severity::ALL.map(Severity::code), [130, 131, 132, 133]);
    }
}
