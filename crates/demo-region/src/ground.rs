//! Vegetation and soils of the region.

use headwaters_raster::{Cell, Grid};
use headwaters_terrain::CellSize;
use headwaters_terrain::surface::gradient;

use crate::noise::fractal;

const VEGETATION: u64 = 10;
const ASPEN: u64 = 11;
const PARENT_ROCK: u64 = 12;

/// Soils by the keys of the map, in the columns of a soil table. Invented: textures and depths as mountain soils of such
/// places have them, over rock that lets a little water through.
pub const SOIL_TABLE: &str = include_str!("../data/soils.csv");

/// Terrain properties that determine vegetation and soil.
pub struct Site {
    /// Height between the lowest (0) and the highest (1) point of the region.
    pub height: f64,
    /// Slope, m/m.
    pub slope_m_per_m: f64,
    /// Southward exposure: -1 north to 1 south, 0 on level ground.
    pub southness: f64,
    /// Area drained through the cell, km².
    pub drained_km2: f64,
    /// Map position east and south of the region's corner, m.
    pub place_m: (f64, f64),
}

/// The sites of a DEM.
pub fn sites<'a>(
    dem: &'a Grid<f32>,
    accumulation: &'a Grid<u32>,
    size: CellSize,
) -> impl Fn(Cell) -> Site + use<'a> {
    let values = dem.as_slice().iter().copied();
    let lowest = values.clone().fold(f32::INFINITY, f32::min);
    let range = f64::from(values.fold(f32::NEG_INFINITY, f32::max) - lowest).max(1.0);
    move |cell| {
        let index = dem.index(cell);
        let (to_east, to_south) = gradient(dem, size, cell.row, cell.col);
        let slope_m_per_m = (to_east * to_east + to_south * to_south).sqrt();
        Site {
            height: f64::from(dem.as_slice()[index] - lowest) / range,
            slope_m_per_m,
            // Downhill is against the gradient.
            southness: -to_south / slope_m_per_m.max(0.05),
            drained_km2: f64::from(accumulation.as_slice()[index]) * size.area_m2() / 1e6,
            place_m: (cell.col as f64 * size.width_m, cell.row as f64 * size.height_m),
        }
    }
}

/// National Land Cover Database code of a site: rivers and wet meadows in the valleys, grass and shrub on low and sunny
/// slopes, evergreen forest with patches of aspen above, rock on the steepest heights.
pub fn landcover(seed: u64, site: &Site) -> u8 {
    let (x, y) = site.place_m;
    let patch = fractal(seed, VEGETATION, x, y, 1_500.0, 4) - 0.5;
    let moisture = 1.6 * site.height - 0.14 * site.southness + 0.55 * patch;
    match site {
        site if site.drained_km2 > 90.0 => 11,
        site if site.drained_km2 > 12.0 && site.slope_m_per_m < 0.12 => 90,
        site if site.height > 0.86 && site.slope_m_per_m > 0.75 => 31,
        site if site.height > 0.93 + 0.2 * patch => 71,
        _ if moisture < 0.22 => 71,
        _ if moisture < 0.46 => 52,
        _ if fractal(seed, ASPEN, x, y, 2_200.0, 3) > 0.70 => 41,
        _ => 42,
    }
}

/// Key of a site's soil in [`SOIL_TABLE`].
pub fn soil(seed: u64, site: &Site) -> i32 {
    let (x, y) = site.place_m;
    let granitic = fractal(seed, PARENT_ROCK, x, y, 7_000.0, 3) > 0.47;
    match site {
        site if site.drained_km2 > 3.0 && site.slope_m_per_m < 0.20 => 106,
        site if site.slope_m_per_m > 0.65 => 105,
        site if site.height > 0.62 => 104,
        _ if granitic => 101,
        site if site.height > 0.30 => 102,
        _ => 103,
    }
}
