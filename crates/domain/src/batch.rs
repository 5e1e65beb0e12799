//! Batches.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::intake::WatershedsInfo;
use crate::name::BatchName;
use crate::run::RunState;
use crate::task::TaskSet;
use crate::template::{TemplateReport, TemplateStatus};

/// A stored config as the create page lists it. An invalid one is listed with its error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigSummary {
    /// File name without `.toml`.
    pub name: String,
    /// One line.
    pub description: String,
    /// Reason why it cannot be used.
    pub error: Option<String>,
}

/// Body of `POST /api/batches`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateBatch {
    /// Wanted name; checked by [`BatchName::parse`].
    pub name: String,
    /// Config to begin with.
    pub config: String,
}

/// State of a batch, derived from its runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// Nothing submitted.
    Idle,
    /// At least one run is not finished.
    Active,
    /// All submitted runs succeeded.
    Completed,
    /// Everything ended and at least one run failed.
    Failed,
    /// Everything ended, none failed, and at least one was cancelled.
    Cancelled,
}

impl BatchState {
    /// The batch's state as the counts of its runs imply it.
    pub fn derive(counts: &RunCounts) -> Self {
        let of = |state| counts.get(&state).copied().unwrap_or(0);
        if of(RunState::Pending) + of(RunState::Running) > 0 {
            BatchState::Active
        } else if of(RunState::Failed) > 0 {
            BatchState::Failed
        } else if of(RunState::Cancelled) > 0 {
            BatchState::Cancelled
        } else if of(RunState::Succeeded) > 0 {
            BatchState::Completed
        } else {
            BatchState::Idle
        }
    }
}

/// Number of runs per state.
pub type RunCounts = BTreeMap<RunState, u32>;

/// A batch as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchSummary {
    /// Its name.
    pub name: BatchName,
    /// Config it was made from.
    pub config: String,
    /// User who made it.
    pub created_by: String,
    /// Time of creation, milliseconds since 1970.
    pub created_ms: i64,
    /// State.
    pub state: BatchState,
    /// Runs per state.
    pub counts: RunCounts,
}

/// Everything the batch page needs at first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchDetail {
    /// The part that lists show.
    #[serde(flatten)]
    pub summary: BatchSummary,
    /// Uploaded polygons.
    pub watersheds: Option<WatershedsInfo>,
    /// Current template text, empty at first.
    pub template: String,
    /// Latest server report on it.
    pub template_report: Option<TemplateReport>,
    /// Validity of that report.
    pub template_status: TemplateStatus,
    /// Selected tasks.
    pub tasks: TaskSet,
    /// True when tasks run again although they are up to date.
    pub force_rebuild: bool,
    /// Reason why Run is disabled, when it is.
    pub run_blocked: Option<String>,
    /// Workers alive now (for the ETA's basis).
    pub worker_slots: u32,
}

/// Body of `PUT /api/batches/{name}/tasks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskSelection {
    /// Selected tasks.
    pub tasks: TaskSet,
    /// True when tasks run again although they are up to date.
    pub force_rebuild: bool,
}

/// One entry of the audit trail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Sequence number, ascending.
    pub seq: i64,
    /// Time, milliseconds since 1970.
    pub at_ms: i64,
    /// Actor: a user's name, `scheduler` or a worker.
    pub who: String,
    /// Network address, when it came over the network.
    pub address: Option<String>,
    /// Event, for example `watersheds_uploaded`.
    pub event: String,
    /// Reason, when one was given.
    pub reason: Option<String>,
    /// SHA-256 of the payload, hex.
    pub payload_hash: Option<String>,
    /// A sentence.
    pub summary: String,
}
