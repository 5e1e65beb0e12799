//! Runs: rows of the grid, details, results.

use std::collections::{BTreeMap, HashMap};

use headwaters_domain::live::{Pace, Snapshot};
use headwaters_domain::results::{ResultRow, RunResults};
use headwaters_domain::run::{Artefact, AttemptDetail, RunRow, RunState, TaskDetail, TaskError};
use headwaters_domain::{TaskKind, TaskState};
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::batches::run_counts;
use crate::events::{Actor, NewEvent, append};
use crate::now_ms;
use crate::{Store, StoreResult, document, parse_slug};

/// Code of a run whose outlet was changed after it was last sought.
pub const OUTLET_CHANGED: &str = "outlet_changed";

/// A run as stored, without its tasks.
#[derive(Clone, Debug)]
pub struct RunRecord {
    /// Row id.
    pub id: i64,
    /// Run id.
    pub run_id: String,
    /// Feature id, for people.
    pub feature_id: Option<String>,
    /// Properties of the feature.
    pub properties: serde_json::Map<String, serde_json::Value>,
    /// Outlet an admin gave, lon/lat.
    pub outlet_override: Option<[f64; 2]>,
    /// Results so far.
    pub results: RunResults,
}

columns! {
    struct RowColumns {
        id: i64,
        key: i64,
        idx: i64,
        run_id: String,
        area_km2: f64,
        started_ms: Option<i64>,
        ended_ms: Option<i64>,
        outlet: Option<String>,
        outlet_changed: bool,
    }
}

/// Rows of the grid that satisfy `condition`, in key order.
async fn rows_where(
    tx: &mut SqliteConnection,
    batch_id: i64,
    condition: &'static str,
    value: i64,
) -> StoreResult<Vec<RunRow>> {
    let runs: Vec<RowColumns> = sqlx::query_as(AssertSqlSafe(format!(
        "select id, key, idx, run_id, area_km2, started_ms, ended_ms, outlet,
             outlet_override is not outlet_submitted as outlet_changed from run
         where batch_id = ? and current = 1 and {condition} order by key"
    )))
    .bind(batch_id)
    .bind(value)
    .fetch_all(&mut *tx)
    .await?;
    let tasks: Vec<(i64, String)> = sqlx::query_as(AssertSqlSafe(format!(
        "select run_id, group_concat(kind || ' ' || state || ' ' || attempt, ';') from task
         where run_id in (select id from run where batch_id = ? and current = 1 and {condition}) group by run_id"
    )))
    .bind(batch_id)
    .bind(value)
    .fetch_all(&mut *tx)
    .await?;
    let errors: Vec<(i64, String, Option<String>)> = sqlx::query_as(AssertSqlSafe(format!(
        "select run_id, state, error from task where state in ('failed', 'retry_wait', 'upstream_failed')
         and run_id in (select id from run where batch_id = ? and current = 1 and {condition})"
    )))
    .bind(batch_id)
    .bind(value)
    .fetch_all(&mut *tx)
    .await?;
    let mut by_run: HashMap<i64, RunRow> = HashMap::with_capacity(runs.len());
    let outlet_changed: Vec<i64> = runs.iter().filter(|run| run.outlet_changed).map(|run| run.id).collect();
    for run in runs {
        let row = RunRow {
            key: run.key as u32,
            index: run.idx as u32,
            run_id: run.run_id,
            area_km2: run.area_km2,
            tasks: vec![TaskState::Idle; TaskKind::ALL.len()],
            attempts: vec![0; TaskKind::ALL.len()],
            error_code: None,
            error_message: None,
            started_ms: run.started_ms,
            ended_ms: run.ended_ms,
            outlet: document(run.outlet)?,
        };
        by_run.insert(run.id, row);
    }
    for (run, text) in &tasks {
        let Some(row) = by_run.get_mut(run) else { continue };
        read_tasks(row, text)?;
    }
    for (run, state, error) in errors {
        let Some(row) = by_run.get_mut(&run) else { continue };
        let error: Option<TaskError> = document(error)?;
        if let Some(error) = error.filter(|_| row.error_code.is_none() || state == "failed") {
            row.error_code = Some(error.code);
            row.error_message = Some(error.message);
        }
    }
    for run in outlet_changed {
        by_run.get_mut(&run).map(|row| outlet_is_stale(row, true));
    }
    let mut rows: Vec<RunRow> = by_run.into_values().collect();
    rows.sort_unstable_by_key(|row| row.key);
    Ok(rows)
}

/// Reads `kind state attempt;…` into a row.
fn read_tasks(row: &mut RunRow, text: &str) -> StoreResult<()> {
    for task in text.split(';') {
        let mut fields = task.split(' ');
        let mut next = || fields.next().unwrap_or_default();
        let kind = parse_slug("task", next(), TaskKind::from_slug)?;
        row.tasks[kind.index()] = parse_slug("task state", next(), TaskState::from_slug)?;
        row.attempts[kind.index()] = parse_slug("attempt", next(), |text| text.parse().ok())?;
    }
    Ok(())
}

/// Notes in the row of a run that is done that its outlet was `changed` after it was last sought: the run is offered
/// for a retry then. Returns whether it is so.
pub(crate) fn outlet_is_stale(row: &mut RunRow, changed: bool) -> bool {
    let stale = changed && row.tasks[TaskKind::FindOutlet.index()].satisfies();
    if stale && row.error_code.is_none() {
        row.error_code = Some(OUTLET_CHANGED.to_owned());
        row.error_message = Some(
            "the outlet was changed after these results were made: retry the run, or run it again".to_owned(),
        );
    }
    stale
}

/// Basis of the ETA: the median of the task durations added up, over the latest 200 finished runs.
async fn pace(tx: &mut SqliteConnection, batch_id: i64, alive_since_ms: i64) -> StoreResult<Pace> {
    let mut seconds: Vec<f64> = sqlx::query_scalar(
        "select sum(a.ended_ms - a.started_ms) / 1000.0 from attempt a join run r on r.id = a.run_id
         where r.batch_id = ? and r.state = 'succeeded' and a.outcome = 'succeeded' and a.ended_ms is not null
           and r.id in (select id from run where batch_id = ? and state = 'succeeded'
                        order by ended_ms desc limit 200)
         group by a.run_id",
    )
    .bind(batch_id)
    .bind(batch_id)
    .fetch_all(&mut *tx)
    .await?;
    seconds.sort_by(f64::total_cmp);
    let slots: i64 = sqlx::query_scalar("select coalesce(sum(slots), 0) from worker where seen_ms >= ?")
        .bind(alive_since_ms)
        .fetch_one(&mut *tx)
        .await?;
    Ok(Pace {
        median_run_s: seconds.get(seconds.len() / 2).copied(),
        finished_runs: seconds.len() as u32,
        worker_slots: slots as u32,
    })
}

impl Store {
    /// The whole batch at one sequence number.
    pub async fn snapshot(&self, batch_id: i64, alive_since_ms: i64) -> StoreResult<Snapshot> {
        let mut tx = self.read().await?;
        let seq = sqlx::query_scalar("select coalesce(max(seq), 0) from event").fetch_one(&mut *tx).await?;
        let counts = run_counts(&mut tx, batch_id).await?;
        Ok(Snapshot {
            epoch: self.epoch.clone(),
            seq,
            at_ms: now_ms(),
            state: headwaters_domain::batch::BatchState::derive(&counts),
            counts,
            pace: pace(&mut tx, batch_id, alive_since_ms).await?,
            runs: rows_where(&mut tx, batch_id, "id > ?", 0).await?,
        })
    }

    /// The batch at one sequence number, with only the rows that changed after `from`.
    pub async fn changes_since(
        &self,
        batch_id: i64,
        from: i64,
        alive_since_ms: i64,
    ) -> StoreResult<Snapshot> {
        let mut tx = self.read().await?;
        let seq = sqlx::query_scalar("select coalesce(max(seq), 0) from event").fetch_one(&mut *tx).await?;
        let counts = run_counts(&mut tx, batch_id).await?;
        let changed = "id in (select run_id from event where seq > ? and event.batch_id = run.batch_id)";
        Ok(Snapshot {
            epoch: self.epoch.clone(),
            seq,
            at_ms: now_ms(),
            state: headwaters_domain::batch::BatchState::derive(&counts),
            counts,
            pace: pace(&mut tx, batch_id, alive_since_ms).await?,
            runs: rows_where(&mut tx, batch_id, changed, from).await?,
        })
    }

    /// Whether the set of runs itself changed after `from`: then deltas do not suffice.
    pub async fn runs_replaced_since(&self, batch_id: i64, from: i64) -> StoreResult<bool> {
        let found: Option<i64> = sqlx::query_scalar(
            "select 1 from event where batch_id = ? and seq > ?
             and event in ('template_validated', 'watersheds_uploaded') limit 1",
        )
        .bind(batch_id)
        .bind(from)
        .fetch_optional(&self.readers)
        .await?;
        Ok(found.is_some())
    }

    /// The run with this id.
    pub async fn run(&self, batch_id: i64, run_id: &str) -> StoreResult<Option<RunRecord>> {
        columns! {
            struct Columns {
                id: i64,
                run_id: String,
                feature_id: Option<String>,
                properties: String,
                outlet_override: Option<String>,
                results: String,
            }
        }
        let columns: Option<Columns> = sqlx::query_as(
            "select id, run_id, feature_id, properties, outlet_override, results
             from run where batch_id = ? and run_id = ? and current = 1",
        )
        .bind(batch_id)
        .bind(run_id)
        .fetch_optional(&self.readers)
        .await?;
        let Some(columns) = columns else { return Ok(None) };
        Ok(Some(RunRecord {
            id: columns.id,
            run_id: columns.run_id,
            feature_id: columns.feature_id,
            properties: serde_json::from_str(&columns.properties)?,
            outlet_override: document(columns.outlet_override)?,
            results: serde_json::from_str(&columns.results)?,
        }))
    }

    /// The grid's row of one run.
    pub async fn run_row(&self, batch_id: i64, run: i64) -> StoreResult<Option<RunRow>> {
        let mut tx = self.read().await?;
        Ok(rows_where(&mut tx, batch_id, "id = ?", run).await?.pop())
    }

    /// Tasks of a run with their attempts; `waiting_for` is left to the caller.
    pub async fn task_details(&self, run: i64) -> StoreResult<Vec<TaskDetail>> {
        let mut tx = self.read().await?;
        let tasks: Vec<(String, String, Option<String>)> =
            sqlx::query_as("select kind, state, result from task where run_id = ?")
                .bind(run)
                .fetch_all(&mut *tx)
                .await?;
        type AttemptColumns = (String, i64, String, String, i64, Option<i64>, Option<String>);
        let attempts: Vec<AttemptColumns> = sqlx::query_as(
            "select kind, number, outcome, worker, started_ms, ended_ms, error from attempt
             where run_id = ? order by kind, number",
        )
        .bind(run)
        .fetch_all(&mut *tx)
        .await?;
        let empty = |kind| TaskDetail {
            kind,
            state: TaskState::Idle,
            waiting_for: None,
            attempts: Vec::new(),
            result: None,
        };
        let mut details: Vec<TaskDetail> = TaskKind::ALL.into_iter().map(empty).collect();
        for (kind, state, result) in tasks {
            let kind = parse_slug("task", &kind, TaskKind::from_slug)?;
            details[kind.index()].state = parse_slug("task state", &state, TaskState::from_slug)?;
            details[kind.index()].result = document(result)?;
        }
        for (kind, number, outcome, worker, started_ms, ended_ms, error) in attempts {
            let kind = parse_slug("task", &kind, TaskKind::from_slug)?;
            let number = number as u16;
            let error = document(error)?;
            let attempt = AttemptDetail { number, outcome, worker, started_ms, ended_ms, error };
            details[kind.index()].attempts.push(attempt);
        }
        Ok(details)
    }

    /// Whether an attempt has ended, so that its log is complete. One that never was has ended.
    pub async fn attempt_ended(&self, run: i64, kind: TaskKind, number: u16) -> StoreResult<bool> {
        let running: Option<i64> = sqlx::query_scalar(
            "select 1 from attempt where run_id = ? and kind = ? and number = ? and ended_ms is null",
        )
        .bind(run)
        .bind(kind.slug())
        .bind(i64::from(number))
        .fetch_optional(&self.readers)
        .await?;
        Ok(running.is_none())
    }

    /// Files a run has published.
    pub async fn artefacts(&self, run: i64) -> StoreResult<Vec<Artefact>> {
        let rows: Vec<(String, String, i64)> =
            sqlx::query_as("select path, kind, size_bytes from artefact where run_id = ? order by path")
                .bind(run)
                .fetch_all(&self.readers)
                .await?;
        let artefact = |(path, kind, size): (String, String, i64)| {
            let task = parse_slug("task", &kind, TaskKind::from_slug)?;
            Ok(Artefact { path, size_bytes: size as u64, task })
        };
        rows.into_iter().map(artefact).collect()
    }

    /// Whether a path is that of a file the run has published.
    pub async fn is_artefact(&self, run: i64, path: &str) -> StoreResult<bool> {
        let found: Option<i64> = sqlx::query_scalar("select 1 from artefact where run_id = ? and path = ?")
            .bind(run)
            .bind(path)
            .fetch_optional(&self.readers)
            .await?;
        Ok(found.is_some())
    }

    /// Results of all runs, in key order.
    pub async fn results(&self, batch_id: i64) -> StoreResult<Vec<ResultRow>> {
        let rows: Vec<(i64, String, String, f64, String)> = sqlx::query_as(
            "select key, run_id, state, area_km2, results from run where batch_id = ? and current = 1 order by key",
        )
        .bind(batch_id)
        .fetch_all(&self.readers)
        .await?;
        let row = |(key, run_id, state, area_km2, results): (i64, String, String, f64, String)| {
            Ok(ResultRow {
                key: key as u32,
                run_id,
                state: parse_slug("run state", &state, RunState::from_slug)?,
                polygon_area_km2: area_km2,
                results: serde_json::from_str(&results)?,
            })
        };
        rows.into_iter().map(row).collect()
    }

    /// Polygons of all runs, GeoJSON geometry text by key.
    pub async fn run_geometries(&self, batch_id: i64) -> StoreResult<BTreeMap<u32, String>> {
        let rows: Vec<(i64, String)> =
            sqlx::query_as("select key, geometry from run where batch_id = ? and current = 1")
                .bind(batch_id)
                .fetch_all(&self.readers)
                .await?;
        Ok(rows.into_iter().map(|(key, geometry)| (key as u32, geometry)).collect())
    }

    /// Sets or clears the outlet an admin gave for a run.
    pub async fn set_outlet_override(
        &self,
        batch_id: i64,
        run: i64,
        outlet: Option<[f64; 2]>,
        actor: &Actor,
    ) -> StoreResult<()> {
        let mut tx = self.write().await?;
        sqlx::query("update run set outlet_override = ? where id = ?")
            .bind(outlet.map(|outlet| serde_json::to_string(&outlet)).transpose()?)
            .bind(run)
            .execute(&mut *tx)
            .await?;
        let summary = match outlet {
            Some([lon, lat]) => format!("set the outlet to {lon:.6}, {lat:.6}"),
            None => "gave the outlet back to the search".to_owned(),
        };
        let event = NewEvent { event: "outlet_changed", summary, run_id: Some(run), ..NewEvent::default() };
        append(&mut tx, Some(batch_id), actor, event).await?;
        tx.commit().await?;
        Ok(())
    }
}
