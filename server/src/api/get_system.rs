//! `GET /api/system`: workers, queue, disk, engines. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_engine::{EMBEDDED_ENGINE_LIMITS, EmbeddedEngine, HillslopeEngine};
use headwaters_pipeline::Resources;
use headwaters_pipeline::config::shown;
use headwaters_pipeline::engines::probe;
use headwaters_wepp_external::{EXTERNAL_ENGINE_LIMITS, EXTERNAL_ENGINE_NAME};
use serde_json::{Value, json};

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::{ApiFailure, ApiResult};

pub async fn handle(_: Admin, State(app): State<AppState>) -> ApiResult<Json<Value>> {
    let workers = app.store.workers(app.alive_since_ms()).await?;
    let queue = app.store.queue_depth().await?;
    let resources = app.resources.clone();
    let engines = tokio::task::spawn_blocking(move || engines(&resources)).await;
    let engines = engines.map_err(|error| ApiFailure::internal(&error))?;
    let (free_bytes, total_bytes) = disk(app.layout.data());
    Ok(Json(json!({
        "workers": workers,
        "queue": queue.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "disk": { "free_bytes": free_bytes, "total_bytes": total_bytes },
        "engines": engines,
    })))
}

/// The engines a batch can choose.
fn engines(resources: &Resources) -> Vec<Value> {
    let embedded = EmbeddedEngine.identity();
    let mut engines = vec![json!({
        "choice": "embedded",
        "name": embedded.name,
        "version": embedded.version,
        "limits": EMBEDDED_ENGINE_LIMITS,
    })];
    if let Some(wepp) = &resources.wepp {
        let (identity, error) = match probe(resources) {
            Some(Ok(identity)) => (Some(identity), None),
            Some(Err(reason)) => (None, Some(reason)),
            None => (None, None),
        };
        engines.push(json!({
            "choice": "external_wepp",
            "name": EXTERNAL_ENGINE_NAME,
            "version": identity.as_ref().map(|identity| &identity.version),
            "executable": shown(&wepp.path, &resources.data),
            "executable_sha256": identity.as_ref().and_then(|identity| identity.executable_sha256.as_ref()),
            "error": error,
            "limits": EXTERNAL_ENGINE_LIMITS,
        }));
    }
    engines
}

/// Free and total bytes of the data folder's file system, when it tells.
fn disk(data: &std::path::Path) -> (Option<u64>, Option<u64>) {
    match rustix::fs::statvfs(data) {
        Ok(stat) => (Some(stat.f_bavail * stat.f_frsize), Some(stat.f_blocks * stat.f_frsize)),
        Err(_) => (None, None),
    }
}
