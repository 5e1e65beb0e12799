//! The one JSON error envelope: `{"error": {"code", "message", "details"?, "fields"?}}`.

use serde::{Deserialize, Serialize};

/// Body of every response that is not a success.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiError {
    /// The error.
    pub error: ErrorBody,
}

/// One error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// Stable, machine-readable code such as `batch_busy`.
    pub code: String,
    /// A sentence a user can act on.
    pub message: String,
    /// Anything else worth showing; shape depends on `code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
    /// Faults of single fields, for forms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
}

/// Fault of one field of a form or document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Name of the field, dotted for nested ones.
    pub path: String,
    /// Stable code.
    pub code: String,
    /// A sentence to show beside the field.
    pub message: String,
}

impl FieldError {
    /// A field error with the given parts.
    pub fn new(path: &str, code: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), code: code.to_owned(), message: message.into() }
    }
}
