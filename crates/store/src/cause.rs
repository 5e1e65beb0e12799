//! Causes of transitions.

use headwaters_domain::Finished;
use headwaters_domain::run::TaskError;

/// Why a transition happened: what is written beside the state.
#[derive(Clone, Debug)]
pub enum Cause {
    /// Put into the dispatch stream.
    Dispatched,
    /// A worker took the lease.
    Started {
        /// The worker.
        worker: String,
        /// When the lease ends unless a heartbeat extends it.
        lease_until_ms: i64,
    },
    /// Finished.
    Finished(Box<Finished>),
    /// Failed.
    Failed(TaskError),
    /// Stopped on request.
    Stopped,
    /// The worker vanished.
    Lost,
    /// Anything that concerns only states: a pause is over, a user cancelled.
    Plain,
}
