//! Controls of `_base`, with optimistic concurrency.

use headwaters_domain::controls::{ControlDocument, ControlKind, Controls};

use crate::events::{Actor, NewEvent, append};
use crate::now_ms;
use crate::{Store, StoreResult, parse_slug};

/// What became of a write.
#[derive(Clone, Debug, PartialEq)]
pub enum WriteOutcome {
    /// Stored; the document as it is now.
    Stored(ControlDocument),
    /// Somebody else wrote in between; the document as it is now.
    Changed(ControlDocument),
}

columns! {
    struct ControlColumns {
        kind: String,
        version: i64,
        value: String,
        defaults: String,
        updated_by: String,
        updated_ms: i64,
    }
}

impl ControlColumns {
    fn document(self) -> StoreResult<ControlDocument> {
        let kind = parse_slug("control", &self.kind, ControlKind::from_slug)?;
        Ok(ControlDocument {
            kind,
            version: self.version as u32,
            value: complete(kind, &self.value)?,
            defaults: complete(kind, &self.defaults)?,
            updated_by: self.updated_by,
            updated_ms: self.updated_ms,
        })
    }
}

/// A stored document with every setting. One written by an earlier version lacks those that came later; forms would show
/// them empty, while tasks take their defaults.
fn complete(kind: ControlKind, stored: &str) -> serde_json::Result<serde_json::Value> {
    let mut controls = Controls::default();
    controls.set_document(kind, serde_json::from_str(stored)?)?;
    controls.document(kind)
}

const SELECT: &str =
    "select kind, version, value, defaults, updated_by, updated_ms from control where batch_id = ?";

impl Store {
    /// All controls of a batch, in page order.
    pub async fn controls(&self, batch_id: i64) -> StoreResult<Vec<ControlDocument>> {
        let rows: Vec<ControlColumns> =
            sqlx::query_as(SELECT).bind(batch_id).fetch_all(&self.readers).await?;
        let mut documents =
            rows.into_iter().map(ControlColumns::document).collect::<StoreResult<Vec<_>>>()?;
        documents.sort_by_key(|document| document.kind);
        Ok(documents)
    }

    /// The settings of all controls of a batch.
    pub async fn control_values(&self, batch_id: i64) -> StoreResult<Controls> {
        let mut controls = Controls::default();
        for document in self.controls(batch_id).await? {
            controls.set_document(document.kind, document.value)?;
        }
        Ok(controls)
    }

    /// One control.
    pub async fn control(&self, batch_id: i64, kind: ControlKind) -> StoreResult<ControlDocument> {
        let columns: ControlColumns = sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} and kind = ?")))
            .bind(batch_id)
            .bind(kind.slug())
            .fetch_one(&self.readers)
            .await?;
        columns.document()
    }

    /// Writes a control if its version is still `expected`.
    pub async fn write_control(
        &self,
        batch_id: i64,
        kind: ControlKind,
        expected: u32,
        value: &serde_json::Value,
        actor: &Actor,
    ) -> StoreResult<WriteOutcome> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "update control set value = ?, version = version + 1, updated_by = ?, updated_ms = ?
             where batch_id = ? and kind = ? and version = ?",
        )
        .bind(value.to_string())
        .bind(&actor.who)
        .bind(now_ms())
        .bind(batch_id)
        .bind(kind.slug())
        .bind(i64::from(expected))
        .execute(&mut *tx)
        .await?;
        let columns: ControlColumns = sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} and kind = ?")))
            .bind(batch_id)
            .bind(kind.slug())
            .fetch_one(&mut *tx)
            .await?;
        let document = columns.document()?;
        if done.rows_affected() == 0 {
            return Ok(WriteOutcome::Changed(document));
        }
        let event = NewEvent {
            event: "control_changed",
            summary: format!("changed {} (version {})", kind.label(), document.version),
            payload_hash: Some(headwaters_hash::sha256_hex(value.to_string().as_bytes())),
            ..NewEvent::default()
        };
        append(&mut tx, Some(batch_id), actor, event).await?;
        tx.commit().await?;
        Ok(WriteOutcome::Stored(document))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A batch made before a setting existed must show what its runs will use.
    #[test]
    fn a_document_of_an_earlier_version_shows_later_settings_with_their_defaults() {
        let stored = r#"{"mode":"single","single_class":"shrub","burn_shrubs":false,"burn_grass":true}"#;
        let shown = complete(ControlKind::Landuse, stored).expect("readable");
        assert_eq!((&shown["burn_forest"], &shown["burn_shrubs"]), (&true.into(), &false.into()));
        assert!(complete(ControlKind::Landuse, r#"{"burn_everything":true}"#).is_err());
    }
}
