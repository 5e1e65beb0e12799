//! Messages between scheduler and workers.

use headwaters_domain::run::TaskError;
use headwaters_domain::{AttemptId, Finished};
use serde::{Deserialize, Serialize};

/// A job for the workers. Everything else lies in the run's folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The attempt.
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

/// Report of a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The attempt.
    pub id: AttemptId,
    /// Name of the worker.
    pub worker: String,
    /// Outcome so far.
    pub outcome: Outcome,
}

/// Event of an attempt.
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

/// Heartbeat of a worker.
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

/// Request to one worker to stop one attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopRequest {
    /// Name of the worker.
    pub worker: String,
    /// The attempt.
    pub id: AttemptId,
}
