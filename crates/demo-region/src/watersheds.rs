//! Watershed polygons like those of a user: basins above tributary mouths, with slightly smoothed outlines.

use geo::{Area, LineString, MultiPolygon, Polygon, SimplifyVwPreserve};
use geojson::{Feature, FeatureCollection, Geometry, GeometryValue, JsonObject, JsonValue};
use headwaters_raster::{Cell, Grid, Raster, Transformer};
use headwaters_terrain::streams::junction_count;
use headwaters_terrain::{Flow, basin_indices, downstream_index, outline};

use crate::fire;
use crate::noise::{hash, uniform};

const CHOICE: u64 = 30;
const NAMING: u64 = 31;

/// Areas of watersheds, km².
const AREA_KM2: std::ops::RangeInclusive<f64> = 2.3..=27.0;
/// Number of watersheds wanted.
const COUNT: usize = 28;
/// Distance kept from the edge of the DEM, m.
const MARGIN_M: f64 = 1700.0;
/// Corners that cut off less than this are smoothed away, m².
const SMOOTHING_M2: f64 = 2500.0;

/// Invented names; no real place is meant.
const NAMES: [&str; COUNT] = [
    "Alder Creek",
    "Antler Fork",
    "Basalt Creek",
    "Bearpaw Gulch",
    "Cinder Creek",
    "Cold Lantern Creek",
    "Dipper Creek",
    "Elkhorn Draw",
    "Fiddler Creek",
    "Flint Hollow",
    "Granite Creek",
    "Grouse Canyon",
    "Hatchet Creek",
    "Jackstraw Creek",
    "Kettle Fork",
    "Larkspur Creek",
    "Lost Mule Creek",
    "Marten Creek",
    "Needle Creek",
    "Osprey Gulch",
    "Pinecone Creek",
    "Quartz Canyon",
    "Rattle Creek",
    "Saddle Fork",
    "Silver Moth Creek",
    "Tamarack Creek",
    "Whistler Creek",
    "Yarrow Draw",
];

/// A chosen basin.
struct Basin {
    outlet: Cell,
    cells: Vec<u32>,
}

/// Polygons of basins that do not overlap, in longitude and latitude, in the order of their codes.
pub fn watersheds(seed: u64, dem: &Raster<f32>, flow: &Flow, burn: &Raster<u8>) -> FeatureCollection {
    let mut basins = chosen(seed, dem, flow);
    // Codes run in bands from north to south, and within a band from west to east.
    let band = dem.grid.rows().div_ceil(5);
    basins.sort_by_key(|basin| (basin.outlet.row / band, basin.outlet.col));
    let mut names: Vec<(u64, &str)> =
        NAMES.into_iter().zip(0..).map(|(name, i)| (hash(seed, NAMING, i, 0), name)).collect();
    names.sort_unstable();
    let features = basins.iter().zip(names).enumerate();
    features.filter_map(|(number, (basin, (_, name)))| feature(number, name, basin, dem, burn)).collect()
}

/// Basins above tributary mouths, in an order that a seed shuffles and that prefers large ones.
fn chosen(seed: u64, dem: &Raster<f32>, flow: &Flow) -> Vec<Basin> {
    let area_km2 = |i: usize| f64::from(flow.accumulation.as_slice()[i]) * dem.transform.cell_area() / 1e6;
    let is_mouth = |i: usize| {
        let below = downstream_index(&flow.pointers, i);
        let joins = below.is_some_and(|below| area_km2(below) > 1.25 * area_km2(i));
        joins && junction_count(&flow.pointers, &flow.streams, i) < 2
    };
    let streams = flow.streams.as_slice();
    let candidates =
        (0..streams.len()).filter(|&i| streams[i] && AREA_KM2.contains(&area_km2(i)) && is_mouth(i));
    let preference = |i: usize| {
        let cell = dem.grid.cell(i);
        uniform(seed, CHOICE, cell.col as i64, cell.row as i64) * (3.0 + area_km2(i))
    };
    let mut candidates: Vec<(f64, usize)> = candidates.map(|i| (preference(i), i)).collect();
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let margin = (MARGIN_M / dem.transform.cell_width).ceil() as usize;
    let (rows, cols) = (dem.grid.rows(), dem.grid.cols());
    let lies_within = |cell: Cell| {
        (margin..rows - margin).contains(&cell.row) && (margin..cols - margin).contains(&cell.col)
    };
    let mut taken = Grid::filled(rows, cols, false);
    let mut basins = Vec::new();
    for (_, index) in candidates {
        let outlet = dem.grid.cell(index);
        let cells = basin_indices(&flow.pointers, outlet);
        let free = |&i: &u32| !taken.as_slice()[i as usize] && lies_within(dem.grid.cell(i as usize));
        if basins.len() == COUNT {
            break;
        }
        if cells.iter().all(free) {
            cells.iter().for_each(|&i| taken.as_mut_slice()[i as usize] = true);
            basins.push(Basin { outlet, cells });
        }
    }
    basins
}

/// The feature of a basin; `None` when it has no outline or lies beyond the projection.
fn feature(
    number: usize,
    name: &str,
    basin: &Basin,
    dem: &Raster<f32>,
    burn: &Raster<u8>,
) -> Option<Feature> {
    let mut inside = Grid::filled(dem.grid.rows(), dem.grid.cols(), false);
    basin.cells.iter().for_each(|&i| inside.as_mut_slice()[i as usize] = true);
    let polygon = smoothed(outline(&inside, &dem.transform))?;
    let transformer = Transformer::new(&dem.crs, &headwaters_raster::Crs::wgs84());
    // A millionth of a degree is a tenth of a metre.
    let degrees = |x, y| {
        let (lon, lat) = transformer.point(x, y).ok()?;
        Some(((lon * 1e6).round() / 1e6, (lat * 1e6).round() / 1e6))
    };
    let ring: Option<Vec<(f64, f64)>> = polygon.exterior().coords().map(|c| degrees(c.x, c.y)).collect();
    let (x, y) = dem.transform.centre(basin.outlet);
    let (outlet_lon, outlet_lat) = degrees(x, y)?;
    let hard = |&&i: &&u32| {
        let code = burn.grid.as_slice()[i as usize];
        code != fire::NODATA && code > fire::UNBURNED + 1
    };
    let burned_share = basin.cells.iter().filter(hard).count() as f64 / basin.cells.len() as f64;
    let priority = match burned_share {
        share if share > 0.4 => "high",
        share if share > 0.1 => "medium",
        _ => "low",
    };
    let is_west = basin.outlet.col * 2 < dem.grid.cols();
    let area_km2 = basin.cells.len() as f64 * dem.transform.cell_area() / 1e6;
    let mut properties = JsonObject::new();
    let mut set = |key: &str, value: JsonValue| properties.insert(key.to_owned(), value);
    set("name", name.into());
    // Region 17 has no subregion 99.
    set("huc12", format!("17990101{:02}{:02}", number / 6 + 1, number % 6 + 1).into());
    set("county", if is_west { "Lodgepole" } else { "Cinnabar" }.into());
    set("area_km2", ((area_km2 * 100.0).round() / 100.0).into());
    set("priority", priority.into());
    set("outlet_lon", outlet_lon.into());
    set("outlet_lat", outlet_lat.into());
    let polygon = Polygon::new(LineString::from(ring?), vec![]);
    let geometry = Some(Geometry::new(GeometryValue::from(&polygon)));
    Some(Feature { geometry, properties: Some(properties), ..Feature::default() })
}

/// The largest part of an outline, without holes, with the staircase of the cells taken off.
fn smoothed(outline: MultiPolygon<f64>) -> Option<Polygon<f64>> {
    let parts = outline.into_iter().map(|part| (part.unsigned_area(), part));
    let (_, largest) = parts.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let (exterior, _) = largest.into_inner();
    Some(Polygon::new(exterior, vec![]).simplify_vw_preserve(SMOOTHING_M2))
}
