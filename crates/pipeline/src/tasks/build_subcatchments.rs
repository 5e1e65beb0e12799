//! `build_subcatchments`: TOPAZ channels and hillslopes of the basin, as raster and vectors.

use headwaters_domain::Finished;
use headwaters_domain::TaskKind;
use headwaters_domain::results::RunResults;
use headwaters_subcatchments::with_crs;
use serde_json::json;

use crate::context::TaskContext;
use crate::rasters::{on_spec, to_lon_lat};
use crate::stop::{TaskResult, TaskStop};
use crate::task::Task;
use crate::watershed::divide;

/// The task.
#[derive(Debug)]
pub struct BuildSubcatchments;

impl Task for BuildSubcatchments {
    fn kind(&self) -> TaskKind {
        TaskKind::BuildSubcatchments
    }

    fn version(&self) -> u32 {
        2
    }
    fn run(&self, context: &TaskContext) -> TaskResult {
        run(context)
    }
}

fn run(context: &TaskContext) -> TaskResult {
    let (watershed, spec) = divide(context)?;
    if watershed.hillslopes.is_empty() {
        let message = "the basin has no hillslopes: lower the critical source area";
        return Err(TaskStop::failed("no_hillslopes", message));
    }
    let to_coordinates = to_lon_lat(&spec.crs);
    let tolerance_m = spec.transform.cell_width;
    let hillslopes = watershed.hillslopes_geojson(tolerance_m, &to_coordinates);
    let channels = watershed.channels_geojson(tolerance_m, &to_coordinates);
    context.write_raster("subwta.tif", &on_spec(watershed.subwta.clone(), &spec, Some(0))?)?;
    context.write("subcatchments.geojson", hillslopes.to_string())?;
    context.write("channels.geojson", channels.to_string())?;
    if let Some(epsg) = spec.crs.epsg() {
        let hillslopes = watershed.hillslopes_geojson(tolerance_m, |x, y| (x, y));
        let channels = watershed.channels_geojson(tolerance_m, |x, y| (x, y));
        context.write("subcatchments_utm.geojson", with_crs(hillslopes, epsg).to_string())?;
        context.write("channels_utm.geojson", with_crs(channels, epsg).to_string())?;
    }
    context.write_json("network.json", &watershed.network())?;
    context.write("netw.tsv", watershed.network_tsv())?;
    context.write_json("structure.json", &watershed.structure())?;
    let result = json!({
        "hillslopes": watershed.hillslopes.len(),
        "channels": watershed.channels.len(),
        "area_km2": watershed.area_m2() / 1e6,
        "touches_edge": watershed.touches_edge,
        "bridged_cells": watershed.bridged_cells,
    });
    let figures = RunResults {
        hillslopes: Some(watershed.hillslopes.len() as u32),
        channels: Some(watershed.channels.len() as u32),
        ..RunResults::default()
    };
    Ok(Finished { result, figures })
}
