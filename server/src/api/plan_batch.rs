//! `POST /api/batches/{name}/plan`: what Run would do. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::plan::{Plan, RunRequest};

use super::extract::{Batch, Body};
use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::submission;

pub async fn handle(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
    Body(request): Body<RunRequest>,
) -> ApiResult<Json<Plan>> {
    submission::plan(&app, &batch, &request).await.map(Json)
}
