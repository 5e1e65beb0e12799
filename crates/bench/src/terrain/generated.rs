//! Generated elevation models for timing: rough, tilted, with many small depressions.

use headwaters_raster::Grid;
use rayon::prelude::*;

/// A square fractal surface of `side` × `side` cells: value noise in octaves whose amplitude falls by a
/// little more than half per halving of the wavelength, on a tilt to the south-west. Same for every call.
pub fn fractal_dem(side: usize) -> Grid<f32> {
    let mut elevations = vec![0f32; side * side];
    elevations.par_chunks_mut(side.max(1)).enumerate().for_each(|(row, out)| {
        for (col, z) in out.iter_mut().enumerate() {
            let tilt = 0.1 * (col as f32 + (side - row) as f32);
            *z = 500.0 + tilt + noise(row as f32, col as f32);
        }
    });
    Grid::from_vec(side, side, elevations).unwrap_or_else(|| Grid::filled(0, 0, 0.0))
}

fn noise(row: f32, col: f32) -> f32 {
    let (mut wavelength, mut amplitude, mut sum) = (512.0f32, 160.0f32, 0.0f32);
    for octave in 0..9u32 {
        let (y, x) = (row / wavelength, col / wavelength);
        let (y0, x0) = (y.floor(), x.floor());
        let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
        let (fy, fx) = (smooth(y - y0), smooth(x - x0));
        let at = |dy: u32, dx: u32| lattice(y0 as u32 + dy, x0 as u32 + dx, octave);
        let north = at(0, 0) + (at(0, 1) - at(0, 0)) * fx;
        let south = at(1, 0) + (at(1, 1) - at(1, 0)) * fx;
        sum += amplitude * (north + (south - north) * fy);
        wavelength *= 0.5;
        amplitude *= 0.42;
    }
    sum
}

/// A number in 0..1 for a lattice point: the finaliser of MurmurHash3.
fn lattice(row: u32, col: u32, octave: u32) -> f32 {
    let mut h =
        row.wrapping_mul(0x9e37_79b1) ^ col.wrapping_mul(0x85eb_ca77) ^ octave.wrapping_mul(0xc2b2_ae3d);
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    (h ^ (h >> 16)) as f32 / u32::MAX as f32
}
