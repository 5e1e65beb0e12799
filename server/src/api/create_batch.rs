//! `POST /api/batches`: makes a batch and its folder from a config. Admins only.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use headwaters_domain::batch::{BatchDetail, CreateBatch};
use headwaters_services::batches;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::Body;

pub async fn handle(
    admin: Admin,
    State(app): State<AppState>,
    Body(wish): Body<CreateBatch>,
) -> ApiResult<(StatusCode, Json<BatchDetail>)> {
    let batch = batches::create(&app, &wish, &admin.actor).await?;
    Ok((StatusCode::CREATED, Json(batches::detail(&app, batch).await?)))
}
