//! `GET /api/session`: who is signed in, for anybody.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use headwaters_domain::account::SessionInfo;

use crate::app::AppState;
use crate::auth::session;
use crate::error::ApiResult;

pub async fn handle(State(app): State<AppState>, headers: HeaderMap) -> ApiResult<Json<SessionInfo>> {
    let user = session::user(&app, &headers).await?;
    Ok(Json(SessionInfo {
        user: user.as_ref().map(session::session_user),
        batch_runner_enabled: app.settings.batch_runner_enabled,
        geojson_limit_bytes: app.limits.geojson_bytes,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }))
}
