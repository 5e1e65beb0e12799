//! `POST /api/batches/{name}/template`: validates a template and stores the report. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::batch::BatchDetail;
use headwaters_services::batches;
use serde::Deserialize;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::{Batch, Body};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetTemplate {
    template: String,
}

pub async fn handle(
    admin: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
    Body(wish): Body<SetTemplate>,
) -> ApiResult<Json<BatchDetail>> {
    let batch = batches::set_template(&app, &batch, &wish.template, &admin.actor).await?;
    Ok(Json(batches::detail(&app, batch).await?))
}
