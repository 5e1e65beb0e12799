//! Rows that batches and runs of an earlier version lack: controls and tasks that the program learned since.

use headwaters_domain::controls::{ControlKind, Controls};
use headwaters_domain::run::RunState;
use headwaters_domain::{TaskKind, TaskSet};
use headwaters_scheduling::upgrade::state_of_added_task;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::counters::recount;
use crate::events::{Actor, NewEvent, append};
use crate::{Store, StoreResult, now_ms};

/// In whose name rows are added.
const ACTOR: &str = "upgrade";

impl Store {
    /// Adds the controls that batches and the tasks that runs lack, and reports it in the history of the batch.
    /// `defaults` gives the controls of a new batch by the name of its config. Returns how many batches changed; on a
    /// database that lacks nothing this only reads.
    pub async fn reconcile_rows(&self, defaults: &(dyn Fn(&str) -> Controls + Sync)) -> StoreResult<usize> {
        let lacking = self.batches_lacking_rows().await?;
        for (batch_id, config) in &lacking {
            let mut tx = self.write().await?;
            let controls = add_controls(&mut tx, *batch_id, &defaults(config)).await?;
            let tasks = add_tasks(&mut tx, *batch_id).await?;
            let labels: Vec<&str> = controls
                .iter()
                .map(|kind| kind.label())
                .chain(tasks.iter().map(|kind| kind.label()))
                .collect();
            let summary = format!("added what this version of the program knows: {}", labels.join(", "));
            let event = NewEvent { event: "batch_upgraded", summary, ..NewEvent::default() };
            append(&mut tx, Some(*batch_id), &Actor::local(ACTOR), event).await?;
            tx.commit().await?;
        }
        Ok(lacking.len())
    }

    /// Row ids and configs.
    async fn batches_lacking_rows(&self) -> StoreResult<Vec<(i64, String)>> {
        let mut query = QueryBuilder::<Sqlite>::new(
            "select id, config from batch where (select count(*) from control where batch_id = batch.id and kind in (",
        );
        let mut kinds = query.separated(", ");
        for kind in ControlKind::ALL {
            kinds.push_bind(kind.slug());
        }
        query.push(")) < ").push_bind(ControlKind::ALL.len() as i64);
        query.push(
            " or exists (select 1 from run where run.batch_id = batch.id
                         and (select count(*) from task where run_id = run.id and kind in (",
        );
        let mut kinds = query.separated(", ");
        for kind in TaskKind::ALL {
            kinds.push_bind(kind.slug());
        }
        query.push(")) < ").push_bind(TaskKind::ALL.len() as i64).push(")");
        Ok(query.build_query_as().fetch_all(&self.readers).await?)
    }
}

async fn add_controls(
    tx: &mut SqliteConnection,
    batch_id: i64,
    defaults: &Controls,
) -> StoreResult<Vec<ControlKind>> {
    let mut added = Vec::new();
    for kind in ControlKind::ALL {
        let value = defaults.document(kind)?.to_string();
        let done = sqlx::query(
            "insert into control (batch_id, kind, version, value, defaults, updated_by, updated_ms)
             values (?, ?, 1, ?, ?, ?, ?) on conflict (batch_id, kind) do nothing",
        )
        .bind(batch_id)
        .bind(kind.slug())
        .bind(&value)
        .bind(&value)
        .bind(ACTOR)
        .bind(now_ms())
        .execute(&mut *tx)
        .await?;
        added.extend((done.rows_affected() > 0).then_some(kind));
    }
    Ok(added)
}

/// A task that is added is also selected, as it is in a new batch.
async fn add_tasks(tx: &mut SqliteConnection, batch_id: i64) -> StoreResult<Vec<TaskKind>> {
    let mut added = Vec::new();
    for kind in TaskKind::ALL {
        let mut insert =
            QueryBuilder::<Sqlite>::new("insert into task (run_id, kind, state) select run.id, ");
        insert.push_bind(kind.slug()).push(", added.column2 from run join (");
        insert.push_values(RunState::ALL, |mut row, state| {
            row.push_bind(state.slug()).push_bind(state_of_added_task(state).slug());
        });
        insert.push(") as added on added.column1 = run.state where run.batch_id = ").push_bind(batch_id);
        insert.push(" on conflict (run_id, kind) do nothing");
        let done = insert.build().execute(&mut *tx).await?;
        added.extend((done.rows_affected() > 0).then_some(kind));
    }
    if added.is_empty() {
        return Ok(added);
    }
    let selected: String =
        sqlx::query_scalar("select tasks from batch where id = ?").bind(batch_id).fetch_one(&mut *tx).await?;
    let selected: TaskSet = serde_json::from_str(&selected)?;
    let selected = added.iter().fold(selected, |set, kind| set.with(*kind, true));
    sqlx::query("update batch set tasks = ? where id = ?")
        .bind(serde_json::to_string(&selected)?)
        .bind(batch_id)
        .execute(&mut *tx)
        .await?;
    recount(tx, batch_id).await?;
    Ok(added)
}
