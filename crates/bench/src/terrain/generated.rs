//! Generated elevation models for timing: rough, tilted, with many small depressions.

use headwaters_raster::Grid;
use rayon::prelude::*;

/// A square fractal surface of `side` × `side` cells: value noise in octaves whose amplitude falls by a
/// little more than half per halving of the wavelength, on a tilt to the south-west. Same for every call.
///
/// The longest wavelength is short beside the smallest side that is timed, so that about one cell in twenty lies in a
/// depression at every size. With waves of 512 cells it is 5 % of 1 Mcell and 10 % of 100 Mcells, whose larger lakes no
/// edge drains, and a ratio of times would compare two kinds of terrain.
pub fn fractal_dem(side: usize) -> Grid<f32> {
    let mut elevations = vec![0f32; side * side];
    elevations.par_chunks_mut(side.max(1)).enumerate().for_each(|(row, out)| {
        let mut amplitude = 28.0f32;
        for octave in 0..OCTAVES {
            add_octave(row, octave, amplitude, out);
            amplitude *= 0.42;
        }
        for (col, z) in out.iter_mut().enumerate() {
            let tilt = 0.1 * (col as f32 + (side - row) as f32);
            *z += 500.0 + tilt;
        }
    });
    Grid::from_vec(side, side, elevations).unwrap_or_else(|| Grid::filled(0, 0, 0.0))
}

/// Longest wavelength, cells.
const LONGEST: usize = 128;
/// Wavelengths from there down to 2 cells.
const OCTAVES: u32 = LONGEST.ilog2();

/// Adds one octave to a row: between the points of a lattice the noise goes smoothly from value to value.
fn add_octave(row: usize, octave: u32, amplitude: f32, out: &mut [f32]) {
    let wavelength = LONGEST >> octave;
    let smooth = |at: usize| {
        let t = at as f32 / wavelength as f32;
        t * t * (3.0 - 2.0 * t)
    };
    let (y, down) = ((row / wavelength) as u32, smooth(row % wavelength));
    let column = |x: u32| {
        let north = lattice(y, x, octave);
        north + (lattice(y + 1, x, octave) - north) * down
    };
    let mut east = column(0);
    for (x, stretch) in (1..).zip(out.chunks_mut(wavelength)) {
        let west = std::mem::replace(&mut east, column(x));
        for (at, z) in stretch.iter_mut().enumerate() {
            *z += amplitude * (west + (east - west) * smooth(at));
        }
    }
}

/// A number in 0..1 for a lattice point: the finaliser of MurmurHash3.
fn lattice(row: u32, col: u32, octave: u32) -> f32 {
    let mut h =
        row.wrapping_mul(0x9e37_79b1) ^ col.wrapping_mul(0x85eb_ca77) ^ octave.wrapping_mul(0xc2b2_ae3d);
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    (h ^ (h >> 16)) as f32 / u32::MAX as f32
}
