//! Errors at the HTTP boundary.
//!
//! Handlers return [`ApiFailure`]; it is made by the small constructors below, each for one meaning. Errors that
//! are no user's fault convert by `?`: they are logged once, and the client sees only `internal`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use headwaters_data_folder::FileNameError;
use headwaters_domain::{ApiError, ErrorBody};
use headwaters_services::{ErrorKind, ServiceError};
use headwaters_store::StoreError;

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

    /// 422.
    pub fn unprocessable(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    /// 500: a fault of the program or the machine; the cause is logged, not shown.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        ServiceError::internal(cause).into()
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

impl From<ServiceError> for ApiFailure {
    fn from(error: ServiceError) -> Self {
        let status = match error.kind {
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Conflict => StatusCode::CONFLICT,
            ErrorKind::Changed => StatusCode::PRECONDITION_FAILED,
            ErrorKind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status, body: *error.body }
    }
}

/// Errors that services convert: those that are no user's fault, and file names.
macro_rules! as_in_services {
    ($($error:ty),+) => {
        $(impl From<$error> for ApiFailure {
            fn from(error: $error) -> Self {
                ServiceError::from(error).into()
            }
        })+
    };
}

as_in_services!(StoreError, FileNameError, std::io::Error, serde_json::Error);
