//! Invariance of results: to the number of threads, the rotation of the map, and the frame it is cut out by.

mod frames;
mod rotation;
mod threads;

use headwaters_raster::Grid;

/// Values as bits, so that cells without a value equal each other.
fn bits(grid: &Grid<f32>) -> Grid<u32> {
    grid.map(|value| if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() })
}
