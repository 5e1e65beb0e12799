//! Class and detail of failed runs.

use headwaters_engine::{EngineError, ExternalFailure};
use headwaters_wepp_formats::FormatError;

/// Class and detail of a failed run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    pub class: ExternalFailure,
    pub detail: String,
}

impl Failure {
    pub fn new(class: ExternalFailure, detail: impl Into<String>) -> Self {
        Self { class, detail: detail.into() }
    }

    pub fn named(self, hillslope: &str) -> EngineError {
        EngineError::External { hillslope: hillslope.to_owned(), failure: self.class, detail: self.detail }
    }
}

/// A file that fails at its end is cut short; one that fails before has another layout.
pub(crate) fn misread(error: &FormatError, text: &str) -> Failure {
    let class = if error.line >= text.lines().count() {
        ExternalFailure::TruncatedOutput
    } else {
        ExternalFailure::UnknownLayout
    };
    Failure::new(class, error.to_string())
}

/// Values that a file layout refuses, as a fault of the inputs.
pub(crate) fn refused(hillslope: &str, error: &FormatError) -> EngineError {
    EngineError::InvalidInput {
        hillslope: hillslope.to_owned(),
        field: format!("{}, {}", error.file, error.field),
        value: error.found.clone(),
        expected: error.expected.clone(),
    }
}
