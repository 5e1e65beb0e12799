//! Operations on batches: what the API's handlers and the command line share. Who may call them, and how answers travel,
//! is for the caller.
#![warn(missing_docs)]

pub mod batches;
pub mod mirror;
pub mod submission;
pub mod tables;
pub mod uploads;

mod error;
mod services;

pub use error::{ErrorKind, ServiceError, ServiceResult};
pub use services::{Services, UploadLimits};
