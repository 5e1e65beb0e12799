//! The event table: outbox, audit trail and live feed.

use headwaters_domain::batch::HistoryEntry;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::now_ms;
use crate::{Store, StoreResult};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// A user's name, `scheduler`, or a worker's id.
    pub who: String,
    /// Network address, when it came over the network.
    pub address: Option<String>,
}

impl Actor {
    /// Somebody without a network address.
    pub fn local(who: &str) -> Self {
        Self { who: who.to_owned(), address: None }
    }
}

/// An event about to be written.
#[derive(Clone, Debug, Default)]
pub struct NewEvent {
    /// What happened, for example `watersheds_uploaded`.
    pub event: &'static str,
    /// A sentence.
    pub summary: String,
    /// Run it is about.
    pub run_id: Option<i64>,
    /// Task it is about.
    pub kind: Option<&'static str>,
    /// Attempt it is about.
    pub attempt: Option<u16>,
    /// Why, when a reason was given.
    pub reason: Option<String>,
    /// SHA-256 of the payload, hex.
    pub payload_hash: Option<String>,
}

/// Runs per statement.
const RUNS_PER_STATEMENT: usize = 2000;

/// Appends an event in the caller's transaction.
pub(crate) async fn append(
    tx: &mut SqliteConnection,
    batch_id: Option<i64>,
    actor: &Actor,
    event: NewEvent,
) -> StoreResult<()> {
    let run = event.run_id;
    append_for_each(tx, batch_id, actor, &event, &[run]).await
}

/// Appends the same event for each of some runs, in the caller's transaction.
pub(crate) async fn append_for_each(
    tx: &mut SqliteConnection,
    batch_id: Option<i64>,
    actor: &Actor,
    event: &NewEvent,
    runs: &[Option<i64>],
) -> StoreResult<()> {
    for chunk in runs.chunks(RUNS_PER_STATEMENT) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "insert into event (at_ms, batch_id, kind, attempt, event, who, address, reason, payload_hash, summary,
                 run_id) select ",
        );
        let mut constants = insert.separated(", ");
        constants
            .push_bind(now_ms())
            .push_bind(batch_id)
            .push_bind(event.kind)
            .push_bind(event.attempt.map(i64::from))
            .push_bind(event.event)
            .push_bind(actor.who.as_str())
            .push_bind(actor.address.as_deref())
            .push_bind(event.reason.as_deref())
            .push_bind(event.payload_hash.as_deref())
            .push_bind(event.summary.as_str());
        insert.push(", about.column1 from (");
        insert.push_values(chunk, |mut row, run| {
            row.push_bind(*run);
        });
        insert.push(") as about");
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

type HistoryColumns = (i64, i64, String, Option<String>, String, Option<String>, Option<String>, String);

impl Store {
    /// Appends an event of its own.
    pub async fn record(&self, batch_id: Option<i64>, actor: &Actor, event: NewEvent) -> StoreResult<()> {
        let mut tx = self.write().await?;
        append(&mut tx, batch_id, actor, event).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Latest sequence number of all.
    pub async fn latest_seq(&self) -> StoreResult<i64> {
        Ok(sqlx::query_scalar("select coalesce(max(seq), 0) from event").fetch_one(&self.readers).await?)
    }

    /// Oldest sequence number of all.
    pub async fn oldest_seq(&self) -> StoreResult<i64> {
        Ok(sqlx::query_scalar("select coalesce(min(seq), 0) from event").fetch_one(&self.readers).await?)
    }

    /// A page of 100 events of a batch, newest first, before `before`. That a task entered the dispatch window is
    /// nobody's business but the scheduler's.
    pub async fn history(&self, batch_id: i64, before: Option<i64>) -> StoreResult<Vec<HistoryEntry>> {
        let rows: Vec<HistoryColumns> = sqlx::query_as(
            "select seq, at_ms, who, address, event, reason, payload_hash, summary from event
             where batch_id = ? and seq < ? and event <> 'task_queued' order by seq desc limit 100",
        )
        .bind(batch_id)
        .bind(before.unwrap_or(i64::MAX))
        .fetch_all(&self.readers)
        .await?;
        let entry = |(seq, at_ms, who, address, event, reason, payload_hash, summary): HistoryColumns| {
            HistoryEntry { seq, at_ms, who, address, event, reason, payload_hash, summary }
        };
        Ok(rows.into_iter().map(entry).collect())
    }
}
