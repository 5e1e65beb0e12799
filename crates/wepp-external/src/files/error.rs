//! Errors of writing inputs as WEPP's files.

use headwaters_wepp_formats::FormatError;

/// Failure to express inputs in WEPP's files.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FilesError {
    /// Something WEPP's layouts cannot express.
    #[error("WEPP's files cannot represent {0}")]
    Unsupported(String),
    /// A value a layout refuses.
    #[error(transparent)]
    Format(#[from] FormatError),
}
