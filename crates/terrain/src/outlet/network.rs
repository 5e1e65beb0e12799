//! Input of the outlet search: the drainage network of one DEM.

use headwaters_raster::Grid;

use crate::Pointer;

/// Pointers, accumulation and streams of one DEM.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a> {
    /// D8 pointers.
    pub pointers: &'a Grid<Pointer>,
    /// Upstream cells of every cell, itself included.
    pub accumulation: &'a Grid<u32>,
    /// Stream cells.
    pub streams: &'a Grid<bool>,
}
