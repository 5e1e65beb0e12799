//! `GET /healthz`, `GET /readyz`: for anybody.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::AppState;
use crate::error::{ApiFailure, ApiResult};

/// The process lives.
pub async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// The database answers and the server is not going down.
pub async fn ready(State(app): State<AppState>) -> ApiResult<Json<Value>> {
    let unavailable = |message| ApiFailure::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", message);
    if app.shutdown.is_cancelled() {
        return Err(unavailable("the server is going down"));
    }
    app.store.ping().await.map_err(|_| unavailable("the database does not answer"))?;
    Ok(Json(json!({ "status": "ok" })))
}
