//! Where a raster lies: boxes, windows and georeferenced frames.

use crate::{Cell, Crs, GeoTransform};

/// A box in map coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Smallest x.
    pub west: f64,
    /// Smallest y.
    pub south: f64,
    /// Largest x.
    pub east: f64,
    /// Largest y.
    pub north: f64,
}

impl Bounds {
    /// The box that holds one point only.
    pub fn of_point(x: f64, y: f64) -> Self {
        Self { west: x, south: y, east: x, north: y }
    }

    /// The smallest box that also holds a point.
    pub fn including(self, x: f64, y: f64) -> Self {
        Self {
            west: self.west.min(x),
            south: self.south.min(y),
            east: self.east.max(x),
            north: self.north.max(y),
        }
    }

    /// The smallest box that holds both.
    pub fn union(self, other: Self) -> Self {
        self.including(other.west, other.south).including(other.east, other.north)
    }

    /// The common part, or `None` when the boxes do not overlap.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let common = Self {
            west: self.west.max(other.west),
            south: self.south.max(other.south),
            east: self.east.min(other.east),
            north: self.north.min(other.north),
        };
        (common.west < common.east && common.south < common.north).then_some(common)
    }

    /// The box grown by a distance on every side.
    pub fn grown(self, distance: f64) -> Self {
        Self {
            west: self.west - distance,
            south: self.south - distance,
            east: self.east + distance,
            north: self.north + distance,
        }
    }

    /// Extent in x.
    pub fn width(self) -> f64 {
        self.east - self.west
    }

    /// Extent in y.
    pub fn height(self) -> f64 {
        self.north - self.south
    }

    /// Whether a point lies in the box, its edge included.
    pub fn contains(self, x: f64, y: f64) -> bool {
        x >= self.west && x <= self.east && y >= self.south && y <= self.north
    }

    /// Distance from a point to the box, 0 within it.
    pub fn distance_to(self, x: f64, y: f64) -> f64 {
        let beyond = |value: f64, low: f64, high: f64| (low - value).max(value - high).max(0.0);
        beyond(x, self.west, self.east).hypot(beyond(y, self.south, self.north))
    }
}

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First row.
    pub row: usize,
    /// First column.
    pub col: usize,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
}

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
