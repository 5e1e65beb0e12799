//! A worker process: takes jobs, runs tasks, reports. It reads the run's folder and Redis, never SQL.
#![warn(missing_docs)]

mod attempt;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use headwaters_data_folder::Layout;
use headwaters_domain::AttemptId;
use headwaters_pipeline::{Cancel, Resources};
use headwaters_queue::{Heartbeat, Queue, QueueError};
use jiff::Timestamp;
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Pause after an error of Redis.
const RECOVERY: Duration = Duration::from_millis(500);

/// Parts of a worker process that its caller provides.
#[derive(Debug)]
pub struct Options {
    /// Name of the worker; a name is never reused. See [`new_id`].
    pub id: String,
    /// Tasks it runs at once.
    pub slots: u16,
    /// Time without a heartbeat after which its leases end.
    pub lease: Duration,
    /// Folders and programs its tasks may use.
    pub resources: Resources,
    /// Called on the task's thread after each task: gives memory back to the system.
    pub after_task: fn(),
}

/// A running worker.
struct Worker {
    options: Options,
    started_ms: i64,
    layout: Layout,
    queue: Queue,
    /// Attempts it holds, with the way to stop them.
    held: Mutex<BTreeMap<AttemptId, Cancel>>,
    going_down: CancellationToken,
}

/// Runs a worker until `until` is ready, then ends the process: tasks run on threads that cannot be stopped from
/// outside.
///
/// # Errors
/// When the data folder cannot be used, or `until` fails.
pub async fn run(
    options: Options,
    queue: Queue,
    until: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    let worker = Arc::new(Worker {
        started_ms: Timestamp::now().as_millisecond(),
        layout: Layout::new(&options.resources.data)?,
        options,
        queue,
        held: Mutex::default(),
        going_down: CancellationToken::new(),
    });
    tracing::info!(id = %worker.id(), slots = worker.options.slots, "worker");
    let beats = tokio::spawn(beat(worker.clone()));
    let requests = tokio::spawn(stop_on_request(worker.clone()));
    let jobs = tokio::spawn(take_jobs(worker.clone()));
    until.await?;
    // Running attempts are given back by saying so: the scheduler need not wait for their leases.
    worker.going_down.cancel();
    for cancel in worker.held().values() {
        cancel.request();
    }
    jobs.abort();
    requests.abort();
    beats.abort();
    let _ = tokio::time::timeout(Duration::from_secs(2), worker.queue.forget_worker(worker.id())).await;
    std::process::exit(0);
}

/// A name that is never used again.
pub fn new_id() -> String {
    let host = host();
    // Without randomness a process id that is used again could repeat a name; the clock still tells them apart.
    let random = getrandom::u32().unwrap_or_else(|_| Timestamp::now().subsec_nanosecond().unsigned_abs());
    format!("{host}-{}-{random:08x}", std::process::id())
}

/// Name of this machine, as far as it can be part of a file name.
fn host() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect()
}

/// Returns when standard input closes: the server that started this worker has ended then.
pub async fn stdin_closed() {
    let mut stdin = tokio::io::stdin();
    let mut sink = [0; 64];
    while matches!(stdin.read(&mut sink).await, Ok(read) if read > 0) {}
}

impl Worker {
    fn id(&self) -> &str {
        &self.options.id
    }

    fn held(&self) -> std::sync::MutexGuard<'_, BTreeMap<AttemptId, Cancel>> {
        self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn heartbeat(&self) -> Heartbeat {
        Heartbeat {
            id: self.options.id.clone(),
            host: host(),
            pid: std::process::id(),
            slots: self.options.slots,
            started_ms: self.started_ms,
            held: self.held().keys().copied().collect(),
        }
    }

    async fn send_heartbeat(&self) -> Result<(), QueueError> {
        self.queue.beat(&self.heartbeat(), self.options.lease).await
    }
}

async fn beat(worker: Arc<Worker>) {
    let period = worker.options.lease.div_f64(8.0).min(Duration::from_secs(2));
    let mut ticks = tokio::time::interval(period);
    loop {
        ticks.tick().await;
        if let Err(error) = worker.send_heartbeat().await {
            tracing::warn!(%error, "heartbeat");
        }
    }
}

async fn stop_on_request(worker: Arc<Worker>) {
    loop {
        match worker.queue.stop_requests().await {
            Ok(requests) => {
                let mut requests = std::pin::pin!(requests);
                while let Some(request) = requests.next().await {
                    if request.worker == worker.id()
                        && let Some(cancel) = worker.held().get(&request.id)
                    {
                        cancel.request();
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "requests to stop"),
        }
        tokio::time::sleep(RECOVERY).await;
    }
}

/// Reads a job only when a slot is free for it, over a connection of its own, and awaits every read to its end.
async fn take_jobs(worker: Arc<Worker>) {
    let slots = Arc::new(Semaphore::new(usize::from(worker.options.slots)));
    loop {
        let read = async {
            let mut reader = worker.queue.reader().await?;
            loop {
                let Ok(permit) = slots.clone().acquire_owned().await else { return Ok(()) };
                let mut permits = vec![permit];
                while let Ok(permit) = slots.clone().try_acquire_owned() {
                    permits.push(permit);
                }
                for delivery in reader.jobs(worker.id(), permits.len()).await? {
                    let permit = permits.pop();
                    let worker = worker.clone();
                    tokio::spawn(async move {
                        attempt::run(&worker, delivery).await;
                        drop(permit);
                    });
                }
            }
        };
        let ended: Result<(), QueueError> = read.await;
        match ended {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "jobs"),
        }
        tokio::time::sleep(RECOVERY).await;
    }
}
