//! Frames of the live websocket: one snapshot, then sequenced deltas.
//!
//! `GET /api/batches/{name}/live?after=<seq>&epoch=<epoch>` upgrades. The server first sends a [`Frame::Snapshot`]
//! (or, when it still knows everything since `after` of the same `epoch`, the missing [`Frame::Delta`]s), then
//! deltas, and a [`Frame::Beat`] every few seconds. A delta applies only if `from` equals the last `seq`
//! applied; otherwise the client reconnects without `after` and gets a snapshot.

use serde::{Deserialize, Serialize};

use crate::batch::{BatchState, RunCounts};
use crate::run::RunRow;

/// Close code of a websocket to a batch that does not exist: reconnecting is of no use.
pub const NO_SUCH_BATCH: u16 = 4404;

/// One message from server to browser, JSON text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Frame {
    /// The whole batch.
    Snapshot(Snapshot),
    /// Rows that changed since `from`.
    Delta(Delta),
    /// Nothing changed; the connection lives.
    Beat {
        /// Latest sequence number.
        seq: i64,
        /// Server time, milliseconds since 1970.
        at_ms: i64,
    },
}

/// The whole batch at one sequence number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Identifies the database; sequence numbers of different epochs cannot be compared.
    pub epoch: String,
    /// Sequence number up to which this is true.
    pub seq: i64,
    /// Server time, milliseconds since 1970.
    pub at_ms: i64,
    /// State of the batch.
    pub state: BatchState,
    /// Runs per state.
    pub counts: RunCounts,
    /// Median seconds of finished runs and how many they were; the basis of the ETA.
    pub pace: Pace,
    /// Every run.
    pub runs: Vec<RunRow>,
}

/// Rows that changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delta {
    /// Sequence number this builds on.
    pub from: i64,
    /// Sequence number reached.
    pub seq: i64,
    /// Server time, milliseconds since 1970.
    pub at_ms: i64,
    /// State of the batch.
    pub state: BatchState,
    /// Runs per state (absolute, not increments).
    pub counts: RunCounts,
    /// Basis of the ETA.
    pub pace: Pace,
    /// Changed runs, whole; last value wins.
    pub runs: Vec<RunRow>,
}

/// Pace of the batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// Seconds of work (task durations added up) of the median finished run.
    pub median_run_s: Option<f64>,
    /// Finished runs behind the median.
    pub finished_runs: u32,
    /// Worker slots alive.
    pub worker_slots: u32,
}

impl Pace {
    /// Seconds until `remaining` runs are done, when there is a basis for saying so.
    pub fn eta_s(&self, remaining: u32) -> Option<f64> {
        let median_run_s = self.median_run_s?;
        (self.worker_slots > 0).then(|| median_run_s * f64::from(remaining) / f64::from(self.worker_slots))
    }
}
