//! `GET /api/batches/{name}/history?before=`: the audit trail, newest first, 100 a page. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::batch::HistoryEntry;
use serde::Deserialize;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::{Batch, Params};

#[derive(Deserialize)]
pub struct Page {
    before: Option<i64>,
}

pub async fn handle(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
    Params(page): Params<Page>,
) -> ApiResult<Json<Vec<HistoryEntry>>> {
    Ok(Json(app.store.history(batch.id, page.before).await?))
}
