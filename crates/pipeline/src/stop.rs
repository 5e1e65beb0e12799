//! How a task ends without a result.

use headwaters_domain::Finished;
use headwaters_domain::run::TaskError;

/// Reason why a task did not finish.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskStop {
    /// It was told to stop.
    Cancelled,
    /// It failed.
    Failed(Box<TaskError>),
}

/// Result of a task.
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
