//! The run-id template, and the runs that follow from it.

use std::collections::HashMap;

use headwaters_domain::TaskKind;
use headwaters_domain::template::TemplateReport;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::counters::recount;
use crate::events::{Actor, NewEvent, append};
use crate::{Store, StoreResult};

/// One run as a new template makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunInput {
    /// Index of the feature.
    pub index: u32,
    /// Run id.
    pub run_id: String,
    /// Feature id or naming property, for people.
    pub feature_id: Option<String>,
    /// Properties of the feature.
    pub properties: serde_json::Map<String, serde_json::Value>,
    /// GeoJSON geometry, lon/lat.
    pub geometry: String,
    /// Area, km².
    pub area_km2: f64,
}

impl Store {
    /// Stores a template with its report and, when it is valid, makes the batch's runs agree with it: a run
    /// keeps its key, directory and results as long as its run id is in the file.
    pub async fn set_template(
        &self,
        batch_id: i64,
        report: &TemplateReport,
        runs: &[RunInput],
        actor: &Actor,
    ) -> StoreResult<()> {
        let mut tx = self.write().await?;
        sqlx::query("update batch set template = ?, template_report = ? where id = ?")
            .bind(&report.template)
            .bind(serde_json::to_string(report)?)
            .bind(batch_id)
            .execute(&mut *tx)
            .await?;
        if report.summary.is_valid {
            replace_runs(&mut tx, batch_id, runs).await?;
        }
        let summary = if report.summary.is_valid {
            format!("template is valid: {} run ids", report.summary.unique_run_ids)
        } else {
            let summary = report.summary;
            format!("template has {} errors and {} duplicates", summary.errors, summary.duplicate_run_ids)
        };
        let payload_hash = Some(report.validation_hash.clone());
        let event = NewEvent { event: "template_validated", summary, payload_hash, ..NewEvent::default() };
        append(&mut tx, Some(batch_id), actor, event).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Runs per statement: 8 parameters each.
const RUNS_PER_STATEMENT: usize = 500;

/// Makes the runs of a batch agree with a valid template.
async fn replace_runs(tx: &mut SqliteConnection, batch_id: i64, runs: &[RunInput]) -> StoreResult<()> {
    sqlx::query("update run set current = 0 where batch_id = ?").bind(batch_id).execute(&mut *tx).await?;
    let known: Vec<(String, i64)> = sqlx::query_as("select run_id, key from run where batch_id = ?")
        .bind(batch_id)
        .fetch_all(&mut *tx)
        .await?;
    let mut next_key = known.iter().map(|(_, key)| key + 1).max().unwrap_or(0);
    // Run ids are the same when they differ in case only.
    let known: HashMap<String, i64> =
        known.into_iter().map(|(run_id, key)| (run_id.to_ascii_lowercase(), key)).collect();
    for chunk in runs.chunks(RUNS_PER_STATEMENT) {
        let mut rows = Vec::with_capacity(chunk.len());
        for run in chunk {
            let key = known.get(&run.run_id.to_ascii_lowercase()).copied().unwrap_or(next_key);
            next_key += i64::from(key == next_key);
            rows.push((run, key, serde_json::to_string(&run.properties)?));
        }
        let mut insert = QueryBuilder::<Sqlite>::new(
            "insert into run (batch_id, key, idx, run_id, feature_id, properties, geometry, area_km2) ",
        );
        insert.push_values(rows, |mut row, (run, key, properties)| {
            row.push_bind(batch_id)
                .push_bind(key)
                .push_bind(i64::from(run.index))
                .push_bind(run.run_id.as_str())
                .push_bind(run.feature_id.as_deref())
                .push_bind(properties)
                .push_bind(run.geometry.as_str())
                .push_bind(run.area_km2);
        });
        insert.push(
            " on conflict (batch_id, run_id) do update set idx = excluded.idx, feature_id = excluded.feature_id,
                 properties = excluded.properties, geometry = excluded.geometry, area_km2 = excluded.area_km2,
                 outlet_override = case when run.geometry = excluded.geometry then run.outlet_override end,
                 current = 1",
        );
        insert.build().execute(&mut *tx).await?;
    }
    let mut tasks = QueryBuilder::<Sqlite>::new(
        "insert into task (run_id, kind) select run.id, kinds.column1 from run, (",
    );
    tasks.push_values(TaskKind::ALL, |mut row, kind| {
        row.push_bind(kind.slug());
    });
    tasks.push(") as kinds where run.batch_id = ").push_bind(batch_id);
    tasks.push(" and run.current = 1 on conflict (run_id, kind) do nothing");
    tasks.build().execute(&mut *tx).await?;
    recount(tx, batch_id).await
}
