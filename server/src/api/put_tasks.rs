//! `PUT /api/batches/{name}/tasks`: stores the checklist. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::batch::{BatchDetail, TaskSelection};
use headwaters_services::batches;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::{Batch, Body};

pub async fn handle(
    admin: Admin,
    State(app): State<AppState>,
    Batch(mut batch): Batch,
    Body(selection): Body<TaskSelection>,
) -> ApiResult<Json<BatchDetail>> {
    app.store.set_selection(batch.id, selection, &admin.actor).await?;
    app.published().await;
    batch.tasks = selection.tasks;
    batch.force_rebuild = selection.force_rebuild;
    Ok(Json(batches::detail(&app, batch).await?))
}
