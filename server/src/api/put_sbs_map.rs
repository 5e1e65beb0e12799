//! `PUT /api/batches/{name}/sbs-map?filename=`: a burn-severity raster, as a raw GeoTIFF body. Admins only.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use headwaters_data_folder::checked_file_name;
use headwaters_domain::controls::ControlDocument;
use headwaters_services::uploads;

use super::put_watersheds::Named;
use super::receive::receive;
use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::{Batch, Params};

pub async fn handle(
    admin: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
    Params(named): Params<Named>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<ControlDocument>> {
    let filename = checked_file_name(&named.filename, &[".tif", ".tiff"])?;
    let received = receive(&app.layout, &headers, body, app.limits.sbs_bytes).await?;
    Ok(Json(uploads::accept_sbs_map(&app, &batch, &filename, received, &admin.actor).await?))
}
