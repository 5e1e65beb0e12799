//! `fetch_dem`: elevation around the polygon, wide enough for the whole basin.
//!
//! The extent is found by trial: a first guess scaled to the polygon is delineated, and grows on the sides that the
//! basin touches. Where an outlet given by hand lies beyond the extent that was accepted, it is widened to hold it and
//! grows in the same way around the basin of that outlet. The files hold the last extent.
//!
//! The flow of the accepted trial is not handed on to `build_channels`, which computes it again: writing pointers,
//! accumulation and channels takes longer than computing them (22 ms against at most 18 ms for 20.6 km² of the demo
//! region, by the times in the log of `build_channels`), before anything is read back.

use geo_types::MultiPolygon;
use headwaters_domain::Finished;
use headwaters_domain::TaskKind;
use headwaters_domain::extent::{ExtentOutlet, ExtentRecord};
use headwaters_raster::{
    Bounds, Crs, GeoTransform, GridSpec, Raster, Resampling, Transformer, UtmDatum, utm_zone_for,
};
use headwaters_raster_sources::{Fetched, MissingArea, Provenance, Source, SourceError};
use headwaters_terrain::outlet::{Finding, Side, Target};
use headwaters_terrain::{DelineateOptions, ExtentDecision, ExtentOptions, Flow, delineate, override_outlet};
use serde::Serialize;
use serde_json::json;

use crate::context::TaskContext;
use crate::delineation::{OVERRIDE_DISTANCE_M, delineate_options, delineation_failure};
use crate::extent::record_of;
use crate::rasters::{bounds, cell_size, elevations, projected, record_provenance, source_failure};
use crate::stop::{OrFail, TaskResult, TaskStop};
use crate::task::{BaseInputs, Task};

/// Share of the polygon that may be without elevation.
const TOLERATED_GAP: f64 = 0.01;

/// The task.
#[derive(Debug)]
pub struct FetchDem;

impl Task for FetchDem {
    fn kind(&self) -> TaskKind {
        TaskKind::FetchDem
    }

    fn version(&self) -> u32 {
        2
    }

    fn sources(&self, base: &BaseInputs<'_>) -> Vec<String> {
        let mut parts = base.config.dem.identity(&base.resources.data);
        parts.push(base.config.cell_size_m.to_string());
        parts
    }
    fn run(&self, context: &TaskContext) -> TaskResult {
        run(context)
    }
}

fn run(context: &TaskContext) -> TaskResult {
    let cell_m = context.config.cell_size_m;
    let source = context.source(&context.config.dem)?;
    let polygon = context.polygon()?;
    let frame = frame(context, &source, &polygon, cell_m)?;
    let polygon = projected(&polygon, &Transformer::new(&Crs::wgs84(), &frame.crs))?;
    let channels = &context.controls.channels;
    let options =
        ExtentOptions { min_buffer_m: channels.minimum_buffer_m, cell_m, ..ExtentOptions::default() };
    let search = Search { context, source: &source, frame: &frame, polygon: &polygon, options };
    let mut found = search.around_polygon()?;
    let outlet = match context.run.outlet_override {
        Some(outlet) => {
            let [longitude, latitude] = outlet;
            let wider = search.around_outlet(&found, outlet)?;
            let widened = wider.is_some();
            found = wider.unwrap_or(found);
            Some(ExtentOutlet { longitude, latitude, widened })
        }
        None => None,
    };
    let Found { fetched, growths, note, .. } = found;
    if let Some(note) = &note {
        context.log.line(note);
    }
    record_provenance(context, "elevation", &fetched)?;
    context.write_raster("dem.tif", &fetched.raster)?;
    let record = ExtentRecord { outlet, ..record_of(&fetched.raster.spec(), cell_m, growths, note) };
    context.write_json("extent.json", &record)?;
    let Provenance { source, resolution_m, degraded, .. } = fetched.provenance;
    let result = json!(Shown { extent: &record, source, resolution_m, degraded });
    Ok(Finished { result, ..Finished::default() })
}

/// The result as the run's page shows it.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    extent: &'a ExtentRecord,
    source: String,
    resolution_m: Option<f64>,
    degraded: bool,
}

/// What the search for an extent works with.
struct Search<'a> {
    context: &'a TaskContext,
    source: &'a Source,
    frame: &'a Frame,
    /// In the frame's system.
    polygon: &'a MultiPolygon<f64>,
    options: ExtentOptions,
}

/// The extent that was accepted.
struct Found {
    extent: Bounds,
    fetched: Fetched<f32>,
    growths: u32,
    /// Why it was not enlarged further.
    note: Option<String>,
}

impl Search<'_> {
    /// The extent that holds the polygon's basin.
    fn around_polygon(&self) -> TaskResult<Found> {
        let target_box = bounds(self.polygon)?;
        let first = self.options.first(target_box).or_fail("too_large")?;
        self.by_trial(target_box, first, |dem, target, options| {
            let found = delineate(&elevations(dem), cell_size(&dem.transform), target, options);
            found.map(|found| found.report.findings).map_err(delineation_failure)
        })
    }

    /// The extent that also holds an outlet given by hand, and its basin; none when the outlet lies in `found` already.
    fn around_outlet(&self, found: &Found, [lon, lat]: [f64; 2]) -> TaskResult<Option<Found>> {
        let spec = found.fetched.raster.spec();
        let (x, y) = Transformer::new(&Crs::wgs84(), &spec.crs).point(lon, lat).or_fail("outlet_override")?;
        if spec.cell_at(x, y).is_some() {
            return Ok(None);
        }
        let wider = self.options.with_place(found.extent, x, y).map_err(|error| {
            let message = format!("the outlet set by hand at {lon:.5}, {lat:.5} cannot be used: {error}");
            TaskStop::failed("outlet_override", message)
        })?;
        self.context.log.line("the extent is widened to hold the outlet set by hand");
        let core = bounds(self.polygon)?.union(Bounds::of_point(x, y));
        let wider = self.by_trial(core, wider, |dem, target, options| {
            let size = cell_size(&dem.transform);
            let flow = Flow::of_dem(&elevations(dem), size, options).map_err(delineation_failure)?;
            let (network, spec, reach_m) = (flow.network(), dem.spec(), OVERRIDE_DISTANCE_M);
            let placed = override_outlet(network, target, (lon, lat), &spec, size, reach_m, &options.outlet);
            // An outlet without a channel near it has no basin; the search for the outlet says so.
            Ok(placed.map_or_else(|_| Vec::new(), |(report, _)| report.findings))
        });
        wider.map(Some)
    }

    /// Enlarges an extent around `core` until the basin lies within, of which `findings` tells what there is to say.
    fn by_trial(
        &self,
        core: Bounds,
        first: Bounds,
        findings: impl Fn(&Raster<f32>, &Target, &DelineateOptions) -> TaskResult<Vec<Finding>>,
    ) -> TaskResult<Found> {
        let Self { context, source, frame, polygon, options } = *self;
        let delineation = delineate_options(&context.controls.channels, context.config.cell_size_m);
        let mut extent = first;
        let mut growths = 0;
        loop {
            context.cancel.check()?;
            let fetched = fetch(source, &frame.around(extent), polygon)?;
            let (dem, spec) = (&fetched.raster, fetched.raster.spec());
            let target = Target::of_polygon(polygon, &dem.transform, spec.rows, spec.cols);
            let sides = touched_sides(&findings(dem, &target, &delineation)?);
            let note = match options.next(core, extent, &sides, growths) {
                ExtentDecision::Accept => None,
                ExtentDecision::GiveUp(why) => Some(why.to_string()),
                ExtentDecision::Grow(wider) if reaches_further(&fetched, wider, extent) => {
                    growths += 1;
                    context
                        .log
                        .line(format_args!("the basin touches the edge; enlarging the extent ({growths})"));
                    extent = wider;
                    continue;
                }
                ExtentDecision::Grow(_) => Some(
                    "the basin reaches the edge of the elevation data; there is nothing beyond".to_owned(),
                ),
            };
            return Ok(Found { extent, fetched, growths, note });
        }
    }
}

/// The system of the run's grids and a corner their cells are counted from.
struct Frame {
    crs: Crs,
    west: f64,
    north: f64,
    cell_m: f64,
}

impl Frame {
    /// Whole cells around a box.
    fn around(&self, extent: Bounds) -> GridSpec {
        let column = |x: f64| (x - self.west) / self.cell_m;
        let row = |y: f64| (self.north - y) / self.cell_m;
        let (first_col, last_col) = (column(extent.west).floor(), column(extent.east).ceil());
        let (first_row, last_row) = (row(extent.north).floor(), row(extent.south).ceil());
        let transform = GeoTransform {
            west: self.west + first_col * self.cell_m,
            north: self.north - first_row * self.cell_m,
            cell_width: self.cell_m,
            cell_height: self.cell_m,
        };
        // The extent was checked against the largest number of cells.
        let count = |length: f64| length.max(1.0) as usize;
        let (rows, cols) = (count(last_row - first_row), count(last_col - first_col));
        GridSpec { crs: self.crs.clone(), transform, rows, cols }
    }
}

/// The source's own grid when it is in metres and has the wanted cell size, so that nothing is resampled;
/// otherwise UTM, cells counted from its origin, so that neighbouring watersheds share their grid.
fn frame(
    context: &TaskContext,
    source: &Source,
    polygon: &MultiPolygon<f64>,
    cell_m: f64,
) -> TaskResult<Frame> {
    let lon_lat = bounds(polygon)?;
    let (lon, lat) = ((lon_lat.west + lon_lat.east) / 2.0, (lon_lat.south + lon_lat.north) / 2.0);
    let utm = utm_zone_for(lon, lat, UtmDatum::Wgs84).or_fail("coordinates")?;
    let place = projected(polygon, &Transformer::new(&Crs::wgs84(), &utm))?;
    let frame = Frame { crs: utm, west: 0.0, north: 0.0, cell_m };
    let spec = frame.around(bounds(&place)?);
    let pieces = match source.pieces(&spec) {
        Ok(pieces) => pieces,
        // Reading decides whether another source can stand in.
        Err(error) if source.has_fallback() => {
            context.log.line(format_args!("the grid of the elevations is not known: {error}"));
            return Ok(frame);
        }
        Err(error) => return Err(source_failure(error)),
    };
    let Some(native) = pieces.first().map(|piece| &piece.spec) else { return Ok(frame) };
    let metric = native.crs.metres_per_unit() == Some(1.0);
    let same_size = |size: f64| (size / cell_m - 1.0).abs() < 1e-6;
    let metric = metric && true_to_scale(&frame.crs, &native.crs, bounds(&place)?)?;
    if metric && same_size(native.transform.cell_width) && same_size(native.transform.cell_height) {
        context.log.line("elevation is taken cell by cell from its own grid");
        let (west, north) = (native.transform.west, native.transform.north);
        return Ok(Frame { crs: native.crs.clone(), west, north, cell_m });
    }
    Ok(frame)
}

/// Largest stretch of a system whose metres pass for metres on the ground. UTM itself stretches by up to 0.1 %; Web
/// Mercator by 41 % at 45 degrees.
const LARGEST_STRETCH: f64 = 0.005;

/// Whether the map metres of `native` are metres on the ground at a place given in UTM.
fn true_to_scale(utm: &Crs, native: &Crs, place: Bounds) -> TaskResult<bool> {
    const STEP_M: f64 = 1000.0;
    let to_native = Transformer::new(utm, native);
    let (x, y) = ((place.west + place.east) / 2.0, (place.south + place.north) / 2.0);
    let at = |x, y| to_native.point(x, y).or_fail("coordinates");
    let (here, east, north) = (at(x, y)?, at(x + STEP_M, y)?, at(x, y + STEP_M)?);
    let stretch = |to: (f64, f64)| ((to.0 - here.0).hypot(to.1 - here.1) / STEP_M - 1.0).abs();
    Ok(stretch(east) < LARGEST_STRETCH && stretch(north) < LARGEST_STRETCH)
}

/// Elevations of an extent. The extent may reach beyond the data, the polygon may not.
fn fetch(source: &Source, spec: &GridSpec, polygon: &MultiPolygon<f64>) -> TaskResult<Fetched<f32>> {
    let fetched = match source.read_partial(spec, Resampling::Bilinear) {
        Err(SourceError::OutsideData { missing, .. }) => return Err(leaves_dem(1.0, &missing, source)),
        fetched => fetched.map_err(source_failure)?,
    };
    let raster = &fetched.raster;
    let mut gap = headwaters_raster::rasterize(polygon, &raster.transform, spec.rows, spec.cols);
    let inside = gap.as_slice().iter().filter(|inside| **inside).count();
    for (gap, value) in gap.as_mut_slice().iter_mut().zip(raster.grid.as_slice()) {
        *gap &= raster.is_nodata(*value);
    }
    let without = gap.as_slice().iter().filter(|gap| **gap).count();
    let share = without as f64 / inside.max(1) as f64;
    match MissingArea::of(&gap, &raster.spec()).or_fail("coordinates")? {
        Some(missing) if share > TOLERATED_GAP => Err(leaves_dem(share, &missing, source)),
        _ => Ok(fetched),
    }
}

/// A polygon that reaches beyond the elevations: how much of it, where, and what helps.
fn leaves_dem(share: f64, missing: &MissingArea, source: &Source) -> TaskStop {
    let place = missing.bounds().map_or_else(String::new, |bounds| {
        let Bounds { west, east, south, north } = bounds;
        format!(", within longitude {west:.4} to {east:.4} and latitude {south:.4} to {north:.4}")
    });
    let message = format!(
        "{:.1} % of the polygon lies where {} has no elevation{place}: supply a DEM that covers it",
        100.0 * share,
        source.name()
    );
    TaskStop::failed("polygon_leaves_dem", message).with_details(json!({ "map": missing.to_geojson() }))
}

/// Whether a wider extent could bring data: not when the present one ended at the end of the data already.
fn reaches_further(fetched: &Fetched<f32>, wider: Bounds, extent: Bounds) -> bool {
    if fetched.missing.is_none() {
        return true;
    }
    let grid = &fetched.raster.grid;
    let (rows, cols) = (grid.rows(), grid.cols());
    let has_data = |row: usize, col: usize| {
        let cell = headwaters_raster::Cell { row, col };
        fetched.raster.value(cell).is_some()
    };
    let north = wider.north > extent.north && (0..cols).any(|col| has_data(0, col));
    let south = wider.south < extent.south && (0..cols).any(|col| has_data(rows - 1, col));
    let west = wider.west < extent.west && (0..rows).any(|row| has_data(row, 0));
    let east = wider.east > extent.east && (0..rows).any(|row| has_data(row, cols - 1));
    north || south || west || east
}

/// Sides of the grid on which the basin lies.
fn touched_sides(findings: &[Finding]) -> Vec<Side> {
    let touched = findings.iter().find_map(|finding| match finding {
        Finding::BasinTouchesEdge { sides, .. } => Some(sides.clone()),
        _ => None,
    });
    touched.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A DEM in Web Mercator has metres that are 71 cm on the ground at 45 degrees: taken for metres, every area
    /// would be doubled.
    #[test]
    fn only_systems_true_to_scale_are_taken_cell_by_cell() {
        let crs = |code: u32| Crs::from_epsg(code).unwrap();
        let (utm, place) = (crs(32610), Bounds { west: 5e5, east: 5.1e5, south: 4.98e6, north: 4.99e6 });
        assert!(true_to_scale(&utm, &crs(26910), place).unwrap(), "the same zone on another datum");
        assert!(true_to_scale(&utm, &crs(32611), place).unwrap(), "the zone beside it");
        assert!(!true_to_scale(&utm, &crs(3857), place).unwrap());
    }
}
