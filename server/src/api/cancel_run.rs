//! `POST /api/batches/{name}/runs/{run_id}/cancel`: stops one run. Admins only.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::Run;

pub async fn handle(
    admin: Admin,
    State(app): State<AppState>,
    Run { batch, run }: Run,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let cancelled = app.store.cancel(batch.id, Some(run.id), &admin.actor).await?;
    app.published().await;
    Ok((StatusCode::ACCEPTED, Json(json!({ "cancelled": cancelled }))))
}
