//! Tables whose columns are named by a heading line, usually with a line of units below it.

use crate::error::FormatError;
use crate::text::{Fields, Reader, Record};

/// A column: its name and unit as headed, and its place.
struct Column<'a> {
    name: &'a str,
    unit: Option<&'a str>,
}

/// The heading of a table.
pub(super) struct Heading<'a> {
    columns: Vec<Column<'a>>,
    record: Record<'a>,
}

/// One row, split at blanks, with as many fields as the heading has columns.
pub(super) struct Row<'a> {
    record: Record<'a>,
    words: Vec<&'a str>,
}

impl<'a> Heading<'a> {
    /// Pairs names and units; both lines must have the same number of words.
    pub fn new(names: Record<'a>, units: Option<Record<'a>>) -> Result<Self, FormatError> {
        let mut columns: Vec<Column<'a>> =
            names.text.split_whitespace().map(|name| Column { name, unit: None }).collect();
        if let Some(units) = units {
            let words: Vec<&str> = units.text.split_whitespace().collect();
            if words.len() != columns.len() {
                let expected = format!("{} units, as many as columns", columns.len());
                return Err(units.error("column units", expected, units.text.trim()));
            }
            for (column, unit) in columns.iter_mut().zip(words) {
                column.unit = Some(unit);
            }
        }
        Ok(Self { columns, record: names })
    }

    /// Place of the `nth` column (from 0) whose heading is one of `names`, without regard to case.
    pub fn find(&self, names: &[&str], nth: usize) -> Option<usize> {
        let wanted = |column: &Column<'_>| names.iter().any(|name| column.name.eq_ignore_ascii_case(name));
        let mut places = (0..self.columns.len()).filter(|place| wanted(&self.columns[*place]));
        places.nth(nth)
    }

    /// As [`Heading::find`], or an error.
    pub fn column(&self, names: &[&str], nth: usize) -> Result<usize, FormatError> {
        self.find(names, nth).ok_or_else(|| {
            let expected = format!("a column headed {}", names.join(" or "));
            self.record.error("column names", expected, self.record.text.trim())
        })
    }

    /// Refuses a column whose unit is headed otherwise (English units, mostly).
    pub fn check_unit(&self, place: usize, units: &[&str]) -> Result<(), FormatError> {
        match self.columns.get(place).and_then(|column| column.unit) {
            Some(unit) if !units.contains(&unit) => {
                let field = format!("unit of column {}", self.columns[place].name);
                Err(self.record.error(&field, units.join(" or "), unit))
            }
            _ => Ok(()),
        }
    }

    pub fn len(&self) -> usize {
        self.columns.len()
    }
}

impl<'a> Row<'a> {
    pub fn new(record: Record<'a>, columns: usize) -> Result<Self, FormatError> {
        let words: Vec<&str> = record.text.split_whitespace().collect();
        if words.len() != columns {
            let expected = format!("{columns} values, as many as columns");
            return Err(record.error("row", expected, record.text.trim()));
        }
        Ok(Self { record, words })
    }

    fn fields(&self, place: usize) -> Fields<'a> {
        let text = self.words.get(place).copied().unwrap_or("");
        Record { text, ..self.record }.fields()
    }

    pub fn real(&self, place: usize, field: &str) -> Result<f64, FormatError> {
        self.fields(place).real(field)
    }

    pub fn optional(&self, place: Option<usize>, field: &str) -> Result<Option<f64>, FormatError> {
        place.map(|place| self.real(place, field)).transpose()
    }

    pub fn count(&self, place: usize, field: &str, most: usize) -> Result<usize, FormatError> {
        self.fields(place).count(field, 0..=most)
    }
}

/// Skips to the first line whose first word is `word`, without regard to case.
pub(super) fn skip_to<'a>(reader: &mut Reader<'a>, word: &str) -> Result<Record<'a>, FormatError> {
    loop {
        let found = reader.peek().is_some_and(|line| {
            let first = line.split_whitespace().next();
            first.is_some_and(|first| first.eq_ignore_ascii_case(word))
        });
        let record = reader.raw_record(&format!("heading {word}"))?;
        if found {
            return Ok(record);
        }
    }
}

/// Returns true if a line is a row of data: it begins with a number.
pub(super) fn is_row(line: &str) -> bool {
    let first = line.split_whitespace().next();
    first.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.'))
        && !line.trim_start().starts_with("--")
}
