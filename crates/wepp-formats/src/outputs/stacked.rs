//! Tables whose columns are named by several lines, one under the other.

use super::table::Row;
use crate::error::FormatError;
use crate::text::Record;

/// The heading of such a table: of each column, its words from the top down. A word may hold single blanks.
pub(super) struct Stacked<'a> {
    columns: Vec<[&'a str; 3]>,
    record: Record<'a>,
}

impl<'a> Stacked<'a> {
    /// Pairs the words of the lines by their order, except those in `labels`, which name the rows. Columns are
    /// separated by at least two blanks.
    ///
    /// # Errors
    /// Lines that name different numbers of columns.
    pub fn new(lines: [Record<'a>; 3], labels: &[&str]) -> Result<Self, FormatError> {
        let [top, middle, last] = lines
            .map(|line| -> Vec<&'a str> { words(line.text).filter(|word| !labels.contains(word)).collect() });
        let count = last.len();
        for (row, line) in [&top, &middle].into_iter().zip(lines) {
            if row.len() != count {
                let expected = format!("{count} columns, as many as in the last line of the heading");
                return Err(line.error("heading", expected, line.text.trim()));
            }
        }
        let columns = top.into_iter().zip(middle).zip(last).map(|((a, b), c)| [a, b, c]).collect();
        Ok(Self { columns, record: lines[2] })
    }

    /// Place of the column with these words from the top down.
    ///
    /// # Errors
    /// No such column.
    pub fn column(&self, words: [&str; 3]) -> Result<usize, FormatError> {
        self.columns.iter().position(|column| *column == words).ok_or_else(|| {
            let expected = format!("a column headed {}", words.join(" "));
            self.record.error("heading", expected, self.record.text.trim())
        })
    }

    /// A row of values, one for each column.
    ///
    /// # Errors
    /// Another number of values.
    pub fn row(&self, record: Record<'a>) -> Result<Row<'a>, FormatError> {
        Row::new(record, self.columns.len())
    }
}

/// Words separated by two blanks or more.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split("  ").map(str::trim).filter(|word| !word.is_empty())
}
