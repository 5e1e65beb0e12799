//! Ground size of cells.

use headwaters_raster::GeoTransform;

use crate::Direction;

/// Ground size of a cell in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellSize {
    /// West to east.
    pub width_m: f64,
    /// North to south.
    pub height_m: f64,
}

impl CellSize {
    /// A square cell.
    pub fn square(size_m: f64) -> Self {
        Self { width_m: size_m, height_m: size_m }
    }

    /// The cell of a grid whose map unit is the metre.
    pub fn of_projected(transform: &GeoTransform) -> Self {
        Self { width_m: transform.cell_width, height_m: transform.cell_height }
    }

    /// The cell, in the middle of the grid, of a grid whose map unit is the degree (GRS80 ellipsoid: lengths
    /// of a degree from the meridional and prime-vertical radii of curvature).
    pub fn of_geographic(transform: &GeoTransform, rows: usize) -> Self {
        const EQUATORIAL_RADIUS_M: f64 = 6_378_137.0;
        const ECCENTRICITY_SQUARED: f64 = 0.006_694_380_022_9;
        let latitude = (transform.north - 0.5 * rows as f64 * transform.cell_height).to_radians();
        let w = 1.0 - ECCENTRICITY_SQUARED * latitude.sin().powi(2);
        let meridional = EQUATORIAL_RADIUS_M * (1.0 - ECCENTRICITY_SQUARED) / w.powf(1.5);
        let prime_vertical = EQUATORIAL_RADIUS_M / w.sqrt();
        Self {
            width_m: transform.cell_width.to_radians() * prime_vertical * latitude.cos(),
            height_m: transform.cell_height.to_radians() * meridional,
        }
    }

    /// Area in square metres.
    pub fn area_m2(self) -> f64 {
        self.width_m * self.height_m
    }

    /// Length of one step in metres.
    pub fn step_m(self, direction: Direction) -> f64 {
        let (row, col) = direction.offset();
        (self.width_m * col as f64).hypot(self.height_m * row as f64)
    }
}
