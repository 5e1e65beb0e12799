//! State transitions: the pure machine's changes, written with a compare-and-set on (state, attempt), together
//! with attempts, events, counters and the run's state, in one transaction.

use std::collections::BTreeMap;
use std::io;

use headwaters_domain::batch::BatchState;
use headwaters_domain::results::RunResults;
use headwaters_domain::run::{Artefact, RunState, TaskError};
use headwaters_domain::{TaskKind, TaskState};
use headwaters_scheduling::machine::{counter_deltas, retry_delay_ms};
use headwaters_scheduling::{Change, Event, Policy, Rejection, RunTasks, TaskRow};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::batches::run_counts;
use super::events::{Actor, NewEvent, append};
use super::{Store, StoreError, StoreResult, document, known};
use crate::clock::now_ms;

/// One task of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskAddress {
    /// Row id of the run.
    pub run: i64,
    /// Which task.
    pub kind: TaskKind,
}

/// A task that may be dispatched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadyTask {
    /// Its batch.
    pub batch: i64,
    /// Which task.
    pub address: TaskAddress,
    /// Area of the run's polygon, km².
    pub area_km2: f64,
}

/// A task that was dispatched: what the message to the workers is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispatchable {
    /// Which task.
    pub address: TaskAddress,
    /// The new attempt.
    pub attempt: u16,
    /// Batch name: the directory.
    pub batch: String,
    /// Run id: the directory below it.
    pub run_id: String,
    /// Submission whose snapshot of `_base` applies.
    pub submission: i64,
    /// GeoJSON geometry of the polygon.
    pub geometry: String,
    /// Properties of the feature.
    pub properties: String,
    /// Outlet an admin gave, lon/lat.
    pub outlet_override: Option<[f64; 2]>,
}

/// A task a worker holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningTask {
    /// Which task.
    pub address: TaskAddress,
    /// Which attempt.
    pub attempt: u16,
    /// The worker.
    pub worker: String,
    /// A user asked for it to stop.
    pub cancel_requested: bool,
    /// The lease is over.
    pub expired: bool,
}

/// What a worker made of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// Small typed result for display.
    pub result: serde_json::Value,
    /// Fields of [`RunResults`] this task knows.
    pub figures: RunResults,
}

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

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Rows changed.
    Changed,
    /// Nothing to do: late or inapplicable.
    Rejected(Rejection),
}

/// A transition that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum TransitionError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The files could not be published.
    #[error("publish the attempt's files: {0}")]
    Publish(#[from] io::Error),
}

impl From<sqlx::Error> for TransitionError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

pub(super) async fn load(tx: &mut SqliteConnection, run: i64) -> StoreResult<RunTasks> {
    let rows: Vec<(String, String, i64, i64, i64, bool)> = sqlx::query_as(
        "select kind, state, attempt, failures, losses, cancel_requested from task where run_id = ?",
    )
    .bind(run)
    .fetch_all(tx)
    .await?;
    let mut tasks = RunTasks::NEW;
    for (kind, state, attempt, failures, losses, cancel_requested) in rows {
        let kind = known("task", &kind, TaskKind::from_slug)?;
        tasks.0[kind.index()] = TaskRow {
            state: known("task state", &state, TaskState::from_slug)?,
            attempt: attempt as u16,
            failures: failures as u16,
            losses: losses as u16,
            cancel_requested,
        };
    }
    Ok(tasks)
}

async fn batch_of(tx: &mut SqliteConnection, run: i64) -> StoreResult<i64> {
    Ok(sqlx::query_scalar("select batch_id from run where id = ?").bind(run).fetch_one(tx).await?)
}

/// What a transaction adds up over its runs and writes once at its end.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counters: BTreeMap<(TaskKind, TaskState), i64>,
    run_ended: bool,
}

impl Tally {
    /// Writes counters, and reports the end of the batch if its last run has ended.
    pub(super) async fn write(
        self,
        tx: &mut SqliteConnection,
        batch_id: i64,
        actor: &Actor,
    ) -> StoreResult<()> {
        for ((kind, state), delta) in self.counters {
            sqlx::query(
                "insert into counter (batch_id, kind, state, n) values (?, ?, ?, ?)
                 on conflict (batch_id, kind, state) do update set n = n + excluded.n",
            )
            .bind(batch_id)
            .bind(kind.slug())
            .bind(state.slug())
            .bind(delta)
            .execute(&mut *tx)
            .await?;
        }
        if !self.run_ended {
            return Ok(());
        }
        let counts = run_counts(tx, batch_id).await?;
        if BatchState::derive(&counts) == BatchState::Active {
            return Ok(());
        }
        let told: Vec<String> =
            counts.iter().map(|(state, count)| format!("{count} {}", state.slug())).collect();
        let summary = format!("all runs have ended: {}", told.join(", "));
        append(tx, Some(batch_id), actor, NewEvent { event: "batch_ended", summary, ..NewEvent::default() })
            .await
    }
}

/// Writes the changes of one run. `cause` belongs to the task `of`; the other changes follow from it. The caller
/// writes the tally before it commits.
pub(super) async fn write_changes(
    tx: &mut SqliteConnection,
    (batch_id, run): (i64, i64),
    changes: &[Change],
    (of, cause): (Option<TaskKind>, &Cause),
    actor: &Actor,
    tally: &mut Tally,
) -> StoreResult<()> {
    if changes.is_empty() {
        return Ok(());
    }
    for change in changes {
        let own = if of == Some(change.kind) { cause } else { &Cause::Plain };
        write_row(tx, run, change, own).await?;
        write_attempt(tx, run, change, own, actor).await?;
        if let Some(event) = event_for(run, change, own) {
            append(tx, Some(batch_id), actor, event).await?;
        }
    }
    for (key, delta) in counter_deltas(changes) {
        *tally.counters.entry(key).or_default() += delta;
    }
    tally.run_ended |= write_run(tx, run).await?;
    Ok(())
}

async fn write_row(tx: &mut SqliteConnection, run: i64, change: &Change, cause: &Cause) -> StoreResult<()> {
    let (before, after) = (change.before, change.after);
    let now = now_ms();
    let (worker, lease_until_ms) = match cause {
        Cause::Started { worker, lease_until_ms } => (Some(worker.as_str()), Some(*lease_until_ms)),
        _ => (None, None),
    };
    let keeps_lease = before.state == TaskState::Running && after.state == TaskState::Running;
    let error = match cause {
        Cause::Failed(error) => Some(error.clone()),
        Cause::Lost => Some(worker_lost(after.state == TaskState::Failed)),
        _ if before.state.is_terminal() && after.state == TaskState::UpstreamFailed => Some(not_selected()),
        _ => None,
    };
    let (result, figures) = match cause {
        Cause::Finished(finished) => {
            (Some(finished.result.to_string()), Some(serde_json::to_string(&finished.figures)?))
        }
        _ => (None, None),
    };
    let retry_at = (after.state == TaskState::RetryWait).then(|| now + retry_delay_ms(after.failures));
    let queued = (after.state == TaskState::Queued).then_some(now);
    let done = sqlx::query(
        "update task set state = ?, attempt = ?, failures = ?, losses = ?, cancel_requested = ?,
             worker = case when ? then worker else ? end,
             lease_until_ms = case when ? then lease_until_ms else ? end,
             retry_at_ms = ?, queued_ms = coalesce(?, queued_ms),
             error = case when ? then error else ? end,
             result = coalesce(?, result), figures = coalesce(?, figures),
             done_key = case when ? then wanted_key else done_key end
         where run_id = ? and kind = ? and state = ? and attempt = ?",
    )
    .bind(after.state.slug())
    .bind(i64::from(after.attempt))
    .bind(i64::from(after.failures))
    .bind(i64::from(after.losses))
    .bind(after.cancel_requested)
    .bind(keeps_lease)
    .bind(worker)
    .bind(keeps_lease)
    .bind(lease_until_ms)
    .bind(retry_at)
    .bind(queued)
    // A retried task shows the error of its last attempt until it has succeeded or failed anew.
    .bind(error.is_none() && !after.state.is_terminal() && !before.state.is_terminal())
    .bind(error.map(|error| serde_json::to_string(&error)).transpose()?)
    .bind(result)
    .bind(figures)
    .bind(after.state == TaskState::Succeeded)
    .bind(run)
    .bind(change.kind.slug())
    .bind(before.state.slug())
    .bind(i64::from(before.attempt))
    .execute(tx)
    .await?;
    // The transaction holds the write lock, so the row cannot have moved since it was read.
    if done.rows_affected() != 1 {
        return Err(StoreError::Unknown { what: "task row", value: format!("{run}/{}", change.kind.slug()) });
    }
    Ok(())
}

fn worker_lost(final_one: bool) -> TaskError {
    let message = if final_one {
        "the worker running this task vanished again and again; the task itself probably brings it down \
         (out of memory?): look at the log, then retry"
    } else {
        "the worker running this task vanished; the task is tried again"
    };
    TaskError {
        code: "worker_lost".to_owned(),
        message: message.to_owned(),
        details: None,
        retryable: !final_one,
    }
}

fn not_selected() -> TaskError {
    TaskError {
        code: "needs_unselected_task".to_owned(),
        message: "a task this one needs was neither selected nor done before: select it and run again"
            .to_owned(),
        details: None,
        retryable: false,
    }
}

async fn write_attempt(
    tx: &mut SqliteConnection,
    run: i64,
    change: &Change,
    cause: &Cause,
    actor: &Actor,
) -> StoreResult<()> {
    let (worker, outcome, error) = match cause {
        Cause::Started { worker, .. } => (worker.as_str(), "running", None),
        Cause::Finished(_) => (actor.who.as_str(), "succeeded", None),
        Cause::Failed(error) => (actor.who.as_str(), "failed", Some(error.clone())),
        Cause::Stopped => (actor.who.as_str(), "cancelled", None),
        Cause::Lost => (actor.who.as_str(), "lost", Some(worker_lost(false))),
        Cause::Dispatched | Cause::Plain => return Ok(()),
    };
    let now = now_ms();
    sqlx::query(
        "insert into attempt (run_id, kind, number, outcome, worker, started_ms, ended_ms, error)
         values (?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (run_id, kind, number) do update set
             outcome = excluded.outcome, ended_ms = excluded.ended_ms, error = excluded.error",
    )
    .bind(run)
    .bind(change.kind.slug())
    .bind(i64::from(change.after.attempt))
    .bind(outcome)
    .bind(worker)
    .bind(now)
    .bind((outcome != "running").then_some(now))
    .bind(error.map(|error| serde_json::to_string(&error)).transpose()?)
    .execute(tx)
    .await?;
    Ok(())
}

/// The event that reports a change; changes that merely follow from another one of the run have none.
fn event_for(run: i64, change: &Change, cause: &Cause) -> Option<NewEvent> {
    let label = change.kind.label();
    let attempt = change.after.attempt;
    let (event, summary) = match (change.after.state, cause) {
        (TaskState::Running, Cause::Started { worker, .. }) => {
            ("task_started", format!("{label}: attempt {attempt} started on {worker}"))
        }
        (TaskState::Running, _) => ("task_cancel_requested", format!("{label}: asked to stop")),
        (TaskState::Queued, _) => ("task_queued", format!("{label}: attempt {attempt} queued")),
        (TaskState::Succeeded, _) => ("task_succeeded", format!("{label}: succeeded")),
        (TaskState::Skipped, _) => {
            ("task_skipped", format!("{label}: nothing to do, kept the earlier result"))
        }
        (_, Cause::Lost) => ("task_lost", format!("{label}: attempt {attempt} lost its worker")),
        (TaskState::Failed, Cause::Failed(error)) => ("task_failed", format!("{label}: {}", error.message)),
        (TaskState::RetryWait, Cause::Failed(error)) => {
            ("task_retry", format!("{label}: {} (will be tried again)", error.message))
        }
        (TaskState::Cancelled, _) => ("task_cancelled", format!("{label}: cancelled")),
        (TaskState::UpstreamFailed, _) => {
            ("task_upstream_failed", format!("{label}: a task it needs failed"))
        }
        _ => return None,
    };
    let reason = match cause {
        Cause::Failed(error) => Some(error.code.clone()),
        _ => None,
    };
    let kind = Some(change.kind.slug());
    Some(NewEvent {
        event,
        summary,
        run_id: Some(run),
        kind,
        attempt: Some(attempt),
        reason,
        payload_hash: None,
    })
}

/// Derives the run's state and results from its tasks; returns whether the run has ended by this change.
async fn write_run(tx: &mut SqliteConnection, run: i64) -> StoreResult<bool> {
    let tasks = load(tx, run).await?;
    let state = RunState::derive(&tasks.states());
    let before: String =
        sqlx::query_scalar("select state from run where id = ?").bind(run).fetch_one(&mut *tx).await?;
    let figures = merged_figures(tx, run).await?;
    let ended = !matches!(state, RunState::Pending | RunState::Running);
    let running = tasks.states().contains(&TaskState::Running);
    sqlx::query(
        "update run set state = ?, results = ?, outlet = ?,
             started_ms = case when ? then coalesce(started_ms, ?) else started_ms end,
             ended_ms = case when ? then coalesce(ended_ms, ?) end
         where id = ?",
    )
    .bind(state.slug())
    .bind(serde_json::to_string(&figures)?)
    .bind(figures.outlet.map(|outlet| serde_json::to_string(&outlet)).transpose()?)
    .bind(running)
    .bind(now_ms())
    .bind(ended)
    .bind(now_ms())
    .bind(run)
    .execute(&mut *tx)
    .await?;
    Ok(ended && before != state.slug())
}

/// What the tasks that are done say about the run, later tasks last.
async fn merged_figures(tx: &mut SqliteConnection, run: i64) -> StoreResult<RunResults> {
    let rows: Vec<(String, Option<String>)> = sqlx::query_as(
        "select kind, figures from task where run_id = ? and state in ('succeeded', 'skipped')",
    )
    .bind(run)
    .fetch_all(tx)
    .await?;
    let mut merged = serde_json::Map::new();
    for kind in TaskKind::ALL {
        let figures = rows.iter().find(|(of, _)| of == kind.slug()).and_then(|(_, figures)| figures.clone());
        let figures: Option<serde_json::Map<_, _>> = document(figures)?;
        merged.extend(figures.unwrap_or_default().into_iter().filter(|(_, value)| !value.is_null()));
    }
    Ok(serde_json::from_value(serde_json::Value::Object(merged))?)
}

impl Store {
    /// Applies an event to a task. `publish` runs between the compare-and-set and the commit, and only when the
    /// event is accepted: this is what keeps a worker that lost its lease from publishing anything. It returns
    /// the files to list; running it twice after a crash in between must be harmless.
    pub async fn apply(
        &self,
        address: TaskAddress,
        event: Event,
        cause: Cause,
        policy: Policy,
        actor: &Actor,
        publish: Option<&(dyn Fn() -> io::Result<Vec<Artefact>> + Send + Sync)>,
    ) -> Result<Recorded, TransitionError> {
        let mut tx = self.write().await?;
        let tasks = load(&mut tx, address.run).await?;
        let changes = match tasks.apply(address.kind, event, policy) {
            Ok(changes) => changes,
            Err(rejection) => {
                if rejection == Rejection::Late {
                    let batch_id = batch_of(&mut tx, address.run).await?;
                    append(&mut tx, Some(batch_id), actor, late(address, event)).await?;
                    tx.commit().await?;
                }
                return Ok(Recorded::Rejected(rejection));
            }
        };
        let batch_id = batch_of(&mut tx, address.run).await?;
        let mut tally = Tally::default();
        let why = (Some(address.kind), &cause);
        write_changes(&mut tx, (batch_id, address.run), &changes, why, actor, &mut tally).await?;
        tally.write(&mut tx, batch_id, actor).await?;
        if let Some(publish) = publish {
            let artefacts = publish()?;
            sqlx::query("delete from artefact where run_id = ? and kind = ?")
                .bind(address.run)
                .bind(address.kind.slug())
                .execute(&mut *tx)
                .await?;
            for artefact in artefacts {
                sqlx::query(
                    "insert or replace into artefact (run_id, kind, path, size_bytes) values (?, ?, ?, ?)",
                )
                .bind(address.run)
                .bind(address.kind.slug())
                .bind(artefact.path)
                .bind(artefact.size_bytes as i64)
                .execute(&mut *tx)
                .await?;
            }
        }
        tx.commit().await?;
        Ok(Recorded::Changed)
    }

    /// Whether `worker` holds the lease on this attempt.
    pub async fn holds_lease(&self, address: TaskAddress, attempt: u16, worker: &str) -> StoreResult<bool> {
        let found: Option<i64> = sqlx::query_scalar(
            "select 1 from task where run_id = ? and kind = ? and attempt = ?
             and ((state = 'running' and worker = ?) or state = 'queued')",
        )
        .bind(address.run)
        .bind(address.kind.slug())
        .bind(i64::from(attempt))
        .bind(worker)
        .fetch_optional(&self.readers)
        .await?;
        Ok(found.is_some())
    }

    /// Notes that a message of an attempt that is over was dropped.
    pub async fn record_late(&self, address: TaskAddress, event: Event, actor: &Actor) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let batch_id = batch_of(&mut tx, address.run).await?;
        append(&mut tx, Some(batch_id), actor, late(address, event)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Batch name and run id of a run: its folder.
    pub async fn run_names(&self, run: i64) -> StoreResult<Option<(String, String)>> {
        Ok(sqlx::query_as(
            "select batch.name, run.run_id from run join batch on batch.id = run.batch_id where run.id = ?",
        )
        .bind(run)
        .fetch_optional(&self.readers)
        .await?)
    }

    /// Sets a batch's counters to a recount of its rows.
    pub async fn correct_counters(&self, batch_id: i64) -> StoreResult<()> {
        let mut tx = self.write().await?;
        super::runs::recount(&mut tx, batch_id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Tasks that may be dispatched, largest watersheds first.
    pub async fn ready_tasks(&self, limit: usize) -> StoreResult<Vec<ReadyTask>> {
        let rows: Vec<(i64, i64, String, f64)> = sqlx::query_as(
            "select run.batch_id, run.id, task.kind, run.area_km2 from task join run on run.id = task.run_id
             where task.state = 'ready' order by run.area_km2 desc, run.id, task.kind limit ?",
        )
        .bind(limit as i64)
        .fetch_all(&self.readers)
        .await?;
        let task = |(batch, run, kind, area_km2): (i64, i64, String, f64)| {
            let kind = known("task", &kind, TaskKind::from_slug)?;
            Ok(ReadyTask { batch, address: TaskAddress { run, kind }, area_km2 })
        };
        rows.into_iter().map(task).collect()
    }

    /// Number of tasks that are in the stream or with a worker.
    pub async fn in_flight(&self) -> StoreResult<usize> {
        let count: i64 = sqlx::query_scalar("select count(*) from task where state in ('queued', 'running')")
            .fetch_one(&self.readers)
            .await?;
        Ok(count as usize)
    }

    /// Number of tasks per active state: the queue's depth.
    pub async fn queue_depth(&self) -> StoreResult<Vec<(String, i64)>> {
        let active = "select state, count(*) from task
                      where state in ('ready', 'queued', 'running', 'retry_wait', 'blocked') group by state";
        Ok(sqlx::query_as(active).fetch_all(&self.readers).await?)
    }

    /// What a message to the workers about this task is made of; `None` unless it is queued.
    pub async fn dispatchable(&self, address: TaskAddress) -> StoreResult<Option<Dispatchable>> {
        #[derive(sqlx::FromRow)]
        struct Columns {
            attempt: i64,
            name: String,
            run_id: String,
            submission_id: i64,
            geometry: String,
            properties: String,
            outlet_override: Option<String>,
        }
        let columns: Option<Columns> = sqlx::query_as(
            "select task.attempt, batch.name, run.run_id, run.submission_id, run.geometry, run.properties,
                 run.outlet_override
             from task join run on run.id = task.run_id join batch on batch.id = run.batch_id
             where task.run_id = ? and task.kind = ? and task.state = 'queued' and run.submission_id is not null",
        )
        .bind(address.run)
        .bind(address.kind.slug())
        .fetch_optional(&self.readers)
        .await?;
        let Some(columns) = columns else { return Ok(None) };
        Ok(Some(Dispatchable {
            address,
            attempt: columns.attempt as u16,
            batch: columns.name,
            run_id: columns.run_id,
            submission: columns.submission_id,
            geometry: columns.geometry,
            properties: columns.properties,
            outlet_override: document(columns.outlet_override)?,
        }))
    }

    /// Queued tasks, with the attempt and since when.
    pub async fn queued_tasks(&self) -> StoreResult<Vec<(TaskAddress, u16, i64)>> {
        let rows: Vec<(i64, String, i64, i64)> = sqlx::query_as(
            "select run_id, kind, attempt, coalesce(queued_ms, 0) from task where state = 'queued'",
        )
        .fetch_all(&self.readers)
        .await?;
        let task = |(run, kind, attempt, since): (i64, String, i64, i64)| {
            Ok((TaskAddress { run, kind: known("task", &kind, TaskKind::from_slug)? }, attempt as u16, since))
        };
        rows.into_iter().map(task).collect()
    }

    /// Running tasks with their leases.
    pub async fn running_tasks(&self) -> StoreResult<Vec<RunningTask>> {
        type Columns = (i64, String, i64, Option<String>, bool, Option<i64>);
        let rows: Vec<Columns> = sqlx::query_as(
            "select run_id, kind, attempt, worker, cancel_requested, lease_until_ms from task where state = 'running'",
        )
        .fetch_all(&self.readers)
        .await?;
        let now = now_ms();
        let task = |(run, kind, attempt, worker, cancel_requested, lease): Columns| {
            Ok(RunningTask {
                address: TaskAddress { run, kind: known("task", &kind, TaskKind::from_slug)? },
                attempt: attempt as u16,
                worker: worker.unwrap_or_default(),
                cancel_requested,
                expired: lease.is_none_or(|until| until < now),
            })
        };
        rows.into_iter().map(task).collect()
    }

    /// Extends the leases of attempts a worker says it holds.
    pub async fn extend_leases(
        &self,
        worker: &str,
        held: &[(TaskAddress, u16)],
        until_ms: i64,
    ) -> StoreResult<()> {
        if held.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for (address, attempt) in held {
            sqlx::query(
                "update task set lease_until_ms = ?
                 where run_id = ? and kind = ? and attempt = ? and worker = ? and state = 'running'",
            )
            .bind(until_ms)
            .bind(address.run)
            .bind(address.kind.slug())
            .bind(i64::from(*attempt))
            .bind(worker)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Gives every lease a fresh term: after a pause of the scheduler nobody's silence counts.
    pub async fn renew_all_leases(&self, until_ms: i64) -> StoreResult<()> {
        sqlx::query("update task set lease_until_ms = ? where state = 'running'")
            .bind(until_ms)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Tasks whose pause before the next attempt is over.
    pub async fn due_retries(&self) -> StoreResult<Vec<TaskAddress>> {
        let rows: Vec<(i64, String)> =
            sqlx::query_as("select run_id, kind from task where state = 'retry_wait' and retry_at_ms <= ?")
                .bind(now_ms())
                .fetch_all(&self.readers)
                .await?;
        let address = |(run, kind): (i64, String)| {
            Ok(TaskAddress { run, kind: known("task", &kind, TaskKind::from_slug)? })
        };
        rows.into_iter().map(address).collect()
    }

    /// Settles runs whose blocked tasks no longer follow from their parents; returns how many it had to mend.
    pub async fn reconcile(&self) -> StoreResult<usize> {
        let runs: Vec<i64> = sqlx::query_scalar("select distinct run_id from task where state = 'blocked'")
            .fetch_all(&self.readers)
            .await?;
        let mut mended = 0;
        for run in runs {
            let stuck = {
                let mut tx = self.read().await?;
                !load(&mut tx, run).await?.reconcile().is_empty()
            };
            if stuck {
                let mut tx = self.write().await?;
                let changes = load(&mut tx, run).await?.reconcile();
                let batch_id = batch_of(&mut tx, run).await?;
                let (actor, mut tally) = (Actor::local("scheduler"), Tally::default());
                let why = (None, &Cause::Plain);
                write_changes(&mut tx, (batch_id, run), &changes, why, &actor, &mut tally).await?;
                tally.write(&mut tx, batch_id, &actor).await?;
                tx.commit().await?;
                mended += 1;
            }
        }
        Ok(mended)
    }

    /// Batches whose counters differ from a recount of their rows.
    pub async fn miscounted_batches(&self) -> StoreResult<Vec<i64>> {
        Ok(sqlx::query_scalar(
            "with recount as (
                 select run.batch_id, task.kind, task.state, count(*) as n
                 from task join run on run.id = task.run_id where run.current = 1
                 group by run.batch_id, task.kind, task.state)
             select distinct batch_id from (
                 select batch_id, kind, state, n from counter where n <> 0 except select * from recount
                 union all
                 select * from (select * from recount except select batch_id, kind, state, n from counter))",
        )
        .fetch_all(&self.readers)
        .await?)
    }
}

fn late(address: TaskAddress, event: Event) -> NewEvent {
    let attempt = match event {
        Event::Start { attempt }
        | Event::Succeed { attempt }
        | Event::Fail { attempt, .. }
        | Event::Stop { attempt }
        | Event::Lose { attempt } => Some(attempt),
        Event::Dispatch | Event::RetryDue | Event::Cancel => None,
    };
    NewEvent {
        event: "late_result",
        summary: format!("{}: dropped a message of an attempt that is over", address.kind.label()),
        run_id: Some(address.run),
        kind: Some(address.kind.slug()),
        attempt,
        ..NewEvent::default()
    }
}
