//! Workers, as their heartbeats describe them.

use crate::{Store, StoreResult};

/// A worker that was heard of.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct WorkerRecord {
    /// Name, never reused.
    pub id: String,
    /// Host.
    pub host: String,
    /// Process id on that host.
    pub pid: i64,
    /// Tasks it runs at once.
    pub slots: i64,
    /// Tasks it runs now.
    pub busy: i64,
    /// When it came, milliseconds since 1970.
    pub started_ms: i64,
    /// Last heartbeat, milliseconds since 1970.
    pub seen_ms: i64,
}

impl Store {
    /// Notes a heartbeat.
    pub async fn worker_seen(&self, worker: &WorkerRecord) -> StoreResult<()> {
        sqlx::query(
            "insert into worker (id, host, pid, slots, busy, started_ms, seen_ms) values (?, ?, ?, ?, ?, ?, ?)
             on conflict (id) do update set busy = excluded.busy, seen_ms = excluded.seen_ms",
        )
        .bind(&worker.id)
        .bind(&worker.host)
        .bind(worker.pid)
        .bind(worker.slots)
        .bind(worker.busy)
        .bind(worker.started_ms)
        .bind(worker.seen_ms)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Forgets workers not heard of since `before_ms`.
    pub async fn forget_workers(&self, before_ms: i64) -> StoreResult<()> {
        sqlx::query("delete from worker where seen_ms < ?").bind(before_ms).execute(&self.writer).await?;
        Ok(())
    }

    /// Forgets one worker that is known to have ended.
    pub async fn forget_worker(&self, id: &str) -> StoreResult<()> {
        sqlx::query("delete from worker where id = ?").bind(id).execute(&self.writer).await?;
        Ok(())
    }

    /// Workers heard of since `after_ms`.
    pub async fn workers(&self, after_ms: i64) -> StoreResult<Vec<WorkerRecord>> {
        let rows: Vec<(String, String, i64, i64, i64, i64, i64)> = sqlx::query_as(
            "select id, host, pid, slots, busy, started_ms, seen_ms from worker where seen_ms >= ? order by id",
        )
        .bind(after_ms)
        .fetch_all(&self.readers)
        .await?;
        let worker = |(id, host, pid, slots, busy, started_ms, seen_ms)| WorkerRecord {
            id,
            host,
            pid,
            slots,
            busy,
            started_ms,
            seen_ms,
        };
        Ok(rows.into_iter().map(worker).collect())
    }
}
