//! `POST /api/batches/{name}/run`: puts runs to work; 409 while a run of the batch is active. Admins only.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use headwaters_domain::plan::{Plan, RunRequest};
use headwaters_services::submission;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::{Batch, Body};

pub async fn handle(
    admin: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
    Body(request): Body<RunRequest>,
) -> ApiResult<(StatusCode, Json<Plan>)> {
    let plan = submission::run(&app, &batch, &request, &admin.actor).await?;
    Ok((StatusCode::ACCEPTED, Json(plan)))
}
