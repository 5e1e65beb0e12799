//! The tasks of a run: one file per task, and what all of them share.

mod abstract_watershed;
mod build_channels;
mod build_subcatchments;
pub mod burn;
pub mod climate;
mod context;
mod downloads;
pub mod extent;
mod fetch_dem;
mod find_outlet;
mod landuse;
mod rasters;
pub mod soils;
mod watershed;
mod wepp;

use headwaters_domain::TaskKind;
use headwaters_domain::run::TaskError;

pub use context::{Cancel, RunInputs, TaskContext, TaskLog};

use crate::store::Finished;

/// Version of each task's implementation, in the order of [`TaskKind::ALL`]. Raise one when the same inputs give
/// other results: earlier successes are then repeated instead of kept.
pub const VERSIONS: [u32; TaskKind::ALL.len()] = [2, 2, 2, 2, 2, 2, 3, 3, 4];

/// Why a task did not finish.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskStop {
    /// It was told to stop.
    Cancelled,
    /// It failed.
    Failed(Box<TaskError>),
}

/// What a task returns.
pub type TaskResult<T = Finished> = Result<T, TaskStop>;

impl TaskStop {
    /// A failure that another attempt would only repeat.
    pub fn failed(code: &str, message: impl Into<String>) -> Self {
        let (code, message) = (code.to_owned(), message.into());
        Self::Failed(Box::new(TaskError { code, message, details: None, retryable: false }))
    }

    /// A failure that may not happen again: the disk, the network.
    pub fn retryable(code: &str, message: impl Into<String>) -> Self {
        let (code, message) = (code.to_owned(), message.into());
        Self::Failed(Box::new(TaskError { code, message, details: None, retryable: true }))
    }

    /// Adds what a program can use of the failure.
    #[must_use]
    pub fn with_details(mut self, details: serde_json::Value) -> Self {
        if let Self::Failed(error) = &mut self {
            error.details = Some(details);
        }
        self
    }
}

/// Turns library errors into task failures with a stable code.
pub trait OrFail<T> {
    /// The value, or a failure with `code` and the error's own words.
    fn or_fail(self, code: &str) -> TaskResult<T>;
    /// The value, or a failure that another attempt may mend.
    fn or_retry(self, code: &str) -> TaskResult<T>;
}

impl<T, E: std::fmt::Display> OrFail<T> for Result<T, E> {
    fn or_fail(self, code: &str) -> TaskResult<T> {
        self.map_err(|error| TaskStop::failed(code, error.to_string()))
    }

    fn or_retry(self, code: &str) -> TaskResult<T> {
        self.map_err(|error| TaskStop::retryable(code, error.to_string()))
    }
}

/// Runs one task in its attempt's folder.
pub fn execute(kind: TaskKind, context: &TaskContext) -> TaskResult {
    match kind {
        TaskKind::FetchDem => fetch_dem::run(context),
        TaskKind::BuildChannels => build_channels::run(context),
        TaskKind::FindOutlet => find_outlet::run(context),
        TaskKind::BuildSubcatchments => build_subcatchments::run(context),
        TaskKind::AbstractWatershed => abstract_watershed::run(context),
        TaskKind::Landuse => landuse::run(context),
        TaskKind::Soils => soils::run(context),
        TaskKind::Climate => climate::run(context),
        TaskKind::Wepp => wepp::run(context),
    }
}
