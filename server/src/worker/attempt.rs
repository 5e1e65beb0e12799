//! One attempt at one task, from delivery to report.

use std::collections::btree_map::Entry;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use headwaters_domain::run::TaskError;

use super::{RECOVERY, Worker};
use crate::memory;
use crate::queue::{Delivery, Job, Outcome, Report};
use crate::store::Finished;
use crate::tasks::{self, Cancel, OrFail, TaskContext, TaskLog, TaskResult, TaskStop};

/// A task that has not stopped this long after it was told to takes its process with it.
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
    if let Err(error) = worker.show_life().await {
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
    let report = Report { id: job.id, worker: worker.id.clone(), outcome };
    while let Err(error) = worker.queue.report(&report).await {
        tracing::warn!(%error, "report");
        tokio::time::sleep(RECOVERY).await;
    }
}

/// Runs the task on a thread of its own; a panic is a failure, a task deaf to its stop request ends the process.
async fn supervised(worker: &Worker, job: &Job, cancel: &Cancel) -> TaskResult {
    let (settings, layout, id) = (worker.settings.clone(), worker.layout.clone(), worker.id.clone());
    let (thread_job, thread_cancel) = (job.clone(), cancel.clone());
    let mut thread = tokio::task::spawn_blocking(move || {
        let job = thread_job;
        let (kind, attempt) = (job.id.kind, job.id.attempt);
        let log = TaskLog::create(&layout.log(&job.batch, &job.run_id, kind, attempt)).or_retry("disk")?;
        log.line(format_args!("{}, attempt {attempt}, worker {id}", kind.label()));
        let attempt_dir = layout.attempt(&job.batch, &job.run_id, kind, attempt, &id);
        let work = || -> (TaskLogged, TaskResult) {
            match context(&job, &layout, settings, attempt_dir, log, thread_cancel) {
                Ok(context) => {
                    let result = tasks::execute(kind, &context);
                    (TaskLogged(Some(context.log)), result)
                }
                Err(stop) => (TaskLogged(None), Err(stop)),
            }
        };
        let (log, result) = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            let message = format!("the task broke down: {said}; please report this with the run's folder");
            (TaskLogged(None), Err(TaskStop::failed("task_panicked", message)))
        });
        log.end(&result);
        memory::give_back();
        result
    });
    tokio::select! {
        joined = &mut thread => joined.unwrap_or_else(|error| {
            Err(TaskStop::retryable("thread_lost", format!("the task's thread ended: {error}")))
        }),
        () = deaf(cancel) => {
            tracing::error!(?job, "the task does not stop; ending the process");
            report(worker, job, Outcome::Stopped).await;
            std::process::exit(70);
        }
    }
}

/// Returns when the task was told to stop and has had its time.
async fn deaf(cancel: &Cancel) {
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
    layout: &crate::files::Layout,
    settings: crate::settings::Settings,
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
    let run: tasks::RunInputs = TaskContext::document(&run_dir, "run.json")?;
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
        settings,
    })
}
