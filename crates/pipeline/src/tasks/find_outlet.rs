//! `find_outlet`: where the polygon's water leaves, and how its basin agrees with the polygon.

use geo_types::MultiPolygon;
use geojson::{Feature, FeatureCollection, Geometry, GeometryValue};
use headwaters_domain::Finished;
use headwaters_domain::TaskKind;
use headwaters_domain::results::RunResults;
use headwaters_raster::{Crs, Raster, Transformer};
use headwaters_terrain::{
    DifferenceMap, Finding, OutletReport, Status, Target, difference, find_outlet, outline, override_outlet,
};
use serde_json::{Map, Value, json};

use crate::context::TaskContext;
use crate::delineation::{OVERRIDE_DISTANCE_M, delineate_options};
use crate::rasters::{cell_size, on_spec, projected, to_lon_lat};
use crate::stop::{OrFail, TaskResult, TaskStop};
use crate::task::Task;

/// Most bytes of a difference map in an error, and how often its tolerance, at first a cell, is doubled to get there.
const MOST_MAP_BYTES: usize = 64 << 10;
const COARSENINGS: u32 = 6;

/// The task.
#[derive(Debug)]
pub struct FindOutlet;

impl Task for FindOutlet {
    fn kind(&self) -> TaskKind {
        TaskKind::FindOutlet
    }

    fn version(&self) -> u32 {
        2
    }
    fn run(&self, context: &TaskContext) -> TaskResult {
        run(context)
    }
}

fn run(context: &TaskContext) -> TaskResult {
    let dem = context.raster::<f32>(TaskKind::FetchDem, "dem.tif")?;
    let network = context.network()?;
    let polygon = projected(&context.polygon()?, &Transformer::new(&Crs::wgs84(), &dem.crs))?;
    let target = Target::of_polygon(&polygon, &dem.transform, dem.grid.rows(), dem.grid.cols());
    let options = delineate_options(&context.controls.channels, context.config.cell_size_m).outlet;
    let size = cell_size(&dem.transform);
    let (report, given) = match context.run.outlet_override {
        Some([lon, lat]) => {
            let (network, spec, reach_m) = (network.borrowed(), dem.spec(), OVERRIDE_DISTANCE_M);
            let found = override_outlet(network, &target, (lon, lat), &spec, size, reach_m, &options);
            let (report, record) = found.or_fail("outlet_override")?;
            (report, Some(record))
        }
        None => (find_outlet(network.borrowed(), &target, size, &options).or_fail("outlet")?, None),
    };
    for finding in &report.findings {
        context.log.line(finding);
    }
    let difference = write_report(context, &dem, &polygon, &target, &report)?;
    let original = record_original(context, &dem, &report)?;
    let outlet = match report.outlet {
        Some(outlet) if report.status != Status::Failed => outlet,
        _ => return Err(failure(&report, &difference, &dem)),
    };
    let (x, y) = dem.transform.centre(outlet.cell);
    let (lon, lat) = to_lon_lat(&dem.crs)(x, y);
    let basin_area_km2 = f64::from(outlet.overlap.basin_cells) * dem.transform.cell_area() / 1e6;
    let status = match report.status {
        Status::Ok => "ok",
        Status::NeedsReview => "needs_review",
        Status::Failed => "failed",
    };
    let result = json!({
        "status": status,
        "strategy": outlet.strategy.name(),
        "row": outlet.cell.row,
        "column": outlet.cell.col,
        "longitude": lon,
        "latitude": lat,
        "overlap": outlet.overlap.iou(),
        "basin_area_km2": basin_area_km2,
        "original_search": original,
        "given": given.map(|given| json!({
            "longitude": given.lon,
            "latitude": given.lat,
            "moved_m": given.moved_m,
        })),
        "findings": report.findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "finding_codes": report.findings.iter().map(Finding::code).collect::<Vec<_>>(),
    });
    context.write_json("outlet.json", &result)?;
    let figures = RunResults {
        basin_area_km2: Some(basin_area_km2),
        outlet: Some([lon, lat]),
        outlet_status: Some(status.to_owned()),
        polygon_overlap: Some(outlet.overlap.iou()),
        ..RunResults::default()
    };
    Ok(Finished { result, figures })
}

/// Why there is no outlet that serves. What the attempt wrote is not published, so the difference map comes with the
/// error, simplified to what an error can carry.
fn failure(report: &OutletReport, difference: &DifferenceMap, dem: &Raster<f32>) -> TaskStop {
    let code = report.findings.first().map_or("no_outlet", |finding| finding.code());
    let message = report.message().unwrap_or_else(|| "no outlet was found".to_owned());
    let stop = |hint: &str| TaskStop::failed(code, format!("{message}; {hint}an outlet can be set by hand"));
    let to_coordinates = to_lon_lat(&dem.crs);
    let map = |tolerance: f64| -> FeatureCollection {
        let DifferenceMap { missed, extra } = difference.simplified(tolerance);
        [feature("missed", &missed, &to_coordinates), feature("extra", &extra, &to_coordinates)]
            .into_iter()
            .collect()
    };
    let tolerances = (0..COARSENINGS).map(|k| dem.transform.cell_width * f64::from(1u32 << k));
    match tolerances.map(map).find(|map| map.to_string().len() <= MOST_MAP_BYTES) {
        Some(map) => {
            stop("a map of the difference comes with this, and ").with_details(json!({ "map": map }))
        }
        None => stop(""),
    }
}

/// Records what the original's search finds, beside whatever outlet is used: its audit file when it finds one, and in
/// either case an entry for the result.
fn record_original(context: &TaskContext, dem: &Raster<f32>, report: &OutletReport) -> TaskResult<Value> {
    let traced = match &report.traced {
        Ok(traced) => traced,
        Err(error) => {
            context.log.line(format_args!("the original's search: {error}"));
            return Ok(json!({ "error": error.to_string() }));
        }
    };
    let audit = traced.to_geojson(&dem.transform, dem.crs.epsg());
    context.write("original_outlet.geojson", audit.to_string())?;
    let (x, y) = dem.transform.centre(traced.cell);
    let (lon, lat) = to_lon_lat(&dem.crs)(x, y);
    let apart_m = report.outlet.map(|outlet| {
        let (own_x, own_y) = dem.transform.centre(outlet.cell);
        (own_x - x).hypot(own_y - y)
    });
    if let Some(apart_m) = apart_m {
        context.log.line(format_args!("the original's search ends {apart_m:.0} m from this outlet"));
    }
    Ok(json!({
        "row": traced.cell.row,
        "column": traced.cell.col,
        "longitude": lon,
        "latitude": lat,
        "distance_m": apart_m,
    }))
}

/// Writes basin and difference map, and returns the map.
fn write_report(
    context: &TaskContext,
    dem: &Raster<f32>,
    polygon: &MultiPolygon<f64>,
    target: &Target,
    report: &OutletReport,
) -> TaskResult<DifferenceMap> {
    let to_coordinates = to_lon_lat(&dem.crs);
    let feature = |what: &str, polygons: &MultiPolygon<f64>| feature(what, polygons, &to_coordinates);
    let difference = difference(&target.mask, &report.basin, &dem.transform).or_fail("outlet")?;
    let basin = outline::outline(&report.basin, &dem.transform);
    let collection: FeatureCollection = [
        feature("polygon", polygon),
        feature("basin", &basin),
        feature("missed", &difference.missed),
        feature("extra", &difference.extra),
    ]
    .into_iter()
    .collect();
    context.write("outlet_map.geojson", collection.to_string())?;
    let cells = report.basin.map(|cell| u8::from(*cell));
    context.write_raster("basin.tif", &on_spec(cells, &dem.spec(), Some(0))?)?;
    Ok(difference)
}

/// Polygons of the DEM's system as a feature with coordinates, and with a name in `what`.
fn feature(
    what: &str,
    polygons: &MultiPolygon<f64>,
    to_coordinates: &impl Fn(f64, f64) -> (f64, f64),
) -> Feature {
    let mut properties = Map::new();
    properties.insert("what".to_owned(), Value::from(what));
    Feature {
        geometry: Some(Geometry::new(GeometryValue::from(&moved(polygons, to_coordinates)))),
        properties: Some(properties),
        ..Feature::default()
    }
}

fn moved(polygons: &MultiPolygon<f64>, to: &impl Fn(f64, f64) -> (f64, f64)) -> MultiPolygon<f64> {
    use geo_types::{LineString, Polygon};
    let ring = |ring: &LineString<f64>| -> LineString<f64> {
        ring.coords().map(|point| to(point.x, point.y)).collect()
    };
    let polygon = |polygon: &Polygon<f64>| {
        Polygon::new(ring(polygon.exterior()), polygon.interiors().iter().map(ring).collect())
    };
    polygons.iter().map(polygon).collect()
}
