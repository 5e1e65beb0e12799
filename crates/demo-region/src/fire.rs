//! A wildfire: a ragged perimeter with patches of low, moderate and high soil burn severity.

use headwaters_raster::ColourTable;

use crate::ground::Site;
use crate::noise::fractal;

const PERIMETER: u64 = 20;
const INTENSITY: u64 = 21;

/// Code of unburned cells; low, moderate and high follow (the four-class maps of WEPPcloud).
pub const UNBURNED: u8 = 130;
/// Code without data.
pub const NODATA: u8 = 255;

/// Half axes of the burned ellipse along and across the wind, as shares of the region's side.
const HALF_AXES: (f64, f64) = (0.46, 0.29);
/// Centre of the ellipse east and south of the corner, as shares of the region's side.
const CENTRE: (f64, f64) = (0.60, 0.40);

/// Severity code of a site whose land-cover code is `landcover`, in a square region of side `side_m`.
pub fn severity(seed: u64, site: &Site, landcover: u8, side_m: f64) -> u8 {
    let (x, y) = site.place_m;
    let (east, south) = (x / side_m - CENTRE.0, y / side_m - CENTRE.1);
    // A south-west wind drove the fire: the long axis runs to the north-east.
    let (along, across) = ((east - south) * 0.5_f64.sqrt(), (east + south) * 0.5_f64.sqrt());
    let (along, across) = (along / HALF_AXES.0, across / HALF_AXES.1);
    let distance = (along * along + across * across).sqrt();
    let ragged = fractal(seed, PERIMETER, x, y, 5_000.0, 6) - 0.5;
    let depth = 1.0 - distance + 1.1 * ragged;
    if depth < 0.0 || matches!(landcover, 11 | 31) {
        return UNBURNED;
    }
    let fuel = match landcover {
        42 => 0.10,
        41 | 90 => -0.22,
        52 => 0.0,
        _ => -0.12,
    };
    let patches = fractal(seed, INTENSITY, x, y, 2_600.0, 5) - 0.5;
    let intensity = 0.42
        + fuel
        + 0.20 * depth.min(1.0)
        + 0.06 * site.southness
        + 0.15 * (site.slope_m_per_m - 0.4).clamp(-0.4, 0.4)
        + 1.3 * patches;
    match intensity {
        i if i < 0.22 => UNBURNED,
        i if i < 0.45 => UNBURNED + 1,
        i if i < 0.66 => UNBURNED + 2,
        _ => UNBURNED + 3,
    }
}

/// Standard colours of burn severity maps, at the codes of this map.
pub fn colours() -> ColourTable {
    // Entries in between belong to no class; white stands for none.
    let mut entries = vec![[255; 3]; 256];
    let classes = [[0, 100, 0], [127, 255, 212], [255, 255, 0], [255, 0, 0]];
    entries[usize::from(UNBURNED)..][..classes.len()].copy_from_slice(&classes);
    ColourTable { entries }
}
