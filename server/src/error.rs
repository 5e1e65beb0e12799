//! Errors at the HTTP boundary.
//!
//! Handlers return [`ApiFailure`]; it is made by the small constructors below, each for one meaning. Errors that
//! are nobody's fault but ours ([`StoreError`], I/O) convert by `?`: they are logged here, once, and the client
//! sees only `internal`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use headwaters_domain::{ApiError, ErrorBody, FieldError};

use crate::store::{StoreError, TransitionError};

/// A response that is not a success.
#[derive(Debug)]
pub struct ApiFailure {
    status: StatusCode,
    body: ErrorBody,
}

/// Result of a handler.
pub type ApiResult<T> = Result<T, ApiFailure>;

impl ApiFailure {
    /// A failure with a status, a stable code and a sentence.
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let body =
            ErrorBody { code: code.to_owned(), message: message.into(), details: None, fields: Vec::new() };
        Self { status, body }
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// 400: the request cannot be read.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// 401: nobody is signed in.
    pub fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", "sign in first")
    }

    /// 404.
    pub fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// 409.
    pub fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// 422.
    pub fn unprocessable(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    /// 422 with faults of single fields.
    pub fn fields(code: &str, fields: Vec<FieldError>) -> Self {
        let message = fields.first().map_or_else(String::new, |field| field.message.clone());
        let mut failure = Self::unprocessable(code, message);
        failure.body.fields = fields;
        failure
    }

    /// 413: more than the limit.
    pub fn too_large(limit_bytes: u64) -> Self {
        let megabytes = limit_bytes as f64 / (1024.0 * 1024.0);
        let message = format!("the file is larger than the limit of {megabytes:.0} MB ({limit_bytes} bytes)");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    /// 500: our fault; the cause is logged, not shown.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        let message = "the server could not do this; its log says why";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }

    /// The same failure with details.
    pub fn with_details(mut self, details: impl serde::Serialize) -> Self {
        self.body.details = serde_json::to_value(details).ok();
        self
    }
}

impl std::fmt::Display for ApiFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.body.message, self.body.code)
    }
}

impl std::error::Error for ApiFailure {}

impl IntoResponse for ApiFailure {
    fn into_response(self) -> Response {
        (self.status, Json(ApiError { error: self.body })).into_response()
    }
}

impl From<StoreError> for ApiFailure {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}

impl From<TransitionError> for ApiFailure {
    fn from(error: TransitionError) -> Self {
        Self::internal(&error)
    }
}

impl From<std::io::Error> for ApiFailure {
    fn from(error: std::io::Error) -> Self {
        Self::internal(&error)
    }
}

impl From<serde_json::Error> for ApiFailure {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(&error)
    }
}
