use std::fmt;

/// A fault of a template, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// A sentence for the editor.
    pub message: String,
    /// First byte of the fault in the trimmed template.
    pub start: usize,
    /// Byte after the fault.
    pub end: usize,
}

impl TemplateError {
    pub(crate) fn at(start: usize, end: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), start, end }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TemplateError {}
