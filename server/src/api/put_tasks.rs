//! `PUT /api/batches/{name}/tasks`: stores the checklist. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::batch::{BatchDetail, TaskSelection};

use super::extract::{Batch, Body};
use crate::app::AppState;
use crate::auth::session::Admin;
use crate::batches;
use crate::error::ApiResult;

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
    batches::detail(&app, batch).await.map(Json)
}
