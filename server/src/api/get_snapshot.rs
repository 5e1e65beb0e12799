//! `GET /api/batches/{name}/runs`: the live snapshot by plain GET. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::live::Snapshot;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::Batch;

pub async fn handle(_: Admin, State(app): State<AppState>, Batch(batch): Batch) -> ApiResult<Json<Snapshot>> {
    Ok(Json(app.store.snapshot(batch.id, app.alive_since_ms()).await?))
}
