//! `GET /api/batches`: all batches, newest first. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::batch::BatchSummary;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;

pub async fn handle(_: Admin, State(app): State<AppState>) -> ApiResult<Json<Vec<BatchSummary>>> {
    let batches = app.store.batches().await?;
    Ok(Json(batches.iter().map(|batch| batch.summary()).collect()))
}
