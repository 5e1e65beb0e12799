//! `POST /api/batches/{name}/plan`: what Run would do. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::plan::{Plan, RunRequest};
use headwaters_services::submission;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::{Batch, Body};

pub async fn handle(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
    Body(request): Body<RunRequest>,
) -> ApiResult<Json<Plan>> {
    Ok(Json(submission::plan(&app, &batch, &request).await?))
}
