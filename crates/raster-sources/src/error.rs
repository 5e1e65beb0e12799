//! Errors of raster sources.

use std::io;

use headwaters_raster::{CrsError, GeoTiffError, ReprojectError};

use crate::MissingArea;

/// Failure of reading a raster from a source.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The configuration cannot be used.
    #[error("raster source configuration: {0}")]
    Config(String),
    /// The target reaches beyond the data.
    #[error("the area leaves the data of {name}: {missing}")]
    OutsideData {
        /// The source.
        name: String,
        /// The missing area.
        missing: MissingArea,
    },
    /// The request is larger than allowed.
    #[error(
        "{name}: the request needs {needed}, more than the limit of {limit}; use a smaller area, larger cells or a higher limit"
    )]
    TooLarge {
        /// The source.
        name: String,
        /// Size of the request.
        needed: String,
        /// The limit.
        limit: String,
    },
    /// The shared download limit of several reads is exhausted.
    #[error(
        "{name}: {spent} have been downloaded and {needed} more would pass the limit of {limit} for all rasters together; use a smaller area, larger cells or a higher limit"
    )]
    AccountSpent {
        /// The address.
        name: String,
        /// Amount downloaded before.
        spent: String,
        /// Size of the request.
        needed: String,
        /// The limit.
        limit: String,
    },
    /// The server could not be reached or kept failing.
    #[error("{name} gave no valid response after {attempts} attempts: {reason}")]
    Unavailable {
        /// The address.
        name: String,
        /// Number of attempts.
        attempts: u32,
        /// The last failure.
        reason: String,
    },
    /// The server refused the request; trying again would not help.
    #[error("{name} refused the request (HTTP {status}): {message}")]
    Refused {
        /// The address.
        name: String,
        /// HTTP status.
        status: u16,
        /// Beginning of the answer.
        message: String,
    },
    /// Nothing is at the address.
    #[error("{name} does not exist (HTTP 404)")]
    NotFound {
        /// The address.
        name: String,
    },
    /// The file was replaced while it was being read.
    #[error("{name} changed while it was being read; run the task again")]
    Changed {
        /// The address.
        name: String,
    },
    /// The file is no readable raster.
    #[error("{name}: {error}")]
    Unreadable {
        /// The file or address.
        name: String,
        /// The fault.
        error: GeoTiffError,
    },
    /// The grids cannot be brought together.
    #[error(transparent)]
    Reproject(#[from] ReprojectError),
    /// A file or folder could not be read.
    #[error("{path}: {error}")]
    File {
        /// The path.
        path: String,
        /// Error of the system.
        error: io::Error,
    },
    /// The disk cache could not be used.
    #[error("raster cache at {path}: {error}")]
    Cache {
        /// The path.
        path: String,
        /// Error of the system.
        error: io::Error,
    },
}

impl From<CrsError> for SourceError {
    fn from(error: CrsError) -> Self {
        Self::Reproject(error.into())
    }
}

impl SourceError {
    /// Returns true if the same request may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Changed { .. })
    }

    /// Returns true if the fallback source may be used. Not when a shared limit is reached: the data of one read would
    /// depend on what others have read before it.
    pub(crate) fn allows_fallback(&self) -> bool {
        !matches!(self, Self::Config(_) | Self::Reproject(_) | Self::Cache { .. } | Self::AccountSpent { .. })
    }

    /// Carries this error through code that knows only I/O errors.
    pub(crate) fn into_io(self) -> io::Error {
        io::Error::other(self)
    }

    /// The error of reading `name`, unwrapped when it is one of ours that travelled as an I/O error.
    pub(crate) fn reading(name: &str, error: GeoTiffError) -> Self {
        match error {
            GeoTiffError::Io(error) => match error.downcast::<Self>() {
                Ok(ours) => ours,
                Err(error) => Self::Unreadable { name: name.to_owned(), error: GeoTiffError::Io(error) },
            },
            error => Self::Unreadable { name: name.to_owned(), error },
        }
    }
}
