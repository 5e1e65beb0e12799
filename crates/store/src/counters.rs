//! Counters of tasks per batch and state, checked against the rows they count.

use sqlx::SqliteConnection;

use crate::{Store, StoreResult};

/// Counters of a batch from its rows: needed when the set of runs itself changes.
pub(crate) async fn recount(tx: &mut SqliteConnection, batch_id: i64) -> StoreResult<()> {
    sqlx::query("delete from counter where batch_id = ?").bind(batch_id).execute(&mut *tx).await?;
    sqlx::query(
        "insert into counter (batch_id, kind, state, n)
         select run.batch_id, task.kind, task.state, count(*) from task join run on run.id = task.run_id
         where run.batch_id = ? and run.current = 1 group by task.kind, task.state",
    )
    .bind(batch_id)
    .execute(&mut *tx)
    .await?;
    Ok(())
}

impl Store {
    /// Sets a batch's counters to a recount of its rows.
    pub async fn correct_counters(&self, batch_id: i64) -> StoreResult<()> {
        let mut tx = self.write().await?;
        recount(&mut tx, batch_id).await?;
        tx.commit().await?;
        Ok(())
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
