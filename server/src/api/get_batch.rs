//! `GET /api/batches/{name}`: what the batch page needs at first. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::batch::BatchDetail;
use headwaters_services::batches;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::Batch;

pub async fn handle(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<Json<BatchDetail>> {
    Ok(Json(batches::detail(&app, batch).await?))
}
