//! Boxes in map coordinates and rectangles of cells.

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

    /// The box enlarged by a distance on every side.
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

    /// Returns true if a point lies in the box, its edge included.
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
