//! Submissions: Run, Retry, Cancel.

use std::collections::HashMap;

use headwaters_domain::extent::ExtentRecord;
use headwaters_domain::plan::{Plan, RunRequest};
use headwaters_domain::run::RunRow;
use headwaters_domain::{TaskKind, TaskSet};
use headwaters_scheduling::RunTasks;
use headwaters_scheduling::key::unchanged;
use headwaters_scheduling::submit::{Submission, cancel, submit, tasks_to_run};
use sqlx::SqliteConnection;

use crate::bulk::{RunChanges, write_all};
use crate::changes::Tally;
use crate::events::{Actor, NewEvent, append};
use crate::now_ms;
use crate::packed::{PackedTasks, tasks_of};
use crate::runs::outlet_is_stale;
use crate::{Store, StoreResult};

/// A run a submission is about.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// Row id of the run.
    pub run: i64,
    /// The grid's row.
    pub row: RunRow,
    /// Task rows as they were read.
    pub tasks: RunTasks,
    /// Keys the tasks' last successes had.
    pub done_keys: Vec<Option<String>>,
    /// GeoJSON geometry, lon/lat.
    pub geometry: String,
    /// Outlet an admin gave, as stored.
    pub outlet_override: Option<String>,
    /// The outlet was changed after it was last sought.
    pub outlet_is_stale: bool,
    /// The extent of the elevations that are there, of runs where an outlet given by hand is or was concerned.
    pub extent: Option<ExtentRecord>,
}

/// What a submission asks of a run, and the keys its tasks would have.
#[derive(Clone, Debug)]
pub struct PlannedRun {
    /// The run.
    pub run: Submitted,
    /// What is asked.
    pub submission: Submission,
    /// Keys in the order of [`TaskKind::ALL`].
    pub keys: [String; TaskKind::ALL.len()],
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

    /// Tasks that were ever asked for.
    pub fn known_tasks(&self) -> TaskSet {
        TaskKind::ALL.into_iter().fold(TaskSet::NONE, |set, kind| {
            set.with(kind, self.tasks.get(kind).state != headwaters_domain::TaskState::Idle)
        })
    }

    /// Adds what `request` would do to this run.
    pub fn add_to_plan(&self, plan: &mut Plan, request: &RunRequest, wanted: &[String]) {
        let to_run = tasks_to_run(&self.tasks, self.submission(request, wanted));
        let done = |kind: TaskKind| self.tasks.get(kind).state.satisfies();
        let mut needed = to_run.iter().flat_map(|kind| kind.parents());
        let blocked = needed.any(|parent| !to_run.contains(*parent) && !done(*parent));
        plan.runs += 1;
        plan.tasks_to_run += to_run.len() as u32;
        plan.tasks_to_skip += (request.tasks.len() - to_run.len()) as u32;
        plan.runs_blocked += u32::from(blocked);
    }
}

async fn runs_of(tx: &mut SqliteConnection, batch_id: i64) -> StoreResult<Vec<Submitted>> {
    type RunColumns = (i64, i64, i64, String, f64, String, Option<String>, bool);
    let runs: Vec<RunColumns> = sqlx::query_as(
        "select id, key, idx, run_id, area_km2, geometry, outlet_override,
             outlet_override is not outlet_submitted
         from run where batch_id = ? and current = 1 order by key",
    )
    .bind(batch_id)
    .fetch_all(&mut *tx)
    .await?;
    let mut extents = extents_of(tx, batch_id).await?;
    let tasks = tasks_of(tx, "select id from run where batch_id = ? and current = 1", batch_id).await?;
    let mut tasks: HashMap<i64, PackedTasks> = tasks.into_iter().map(|tasks| (tasks.run, tasks)).collect();
    let mut submittable = Vec::with_capacity(runs.len());
    for (run, key, index, run_id, area_km2, geometry, outlet_override, outlet_changed) in runs {
        let Some(PackedTasks { tasks, done_keys, .. }) = tasks.remove(&run) else { continue };
        let mut row = RunRow {
            key: key as u32,
            index: index as u32,
            run_id,
            area_km2,
            tasks: tasks.states().to_vec(),
            attempts: Vec::new(),
            error_code: None,
            error_message: None,
            started_ms: None,
            ended_ms: None,
            outlet: None,
        };
        let outlet_is_stale = outlet_is_stale(&mut row, outlet_changed);
        submittable.push(Submitted {
            run,
            row,
            tasks,
            done_keys,
            geometry,
            outlet_override,
            outlet_is_stale,
            extent: extents.remove(&run),
        });
    }
    Ok(submittable)
}

/// Extents of the elevations that are there, by run. Only of runs that have, or were fetched for, an outlet given by
/// hand: for the others the extent follows from the polygon. Records of earlier versions do not say where they lie.
async fn extents_of(tx: &mut SqliteConnection, batch_id: i64) -> StoreResult<HashMap<i64, ExtentRecord>> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "select task.run_id, task.result from task join run on run.id = task.run_id
         where run.batch_id = ? and run.current = 1 and task.kind = ? and task.state in ('succeeded', 'skipped')
             and task.result is not null
             and (run.outlet_override is not null or task.result ->> '$.outlet' is not null)",
    )
    .bind(batch_id)
    .bind(TaskKind::FetchDem.slug())
    .fetch_all(tx)
    .await?;
    Ok(rows.iter().filter_map(|(run, text)| Some((*run, serde_json::from_str(text).ok()?))).collect())
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

    /// Puts runs to work, all in one transaction that only writes: what is written was decided before it began. With
    /// `exclusive`, nothing happens and `None` is returned when a run of the batch is active.
    ///
    /// # Errors
    /// [`crate::StoreError::Moved`] when a task is no longer as it was read; nothing is written then.
    pub async fn submit(
        &self,
        batch_id: i64,
        submission: i64,
        planned: &[PlannedRun],
        exclusive: bool,
        actor: &Actor,
    ) -> StoreResult<Option<()>> {
        let changed = |planned: &'_ PlannedRun| {
            let changes = submit(&planned.run.tasks, planned.submission);
            (!changes.is_empty()).then_some(changes)
        };
        let runs: Vec<RunChanges<'_>> = planned
            .iter()
            .filter_map(|planned| {
                let (run, before) = (planned.run.run, planned.run.tasks);
                Some(RunChanges { run, before, changes: changed(planned)?, wanted: Some(&planned.keys) })
            })
            .collect();
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
        write_all(&mut tx, batch_id, &runs, Some(submission), actor, &mut tally).await?;
        tally.write(&mut tx, batch_id, actor).await?;
        let summary = format!("submission {submission}: {} runs", planned.len());
        let event = NewEvent { event: "batch_submitted", summary, ..NewEvent::default() };
        append(&mut tx, Some(batch_id), actor, event).await?;
        tx.commit().await?;
        Ok(Some(()))
    }

    /// Cancels one run, or every active run of a batch; returns how many runs it concerned.
    pub async fn cancel(&self, batch_id: i64, only: Option<i64>, actor: &Actor) -> StoreResult<u32> {
        let mut tx = self.write().await?;
        let active = match only {
            Some(run) => {
                let one = "select id from run where id = ? and state in ('pending', 'running')";
                tasks_of(&mut tx, one, run).await?
            }
            None => {
                let all = "select id from run where batch_id = ? and state in ('pending', 'running')";
                tasks_of(&mut tx, all, batch_id).await?
            }
        };
        let runs: Vec<RunChanges<'_>> = active
            .into_iter()
            .map(|active| {
                let changes = cancel(&active.tasks);
                RunChanges { run: active.run, before: active.tasks, changes, wanted: None }
            })
            .collect();
        let mut tally = Tally::default();
        write_all(&mut tx, batch_id, &runs, None, actor, &mut tally).await?;
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
