//! Refusal of a whole file.

/// Refusal of a whole file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Stable code such as `not_json`.
    pub code: &'static str,
    /// Explanation, with the remedy where there is one.
    pub message: String,
    /// Line and column of the fault, counted from 1, when the file is not JSON.
    pub at: Option<(usize, usize)>,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), at: None }
    }
}
