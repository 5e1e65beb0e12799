//! Reading and writing text by the rules of WEPP's Fortran: records, list-directed fields, `#` comments.
//!
//! Looking for a record, WEPP first skips blank lines and lines whose first visible character
//! is `#`; within a record, fields are separated by blanks or commas and strings are quoted.

use crate::error::FormatError;
use std::fmt::Write as _;

/// The lines of one file and the reading position.
pub(crate) struct Reader<'a> {
    file: &'a str,
    lines: Vec<&'a str>,
    next: usize,
}

/// One record: the line without its trailing comment.
#[derive(Clone, Copy)]
pub(crate) struct Record<'a> {
    pub file: &'a str,
    pub number: usize,
    pub text: &'a str,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, file: &'a str) -> Self {
        Self { file, lines: text.lines().collect(), next: 0 }
    }

    pub fn error(&self, field: &str, expected: impl Into<String>, found: impl AsRef<str>) -> FormatError {
        FormatError::new(self.file, self.next, field, expected, found)
    }

    /// The next line unchanged, blank or not.
    pub fn raw(&mut self, field: &str) -> Result<&'a str, FormatError> {
        let Some(line) = self.lines.get(self.next) else {
            return Err(FormatError::new(
                self.file,
                self.next + 1,
                field,
                "another line",
                "the end of the file",
            ));
        };
        self.next += 1;
        Ok(line)
    }

    pub fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.next).copied()
    }

    /// Comment lines at the reading position, without their `#`; blank lines are passed over.
    pub fn comments(&mut self) -> Vec<String> {
        let mut found = Vec::new();
        while let Some(line) = self.peek() {
            let line = line.trim();
            if let Some(comment) = line.strip_prefix('#') {
                found.push(comment.trim().to_owned());
            } else if !line.is_empty() {
                break;
            }
            self.next += 1;
        }
        found
    }

    /// The next line that is neither blank nor a comment, whole.
    pub fn visible_line(&mut self, field: &str) -> Result<&'a str, FormatError> {
        loop {
            let line = self.raw(field)?;
            let trimmed = line.trim();
            if !trimmed.is_empty() && !trimmed.starts_with('#') {
                return Ok(trimmed);
            }
        }
    }

    /// The next record, its trailing comment cut off.
    pub fn record(&mut self, field: &str) -> Result<Record<'a>, FormatError> {
        let line = self.visible_line(field)?;
        Ok(Record { file: self.file, number: self.next, text: without_comment(line) })
    }

    /// The next line, blank or not, as a record.
    pub fn raw_record(&mut self, field: &str) -> Result<Record<'a>, FormatError> {
        let text = self.raw(field)?;
        Ok(Record { file: self.file, number: self.next, text })
    }

    /// One integer alone on its record, within `range`.
    pub fn count(
        &mut self,
        field: &str,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, FormatError> {
        let mut fields = self.record(field)?.fields();
        let value = fields.count(field, range)?;
        fields.end(field)?;
        Ok(value)
    }

    /// One real number alone on its record.
    pub fn real(&mut self, field: &str) -> Result<f64, FormatError> {
        let mut fields = self.record(field)?.fields();
        let value = fields.real(field)?;
        fields.end(field)?;
        Ok(value)
    }

    /// `N` reals on one record.
    pub fn reals<const N: usize>(&mut self, names: [&str; N]) -> Result<[f64; N], FormatError> {
        let mut fields = self.record(names.first().unwrap_or(&"record"))?.fields();
        let mut values = [0.0; N];
        for (value, name) in values.iter_mut().zip(names) {
            *value = fields.real(name)?;
        }
        fields.end(names.last().unwrap_or(&"record"))?;
        Ok(values)
    }

    /// `count` reals, running on over as many lines as they need.
    pub fn running_reals(&mut self, field: &str, count: usize) -> Result<Vec<f64>, FormatError> {
        let mut values = Vec::new();
        while values.len() < count {
            let mut fields = self.record(field)?.fields();
            while values.len() < count && !fields.is_empty() {
                values.push(fields.real(field)?);
            }
            fields.end(field)?;
        }
        Ok(values)
    }

    /// Refuses anything but blank lines and comments up to the end of the file.
    pub fn finish(&mut self, what: &str) -> Result<(), FormatError> {
        self.comments();
        match self.peek() {
            None => Ok(()),
            Some(line) => {
                self.next += 1;
                Err(self.error(what, "the end of the file", line.trim()))
            }
        }
    }
}

impl<'a> Record<'a> {
    pub fn fields(self) -> Fields<'a> {
        Fields { record: self, rest: self.text }
    }

    pub fn error(&self, field: &str, expected: impl Into<String>, found: impl AsRef<str>) -> FormatError {
        FormatError::new(self.file, self.number, field, expected, found)
    }
}

/// The fields of one record that have not been read yet.
#[derive(Clone)]
pub(crate) struct Fields<'a> {
    record: Record<'a>,
    rest: &'a str,
}

impl<'a> Fields<'a> {
    fn skip_separators(&mut self) {
        self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }

    pub fn is_empty(&mut self) -> bool {
        self.skip_separators();
        self.rest.is_empty()
    }

    /// The fields not yet read, trimmed.
    pub fn remainder(self) -> &'a str {
        self.rest.trim()
    }

    fn error(&self, field: &str, expected: impl Into<String>, found: impl AsRef<str>) -> FormatError {
        self.record.error(field, expected, found)
    }

    pub fn word(&mut self, field: &str, expected: &str) -> Result<&'a str, FormatError> {
        self.skip_separators();
        if self.rest.is_empty() {
            return Err(self.error(field, expected, "the end of the line"));
        }
        let end = self.rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(word)
    }

    pub fn real(&mut self, field: &str) -> Result<f64, FormatError> {
        let word = self.word(field, "a number")?;
        parse_real(word).ok_or_else(|| self.error(field, "a number", word))
    }

    /// A real within `low..=high`.
    pub fn real_in(&mut self, field: &str, low: f64, high: f64) -> Result<f64, FormatError> {
        let value = self.real(field)?;
        if value < low || value > high {
            let expected = if high.is_finite() {
                format!("a number from {low} to {high}")
            } else {
                format!("a number of at least {low}")
            };
            return Err(self.error(field, expected, value.to_string()));
        }
        Ok(value)
    }

    pub fn integer(&mut self, field: &str) -> Result<i64, FormatError> {
        let word = self.word(field, "a whole number")?;
        word.parse().map_err(|_| self.error(field, "a whole number", word))
    }

    pub fn count(
        &mut self,
        field: &str,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, FormatError> {
        let value = self.integer(field)?;
        usize::try_from(value).ok().filter(|v| range.contains(v)).ok_or_else(|| {
            let expected = format!("a whole number from {} to {}", range.start(), range.end());
            self.error(field, expected, value.to_string())
        })
    }

    /// A string in single or double quotes, or a bare word.
    pub fn string(&mut self, field: &str) -> Result<String, FormatError> {
        self.skip_separators();
        let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
            return Ok(self.word(field, "a string")?.to_owned());
        };
        let inner = &self.rest[1..];
        let Some(end) = inner.find(quote) else {
            return Err(self.error(field, "a closing quote", self.rest));
        };
        self.rest = &inner[end + 1..];
        Ok(inner[..end].trim().to_owned())
    }

    pub fn end(&mut self, after: &str) -> Result<(), FormatError> {
        self.skip_separators();
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.error(after, "nothing more on this line", self.rest))
    }
}

/// A Fortran real: `1`, `1.`, `.5`, `1.5E-3`, `1.5D-3`; never infinite or not-a-number.
pub(crate) fn parse_real(word: &str) -> Option<f64> {
    let numeric = word
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E' | b'd' | b'D'));
    if !numeric {
        return None;
    }
    let value: f64 = if word.contains(['d', 'D']) {
        word.replace(['d', 'D'], "e").parse().ok()?
    } else {
        word.parse().ok()?
    };
    value.is_finite().then_some(value)
}

/// Cuts a trailing comment, leaving a `#` inside quotes alone.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(q), c) if c == q => quote = None,
            (None, '#') => return line[..at].trim_end(),
            _ => {}
        }
    }
    line
}

/// Builds a file and refuses what could not be read back.
pub(crate) struct Writer {
    kind: &'static str,
    text: String,
    line_open: bool,
}

impl Writer {
    pub fn new(kind: &'static str) -> Self {
        Self { kind, text: String::new(), line_open: false }
    }

    pub fn error(&self, field: &str, expected: impl Into<String>, found: impl AsRef<str>) -> FormatError {
        FormatError::on_write(self.kind, field, expected, found)
    }

    fn separate(&mut self) {
        if self.line_open {
            self.text.push(' ');
        }
        self.line_open = true;
    }

    pub fn real(&mut self, field: &str, value: f64) -> Result<&mut Self, FormatError> {
        if !value.is_finite() {
            return Err(self.error(field, "a finite number", value.to_string()));
        }
        self.separate();
        write_real(&mut self.text, value);
        Ok(self)
    }

    pub fn reals<const N: usize>(&mut self, fields: [(&str, f64); N]) -> Result<&mut Self, FormatError> {
        for (field, value) in fields {
            self.real(field, value)?;
        }
        Ok(self.end())
    }

    pub fn integer(&mut self, value: impl std::fmt::Display) -> &mut Self {
        self.separate();
        // Writing into a String cannot fail.
        let _ = write!(self.text, "{value}");
        self
    }

    /// A quoted string.
    pub fn quoted(&mut self, field: &str, value: &str) -> Result<&mut Self, FormatError> {
        if value.trim() != value || value.contains(['\'', '\n', '\r']) {
            return Err(self.error(field, "text without apostrophe, line break or outer blanks", value));
        }
        self.separate();
        let _ = write!(self.text, "'{value}'");
        Ok(self)
    }

    pub fn end(&mut self) -> &mut Self {
        self.text.push('\n');
        self.line_open = false;
        self
    }

    /// A line that the reader looks for past blanks and comments.
    pub fn visible_line(&mut self, field: &str, value: &str) -> Result<&mut Self, FormatError> {
        if value.is_empty() || value.starts_with('#') || value.trim() != value || value.contains(['\n', '\r'])
        {
            return Err(self.error(field, "one non-empty line without leading # or outer blanks", value));
        }
        self.text.push_str(value);
        Ok(self.end())
    }

    /// A line that the reader takes unchanged.
    pub fn raw_line(&mut self, field: &str, value: &str) -> Result<&mut Self, FormatError> {
        if value.trim() != value || value.contains(['\n', '\r']) {
            return Err(self.error(field, "one line without outer blanks", value));
        }
        self.text.push_str(value);
        Ok(self.end())
    }

    pub fn comments(&mut self, comments: &[String]) -> Result<&mut Self, FormatError> {
        for comment in comments {
            if comment.trim() != comment || comment.contains(['\n', '\r']) {
                return Err(self.error("comment", "one line without outer blanks", comment));
            }
            let gap = if comment.is_empty() { "" } else { " " };
            let _ = writeln!(self.text, "#{gap}{comment}");
        }
        Ok(self)
    }

    pub fn finish(self) -> String {
        self.text
    }
}

/// Shortest text that reads back as the same number, in plain or exponent notation.
fn write_real(text: &mut String, value: f64) {
    let magnitude = value.abs();
    let _ = if magnitude != 0.0 && !(1e-6..1e15).contains(&magnitude) {
        write!(text, "{value:e}")
    } else {
        write!(text, "{value}")
    };
}
