//! A worker process: takes jobs, runs tasks, reports. It reads the run's folder and Redis, never SQL.

mod attempt;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use futures_util::StreamExt;
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::clock::now_ms;
use crate::files::Layout;
use crate::queue::{AttemptId, Heartbeat, Queue};
use crate::serve::QueueAddress;
use crate::settings::Settings;
use crate::tasks::Cancel;

/// Pause after an error of Redis.
const RECOVERY: Duration = Duration::from_millis(500);

/// A running worker.
struct Worker {
    id: String,
    slots: u16,
    started_ms: i64,
    settings: Settings,
    layout: Layout,
    queue: Queue,
    /// Attempts it holds, with the way to stop them.
    held: Mutex<BTreeMap<AttemptId, Cancel>>,
    going_down: CancellationToken,
}

/// Runs a worker until it is interrupted, or until standard input closes when `watch_stdin`: the server that
/// started it has ended then.
pub async fn run(settings: Settings, id: Option<String>, watch_stdin: bool) -> anyhow::Result<()> {
    let layout = Layout::new(&settings.data)?;
    let address =
        QueueAddress::read(&settings).context("find the server's queue; has it been started once?")?;
    let queue = Queue::new(&address.redis_url, &address.epoch)?;
    let worker = Arc::new(Worker {
        id: id.unwrap_or_else(new_id),
        slots: settings.slots,
        started_ms: now_ms(),
        settings,
        layout,
        queue,
        held: Mutex::default(),
        going_down: CancellationToken::new(),
    });
    tracing::info!(id = %worker.id, slots = worker.slots, "worker");
    let beats = tokio::spawn(beat(worker.clone()));
    let nudges = tokio::spawn(listen(worker.clone()));
    let jobs = tokio::spawn(take_jobs(worker.clone()));
    tokio::select! {
        result = crate::serve::interrupted() => result?,
        () = stdin_closed(), if watch_stdin => {}
    }
    // Running attempts are given back by saying so: the scheduler need not wait for their leases.
    worker.going_down.cancel();
    for cancel in worker.held().values() {
        cancel.request();
    }
    jobs.abort();
    nudges.abort();
    beats.abort();
    let _ = tokio::time::timeout(Duration::from_secs(2), worker.queue.forget_worker(&worker.id)).await;
    // Tasks run on threads that cannot be stopped from outside; the process ends with them.
    std::process::exit(0);
}

/// A name that is never used again.
pub fn new_id() -> String {
    let host = host();
    let random: String = crate::random::token().chars().filter(char::is_ascii_alphanumeric).take(6).collect();
    format!("{host}-{}-{random}", std::process::id())
}

/// Name of this machine, as far as it can be part of a file name.
fn host() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect()
}

async fn stdin_closed() {
    let mut stdin = tokio::io::stdin();
    let mut sink = [0; 64];
    while matches!(stdin.read(&mut sink).await, Ok(read) if read > 0) {}
}

impl Worker {
    fn held(&self) -> std::sync::MutexGuard<'_, BTreeMap<AttemptId, Cancel>> {
        self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn heartbeat(&self) -> Heartbeat {
        Heartbeat {
            id: self.id.clone(),
            host: host(),
            pid: std::process::id(),
            slots: self.slots,
            started_ms: self.started_ms,
            held: self.held().keys().copied().collect(),
        }
    }

    async fn show_life(&self) -> Result<(), crate::queue::QueueError> {
        self.queue.beat(&self.heartbeat(), Duration::from_secs(self.settings.lease_s)).await
    }
}

async fn beat(worker: Arc<Worker>) {
    let period = Duration::from_secs(worker.settings.lease_s).div_f64(8.0).min(Duration::from_secs(2));
    let mut ticks = tokio::time::interval(period);
    loop {
        ticks.tick().await;
        if let Err(error) = worker.show_life().await {
            tracing::warn!(%error, "heartbeat");
        }
    }
}

async fn listen(worker: Arc<Worker>) {
    loop {
        match worker.queue.nudges().await {
            Ok(nudges) => {
                let mut nudges = std::pin::pin!(nudges);
                while let Some(nudge) = nudges.next().await {
                    if nudge.worker == worker.id
                        && let Some(cancel) = worker.held().get(&nudge.id)
                    {
                        cancel.request();
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "nudges"),
        }
        tokio::time::sleep(RECOVERY).await;
    }
}

/// Reads a job only when a slot is free for it, over a connection of its own, and awaits every read to its end.
async fn take_jobs(worker: Arc<Worker>) {
    let slots = Arc::new(Semaphore::new(usize::from(worker.slots)));
    loop {
        let read = async {
            let mut reader = worker.queue.reader().await?;
            loop {
                let Ok(permit) = slots.clone().acquire_owned().await else { return Ok(()) };
                let mut permits = vec![permit];
                while let Ok(permit) = slots.clone().try_acquire_owned() {
                    permits.push(permit);
                }
                for delivery in reader.jobs(&worker.id, permits.len()).await? {
                    let permit = permits.pop();
                    let worker = worker.clone();
                    tokio::spawn(async move {
                        attempt::run(&worker, delivery).await;
                        drop(permit);
                    });
                }
            }
        };
        let ended: Result<(), crate::queue::QueueError> = read.await;
        match ended {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "jobs"),
        }
        tokio::time::sleep(RECOVERY).await;
    }
}
