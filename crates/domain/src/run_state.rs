//! State of a run.

use serde::{Deserialize, Serialize};

use crate::task::TaskState;

/// State of a run, derived from the states of its tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Never submitted.
    Idle,
    /// Submitted, nothing started yet.
    Pending,
    /// Something runs, or some tasks are done and others wait.
    Running,
    /// Every submitted task is done.
    Succeeded,
    /// A task failed and nothing else can go on.
    Failed,
    /// Stopped by a user.
    Cancelled,
}

impl RunState {
    /// Every state, in the order in which the dashboard lists them.
    pub const ALL: [RunState; 6] = [
        RunState::Running,
        RunState::Failed,
        RunState::Pending,
        RunState::Cancelled,
        RunState::Succeeded,
        RunState::Idle,
    ];

    /// Stable identifier in SQL, URLs and JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            RunState::Idle => "idle",
            RunState::Pending => "pending",
            RunState::Running => "running",
            RunState::Succeeded => "succeeded",
            RunState::Failed => "failed",
            RunState::Cancelled => "cancelled",
        }
    }

    /// The state with this slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }

    /// The run's state as its tasks' states imply it.
    pub fn derive(tasks: &[TaskState]) -> Self {
        let any = |wanted: fn(TaskState) -> bool| tasks.iter().any(|state| wanted(*state));
        let active = any(|state| !state.is_terminal());
        let started =
            any(|state| matches!(state, TaskState::Running | TaskState::RetryWait) || state.satisfies());
        if active {
            return if started { RunState::Running } else { RunState::Pending };
        }
        if any(|state| matches!(state, TaskState::Failed | TaskState::UpstreamFailed)) {
            RunState::Failed
        } else if any(|state| state == TaskState::Cancelled) {
            RunState::Cancelled
        } else if any(TaskState::satisfies) {
            RunState::Succeeded
        } else {
            RunState::Idle
        }
    }
}
