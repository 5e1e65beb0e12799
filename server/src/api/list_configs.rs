//! `GET /api/configs`: stored configs, invalid ones with their error. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::batch::ConfigSummary;

use crate::app::AppState;
use crate::auth::session::Admin;

pub async fn handle(_: Admin, State(app): State<AppState>) -> Json<Vec<ConfigSummary>> {
    Json(app.configs.list())
}
