//! What the messages say.

use headwaters_domain::TaskKind;
use headwaters_domain::run::TaskError;
use serde::{Deserialize, Serialize};

use crate::store::{Finished, TaskAddress};

/// An attempt, as messages name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttemptId {
    /// Row id of the run.
    pub run: i64,
    /// Which task.
    pub kind: TaskKind,
    /// Which attempt.
    pub attempt: u16,
}

impl AttemptId {
    /// The task.
    pub fn address(self) -> TaskAddress {
        TaskAddress { run: self.run, kind: self.kind }
    }
}

/// A job for the workers. Everything else lies in the run's folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Which attempt.
    pub id: AttemptId,
    /// Batch name.
    pub batch: String,
    /// Run id.
    pub run_id: String,
}

/// A job as delivered to one worker.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Id of the stream entry.
    pub entry: String,
    /// The job.
    pub job: Job,
}

/// What a worker reports.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Which attempt.
    pub id: AttemptId,
    /// Which worker.
    pub worker: String,
    /// What happened.
    pub outcome: Outcome,
}

/// What happened to an attempt.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Outcome {
    /// It began; `entry` is the delivery to acknowledge.
    Started {
        /// Id of the stream entry.
        entry: String,
    },
    /// It is done; its folder waits for publication.
    Finished(Box<Finished>),
    /// It failed.
    Failed(TaskError),
    /// It stopped as it was told.
    Stopped,
}

/// A worker's sign of life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// Name of the worker, never reused.
    pub id: String,
    /// Host.
    pub host: String,
    /// Process id.
    pub pid: u32,
    /// Tasks it runs at once.
    pub slots: u16,
    /// When it started, milliseconds since 1970.
    pub started_ms: i64,
    /// Attempts it holds.
    pub held: Vec<AttemptId>,
}

/// Tells one worker to let go of one attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopNudge {
    /// Which worker.
    pub worker: String,
    /// Which attempt.
    pub id: AttemptId,
}
