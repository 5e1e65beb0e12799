//! North-up georeferencing.

use crate::{Bounds, Cell, Window};

/// Affine, north-up mapping from cells to map coordinates. Rotated rasters are refused on reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeoTransform {
    /// Map x of the western edge of column 0.
    pub west: f64,
    /// Map y of the northern edge of row 0.
    pub north: f64,
    /// Cell width in map units, positive.
    pub cell_width: f64,
    /// Cell height in map units, positive (rows run south).
    pub cell_height: f64,
}

impl GeoTransform {
    /// Map coordinates (x, y) of a cell's centre.
    pub fn centre(&self, cell: Cell) -> (f64, f64) {
        (
            self.west + (cell.col as f64 + 0.5) * self.cell_width,
            self.north - (cell.row as f64 + 0.5) * self.cell_height,
        )
    }

    /// Fractional (row, column) of a map position; whole numbers are cell edges.
    pub fn fractional(&self, x: f64, y: f64) -> (f64, f64) {
        ((self.north - y) / self.cell_height, (x - self.west) / self.cell_width)
    }

    /// Cell that contains a map position, or `None` outside a grid of `rows` × `cols`.
    pub fn cell_at(&self, x: f64, y: f64, rows: usize, cols: usize) -> Option<Cell> {
        let (row, col) = self.fractional(x, y);
        let inside = row >= 0.0 && col >= 0.0 && row < rows as f64 && col < cols as f64;
        inside.then_some(Cell { row: row as usize, col: col as usize })
    }

    /// Area of one cell in square map units.
    pub fn cell_area(&self) -> f64 {
        self.cell_width * self.cell_height
    }

    /// The box that `rows` × `cols` cells cover.
    pub fn bounds(&self, rows: usize, cols: usize) -> Bounds {
        Bounds {
            west: self.west,
            south: self.north - rows as f64 * self.cell_height,
            east: self.west + cols as f64 * self.cell_width,
            north: self.north,
        }
    }

    /// The georeferencing of a part that starts at the window's first cell.
    pub fn of_window(&self, window: Window) -> Self {
        Self {
            west: self.west + window.col as f64 * self.cell_width,
            north: self.north - window.row as f64 * self.cell_height,
            ..*self
        }
    }
}
