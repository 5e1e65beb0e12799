//! `GET /api/batches/{name}`: what the batch page needs at first. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::batch::BatchDetail;

use super::extract::Batch;
use crate::app::AppState;
use crate::auth::session::Admin;
use crate::batches;
use crate::error::ApiResult;

pub async fn handle(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<Json<BatchDetail>> {
    batches::detail(&app, batch).await.map(Json)
}
