//! One run: a watershed on its way through the tasks.

use serde::{Deserialize, Serialize};

use crate::results::RunResults;
use crate::task::{TaskKind, TaskState};

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

/// One row of the runs × tasks grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// Small integer that never changes: the key in live deltas.
    pub key: u32,
    /// Index of the feature in the uploaded file.
    pub index: u32,
    /// Run id made by the template.
    pub run_id: String,
    /// Area of the uploaded polygon, km².
    pub area_km2: f64,
    /// State per task, in the order of [`TaskKind::ALL`].
    pub tasks: Vec<TaskState>,
    /// Number of the latest attempt per task (0 = none yet).
    pub attempts: Vec<u16>,
    /// Code of the latest error, when a task failed: groups equal failures. `outlet_changed` when every task is done
    /// but the outlet was changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Sentence of the latest error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Start of the first task of the latest submission, milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_ms: Option<i64>,
    /// End of the last task of the latest submission, milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_ms: Option<i64>,
    /// Outlet found so far, lon/lat in degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlet: Option<[f64; 2]>,
}

impl RunRow {
    /// State of the run.
    pub fn state(&self) -> RunState {
        RunState::derive(&self.tasks)
    }
}

/// Everything about one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunDetail {
    /// The grid's row.
    pub row: RunRow,
    /// Feature id and properties as uploaded.
    pub feature_id: Option<String>,
    /// Properties of the uploaded feature.
    pub properties: serde_json::Map<String, serde_json::Value>,
    /// One entry per task, in the order of [`TaskKind::ALL`].
    pub tasks: Vec<TaskDetail>,
    /// Files the run has published.
    pub artefacts: Vec<Artefact>,
    /// Results so far.
    pub results: RunResults,
    /// Outlet given by an admin, lon/lat in degrees.
    pub outlet_override: Option<[f64; 2]>,
}

/// One task of a run with its attempts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskDetail {
    /// The task.
    pub kind: TaskKind,
    /// Its state.
    pub state: TaskState,
    /// Reason why it waits, when it does ("needs Find outlet", "3 tasks ahead in the queue", …).
    pub waiting_for: Option<String>,
    /// Attempts, oldest first.
    pub attempts: Vec<AttemptDetail>,
    /// Small typed result as stored in SQL, for display as key and value.
    pub result: Option<serde_json::Value>,
}

/// One attempt at a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptDetail {
    /// 1 for the first.
    pub number: u16,
    /// `running`, `succeeded`, `failed`, `lost` or `cancelled`.
    pub outcome: String,
    /// Worker that had the lease.
    pub worker: String,
    /// Start, milliseconds since 1970.
    pub started_ms: i64,
    /// End, milliseconds since 1970.
    pub ended_ms: Option<i64>,
    /// Error, when it failed.
    pub error: Option<TaskError>,
}

/// Error of a failed attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskError {
    /// Stable code such as `polygon_leaves_dem`.
    pub code: String,
    /// A sentence a user can act on.
    pub message: String,
    /// Anything else worth showing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
    /// True when another attempt may succeed (network, lost worker); false for bad input.
    pub retryable: bool,
}

/// A file in the run directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artefact {
    /// Path relative to the run directory, with `/`.
    pub path: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Task that published it.
    pub task: TaskKind,
}

/// A piece of a task's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogChunk {
    /// Text from the asked offset on.
    pub text: String,
    /// Offset to ask for next, bytes.
    pub next_offset: u64,
    /// True when the attempt has ended and no more text will come.
    pub complete: bool,
}
