//! Submissions: Run, Retry, Cancel.

use std::collections::BTreeMap;

use headwaters_domain::plan::{Plan, RunRequest};
use headwaters_domain::run::RunRow;
use headwaters_domain::{TaskKind, TaskState};
use headwaters_scheduling::key::unchanged;
use headwaters_scheduling::submit::{Submission, cancel, submit, tasks_to_run};
use headwaters_scheduling::{RunTasks, TaskRow};
use sqlx::SqliteConnection;

use super::changes::{Tally, write_changes};
use super::events::{Actor, NewEvent, append};
use super::transitions::{Cause, load};
use super::{Store, StoreResult, known};
use crate::clock::now_ms;

/// A run a submission is about.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// Row id of the run.
    pub run: i64,
    /// The grid's row.
    pub row: RunRow,
    /// Keys the tasks' last successes had.
    pub done_keys: Vec<Option<String>>,
    /// GeoJSON geometry, lon/lat.
    pub geometry: String,
    /// Outlet an admin gave, as stored.
    pub outlet_override: Option<String>,
}

impl Submitted {
    /// What `request` means for this run when its tasks would have the keys `wanted`.
    pub fn submission(&self, request: &RunRequest, wanted: &[String]) -> Submission {
        Submission {
            selected: request.tasks,
            force: request.force_rebuild,
            same_key: unchanged(&self.done_keys, wanted),
        }
    }

    /// Adds what `request` would do to this run.
    pub fn add_to_plan(&self, plan: &mut Plan, request: &RunRequest, wanted: &[String]) {
        let mut tasks = RunTasks::NEW;
        for kind in TaskKind::ALL {
            tasks.0[kind.index()] = TaskRow { state: self.row.tasks[kind.index()], ..TaskRow::NEW };
        }
        let to_run = tasks_to_run(&tasks, self.submission(request, wanted));
        let done = |kind: TaskKind| self.row.tasks[kind.index()].satisfies();
        let mut needed = to_run.iter().flat_map(|kind| kind.parents());
        let blocked = needed.any(|parent| !to_run.contains(*parent) && !done(*parent));
        plan.runs += 1;
        plan.tasks_to_run += to_run.len() as u32;
        plan.tasks_to_skip += (request.tasks.len() - to_run.len()) as u32;
        plan.runs_blocked += u32::from(blocked);
    }
}

async fn runs_of(tx: &mut SqliteConnection, batch_id: i64) -> StoreResult<Vec<Submitted>> {
    type RunColumns = (i64, i64, i64, String, f64, String, Option<String>);
    let runs: Vec<RunColumns> = sqlx::query_as(
        "select id, key, idx, run_id, area_km2, geometry, outlet_override from run
         where batch_id = ? and current = 1 order by key",
    )
    .bind(batch_id)
    .fetch_all(&mut *tx)
    .await?;
    let tasks: Vec<(i64, String, String, Option<String>)> = sqlx::query_as(
        "select task.run_id, task.kind, task.state, task.done_key from task join run on run.id = task.run_id
         where run.batch_id = ? and run.current = 1",
    )
    .bind(batch_id)
    .fetch_all(&mut *tx)
    .await?;
    let mut by_run: BTreeMap<i64, Submitted> = BTreeMap::new();
    for (run, key, index, run_id, area_km2, geometry, outlet_override) in runs {
        let row = RunRow {
            key: key as u32,
            index: index as u32,
            run_id,
            area_km2,
            tasks: vec![TaskState::Idle; TaskKind::ALL.len()],
            attempts: Vec::new(),
            error_code: None,
            error_message: None,
            started_ms: None,
            ended_ms: None,
            outlet: None,
        };
        let done_keys = vec![None; TaskKind::ALL.len()];
        by_run.insert(run, Submitted { run, row, done_keys, geometry, outlet_override });
    }
    for (run, kind, state, done_key) in tasks {
        let kind = known("task", &kind, TaskKind::from_slug)?;
        if let Some(submitted) = by_run.get_mut(&run) {
            submitted.row.tasks[kind.index()] = known("task state", &state, TaskState::from_slug)?;
            submitted.done_keys[kind.index()] = done_key;
        }
    }
    Ok(by_run.into_values().collect())
}

impl Store {
    /// Every run of a batch as a submission sees it.
    pub async fn submittable(&self, batch_id: i64) -> StoreResult<Vec<Submitted>> {
        let mut tx = self.read().await?;
        runs_of(&mut tx, batch_id).await
    }

    /// Reserves the number of a submission, so that its snapshot can be made before any task is ready.
    pub async fn add_submission(&self, batch_id: i64, request: &str, actor: &Actor) -> StoreResult<i64> {
        Ok(sqlx::query_scalar(
            "insert into submission (batch_id, by_whom, at_ms, request) values (?, ?, ?, ?) returning id",
        )
        .bind(batch_id)
        .bind(&actor.who)
        .bind(now_ms())
        .bind(request)
        .fetch_one(&self.writer)
        .await?)
    }

    /// Puts runs to work, all in one transaction. With `exclusive`, nothing happens and `None` is returned when
    /// a run of the batch is active.
    pub async fn submit(
        &self,
        batch_id: i64,
        submission: i64,
        runs: &[(i64, Submission, Vec<String>)],
        exclusive: bool,
        actor: &Actor,
    ) -> StoreResult<Option<()>> {
        let mut tx = self.write().await?;
        if exclusive {
            let active: Option<i64> = sqlx::query_scalar(
                "select 1 from run where batch_id = ? and state in ('pending', 'running') limit 1",
            )
            .bind(batch_id)
            .fetch_optional(&mut *tx)
            .await?;
            if active.is_some() {
                return Ok(None);
            }
        }
        let mut tally = Tally::default();
        for (run, wish, wanted) in runs {
            let tasks = load(&mut tx, *run).await?;
            let changes = submit(&tasks, *wish);
            if changes.is_empty() {
                continue;
            }
            sqlx::query("update run set submission_id = ?, started_ms = null, ended_ms = null where id = ?")
                .bind(submission)
                .bind(run)
                .execute(&mut *tx)
                .await?;
            for change in &changes {
                sqlx::query("update task set wanted_key = ? where run_id = ? and kind = ?")
                    .bind(&wanted[change.kind.index()])
                    .bind(run)
                    .bind(change.kind.slug())
                    .execute(&mut *tx)
                    .await?;
            }
            let event = NewEvent {
                event: "run_submitted",
                summary: format!("submitted (submission {submission})"),
                run_id: Some(*run),
                ..NewEvent::default()
            };
            append(&mut tx, Some(batch_id), actor, event).await?;
            write_changes(&mut tx, (batch_id, *run), &changes, (None, &Cause::Plain), actor, &mut tally)
                .await?;
        }
        tally.write(&mut tx, batch_id, actor).await?;
        let summary = format!("submission {submission}: {} runs", runs.len());
        append(
            &mut tx,
            Some(batch_id),
            actor,
            NewEvent { event: "batch_submitted", summary, ..NewEvent::default() },
        )
        .await?;
        tx.commit().await?;
        Ok(Some(()))
    }

    /// Cancels one run, or every active run of a batch; returns how many runs it concerned.
    pub async fn cancel(&self, batch_id: i64, only: Option<i64>, actor: &Actor) -> StoreResult<u32> {
        let mut tx = self.write().await?;
        let runs: Vec<i64> = sqlx::query_scalar(
            "select id from run where batch_id = ? and state in ('pending', 'running') and (? is null or id = ?)",
        )
        .bind(batch_id)
        .bind(only)
        .bind(only)
        .fetch_all(&mut *tx)
        .await?;
        let mut tally = Tally::default();
        for run in &runs {
            let changes = cancel(&load(&mut tx, *run).await?);
            write_changes(&mut tx, (batch_id, *run), &changes, (None, &Cause::Plain), actor, &mut tally)
                .await?;
        }
        tally.write(&mut tx, batch_id, actor).await?;
        if !runs.is_empty() {
            let summary = format!("cancelled {} runs", runs.len());
            let event = NewEvent { event: "runs_cancelled", summary, ..NewEvent::default() };
            append(&mut tx, Some(batch_id), actor, event).await?;
        }
        tx.commit().await?;
        Ok(runs.len() as u32)
    }
}
