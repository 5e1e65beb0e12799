//! Landscape tables of a batch's own.

use headwaters_domain::TableKind;

use crate::events::{Actor, NewEvent, append};
use crate::now_ms;
use crate::{Store, StoreResult, parse_slug};

/// A table of a batch's own.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnTable {
    /// Which table.
    pub kind: TableKind,
    /// Name of the file it came in.
    pub filename: String,
    /// Its text.
    pub content: String,
    /// Who put it there.
    pub updated_by: String,
    /// When, milliseconds since 1970.
    pub updated_ms: i64,
}

columns! {
    struct TableColumns {
        kind: String,
        filename: String,
        content: String,
        updated_by: String,
        updated_ms: i64,
    }
}

impl Store {
    /// The tables a batch has of its own.
    pub async fn own_tables(&self, batch_id: i64) -> StoreResult<Vec<OwnTable>> {
        let rows: Vec<TableColumns> = sqlx::query_as(
            "select kind, filename, content, updated_by, updated_ms from batch_table where batch_id = ?",
        )
        .bind(batch_id)
        .fetch_all(&self.readers)
        .await?;
        let table = |row: TableColumns| {
            Ok(OwnTable {
                kind: parse_slug("table", &row.kind, TableKind::from_slug)?,
                filename: row.filename,
                content: row.content,
                updated_by: row.updated_by,
                updated_ms: row.updated_ms,
            })
        };
        rows.into_iter().map(table).collect()
    }

    /// Gives a batch a table of its own, or another one.
    pub async fn set_table(
        &self,
        batch_id: i64,
        kind: TableKind,
        filename: &str,
        content: &str,
        actor: &Actor,
    ) -> StoreResult<()> {
        let mut tx = self.write().await?;
        sqlx::query(
            "insert into batch_table (batch_id, kind, filename, content, updated_by, updated_ms)
             values (?, ?, ?, ?, ?, ?)
             on conflict (batch_id, kind) do update set filename = excluded.filename, content = excluded.content,
                 updated_by = excluded.updated_by, updated_ms = excluded.updated_ms",
        )
        .bind(batch_id)
        .bind(kind.slug())
        .bind(filename)
        .bind(content)
        .bind(&actor.who)
        .bind(now_ms())
        .execute(&mut *tx)
        .await?;
        let event = NewEvent {
            event: "table_changed",
            summary: format!("changed the table {} ({filename})", kind.label()),
            payload_hash: Some(headwaters_hash::sha256_hex(content.as_bytes())),
            ..NewEvent::default()
        };
        append(&mut tx, Some(batch_id), actor, event).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a batch's own table away; whether there was one.
    pub async fn remove_table(&self, batch_id: i64, kind: TableKind, actor: &Actor) -> StoreResult<bool> {
        let mut tx = self.write().await?;
        let done = sqlx::query("delete from batch_table where batch_id = ? and kind = ?")
            .bind(batch_id)
            .bind(kind.slug())
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let event = NewEvent {
            event: "table_removed",
            summary: format!("went back to the default table {}", kind.label()),
            ..NewEvent::default()
        };
        append(&mut tx, Some(batch_id), actor, event).await?;
        tx.commit().await?;
        Ok(true)
    }
}
