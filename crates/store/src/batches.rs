//! Batches.

use headwaters_domain::batch::{BatchState, BatchSummary, RunCounts, TaskSelection};
use headwaters_domain::controls::{ControlKind, Controls};
use headwaters_domain::intake::WatershedsInfo;
use headwaters_domain::run::RunState;
use headwaters_domain::template::{TemplateReport, TemplateStatus};
use headwaters_domain::{BatchName, TaskSet};

use crate::events::{Actor, NewEvent, append};
use crate::now_ms;
use crate::{Store, StoreError, StoreResult, document, parse_slug};

/// A batch as stored.
#[derive(Clone, Debug)]
pub struct BatchRecord {
    /// Row id.
    pub id: i64,
    /// Its name.
    pub name: BatchName,
    /// Config it was made from.
    pub config: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_ms: i64,
    /// Template text.
    pub template: String,
    /// Latest report on it.
    pub template_report: Option<TemplateReport>,
    /// Selected tasks.
    pub tasks: TaskSet,
    /// Whether done work is repeated.
    pub force_rebuild: bool,
    /// Current polygon file.
    pub watersheds: Option<WatershedsInfo>,
    /// Runs per state.
    pub counts: RunCounts,
}

impl BatchRecord {
    /// Whether the stored template report may be acted on.
    pub fn template_status(&self) -> TemplateStatus {
        match (&self.template_report, &self.watersheds) {
            (None, _) => TemplateStatus::Missing,
            (Some(report), Some(watersheds)) if report.resource_checksum == watersheds.sha256 => {
                if report.summary.is_valid { TemplateStatus::Ok } else { TemplateStatus::Invalid }
            }
            (Some(_), _) => TemplateStatus::Stale,
        }
    }

    /// What lists show.
    pub fn summary(&self) -> BatchSummary {
        BatchSummary {
            name: self.name.clone(),
            config: self.config.clone(),
            created_by: self.created_by.clone(),
            created_ms: self.created_ms,
            state: self.state(),
            counts: self.counts.clone(),
        }
    }

    /// State, derived from the runs.
    pub fn state(&self) -> BatchState {
        BatchState::derive(&self.counts)
    }
}

columns! {
    struct BatchColumns {
        id: i64,
        name: String,
        config: String,
        created_by: String,
        created_ms: i64,
        template: String,
        template_report: Option<String>,
        tasks: String,
        force_rebuild: bool,
        watersheds: Option<String>,
    }
}

impl BatchColumns {
    fn record(self, counts: RunCounts) -> StoreResult<BatchRecord> {
        let unknown = |_| StoreError::Unknown { what: "batch name", value: self.name.clone() };
        Ok(BatchRecord {
            name: BatchName::parse(&self.name).map_err(unknown)?,
            id: self.id,
            config: self.config,
            created_by: self.created_by,
            created_ms: self.created_ms,
            template: self.template,
            template_report: document(self.template_report)?,
            tasks: serde_json::from_str(&self.tasks)?,
            force_rebuild: self.force_rebuild,
            watersheds: document(self.watersheds)?,
            counts,
        })
    }
}

const COLUMNS: &str = "id, name, config, created_by, created_ms, template, template_report, tasks, \
                       force_rebuild, watersheds";

pub(crate) async fn run_counts(tx: &mut sqlx::SqliteConnection, batch_id: i64) -> StoreResult<RunCounts> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("select state, count(*) from run where batch_id = ? and current = 1 group by state")
            .bind(batch_id)
            .fetch_all(tx)
            .await?;
    rows.into_iter()
        .map(|(state, count)| Ok((parse_slug("run state", &state, RunState::from_slug)?, count as u32)))
        .collect()
}

impl Store {
    /// Adds a batch with its controls; `None` when the name is taken.
    pub async fn add_batch(
        &self,
        name: &BatchName,
        config: &str,
        defaults: &Controls,
        actor: &Actor,
    ) -> StoreResult<Option<i64>> {
        let mut tx = self.write().await?;
        let id: Option<i64> = sqlx::query_scalar(
            "insert into batch (name, config, created_by, created_ms, tasks) values (?, ?, ?, ?, ?)
             on conflict (name) do nothing returning id",
        )
        .bind(name.as_str())
        .bind(config)
        .bind(&actor.who)
        .bind(now_ms())
        .bind(serde_json::to_string(&TaskSet::ALL)?)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(id) = id else { return Ok(None) };
        for kind in ControlKind::ALL {
            let value = defaults.document(kind)?.to_string();
            sqlx::query(
                "insert into control (batch_id, kind, version, value, defaults, updated_by, updated_ms)
                 values (?, ?, 1, ?, ?, ?, ?)",
            )
            .bind(id)
            .bind(kind.slug())
            .bind(&value)
            .bind(&value)
            .bind(&actor.who)
            .bind(now_ms())
            .execute(&mut *tx)
            .await?;
        }
        let summary = format!("created batch {name} from config {config}");
        append(&mut tx, Some(id), actor, NewEvent { event: "batch_created", summary, ..NewEvent::default() })
            .await?;
        tx.commit().await?;
        Ok(Some(id))
    }

    /// Removes a batch that was added but whose directory could not be made.
    pub async fn remove_new_batch(&self, id: i64) -> StoreResult<()> {
        let mut tx = self.write().await?;
        for statement in [
            "delete from event where batch_id = ?",
            "delete from control where batch_id = ?",
            "delete from batch where id = ?",
        ] {
            sqlx::query(statement).bind(id).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The batch with this name.
    pub async fn batch(&self, name: &BatchName) -> StoreResult<Option<BatchRecord>> {
        let mut tx = self.read().await?;
        let columns: Option<BatchColumns> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("select {COLUMNS} from batch where name = ?")))
                .bind(name.as_str())
                .fetch_optional(&mut *tx)
                .await?;
        let Some(columns) = columns else { return Ok(None) };
        let counts = run_counts(&mut tx, columns.id).await?;
        columns.record(counts).map(Some)
    }

    /// All batches, newest first.
    pub async fn batches(&self) -> StoreResult<Vec<BatchRecord>> {
        let mut tx = self.read().await?;
        let all: Vec<BatchColumns> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select {COLUMNS} from batch order by created_ms desc, id desc"
        )))
        .fetch_all(&mut *tx)
        .await?;
        let mut records = Vec::with_capacity(all.len());
        for columns in all {
            let counts = run_counts(&mut tx, columns.id).await?;
            records.push(columns.record(counts)?);
        }
        Ok(records)
    }

    /// Stores which tasks are selected.
    pub async fn set_selection(&self, id: i64, selection: TaskSelection, actor: &Actor) -> StoreResult<()> {
        let mut tx = self.write().await?;
        sqlx::query("update batch set tasks = ?, force_rebuild = ? where id = ?")
            .bind(serde_json::to_string(&selection.tasks)?)
            .bind(selection.force_rebuild)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        let force = if selection.force_rebuild { ", force rebuild" } else { "" };
        let summary = format!("selected {} tasks{force}", selection.tasks.len());
        append(
            &mut tx,
            Some(id),
            actor,
            NewEvent { event: "tasks_selected", summary, ..NewEvent::default() },
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
