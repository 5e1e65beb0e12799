//! `/api/batches/{name}/tables`: the landscape tables of a batch. Admins only.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use headwaters_data_folder::checked_file_name;
use headwaters_domain::{TableDocument, TableKind};
use headwaters_landscape::table::MAX_BYTES;
use headwaters_services::tables;

use super::put_watersheds::Named;
use super::receive::receive;
use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::{ApiFailure, ApiResult};
use crate::extract::{Batch, Params};

fn kind(slug: &str) -> ApiResult<TableKind> {
    let missing = || ApiFailure::not_found("no_such_table", format!("there is no table `{slug}`"));
    TableKind::from_slug(slug).ok_or_else(missing)
}

/// `GET …/tables`.
pub async fn list(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<Json<Vec<TableDocument>>> {
    Ok(Json(tables::list(&app, &batch).await?))
}

/// `GET …/tables/{kind}`: the text of the table in use.
pub async fn text(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
    Path((_, slug)): Path<(String, String)>,
) -> ApiResult<impl IntoResponse> {
    let kind = kind(&slug)?;
    let table = tables::text(&app, &batch, kind).await?;
    let disposition = format!("attachment; filename=\"{}-{}.csv\"", batch.name, kind.slug());
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, table.text))
}

/// `PUT …/tables/{kind}?filename=`: a CSV file as the raw body.
pub async fn replace(
    admin: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
    Path((_, slug)): Path<(String, String)>,
    Params(named): Params<Named>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Vec<TableDocument>>> {
    let kind = kind(&slug)?;
    let filename = checked_file_name(&named.filename, &[".csv"])?;
    let received = receive(&app.layout, &headers, body, MAX_BYTES as u64).await?;
    let content = tokio::fs::read(&received.path).await?;
    Ok(Json(tables::replace(&app, &batch, kind, &filename, &content, &admin.actor).await?))
}

/// `DELETE …/tables/{kind}`: back to the default.
pub async fn reset(
    admin: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
    Path((_, slug)): Path<(String, String)>,
) -> ApiResult<Json<Vec<TableDocument>>> {
    Ok(Json(tables::reset(&app, &batch, kind(&slug)?, &admin.actor).await?))
}
