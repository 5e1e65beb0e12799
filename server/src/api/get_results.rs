//! `GET /api/batches/{name}/results[.csv|.geojson]`: the results table. Admins only.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use headwaters_domain::results::ResultRow;
use headwaters_pipeline::engines::standing_limits;
use serde_json::{Map, Value, json};

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::Batch;

/// The rows.
pub async fn rows(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<Json<Vec<ResultRow>>> {
    Ok(Json(app.store.results(batch.id).await?))
}

/// The rows as a CSV file; columns carry their units in their names.
pub async fn csv(_: Admin, State(app): State<AppState>, Batch(batch): Batch) -> ApiResult<impl IntoResponse> {
    let rows = app.store.results(batch.id).await?;
    let text = to_csv(&rows)?;
    let disposition = format!("attachment; filename=\"{}-results.csv\"", batch.name);
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        text,
    ))
}

/// The uploaded polygons with the results as properties.
pub async fn geojson(
    _: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
) -> ApiResult<impl IntoResponse> {
    let rows = app.store.results(batch.id).await?;
    let geometries = app.store.run_geometries(batch.id).await?;
    let mut features = Vec::with_capacity(rows.len());
    for row in &rows {
        let geometry: Value = match geometries.get(&row.key) {
            Some(text) => serde_json::from_str(text)?,
            None => Value::Null,
        };
        let properties = fields(row)?;
        features.push(
            json!({ "type": "Feature", "id": row.run_id, "properties": properties, "geometry": geometry }),
        );
    }
    let limits: BTreeSet<&str> = rows.iter().flat_map(limits_of).collect();
    let collection = json!({ "type": "FeatureCollection", "features": features, "engine_limits": limits });
    let disposition = format!("attachment; filename=\"{}-results.geojson\"", batch.name);
    let headers = [
        (header::CONTENT_TYPE, "application/geo+json".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, collection.to_string()))
}

/// What the engine that made a row's figures does not represent; nothing before there are figures.
fn limits_of(row: &ResultRow) -> impl Iterator<Item = &str> {
    let of_engine = standing_limits(|name| row.results.is_made_by(name));
    of_engine.iter().copied().chain(row.results.further_limits.iter().flatten().map(String::as_str))
}

fn fields(row: &ResultRow) -> serde_json::Result<Map<String, Value>> {
    match serde_json::to_value(row)? {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}

/// Columns in the order of the table; the limits of the engine follow.
const COLUMNS: [&str; 24] = [
    "run_id",
    "state",
    "polygon_area_km2",
    "basin_area_km2",
    "polygon_overlap",
    "outlet_status",
    "outlet_lon",
    "outlet_lat",
    "hillslopes",
    "channels",
    "burned_fraction",
    "climate_station",
    "station_distance_km",
    "years",
    "precipitation_mm_y",
    "runoff_mm_y",
    "sediment_t_ha_y",
    "sediment_t_y",
    "outlet_discharge_mm_y",
    "outlet_sediment_t_y",
    "engine",
    "executable_sha256",
    "max_balance_error_mm",
    "inputs_sha256",
];

fn to_csv(rows: &[ResultRow]) -> serde_json::Result<String> {
    let mut text = COLUMNS.join(",");
    text.push_str(",engine_limits\r\n");
    for row in rows {
        let fields = fields(row)?;
        let cell = |column: &str| match column {
            "outlet_lon" => fields.get("outlet").and_then(|outlet| outlet.get(0)),
            "outlet_lat" => fields.get("outlet").and_then(|outlet| outlet.get(1)),
            other => fields.get(other),
        };
        for column in COLUMNS {
            text.push_str(&csv_cell(cell(column)));
            text.push(',');
        }
        text.push_str(&csv_cell(Some(&Value::String(limits_of(row).collect::<Vec<_>>().join("; ")))));
        text.push_str("\r\n");
    }
    Ok(text)
}

fn csv_cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => {
            // A leading sign makes spreadsheets evaluate the cell; run ids come from users' files.
            let guard = if text.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
            format!("\"{guard}{}\"", text.replace('"', "\"\""))
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_run_id_is_text_in_a_spreadsheet() {
        let row = |run_id: &str| ResultRow {
            key: 0,
            run_id: run_id.to_owned(),
            state: headwaters_domain::run::RunState::Idle,
            polygon_area_km2: 1.5,
            results: Default::default(),
        };
        let text = to_csv(&[row("=cmd(\"x\")"), row("a,b")]).expect("plain data");
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[1].starts_with("\"'=cmd(\"\"x\"\")\",\"idle\",1.5,"));
        assert!(lines[2].starts_with("\"a,b\","));
        assert_eq!(lines[0].split(',').count(), COLUMNS.len() + 1);
    }
}
