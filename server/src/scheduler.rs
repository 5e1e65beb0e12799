//! The scheduler: reads reports, writes transitions, keeps the window of dispatched jobs full, sweeps.
//!
//! One loop, the only writer of task states beside the API's Run and Cancel; both go through the same
//! compare-and-set, so a second scheduler would be wasteful, not harmful.

mod dispatch;
mod reports;
mod sweep;

use std::time::Duration;

use headwaters_queue::{Queue, QueueError, Report};
use headwaters_scheduling::Policy;
use headwaters_store::{Actor, StoreError, TransitionError};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::app::AppState;

/// How often heartbeats are looked at.
const HEARTBEATS: Duration = Duration::from_secs(1);
/// How often everything is checked that a lost hint may have left behind.
const SWEEP: Duration = Duration::from_secs(5);
/// What leases have left when the server starts: three regular heartbeats.
const GRACE_MS: i64 = 6_000;
/// Pause after an error of Redis or the database.
const RECOVERY: Duration = Duration::from_millis(500);

/// What stops a round of the loop; the next round tries again.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Transition(#[from] TransitionError),
    #[error("files of a run: {0}")]
    Files(#[from] std::io::Error),
    #[error("document: {0}")]
    Document(#[from] serde_json::Error),
}

/// The scheduler's state: nothing that SQL does not know.
pub struct Scheduler {
    app: AppState,
    queue: Queue,
    policy: Policy,
    actor: Actor,
}

/// A batch of reports and the entries to forget once they are committed.
type Batch = Vec<(String, Option<Report>)>;

impl Scheduler {
    /// A scheduler over the app's store and a queue.
    pub fn new(app: AppState, queue: Queue) -> Self {
        Self { app, queue, policy: Policy::default(), actor: Actor::local("scheduler") }
    }

    /// Runs until the server goes down. Names of workers known to have ended come through `ended`.
    pub async fn run(self, mut ended: mpsc::UnboundedReceiver<String>) {
        // Workers that outlived a restart of the server show themselves within seconds.
        let grace_ms = self.lease_ms().min(GRACE_MS);
        if let Err(error) =
            self.app.store.renew_all_leases(Timestamp::now().as_millisecond() + grace_ms).await
        {
            tracing::error!(%error, "leases at start");
        }
        let (sender, mut reports) = mpsc::channel(1);
        let reader = tokio::spawn(read_reports(self.app.clone(), self.queue.clone(), sender));
        let mut next_heartbeats = Instant::now();
        let mut next_sweep = Instant::now();
        loop {
            let timer = tokio::time::sleep_until(next_heartbeats.min(next_sweep));
            let round = tokio::select! {
                () = self.app.shutdown.cancelled() => break,
                Some(batch) = reports.recv() => self.handle_reports(batch).await,
                Some(worker) = ended.recv() => self.worker_ended(&worker).await,
                () = self.app.wake_scheduler.notified() => self.nudge_cancelled().await,
                () = timer => {
                    if Instant::now() >= next_sweep {
                        next_sweep = Instant::now() + SWEEP;
                        self.sweep().await
                    } else {
                        next_heartbeats = Instant::now() + HEARTBEATS;
                        self.heartbeats().await
                    }
                }
            };
            let filled = match round {
                Ok(()) => self.fill_window().await,
                Err(error) => Err(error),
            };
            if let Err(error) = filled {
                tracing::warn!(%error, "scheduler");
                tokio::time::sleep(RECOVERY).await;
            }
        }
        reader.abort();
    }

    fn lease_ms(&self) -> i64 {
        self.app.settings.lease_s as i64 * 1000
    }
}

/// Reads reports over a connection of its own and hands them on in order. They leave the stream only after they
/// were committed, so after a restart the unfinished ones are read again.
async fn read_reports(app: AppState, queue: Queue, sender: mpsc::Sender<Batch>) {
    let mut after = "0".to_owned();
    while !app.shutdown.is_cancelled() {
        let read = async {
            let mut reader = queue.reader().await?;
            loop {
                let batch = reader.reports(&after).await?;
                if let Some((last, _)) = batch.last() {
                    after.clone_from(last);
                    if sender.send(batch).await.is_err() {
                        return Ok::<(), QueueError>(());
                    }
                }
            }
        };
        match read.await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(%error, "reports");
                tokio::time::sleep(RECOVERY).await;
            }
        }
    }
}
