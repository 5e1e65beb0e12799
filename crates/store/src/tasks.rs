//! Tasks as the scheduler asks for them, and the leases of those that run.

use headwaters_domain::{TaskAddress, TaskKind};

use crate::now_ms;
use crate::{Store, StoreResult, document, parse_slug};

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

/// States of tasks that are still to be done, as SQL.
macro_rules! active_states {
    () => {
        "('blocked', 'ready', 'queued', 'running', 'retry_wait')"
    };
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
    /// Outlet an admin gave, lon/lat, as it was when the search was submitted: the task's key is made of it.
    pub outlet: Option<[f64; 2]>,
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

impl Store {
    /// Batch name and run id of a run: its folder.
    pub async fn run_names(&self, run: i64) -> StoreResult<Option<(String, String)>> {
        Ok(sqlx::query_as(
            "select batch.name, run.run_id from run join batch on batch.id = run.batch_id where run.id = ?",
        )
        .bind(run)
        .fetch_optional(&self.readers)
        .await?)
    }

    /// Tasks that may be dispatched: of each batch at most `limit`, those of the largest watersheds.
    pub async fn ready_tasks(&self, limit: usize) -> StoreResult<Vec<ReadyTask>> {
        let rows: Vec<(i64, i64, String, f64)> = sqlx::query_as(
            "select batch_id, id, kind, area_km2 from (
                 select run.batch_id, run.id, task.kind, run.area_km2, row_number() over (
                     partition by run.batch_id order by run.area_km2 desc, run.id, task.kind) as place
                 from task join run on run.id = task.run_id where task.state = 'ready')
             where place <= ?",
        )
        .bind(limit as i64)
        .fetch_all(&self.readers)
        .await?;
        let task = |(batch, run, kind, area_km2): (i64, i64, String, f64)| {
            let kind = parse_slug("task", &kind, TaskKind::from_slug)?;
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
        let active =
            concat!("select state, count(*) from task where state in ", active_states!(), " group by state");
        Ok(sqlx::query_as(active).fetch_all(&self.readers).await?)
    }

    /// What a message to the workers about this task is made of; `None` unless it is queued.
    pub async fn dispatchable(&self, address: TaskAddress) -> StoreResult<Option<Dispatchable>> {
        columns! {
            struct Columns {
                attempt: i64,
                name: String,
                run_id: String,
                submission_id: i64,
                geometry: String,
                properties: String,
                outlet: Option<String>,
            }
        }
        let columns: Option<Columns> = sqlx::query_as(concat!(
            "select task.attempt, batch.name, run.run_id, run.submission_id, run.geometry, run.properties,
                     case when exists (
                         select 1 from task as search where search.run_id = run.id and search.kind = ?
                             and search.state in ",
            active_states!(),
            ") then run.outlet_submitted else run.outlet_override end as outlet
                 from task join run on run.id = task.run_id join batch on batch.id = run.batch_id
                 where task.run_id = ? and task.kind = ? and task.state = 'queued'
                     and run.submission_id is not null"
        ))
        .bind(TaskKind::FindOutlet.slug())
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
            outlet: document(columns.outlet)?,
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
            Ok((
                TaskAddress { run, kind: parse_slug("task", &kind, TaskKind::from_slug)? },
                attempt as u16,
                since,
            ))
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
                address: TaskAddress { run, kind: parse_slug("task", &kind, TaskKind::from_slug)? },
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
            Ok(TaskAddress { run, kind: parse_slug("task", &kind, TaskKind::from_slug)? })
        };
        rows.into_iter().map(address).collect()
    }
}
