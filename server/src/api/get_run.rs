//! `GET /api/batches/{name}/runs/{run_id}`: everything about one run. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::run::RunDetail;

use super::extract::Run;
use crate::app::AppState;
use crate::auth::session::Admin;
use crate::batches;
use crate::error::ApiResult;

pub async fn handle(
    _: Admin,
    State(app): State<AppState>,
    Run { batch, run }: Run,
) -> ApiResult<Json<RunDetail>> {
    batches::run_detail(&app, &batch, &run.run_id).await.map(Json)
}
