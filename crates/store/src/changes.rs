//! Writes the pure machine's changes with a compare-and-set on (state, attempt), together with attempts, events,
//! counters and the run's state.

use std::collections::BTreeMap;

use headwaters_domain::batch::BatchState;
use headwaters_domain::results::RunResults;
use headwaters_domain::run::{RunState, TaskError};
use headwaters_domain::{TaskKind, TaskState};
use headwaters_scheduling::Change;
use headwaters_scheduling::machine::{counter_deltas, retry_delay_ms};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::batches::run_counts;
use crate::cause::Cause;
use crate::events::{Actor, NewEvent, append, append_for_each};
use crate::now_ms;
use crate::packed::load_tasks;
use crate::{StoreError, StoreResult};

/// What a transaction adds up over its runs and writes once at its end.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counters: BTreeMap<(TaskKind, TaskState), i64>,
    run_ended: bool,
}

impl Tally {
    /// Counts task changes.
    pub(crate) fn count(&mut self, changes: &[Change]) {
        for (key, delta) in counter_deltas(changes) {
            *self.counters.entry(key).or_default() += delta;
        }
    }

    /// Notes that a run has ended.
    pub(crate) fn run_ended(&mut self) {
        self.run_ended = true;
    }

    /// Writes counters, and reports the end of the batch if its last run has ended.
    pub(crate) async fn write(
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

/// Runs per statement.
const RUNS_PER_STATEMENT: usize = 2000;

/// Writes the changes of one run. `cause` belongs to the task `of`; the other changes follow from it. The caller
/// writes the tally before it commits.
pub(crate) async fn write_changes(
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
        write_rows(tx, change, own, &[(run, None)]).await?;
        write_attempt(tx, run, change, own, actor).await?;
        if let Some(event) = event_for(change, own) {
            append_for_each(tx, Some(batch_id), actor, &event, &[Some(run)]).await?;
        }
    }
    tally.count(changes);
    tally.run_ended |= write_run(tx, run).await?;
    Ok(())
}

/// Makes the same change to a task of some runs, each only if its state and attempt are still what the change starts
/// from. A run comes with the key the task's next success will have, when a submission gives it a new one.
pub(crate) async fn write_rows(
    tx: &mut SqliteConnection,
    change: &Change,
    cause: &Cause,
    runs: &[(i64, Option<&str>)],
) -> StoreResult<()> {
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
    // A retried task shows the error of its last attempt until it has succeeded or failed anew.
    let keeps_error = error.is_none() && !after.state.is_terminal() && !before.state.is_terminal();
    let error = error.map(|error| serde_json::to_string(&error)).transpose()?;
    let (result, figures) = match cause {
        Cause::Finished(finished) => {
            (Some(finished.result.to_string()), Some(serde_json::to_string(&finished.figures)?))
        }
        _ => (None, None),
    };
    for chunk in runs.chunks(RUNS_PER_STATEMENT) {
        let mut update = QueryBuilder::<Sqlite>::new("update task set state = ");
        update.push_bind(after.state.slug());
        update.push(", attempt = ").push_bind(i64::from(after.attempt));
        update.push(", failures = ").push_bind(i64::from(after.failures));
        update.push(", losses = ").push_bind(i64::from(after.losses));
        update.push(", cancel_requested = ").push_bind(after.cancel_requested);
        if !keeps_lease {
            update.push(", worker = ").push_bind(worker);
            update.push(", lease_until_ms = ").push_bind(lease_until_ms);
        }
        let retry_at = (after.state == TaskState::RetryWait).then(|| now + retry_delay_ms(after.failures));
        update.push(", retry_at_ms = ").push_bind(retry_at);
        if after.state == TaskState::Queued {
            update.push(", queued_ms = ").push_bind(now);
        }
        if !keeps_error {
            update.push(", error = ").push_bind(error.as_deref());
        }
        if result.is_some() {
            update.push(", result = ").push_bind(result.as_deref());
            update.push(", figures = ").push_bind(figures.as_deref());
        }
        if after.state == TaskState::Succeeded {
            update.push(", done_key = wanted_key");
        }
        update.push(", wanted_key = coalesce(of.column2, wanted_key) from (");
        update.push_values(chunk, |mut row, (run, wanted_key)| {
            row.push_bind(*run).push_bind(*wanted_key);
        });
        update.push(") as of where run_id = of.column1 and kind = ").push_bind(change.kind.slug());
        update.push(" and state = ").push_bind(before.state.slug());
        update.push(" and attempt = ").push_bind(i64::from(before.attempt));
        let done = update.build().execute(&mut *tx).await?;
        if done.rows_affected() != chunk.len() as u64 {
            return Err(StoreError::Moved);
        }
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
pub(crate) fn event_for(change: &Change, cause: &Cause) -> Option<NewEvent> {
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
    Some(NewEvent { event, summary, run_id: None, kind, attempt: Some(attempt), reason, payload_hash: None })
}

/// Derives the run's state and results from its tasks; returns whether the run has ended by this change.
async fn write_run(tx: &mut SqliteConnection, run: i64) -> StoreResult<bool> {
    let tasks = load_tasks(tx, run).await?;
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
    merge(rows.iter().map(|(kind, figures)| (kind.as_str(), figures.as_deref())))
}

/// The figures of a run's tasks, given by slug, put together; later tasks win.
pub(crate) fn merge<'a>(
    figures: impl Iterator<Item = (&'a str, Option<&'a str>)> + Clone,
) -> StoreResult<RunResults> {
    let mut merged = serde_json::Map::new();
    for kind in TaskKind::ALL {
        let own = figures.clone().find(|(of, _)| *of == kind.slug()).and_then(|(_, figures)| figures);
        let own: Option<serde_json::Map<_, _>> = own.map(serde_json::from_str).transpose()?;
        merged.extend(own.unwrap_or_default().into_iter().filter(|(_, value)| !value.is_null()));
    }
    Ok(serde_json::from_value(serde_json::Value::Object(merged))?)
}
