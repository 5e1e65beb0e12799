//! One attempt at one task, from delivery to report.

use std::collections::btree_map::Entry;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use headwaters_data_folder::Layout;
use headwaters_domain::Finished;
use headwaters_domain::run::TaskError;
use headwaters_pipeline::{
    Cancel, OrFail, Resources, RunInputs, TaskContext, TaskLog, TaskResult, TaskStop, registry,
};
use headwaters_queue::{Delivery, Job, Outcome, Report};

use super::{RECOVERY, Worker};

/// Time a task has to stop after it was told to; then the process ends.
const GRACE: Duration = Duration::from_secs(10);

/// Runs the job and reports how it went.
pub async fn run(worker: &Worker, delivery: Delivery) {
    let Delivery { entry, job } = delivery;
    let cancel = Cancel::default();
    let twice = match worker.held().entry(job.id) {
        Entry::Occupied(_) => true,
        Entry::Vacant(place) => {
            place.insert(cancel.clone());
            false
        }
    };
    if twice {
        // Delivered again while we have it already: once is enough.
        if let Err(error) = worker.queue.settle(&entry).await {
            tracing::warn!(%error, "duplicate delivery");
        }
        return;
    }
    report(worker, &job, Outcome::Started { entry }).await;
    // The lease is only extended for attempts a heartbeat names; short tasks end before the next regular one.
    if let Err(error) = worker.send_heartbeat().await {
        tracing::warn!(%error, "heartbeat");
    }
    let outcome = match supervised(worker, &job, &cancel).await {
        Ok(finished) => Outcome::Finished(Box::new(finished)),
        Err(TaskStop::Cancelled) if worker.going_down.is_cancelled() => return,
        Err(TaskStop::Cancelled) => Outcome::Stopped,
        Err(TaskStop::Failed(error)) => Outcome::Failed(*error),
    };
    report(worker, &job, outcome).await;
    worker.held().remove(&job.id);
}

/// Reports until Redis has taken it.
async fn report(worker: &Worker, job: &Job, outcome: Outcome) {
    let report = Report { id: job.id, worker: worker.id().to_owned(), outcome };
    while let Err(error) = worker.queue.report(&report).await {
        tracing::warn!(%error, "report");
        tokio::time::sleep(RECOVERY).await;
    }
}

/// Runs the task on a thread of its own; a panic is a failure, a task that ignores its request to stop ends the process.
async fn supervised(worker: &Worker, job: &Job, cancel: &Cancel) -> TaskResult {
    let (resources, layout, id) =
        (worker.options.resources.clone(), worker.layout.clone(), worker.id().to_owned());
    let (thread_job, thread_cancel, after_task) = (job.clone(), cancel.clone(), worker.options.after_task);
    let mut thread = tokio::task::spawn_blocking(move || {
        let job = thread_job;
        let (kind, attempt) = (job.id.kind, job.id.attempt);
        let log = TaskLog::create(&layout.log(&job.batch, &job.run_id, kind, attempt)).or_retry("disk")?;
        log.line(format_args!("{}, attempt {attempt}, worker {id}", kind.label()));
        let attempt_dir = layout.attempt(&job.batch, &job.run_id, kind, attempt, &id);
        let work = || -> (TaskLogged, TaskResult) {
            match context(&job, &layout, resources, attempt_dir, log, thread_cancel) {
                Ok(context) => {
                    let result = registry::task(kind).run(&context);
                    (TaskLogged(Some(context.log)), result)
                }
                Err(stop) => (TaskLogged(None), Err(stop)),
            }
        };
        let (log, result) = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            let message = format!(
                "the task stopped on an internal fault: {said}; please report this with the run's folder"
            );
            (TaskLogged(None), Err(TaskStop::failed("task_panicked", message)))
        });
        log.end(&result);
        after_task();
        result
    });
    tokio::select! {
        joined = &mut thread => joined.unwrap_or_else(|error| {
            Err(TaskStop::retryable("thread_lost", format!("the task's thread ended: {error}")))
        }),
        () = grace_expired(cancel) => {
            tracing::error!(?job, "the task does not stop; ending the process");
            report(worker, job, Outcome::Stopped).await;
            std::process::exit(70);
        }
    }
}

/// Returns [`GRACE`] after the task was told to stop.
async fn grace_expired(cancel: &Cancel) {
    while !cancel.is_requested() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    tokio::time::sleep(GRACE).await;
}

struct TaskLogged(Option<TaskLog>);

impl TaskLogged {
    fn end(&self, result: &Result<Finished, TaskStop>) {
        let Some(log) = &self.0 else { return };
        match result {
            Ok(_) => log.line("done"),
            Err(TaskStop::Cancelled) => log.line("stopped as asked"),
            Err(TaskStop::Failed(error)) => {
                let TaskError { code, message, .. } = error.as_ref();
                log.line(format_args!("FAILED ({code}): {message}"));
            }
        }
    }
}

fn context(
    job: &Job,
    layout: &Layout,
    resources: Resources,
    attempt_dir: std::path::PathBuf,
    log: TaskLog,
    cancel: Cancel,
) -> TaskResult<TaskContext> {
    let run_dir = layout.run(&job.batch, &job.run_id);
    match std::fs::remove_dir_all(&attempt_dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).or_retry("disk"),
        _ => {}
    }
    std::fs::create_dir_all(&attempt_dir).or_retry("disk")?;
    let run: RunInputs = TaskContext::document(&run_dir, "run.json")?;
    let snapshot_dir = layout.snapshot(&job.batch, run.submission);
    Ok(TaskContext {
        controls: TaskContext::document(&run_dir, "controls.json")?,
        config: TaskContext::document(&run_dir, "config.json")?,
        run_dir,
        attempt_dir,
        snapshot_dir,
        log,
        cancel,
        run,
        resources,
    })
}
