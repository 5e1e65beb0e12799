//! `POST /api/batches/{name}/cancel`: stops every active run. Running work stops within seconds. Admins only.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::Batch;

pub async fn handle(
    admin: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let cancelled = app.store.cancel(batch.id, None, &admin.actor).await?;
    app.published().await;
    Ok((StatusCode::ACCEPTED, Json(json!({ "cancelled": cancelled }))))
}
