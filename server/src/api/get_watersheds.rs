//! `GET /api/batches/{name}/watersheds/…`: the polygons for map and template editor. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::intake::{MapFeature, TemplateInputs};
use headwaters_domain::template::TemplateStatus;
use headwaters_services::batches;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::Batch;

/// All features, simplified, with the keys of their runs.
pub async fn map(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<Json<Vec<MapFeature>>> {
    batches::watersheds(&batch)?;
    // Runs of a replaced file must not be drawn on the polygons of the new one.
    let with_keys = batch.template_status() != TemplateStatus::Stale;
    Ok(Json(app.store.map_features(batch.id, with_keys).await?))
}

/// What the template editor evaluates.
pub async fn template_inputs(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<Json<TemplateInputs>> {
    let sha256 = batches::watersheds(&batch)?.sha256.clone();
    Ok(Json(TemplateInputs { sha256, features: app.store.template_features(batch.id).await? }))
}
