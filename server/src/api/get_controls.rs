//! `GET /api/batches/{name}/controls`: the controls of `_base`. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::controls::ControlDocument;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::Batch;

pub async fn handle(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<Json<Vec<ControlDocument>>> {
    Ok(Json(app.store.controls(batch.id).await?))
}
