//! `build_channels`: flow directions, accumulation and channels of the whole extent.

use headwaters_domain::TaskKind;
use headwaters_terrain::Flow;
use serde_json::json;

use super::fetch_dem::{delineate_options, delineation_failure};
use super::rasters::{cell_size, elevations, encoded_pointers, on_spec};
use super::{TaskContext, TaskResult, TaskStop};
use crate::store::Finished;

/// Runs the task.
pub fn run(context: &TaskContext) -> TaskResult {
    let dem = context.raster::<f32>(TaskKind::FetchDem, "dem.tif")?;
    let options = delineate_options(&context.controls.channels, context.config.cell_size_m);
    let size = cell_size(&dem.transform);
    let flow = Flow::of_dem(&elevations(&dem), size, &options).map_err(delineation_failure)?;
    context.cancel.check()?;
    let spec = dem.spec();
    let channel_cells = flow.streams.as_slice().iter().filter(|cell| **cell).count();
    let area_km2 = channel_cells as f64 * dem.transform.cell_area() / 1e6;
    context
        .write_raster("flow_direction.tif", &on_spec(encoded_pointers(&flow.pointers), &spec, Some(255))?)?;
    context.write_raster("flow_accumulation.tif", &on_spec(flow.accumulation, &spec, Some(0))?)?;
    context
        .write_raster("channels.tif", &on_spec(flow.streams.map(|cell| u8::from(*cell)), &spec, Some(0))?)?;
    if channel_cells == 0 {
        let message = "no channel anywhere in the extent: lower the critical source area";
        return Err(TaskStop::failed("no_channels", message));
    }
    let result = json!({ "channel_cells": channel_cells, "channel_area_km2": area_km2 });
    Ok(Finished { result, ..Finished::default() })
}
