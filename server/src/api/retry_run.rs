//! `POST /api/batches/{name}/runs/{run_id}/retry`: the same for one run. Admins only.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use headwaters_domain::plan::Plan;
use headwaters_services::submission;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::Run;

pub async fn handle(
    admin: Admin,
    State(app): State<AppState>,
    Run { batch, run }: Run,
) -> ApiResult<(StatusCode, Json<Plan>)> {
    let plan = submission::retry(&app, &batch, Some(&run), &admin.actor).await?;
    Ok((StatusCode::ACCEPTED, Json(plan)))
}
