//! A seeded, fluvially eroded demonstration landscape: terrain, vegetation, soils, a wildfire, weather stations and
//! watershed polygons of a place that does not exist, to run the whole chain without any data.
//!
//! The terrain is eroded by the stream power law, so valleys, ridges and basins relate to each other as in real
//! mountains. The same seed gives the same region.
#![warn(missing_docs)]

mod erosion;
mod fire;
mod ground;
mod noise;
mod watersheds;

use geojson::FeatureCollection;
use headwaters_raster::{Cell, Crs, GeoTransform, Grid, GridSpec, Raster, Transformer};
use headwaters_terrain::{CellSize, DelineateError, DelineateOptions, Flow};
use headwaters_weather::{ClimateType, SyntheticSite, synthetic_station};
use headwaters_wepp_formats::StationParameters;

/// A generated region. All rasters share one grid of 900 x 900 cells of 30 m in UTM zone 11 north (WGS 84).
#[derive(Clone, Debug)]
pub struct DemoRegion {
    /// Elevation, m; no data -9999 (none occurs).
    pub dem: Raster<f32>,
    /// National Land Cover Database codes; no data 0 (none occurs).
    pub landcover: Raster<u8>,
    /// Keys of [`DemoRegion::soil_table`]; no data 0 (none occurs).
    pub soils: Raster<i32>,
    /// Soil burn severity, 130 unburned to 133 high, with the usual colours; no data 255 (none occurs).
    pub burn_severity: Raster<u8>,
    /// Soils and their layers, as CSV.
    pub soil_table: String,
    /// Station ids and parameters, at different elevations of the region.
    pub stations: Vec<(String, StationParameters)>,
    /// Watersheds of 2 to 30 km² that do not overlap, in longitude and latitude, with the properties `name`, `huc12`,
    /// `county`, `area_km2`, `priority` (low, medium, high), `outlet_lon` and `outlet_lat`.
    pub watersheds: FeatureCollection,
}

/// Cells along a side of the region.
const CELLS: usize = 900;
/// Cells cut off on each side, where the fixed base level affects the terrain.
const TRIMMED_CELLS: usize = 70;
const CELL_M: f64 = 30.0;
/// WGS 84 / UTM zone 11 north.
const EPSG: u32 = 32611;
/// North-western corner, m: mountains at 44.3 degrees north, 115.2 degrees west.
const CORNER_M: (f64, f64) = (630_000.0, 4_920_000.0);
/// Elevation of the base level above the sea, m.
const BASE_LEVEL_M: f32 = 950.0;
/// Critical source area, ha, and least channel length, m, of the network in which outlets are chosen.
const CHANNELS: (f64, f64) = (10.0, 100.0);

/// Makes the region of a seed, within seconds.
pub fn generate(seed: u64) -> DemoRegion {
    // The surface is finite and far smaller than any limit: nothing about it can be refused.
    build(seed).unwrap_or_else(|error| unreachable!("the generated terrain was refused: {error}"))
}

fn build(seed: u64) -> Result<DemoRegion, DelineateError> {
    let block = erosion::mountains(seed, CELLS + 2 * TRIMMED_CELLS, CELL_M)?;
    let elevation = Grid::from_fn(CELLS, CELLS, |cell| {
        let whole = Cell { row: cell.row + TRIMMED_CELLS, col: cell.col + TRIMMED_CELLS };
        BASE_LEVEL_M + block.as_slice()[block.index(whole)]
    });
    let (west, north) = CORNER_M;
    let spec = GridSpec {
        crs: Crs::from_epsg(EPSG).unwrap_or_else(|_| unreachable!("EPSG:{EPSG} is in the definition table")),
        transform: GeoTransform { west, north, cell_width: CELL_M, cell_height: CELL_M },
        rows: CELLS,
        cols: CELLS,
    };
    let size = CellSize::square(CELL_M);
    let (critical_source_area_ha, min_channel_length_m) = CHANNELS;
    let options =
        DelineateOptions { critical_source_area_ha, min_channel_length_m, ..DelineateOptions::default() };
    let flow = Flow::of_dem(&elevation, size, &options)?;
    let site = ground::sites(&elevation, &flow.accumulation, size);
    let landcover = Grid::from_fn(CELLS, CELLS, |cell| ground::landcover(seed, &site(cell)));
    let soils = Grid::from_fn(CELLS, CELLS, |cell| ground::soil(seed, &site(cell)));
    let side_m = CELLS as f64 * CELL_M;
    let burned = Grid::from_fn(CELLS, CELLS, |cell| {
        fire::severity(seed, &site(cell), landcover.as_slice()[landcover.index(cell)], side_m)
    });
    drop(site);
    let dem = placed(elevation, &spec, -9999.0);
    let mut burn_severity = placed(burned, &spec, fire::NODATA);
    burn_severity.colours = Some(fire::colours());
    Ok(DemoRegion {
        landcover: placed(landcover, &spec, 0),
        soils: placed(soils, &spec, 0),
        soil_table: ground::SOIL_TABLE.to_owned(),
        stations: stations(&dem),
        watersheds: watersheds::watersheds(seed, &dem, &flow, &burn_severity),
        dem,
        burn_severity,
    })
}

fn placed<T: Copy>(grid: Grid<T>, spec: &GridSpec, nodata: T) -> Raster<T> {
    Raster { grid, transform: spec.transform, crs: spec.crs.clone(), nodata: Some(nodata), colours: None }
}

/// Rain in all months and violent summer storms, as on burned slopes of the southern Appalachians: where the storms are
/// mild, as in the dry mountains of the West, a burned slope loses a tenth of a tonne a hectare in most years, and the
/// demonstration would show nothing.
const CLIMATE: ClimateType = ClimateType::HumidTemperate;

/// Stations in the lowest valley, on the highest summit and at two places between.
fn stations(dem: &Raster<f32>) -> Vec<(String, StationParameters)> {
    let heights = dem.grid.as_slice();
    let by_height = |a: &usize, b: &usize| heights[*a].total_cmp(&heights[*b]);
    let lowest = (0..heights.len()).min_by(by_height).unwrap_or(0);
    let highest = (0..heights.len()).max_by(by_height).unwrap_or(0);
    let at = |row: usize, col: usize| dem.grid.index(Cell { row, col });
    let places = [
        ("demo-valley", "DEMO VALLEY", lowest),
        ("demo-west", "DEMO WEST", at(CELLS * 3 / 4, CELLS / 4)),
        ("demo-pass", "DEMO PASS", at(CELLS / 4, CELLS * 3 / 5)),
        ("demo-summit", "DEMO SUMMIT", highest),
    ];
    let to_lon_lat = Transformer::new(&dem.crs, &Crs::wgs84());
    let station = |(id, name, index): (&str, &str, usize)| {
        let (x, y) = dem.transform.centre(dem.grid.cell(index));
        let (longitude_deg, latitude_deg) = to_lon_lat.point(x, y).ok()?;
        let site = SyntheticSite {
            name: name.to_owned(),
            longitude_deg,
            latitude_deg,
            elevation_m: f64::from(heights[index]),
            climate: CLIMATE,
        };
        Some((id.to_owned(), synthetic_station(&site)))
    };
    places.into_iter().filter_map(station).collect()
}

#[cfg(test)]
mod tests;
