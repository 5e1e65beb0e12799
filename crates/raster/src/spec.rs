//! Georeferenced frames of rasters.

use crate::{Bounds, Cell, Crs, GeoTransform, Window};

/// A georeferenced frame of cells: the shape and place of a raster without its values.
#[derive(Clone, Debug, PartialEq)]
pub struct GridSpec {
    /// System of the map coordinates.
    pub crs: Crs,
    /// From cells to map coordinates.
    pub transform: GeoTransform,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
}

impl GridSpec {
    /// The box the frame covers, in its own system.
    pub fn bounds(&self) -> Bounds {
        self.transform.bounds(self.rows, self.cols)
    }

    /// Number of cells, or `None` when it does not fit the machine.
    pub fn cells(&self) -> Option<usize> {
        self.rows.checked_mul(self.cols)
    }

    /// The frame of a part of this one. The window must lie inside.
    pub fn window(&self, window: Window) -> Self {
        Self {
            crs: self.crs.clone(),
            transform: self.transform.of_window(window),
            rows: window.rows,
            cols: window.cols,
        }
    }

    /// The cells that touch a box in this frame's system, with `margin` more on every side, cut to the
    /// frame; `None` when there are none.
    pub fn window_of(&self, bounds: Bounds, margin: usize) -> Option<Window> {
        let (top, left) = self.transform.fractional(bounds.west, bounds.north);
        let (bottom, right) = self.transform.fractional(bounds.east, bounds.south);
        let first = |edge: f64| (edge.floor() - margin as f64).max(0.0) as usize;
        let past = |edge: f64, limit: usize| (edge.ceil() + margin as f64).clamp(0.0, limit as f64) as usize;
        let (row, col) = (first(top), first(left));
        let (end_row, end_col) = (past(bottom, self.rows), past(right, self.cols));
        (row < end_row && col < end_col).then(|| Window {
            row,
            col,
            rows: end_row - row,
            cols: end_col - col,
        })
    }

    /// Map coordinates of a cell's centre.
    pub fn centre(&self, cell: Cell) -> (f64, f64) {
        self.transform.centre(cell)
    }

    /// Cell that contains a map position, or `None` outside the frame.
    pub fn cell_at(&self, x: f64, y: f64) -> Option<Cell> {
        self.transform.cell_at(x, y, self.rows, self.cols)
    }
}
