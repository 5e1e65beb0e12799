//! `GET /api/soils`, `/api/landuse-classes`, `/api/stations`: choices for the forms. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_landscape::CoverTable;
use serde::{Deserialize, Serialize};

use super::extract::Params;
use crate::app::{App, AppState};
use crate::auth::session::Admin;
use crate::config::Config;
use crate::error::{ApiFailure, ApiResult};
use crate::tasks::{TaskStop, climate, soils as soil_task};

/// One choice of a form.
#[derive(Serialize)]
pub struct Choice {
    value: String,
    label: String,
}

#[derive(Deserialize)]
pub struct OfConfig {
    config: String,
}

fn config(app: &App, wanted: &OfConfig) -> ApiResult<Config> {
    let loaded = app.configs.load(&wanted.config);
    let config = loaded.map_err(|error| ApiFailure::unprocessable("unknown_config", error.to_string()))?;
    Ok(config.resolved(app.layout.data()))
}

fn unusable(stop: TaskStop) -> ApiFailure {
    match stop {
        TaskStop::Failed(error) => ApiFailure::unprocessable(&error.code, error.message),
        TaskStop::Cancelled => ApiFailure::internal(&"interrupted"),
    }
}

/// Soils of a config's table, or of the built-in one.
pub async fn soils(
    _: Admin,
    State(app): State<AppState>,
    Params(wanted): Params<OfConfig>,
) -> ApiResult<Json<Vec<Choice>>> {
    let table = soil_task::soil_table(&config(&app, &wanted)?, app.layout.data()).map_err(unusable)?;
    let choice = |soil: &headwaters_landscape::SoilEntry| Choice {
        value: soil.key.clone(),
        label: format!("{} ({})", soil.name, soil.key),
    };
    Ok(Json(table.soils().map(choice).collect()))
}

/// Classes that have a cover.
pub async fn landuse_classes(_: Admin) -> ApiResult<Json<Vec<Choice>>> {
    let table = CoverTable::built_in().map_err(|error| ApiFailure::internal(&error))?;
    let choice = |class: &str| Choice { value: class.to_owned(), label: class.to_owned() };
    Ok(Json(table.classes().into_iter().map(choice).collect()))
}

/// Stations of a config.
pub async fn stations(
    _: Admin,
    State(app): State<AppState>,
    Params(wanted): Params<OfConfig>,
) -> ApiResult<Json<Vec<Choice>>> {
    let Some(folder) = config(&app, &wanted)?.climate.stations else { return Ok(Json(Vec::new())) };
    let (catalogue, _) = climate::stations(&folder, app.layout.data()).map_err(unusable)?;
    let choice = |(id, station, mm): (&str, &headwaters_wepp_formats::StationParameters, f64)| Choice {
        value: id.to_owned(),
        label: format!("{} ({id}, {mm:.0} mm/y)", station.name),
    };
    Ok(Json(catalogue.iter().map(choice).collect()))
}
