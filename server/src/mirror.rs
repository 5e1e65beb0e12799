//! Keeps the mirrors of batches up to date.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use headwaters_data_folder::write_atomically;
use headwaters_hash::sha256_hex;
use headwaters_services::mirror::document;
use headwaters_store::StoreResult;

use crate::app::App;

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
        let document = document(&app.store, &batch).await?;
        let text = serde_json::to_string_pretty(&document)?;
        let hash = sha256_hex(text.as_bytes());
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
