//! Grids, georeferencing, GeoTIFF, coordinate systems, reprojection and rasterising.
#![warn(missing_docs)]

mod grid;
mod transform;

pub use grid::{Cell, Grid};
pub use transform::GeoTransform;
