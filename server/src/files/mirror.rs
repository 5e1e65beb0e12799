//! `batch_runner.nodb`: a readable mirror of a batch beside its files. Written after changes, never read back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::write_atomically;
use crate::app::App;
use crate::store::{BatchRecord, StoreResult};

/// Version of the mirror's shape.
const STATE_VERSION: u32 = 1;
/// Pause after a write: a running batch changes many times a second.
const PAUSE: Duration = Duration::from_secs(2);

/// Keeps the mirrors of all batches up to date until the server goes down.
pub async fn keep(app: Arc<App>) {
    let mut seq = app.seq.subscribe();
    let mut written = BTreeMap::new();
    loop {
        if let Err(error) = write_changed(&app, &mut written).await {
            tracing::warn!(%error, "mirror of the batches");
        }
        tokio::select! {
            () = app.shutdown.cancelled() => break,
            changed = seq.changed() => if changed.is_err() { break },
        }
        tokio::select! {
            () = app.shutdown.cancelled() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    if let Err(error) = write_changed(&app, &mut written).await {
        tracing::warn!(%error, "mirror of the batches");
    }
}

/// Writes the mirror of every batch whose content is not what was written last.
async fn write_changed(app: &App, written: &mut BTreeMap<i64, String>) -> StoreResult<()> {
    for batch in app.store.batches().await? {
        let document = document(app, &batch).await?;
        let text = serde_json::to_string_pretty(&document)?;
        let hash = crate::hash::hex(text.as_bytes());
        if written.get(&batch.id) == Some(&hash) {
            continue;
        }
        let path = app.layout.batch(batch.name.as_str()).join("batch_runner.nodb");
        match write_atomically(&path, text.as_bytes()) {
            Ok(()) => {
                written.insert(batch.id, hash);
            }
            Err(error) => tracing::warn!(%error, batch = %batch.name, "mirror of the batch"),
        }
    }
    Ok(())
}

async fn document(app: &App, batch: &BatchRecord) -> StoreResult<serde_json::Value> {
    let controls = app.store.controls(batch.id).await?;
    let control = |document: &headwaters_domain::controls::ControlDocument| {
        let hash = crate::hash::hex(document.value.to_string().as_bytes());
        (document.kind.slug().to_owned(), json!({ "version": document.version, "sha256": hash }))
    };
    Ok(json!({
        "state_version": STATE_VERSION,
        "batch_name": batch.name,
        "base_runid": format!("batch;;{};;_base", batch.name),
        "base_config": batch.config,
        "created_by": batch.created_by,
        "created_ms": batch.created_ms,
        "state": batch.state(),
        "resources": { "watershed_geojson": batch.watersheds },
        "runid_template": batch.template,
        "template_validation": batch.template_report,
        "template_status": batch.template_status(),
        "run_directives": batch.tasks,
        "force_rebuild": batch.force_rebuild,
        "runs": batch.counts,
        "controls": controls.iter().map(control).collect::<serde_json::Map<_, _>>(),
        "history": app.store.history(batch.id, None).await?,
    }))
}
