//! Parallel valleys that drain into a trunk stream: a region small enough for tests, written as users' files are.

use std::path::Path;

use headwaters_raster::{
    Cell, CogOptions, Crs, GeoTransform, Grid, GridSpec, Raster, Sample, Transformer, encode_cog,
};
use headwaters_terrain::{CellSize, Conditioning, Pointer, basin, d8, outline};
use headwaters_weather::{ClimateType, SyntheticSite, synthetic_station};
use serde_json::{Value, json};

const ROWS: usize = 110;
const COLS: usize = 140;
/// Valleys, which are also watersheds.
pub const VALLEYS: usize = 4;
const VALLEY_COLS: usize = COLS / VALLEYS;
const TRUNK_ROW: usize = 96;
const OUTLET_ROW: usize = 90;

fn spec() -> GridSpec {
    let transform = GeoTransform { west: 500_010.0, north: 4_500_030.0, cell_width: 30.0, cell_height: 30.0 };
    GridSpec { crs: Crs::from_epsg(32610).expect("UTM 10 N"), transform, rows: ROWS, cols: COLS }
}

fn axis(valley: usize) -> usize {
    valley * VALLEY_COLS + VALLEY_COLS / 2
}

fn elevation(cell: Cell) -> f32 {
    let (row, col) = (cell.row as f32, cell.col as f32);
    if cell.row >= OUTLET_ROW + 2 {
        return 400.0 - 0.4 * col + 4.0 * (row - TRUNK_ROW as f32).abs();
    }
    let valley = (cell.col / VALLEY_COLS).min(VALLEYS - 1);
    let across = (col - axis(valley) as f32).abs();
    // A second wave makes side valleys, so that there is more than one channel.
    let sides = 3.0 * (row / 9.0).sin() * (across / 6.0).min(1.0);
    424.0 + 3.0 * (OUTLET_ROW as f32 - row) + 5.0 * across + sides
}

fn dem() -> Grid<f32> {
    Grid::from_fn(ROWS, COLS, elevation)
}

/// Elevations with a dam across every valley and a pit beside its stream, as a GeoTIFF.
pub fn dammed_dem() -> Vec<u8> {
    let beside = |cell: Cell| (0..VALLEYS).any(|valley| cell.col == axis(valley) + 5);
    let changed = |cell: Cell| match cell.row {
        50 => elevation(cell) + 8.0,
        30 if beside(cell) => elevation(cell) - 20.0,
        _ => elevation(cell),
    };
    tiff_bytes(Grid::from_fn(ROWS, COLS, changed), Some(-9999.0))
}

fn tiff<T: Sample>(path: &Path, grid: Grid<T>, nodata: Option<T>) {
    std::fs::write(path, tiff_bytes(grid, nodata)).expect("writable");
}

fn tiff_bytes<T: Sample>(grid: Grid<T>, nodata: Option<T>) -> Vec<u8> {
    let raster = Raster::new(grid, &spec(), nodata).expect("same shape");
    encode_cog(&raster, &CogOptions::default()).expect("encodable")
}

/// A GeoTIFF of the region whose values follow from the valley.
pub fn raster_by_valley(value: impl Fn(usize) -> u8) -> Vec<u8> {
    let of_cell = |cell: Cell| value((cell.col / VALLEY_COLS).min(VALLEYS - 1));
    tiff_bytes(Grid::from_fn(ROWS, COLS, of_cell), Some(0))
}

/// The same with values that need more than a byte.
pub fn classes_by_valley(value: impl Fn(usize) -> i32) -> Vec<u8> {
    let of_cell = |cell: Cell| value((cell.col / VALLEY_COLS).min(VALLEYS - 1));
    tiff_bytes(Grid::from_fn(ROWS, COLS, of_cell), Some(0))
}

/// Lon/lat of the main stream of a valley in a row.
pub fn on_stream(valley: usize, row: usize) -> [f64; 2] {
    let (x, y) = spec().transform.centre(Cell { row, col: axis(valley) });
    let (lon, lat) = Transformer::new(&spec().crs, &Crs::wgs84()).point(x, y).expect("on the globe");
    [lon, lat]
}

/// Where the water of the whole region goes.
fn pointers() -> Grid<Pointer> {
    let size = CellSize::of_projected(&spec().transform);
    let conditioned = Conditioning::LeastHarm.apply(&dem(), size).expect("drains");
    d8(&conditioned, size)
}

/// Area of the whole region that drains through the main stream of a valley in a row, km².
pub fn basin_km2(valley: usize, row: usize) -> f64 {
    let basin = basin(&pointers(), Cell { row, col: axis(valley) });
    let cells = basin.as_slice().iter().filter(|inside| **inside).count();
    cells as f64 * spec().transform.cell_area() / 1e6
}

/// Writes rasters, stations and the config `valleys` into a data folder.
pub fn write(data: &Path) {
    let folder = data.join("valleys");
    std::fs::create_dir_all(folder.join("stations")).expect("writable");
    std::fs::create_dir_all(data.join("configs")).expect("writable");
    tiff(&folder.join("dem.tif"), dem(), Some(-9999.0));
    // Forest, shrubs and grass by NLCD's codes.
    let cover = |cell: Cell| [42_u8, 52, 71][cell.row / 20 % 3];
    tiff(&folder.join("landcover.tif"), Grid::from_fn(ROWS, COLS, cover), Some(0));
    let severity = |cell: Cell| 1 + (cell.row / 20 % 4) as u8;
    tiff(&folder.join("burn_severity.tif"), Grid::from_fn(ROWS, COLS, severity), Some(0));
    let site = SyntheticSite {
        name: "TEST VALLEYS".to_owned(),
        longitude_deg: -123.0,
        latitude_deg: 40.6,
        elevation_m: 500.0,
        climate: ClimateType::MediterraneanMontane,
    };
    let station = synthetic_station(&site).to_text().expect("valid station");
    std::fs::write(folder.join("stations/valleys.par"), station).expect("writable");
    let soil = headwaters_landscape::SoilTable::built_in().expect("built in");
    let key = soil.soils().next().expect("a soil").key.clone();
    let config = format!(
        "description = \"Test valleys\"\ncell_size_m = 30\n\
         [dem]\npath = \"valleys/dem.tif\"\n[landcover]\npath = \"valleys/landcover.tif\"\n\
         [burn_severity]\npath = \"valleys/burn_severity.tif\"\n[climate]\nstations = \"valleys/stations\"\n\
         [controls.sbs]\nmode = \"config\"\n[controls.channels]\ncritical_source_area_ha = 8.0\n\
         [controls.soils]\nmode = \"single\"\nsingle_soil = \"{key}\"\n[controls.climate]\nyears = 3\n"
    );
    std::fs::write(data.join("configs/valleys.toml"), config).expect("writable");
}

/// The watersheds of the valleys, as a FeatureCollection in lon/lat.
pub fn polygons() -> Value {
    let spec = spec();
    let pointers = pointers();
    let to_lon_lat = Transformer::new(&spec.crs, &Crs::wgs84());
    let feature = |valley: usize| {
        let outlet = Cell { row: OUTLET_ROW - 2, col: axis(valley) };
        let basin = basin(&pointers, outlet);
        let polygons = outline::outline(&basin, &spec.transform);
        let largest = polygons.0.iter().max_by_key(|polygon| polygon.exterior().0.len()).expect("a basin");
        let ring = to_lon_lat.line(largest.exterior()).expect("on the globe");
        let ring: Vec<[f64; 2]> = ring.coords().map(|point| [point.x, point.y]).collect();
        json!({
            "type": "Feature",
            "id": valley,
            "properties": { "Name": format!("Valley {valley}"), "Order": valley },
            "geometry": { "type": "Polygon", "coordinates": [ring] },
        })
    };
    json!({ "type": "FeatureCollection", "features": (0..VALLEYS).map(feature).collect::<Vec<_>>() })
}
