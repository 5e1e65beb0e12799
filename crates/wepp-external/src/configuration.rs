//! Errors of configuring an executable.

use headwaters_engine::ExternalFailure;

/// Refusal of an executable.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigurationError {
    /// The file is missing or not readable.
    #[error("{path}: {reason}")]
    NotReadable {
        /// The executable.
        path: String,
        /// Error of the system.
        reason: String,
    },
    /// The program starts, but does not behave like WEPP.
    #[error("{path} is not a WEPP executable of a known version: {detail}")]
    NotWepp {
        /// The executable.
        path: String,
        /// Observed behaviour.
        detail: String,
    },
    /// The program runs the built-in hillslope, but its outputs have another layout.
    #[error("{path} writes outputs of an unknown layout: {detail}")]
    UnknownLayout {
        /// The executable.
        path: String,
        /// File, line and what was expected.
        detail: String,
    },
    /// The program did not finish the built-in hillslope.
    #[error("{path} fails on the built-in hillslope: {failure}: {detail}")]
    ProbeFailed {
        /// The executable.
        path: String,
        /// Class of the failure.
        failure: ExternalFailure,
        /// Evidence.
        detail: String,
    },
}
