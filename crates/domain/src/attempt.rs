//! Attempts: how tasks and attempts are addressed, and what a finished one leaves.

use serde::{Deserialize, Serialize};

use crate::results::RunResults;
use crate::task::TaskKind;

/// One task of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskAddress {
    /// Row id of the run.
    pub run: i64,
    /// Task of the run.
    pub kind: TaskKind,
}

/// One attempt at a task, as messages between scheduler and workers name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttemptId {
    /// Row id of the run.
    pub run: i64,
    /// Task of the run.
    pub kind: TaskKind,
    /// Number of the attempt, 1 for the first.
    pub attempt: u16,
}

impl AttemptId {
    /// The task.
    pub const fn address(self) -> TaskAddress {
        TaskAddress { run: self.run, kind: self.kind }
    }
}

/// Outcome of a successful attempt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// Small typed result for display.
    pub result: serde_json::Value,
    /// Fields of [`RunResults`] that this task knows.
    pub figures: RunResults,
}
