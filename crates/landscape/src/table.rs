//! Tables as CSV text: strict, with errors that name table, line and column.
//!
//! Every table of this crate can be replaced by a user's own. Lines that begin with `#` are comments. Columns are found
//! by name; a missing, double or unknown one is refused, and so is a cell that is not what its column holds.

use std::ops::RangeInclusive;

/// Largest table accepted, bytes.
pub const MAX_BYTES: usize = 8 << 20;

/// A fault of a table, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table}, line {line}, {column}: {found:?}; expected {expected}")]
pub struct TableError {
    /// Name of the table (file name).
    pub table: String,
    /// Line of the file, from 1.
    pub line: u64,
    /// Column, or another part of the file.
    pub column: String,
    /// Text found, cut to 80 characters.
    pub found: String,
    /// Description of accepted values.
    pub expected: String,
}

/// A parsed table: cells as text, found by column name.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    name: String,
    columns: Vec<&'static str>,
    rows: Vec<(u64, Vec<String>)>,
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    table: &'a Table,
    line: u64,
    cells: &'a [String],
}

impl Table {
    /// Reads a table with the given columns; `required` must be there, `optional` may.
    pub(crate) fn parse(
        text: &str,
        name: &str,
        required: &[&'static str],
        optional: &[&'static str],
    ) -> Result<Self, TableError> {
        let fault = |line, column: &str, found: &str, expected: String| TableError {
            table: name.to_owned(),
            line,
            column: column.to_owned(),
            found: found.chars().take(80).collect(),
            expected,
        };
        if text.len() > MAX_BYTES {
            return Err(fault(
                1,
                "size",
                &format!("{} bytes", text.len()),
                format!("at most {MAX_BYTES} bytes"),
            ));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = reader(text);
        let mut records = reader.records();
        let unreadable = |e: csv::Error| {
            let line = e.position().map_or(1, csv::Position::line);
            fault(line, "record", &e.to_string(), "comma-separated values".to_owned())
        };
        let header = records
            .next()
            .ok_or_else(|| fault(1, "header", "", "a line with column names".to_owned()))?
            .map_err(unreadable)?;
        let line_of = |r: &csv::StringRecord| r.position().map_or(1, csv::Position::line);
        let mut columns = Vec::new();
        for label in &header {
            let known = required.iter().chain(optional).find(|c| c.eq_ignore_ascii_case(label));
            let column = known.ok_or_else(|| {
                let all = [required, optional].concat().join(", ");
                fault(line_of(&header), "header", label, format!("one of the columns {all}"))
            })?;
            if columns.contains(column) {
                return Err(fault(line_of(&header), "header", label, "each column once".to_owned()));
            }
            columns.push(*column);
        }
        if let Some(missing) = required.iter().find(|c| !columns.contains(c)) {
            return Err(fault(line_of(&header), "header", "", format!("a column {missing}")));
        }
        let mut rows = Vec::new();
        for record in records {
            let record = record.map_err(unreadable)?;
            if record.len() != columns.len() {
                let found = format!("{} cells", record.len());
                return Err(fault(line_of(&record), "record", &found, format!("{} cells", columns.len())));
            }
            rows.push((line_of(&record), record.iter().map(str::to_owned).collect()));
        }
        Ok(Self { name: name.to_owned(), columns, rows })
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row { table: self, line: *line, cells })
    }
}

impl<'a> Row<'a> {
    /// Text of a cell; empty when the column is absent.
    pub(crate) fn text(&self, column: &str) -> &'a str {
        let at = self.table.columns.iter().position(|c| *c == column);
        at.and_then(|i| self.cells.get(i)).map_or("", String::as_str)
    }

    pub(crate) fn error(&self, column: &str, expected: impl Into<String>) -> TableError {
        TableError {
            table: self.table.name.clone(),
            line: self.line,
            column: column.to_owned(),
            found: self.text(column).chars().take(80).collect(),
            expected: expected.into(),
        }
    }

    /// Text that may not be empty.
    pub(crate) fn word(&self, column: &str) -> Result<&'a str, TableError> {
        let word = self.text(column);
        if word.is_empty() { Err(self.error(column, "a name")) } else { Ok(word) }
    }

    /// A name in lower case with single blanks, as class names are compared.
    pub(crate) fn class(&self, column: &str) -> Result<String, TableError> {
        self.word(column).map(class_name)
    }

    pub(crate) fn number(&self, column: &str, range: RangeInclusive<f64>) -> Result<f64, TableError> {
        let (low, high) = (*range.start(), *range.end());
        parse_number(self.text(column), range)
            .ok_or_else(|| self.error(column, format!("a number from {low} to {high}")))
    }

    /// A number, or none when the cell is empty.
    pub(crate) fn optional(
        &self,
        column: &str,
        range: RangeInclusive<f64>,
    ) -> Result<Option<f64>, TableError> {
        if self.text(column).is_empty() { Ok(None) } else { self.number(column, range).map(Some) }
    }

    /// A raster value.
    pub(crate) fn integer(&self, column: &str) -> Result<i64, TableError> {
        self.text(column).parse().map_err(|_| self.error(column, "a whole number"))
    }

    /// A replacement: empty keeps, `*factor` multiplies, a number replaces.
    pub(crate) fn replacement(
        &self,
        column: &str,
        range: RangeInclusive<f64>,
        factors: RangeInclusive<f64>,
    ) -> Result<Replacement, TableError> {
        let text = self.text(column);
        if let Some(factor) = text.strip_prefix('*') {
            let (low, high) = (*factors.start(), *factors.end());
            return parse_number(factor.trim(), factors)
                .map(Replacement::Multiply)
                .ok_or_else(|| self.error(column, format!("* and a factor from {low} to {high}")));
        }
        Ok(self.optional(column, range)?.map_or(Replacement::Keep, Replacement::Set))
    }
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// Rows of a table's text, comments and the line of column names not counted.
pub fn count_rows(text: &str) -> usize {
    reader(text).records().skip(1).count()
}

fn parse_number(text: &str, range: RangeInclusive<f64>) -> Option<f64> {
    text.parse().ok().filter(|value| range.contains(value))
}

/// Class names are compared in lower case with single blanks.
pub fn class_name(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Replacement of a value that the base soil already has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Replacement {
    /// Keep it (empty cell).
    #[default]
    Keep,
    /// This value instead.
    Set(f64),
    /// The base value times this (`*` before the number).
    Multiply(f64),
}

impl Replacement {
    /// The value after replacement; none when there is neither a base value nor a new one.
    pub fn apply(self, base: Option<f64>) -> Option<f64> {
        match self {
            Self::Keep => base,
            Self::Set(value) => Some(value),
            Self::Multiply(factor) => base.map(|b| b * factor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Table, TableError> {
        Table::parse(text, "mine.csv", &["class", "ki"], &["note"])
    }

    #[test]
    fn faults_name_line_and_column() {
        for (text, line, column) in [
            ("", 1, "header"),
            ("class\nforest\n", 1, "header"),
            ("class,ki,colour\n", 1, "header"),
            ("class,ki,ki\n", 1, "header"),
            ("# comment\nclass,ki\nforest\n", 3, "record"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!((error.line, error.column.as_str()), (line, column), "{error}");
        }
        let table = parse("# c\n# c\nki,class\n12, Forest  LOW\nx,b\n").unwrap();
        let rows: Vec<Row<'_>> = table.rows().collect();
        assert_eq!(rows[0].class("class").unwrap(), "forest low");
        assert_eq!(rows[0].number("ki", 0.0..=20.0).unwrap(), 12.0);
        let error = rows[1].number("ki", 0.0..=20.0).unwrap_err();
        assert_eq!(error.to_string(), "mine.csv, line 5, ki: \"x\"; expected a number from 0 to 20");
        assert!(rows[0].number("ki", 0.0..=10.0).is_err());
    }

    #[test]
    fn replacements_keep_set_and_multiply() {
        let table = parse("class,ki\na,\nb,*1.5\nc,7\nd,*\ne,NaN\nf,*0\n").unwrap();
        let got: Vec<_> = table.rows().map(|r| r.replacement("ki", 0.0..=10.0, 0.01..=10.0)).collect();
        assert_eq!(got[0], Ok(Replacement::Keep));
        assert_eq!(got[1], Ok(Replacement::Multiply(1.5)));
        assert_eq!(got[2], Ok(Replacement::Set(7.0)));
        assert!(got[3].is_err() && got[4].is_err() && got[5].is_err());
        assert_eq!(Replacement::Multiply(2.0).apply(Some(3.0)), Some(6.0));
        assert_eq!(Replacement::Multiply(2.0).apply(None), None);
    }
}
