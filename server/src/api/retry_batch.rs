//! `POST /api/batches/{name}/retry`: everything that failed or was cancelled again, from the failed task on.
//! Admins only.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use headwaters_domain::plan::Plan;
use headwaters_services::submission;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::Batch;

pub async fn handle(
    admin: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<(StatusCode, Json<Plan>)> {
    let plan = submission::retry(&app, &batch, None, &admin.actor).await?;
    Ok((StatusCode::ACCEPTED, Json(plan)))
}
