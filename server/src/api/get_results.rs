//! `GET /api/batches/{name}/results[.csv|.geojson]`: the results table. Admins only.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use headwaters_domain::results::{FigureDescriptor, FigurePlace, ResultRow};
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
    let text = to_csv(&rows);
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
        let properties = properties(row);
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

/// The run of a row: columns and properties before those of its figures.
fn about(row: &ResultRow) -> [(&'static str, Value); 3] {
    [
        ("run_id", row.run_id.as_str().into()),
        ("state", row.state.slug().into()),
        ("polygon_area_km2", row.polygon_area_km2.into()),
    ]
}

fn properties(row: &ResultRow) -> Map<String, Value> {
    let figure = |figure: &FigureDescriptor| (figure.key.to_owned(), figure.value(&row.results).json());
    let about = about(row).into_iter().chain([("key", row.key.into())]);
    let about = about.map(|(name, value)| (name.to_owned(), value));
    about.chain(FigureDescriptor::at(FigurePlace::GeoJson).map(figure)).collect()
}

/// Columns of the CSV file, those of [`about`] first and the limits of the engine last.
fn columns() -> Vec<String> {
    let about = ["run_id", "state", "polygon_area_km2"].map(str::to_owned).into_iter();
    let figures = FigureDescriptor::at(FigurePlace::Csv).flat_map(FigureDescriptor::columns);
    about.chain(figures).chain(["engine_limits".to_owned()]).collect()
}

fn to_csv(rows: &[ResultRow]) -> String {
    let mut text = columns().join(",");
    text.push_str("\r\n");
    for row in rows {
        let limits = limits_of(row).collect::<Vec<_>>().join("; ");
        let figures = FigureDescriptor::at(FigurePlace::Csv);
        let cells = about(row).into_iter().map(|(_, value)| value);
        let cells = cells.chain(figures.flat_map(|figure| figure.value(&row.results).cells()));
        let cells = cells.chain([limits.into()]).map(|value| csv_cell(&value));
        text.push_str(&cells.collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    text
}

fn csv_cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => {
            // A leading sign makes spreadsheets evaluate the cell; run ids come from users' files.
            let guard = if text.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
            format!("\"{guard}{}\"", text.replace('"', "\"\""))
        }
        other => other.to_string(),
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
        let text = to_csv(&[row("=cmd(\"x\")"), row("a,b")]);
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[1].starts_with("\"'=cmd(\"\"x\"\")\",\"idle\",1.5,"));
        assert!(lines[2].starts_with("\"a,b\","));
        let commas = |line: &str| line.matches(',').count();
        assert_eq!(commas(lines[0]), commas(lines[1]), "a cell per column");
        assert!(lines[0].starts_with("run_id,state,polygon_area_km2,basin_area_km2,"));
    }
}
