//! Types and decisions shared by browser and server: batches, runs, tasks, API documents.
//!
//! Everything here is plain data and pure functions. The crate compiles to WebAssembly, so that the browser
//! shows the very numbers the server acts on.
#![warn(missing_docs)]

pub mod account;
pub mod attempt;
pub mod batch;
pub mod controls;
pub mod error;
pub mod extent;
pub mod intake;
pub mod live;
pub mod name;
pub mod plan;
pub mod results;
pub mod run;
pub mod table;
pub mod task;
pub mod template;

pub use attempt::{AttemptId, Finished, TaskAddress};
pub use error::{ApiError, ErrorBody, FieldError};
pub use name::{BatchName, NameError};
pub use table::{TableDescriptor, TableDocument, TableKind, TableOrigin};
pub use task::{TaskDescriptor, TaskKind, TaskSet, TaskState};
