//! `build_channels`: flow directions, accumulation, channels with their orders, slope and aspect of the whole extent.

use headwaters_domain::Finished;
use headwaters_domain::TaskKind;
use headwaters_terrain::{Flow, aspect, slope, strahler};
use serde_json::json;

use crate::context::TaskContext;
use crate::delineation::{delineate_options, delineation_failure};
use crate::rasters::{cell_size, elevations, encoded_pointers, on_spec};
use crate::stop::{OrFail, TaskResult, TaskStop};
use crate::task::Task;

/// The task.
#[derive(Debug)]
pub struct BuildChannels;

impl Task for BuildChannels {
    fn kind(&self) -> TaskKind {
        TaskKind::BuildChannels
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
    let options = delineate_options(&context.controls.channels, context.config.cell_size_m);
    let size = cell_size(&dem.transform);
    let ground = elevations(&dem);
    let flow = Flow::of_dem(&ground, size, &options).map_err(delineation_failure)?;
    context.cancel.check()?;
    let spec = dem.spec();
    // Of the ground as it is: conditioning changes elevations, and with them slopes.
    for (name, surface) in [("slope.tif", slope(&ground, size)), ("aspect.tif", aspect(&ground, size))] {
        context.write_raster(name, &on_spec(surface, &spec, Some(f32::NAN))?)?;
    }
    let orders = strahler(&flow.pointers, &flow.streams).or_fail("delineation")?;
    context.write_raster("stream_order.tif", &on_spec(orders, &spec, Some(0))?)?;
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
