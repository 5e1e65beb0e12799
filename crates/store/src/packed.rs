//! Task rows of runs. Those of many runs are read as one text per run: ten thousand rows instead of a row per task.

use headwaters_domain::{TaskKind, TaskState};
use headwaters_scheduling::{RunTasks, TaskRow};
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::{StoreError, StoreResult, parse_slug};

/// Tasks of a run.
#[derive(Clone, Debug)]
pub(crate) struct PackedTasks {
    /// Row id of the run.
    pub run: i64,
    /// Its task rows.
    pub tasks: RunTasks,
    /// Keys of the last successes, in the order of [`TaskKind::ALL`].
    pub done_keys: Vec<Option<String>>,
}

/// Tasks of the runs with `run_id in (<runs>)`; `runs` is a query with one parameter.
pub(crate) async fn tasks_of(
    tx: &mut SqliteConnection,
    runs: &'static str,
    parameter: i64,
) -> StoreResult<Vec<PackedTasks>> {
    let rows: Vec<(i64, String)> = sqlx::query_as(AssertSqlSafe(format!(
        "select run_id, group_concat(kind || ' ' || state || ' ' || attempt || ' ' || failures || ' ' || losses
             || ' ' || cancel_requested || ' ' || coalesce(done_key, ''), ';')
         from task where run_id in ({runs}) group by run_id"
    )))
    .bind(parameter)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|(run, text)| unpack(*run, text)).collect()
}

/// Task rows of one run.
pub(crate) async fn load_tasks(tx: &mut SqliteConnection, run: i64) -> StoreResult<RunTasks> {
    let rows: Vec<(String, String, i64, i64, i64, bool)> = sqlx::query_as(
        "select kind, state, attempt, failures, losses, cancel_requested from task where run_id = ?",
    )
    .bind(run)
    .fetch_all(tx)
    .await?;
    let mut tasks = RunTasks::NEW;
    for (kind, state, attempt, failures, losses, cancel_requested) in rows {
        let kind = parse_slug("task", &kind, TaskKind::from_slug)?;
        tasks.0[kind.index()] = TaskRow {
            state: parse_slug("task state", &state, TaskState::from_slug)?,
            attempt: attempt as u16,
            failures: failures as u16,
            losses: losses as u16,
            cancel_requested,
        };
    }
    Ok(tasks)
}

fn unpack(run: i64, text: &str) -> StoreResult<PackedTasks> {
    let mut packed = PackedTasks { run, tasks: RunTasks::NEW, done_keys: vec![None; TaskKind::ALL.len()] };
    for task in text.split(';') {
        let mut fields = task.split(' ');
        let mut next = || fields.next().unwrap_or_default();
        let kind = parse_slug("task", next(), TaskKind::from_slug)?;
        let state = parse_slug("task state", next(), TaskState::from_slug)?;
        packed.tasks.0[kind.index()] = TaskRow {
            state,
            attempt: number(next())?,
            failures: number(next())?,
            losses: number(next())?,
            cancel_requested: next() == "1",
        };
        packed.done_keys[kind.index()] = Some(next()).filter(|key| !key.is_empty()).map(str::to_owned);
    }
    Ok(packed)
}

fn number(text: &str) -> StoreResult<u16> {
    text.parse().map_err(|_| StoreError::Unknown { what: "task count", value: text.to_owned() })
}
