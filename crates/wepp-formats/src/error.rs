use thiserror::Error;

/// Refusal of a WEPP file, with the place and the expected content.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}, line {line}, {field}: expected {expected}, found {found}")]
pub struct FormatError {
    /// Name of the file as given by the caller.
    pub file: String,
    /// 1-based line; 0 when a value is refused on writing.
    pub line: usize,
    /// The field that was being read, in WEPP's terms.
    pub field: String,
    /// Description of accepted content.
    pub expected: String,
    /// Content found.
    pub found: String,
}

impl FormatError {
    pub(crate) fn new(
        file: &str,
        line: usize,
        field: &str,
        expected: impl Into<String>,
        found: impl AsRef<str>,
    ) -> Self {
        Self {
            file: clip(file),
            line,
            field: field.to_owned(),
            expected: expected.into(),
            found: clip(found.as_ref()),
        }
    }

    pub(crate) fn on_write(
        kind: &str,
        field: &str,
        expected: impl Into<String>,
        found: impl AsRef<str>,
    ) -> Self {
        Self::new(kind, 0, field, expected, found)
    }
}

/// Hostile files can hold lines of any length; a message quotes at most 80 characters of one.
fn clip(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LONGEST).collect();
    short.push('…');
    short
}
