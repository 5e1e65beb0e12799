//! Content of `batch_runner.nodb`, the readable mirror of a batch beside its files. Written after changes, never read back.

use headwaters_domain::controls::ControlDocument;
use headwaters_hash::sha256_hex;
use headwaters_store::{BatchRecord, Store, StoreResult};
use serde_json::json;

/// Version of the mirror's shape.
const STATE_VERSION: u32 = 1;

/// The mirror of a batch.
pub async fn document(store: &Store, batch: &BatchRecord) -> StoreResult<serde_json::Value> {
    let controls = store.controls(batch.id).await?;
    let control = |document: &ControlDocument| {
        let hash = sha256_hex(document.value.to_string().as_bytes());
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
        "history": store.history(batch.id, None).await?,
    }))
}
