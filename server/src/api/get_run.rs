//! `GET /api/batches/{name}/runs/{run_id}`: everything about one run. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::run::RunDetail;
use headwaters_services::batches;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::Run;

pub async fn handle(
    _: Admin,
    State(app): State<AppState>,
    Run { batch, run }: Run,
) -> ApiResult<Json<RunDetail>> {
    Ok(Json(batches::run_detail(&app, &batch, &run.run_id).await?))
}
