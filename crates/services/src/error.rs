//! Errors of the services.

use std::fmt::Display;

use headwaters_data_folder::FileNameError;
use headwaters_domain::{ErrorBody, FieldError};
use headwaters_store::{StoreError, TransitionError};

/// Result of a service.
pub type ServiceResult<T> = Result<T, ServiceError>;

/// Class of an error; the API answers each with a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The thing addressed does not exist.
    NotFound,
    /// The state of the batch does not allow it now.
    Conflict,
    /// The document changed since the caller read it.
    Changed,
    /// The input is readable, and not acceptable.
    Unprocessable,
    /// The input exceeds a limit.
    TooLarge,
    /// A fault of the program or the machine; the cause is in the log.
    Internal,
}

/// An error with a stable code and a sentence a user can act on.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceError {
    /// Class of the error.
    pub kind: ErrorKind,
    /// Code, sentence, details, faults of single fields.
    pub body: Box<ErrorBody>,
}

impl ServiceError {
    fn new(kind: ErrorKind, code: &str, message: impl Into<String>) -> Self {
        let (code, message) = (code.to_owned(), message.into());
        Self { kind, body: Box::new(ErrorBody { code, message, details: None, fields: Vec::new() }) }
    }

    /// The thing addressed does not exist.
    pub fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, code, message)
    }

    /// The state of the batch does not allow it now.
    pub fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, code, message)
    }

    /// The document changed since the caller read it.
    pub fn changed(code: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Changed, code, message)
    }

    /// The input is readable, and not acceptable.
    pub fn unprocessable(code: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unprocessable, code, message)
    }

    /// Faults of single fields; the first is the sentence.
    pub fn fields(code: &str, fields: Vec<FieldError>) -> Self {
        let message = fields.first().map_or_else(String::new, |field| field.message.clone());
        let mut error = Self::unprocessable(code, message);
        error.body.fields = fields;
        error
    }

    /// A file exceeds the limit.
    pub fn too_large(limit_bytes: u64) -> Self {
        let megabytes = limit_bytes as f64 / (1024.0 * 1024.0);
        let message = format!("the file is larger than the limit of {megabytes:.0} MB ({limit_bytes} bytes)");
        Self::new(ErrorKind::TooLarge, "too_large", message)
    }

    /// A fault of the program or the machine; the cause is logged here, not shown.
    pub fn internal(cause: &dyn Display) -> Self {
        tracing::error!(%cause, "request failed");
        Self::new(ErrorKind::Internal, "internal", "the server could not do this; its log says why")
    }

    /// The same error with details.
    #[must_use]
    pub fn with_details(mut self, details: impl serde::Serialize) -> Self {
        self.body.details = serde_json::to_value(details).ok();
        self
    }
}

impl Display for ServiceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.body.message, self.body.code)
    }
}

impl std::error::Error for ServiceError {}

impl From<FileNameError> for ServiceError {
    fn from(error: FileNameError) -> Self {
        Self::unprocessable("file_name", error.to_string())
    }
}

/// Errors that are no user's fault.
macro_rules! internal {
    ($($error:ty),+) => {
        $(impl From<$error> for ServiceError {
            fn from(error: $error) -> Self {
                Self::internal(&error)
            }
        })+
    };
}

internal!(StoreError, TransitionError, std::io::Error, serde_json::Error);
