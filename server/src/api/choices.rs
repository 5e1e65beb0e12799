//! `GET /api/batches/{name}/choices/{soils|landuse-classes|stations}`: what the forms of a batch can choose from.
//! Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::TableKind;
use headwaters_landscape::{CoverTable, SoilTable, TableError};
use headwaters_pipeline::{TaskStop, stations};
use headwaters_services::tables;
use headwaters_store::BatchRecord;
use serde::Serialize;

use crate::app::{App, AppState};
use crate::auth::session::Admin;
use crate::error::{ApiFailure, ApiResult};
use crate::extract::Batch;

/// One choice of a form.
#[derive(Serialize)]
pub struct Choice {
    value: String,
    label: String,
}

async fn table<T>(
    app: &App,
    batch: &BatchRecord,
    kind: TableKind,
    parse: fn(&str, &str) -> Result<T, TableError>,
) -> ApiResult<T> {
    let table = tables::text(app, batch, kind).await?;
    parse(&table.text, &table.filename)
        .map_err(|fault| ApiFailure::unprocessable("table_unreadable", fault.to_string()))
}

/// Soils of the batch's table.
pub async fn soils(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<Json<Vec<Choice>>> {
    let table = table(&app, &batch, TableKind::Soils, SoilTable::parse).await?;
    let choice = |soil: &headwaters_landscape::SoilEntry| Choice {
        value: soil.key.clone(),
        label: format!("{} ({})", soil.name, soil.key),
    };
    Ok(Json(table.soils().map(choice).collect()))
}

/// Classes that have a cover.
pub async fn landuse_classes(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<Json<Vec<Choice>>> {
    let table = table(&app, &batch, TableKind::Covers, CoverTable::parse).await?;
    let choice = |class: &str| Choice { value: class.to_owned(), label: class.to_owned() };
    Ok(Json(table.classes().into_iter().map(choice).collect()))
}

/// Stations of the batch's config.
pub async fn stations(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<Json<Vec<Choice>>> {
    let loaded = app.configs.load(&batch.config);
    let config = loaded.map_err(|error| ApiFailure::unprocessable("unknown_config", error.to_string()))?;
    let Some(folder) = config.resolved(app.layout.data()).climate.stations else {
        return Ok(Json(Vec::new()));
    };
    let (catalogue, _) = stations::stations(&folder, app.layout.data()).map_err(|stop| match stop {
        TaskStop::Failed(error) => ApiFailure::unprocessable(&error.code, error.message),
        TaskStop::Cancelled => ApiFailure::internal(&"interrupted"),
    })?;
    let choice = |(id, station, mm): (&str, &headwaters_wepp_formats::StationParameters, f64)| Choice {
        value: id.to_owned(),
        label: format!("{} ({id}, {mm:.0} mm/y)", station.name),
    };
    Ok(Json(catalogue.iter().map(choice).collect()))
}
