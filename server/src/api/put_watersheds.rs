//! `PUT /api/batches/{name}/watersheds?filename=`: the polygons, as a raw GeoJSON body. Refused while runs are active;
//! a file that is refused replaces nothing. Admins only.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use headwaters_data_folder::checked_file_name;
use headwaters_domain::intake::WatershedsInfo;
use headwaters_services::{batches, uploads};
use serde::Deserialize;

use super::receive::receive;
use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::{Batch, Params};

#[derive(Deserialize)]
/// The query.
pub struct Named {
    /// Name of the file.
    pub filename: String,
}

pub async fn handle(
    admin: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
    Params(named): Params<Named>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<WatershedsInfo>> {
    let filename = checked_file_name(&named.filename, &[".geojson", ".json"])?;
    batches::refuse_while_active(&batch)?;
    let received = receive(&app.layout, &headers, body, app.limits.geojson_bytes).await?;
    Ok(Json(uploads::accept_watersheds(&app, &batch, &filename, received, &admin.actor).await?))
}
