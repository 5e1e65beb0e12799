//! Working copy and queue order of priority floods.

use std::cmp::Reverse;

use headwaters_raster::Grid;

/// A copy of the elevations with a ring of cells without elevation around it, so that no neighbour access
/// needs a bounds check, and one "settled" flag per cell. Nodata and ring count as settled.
pub(crate) struct Flood {
    pub stride: usize,
    pub level: Vec<f32>,
    pub settled: Vec<bool>,
    /// Index changes to the eight neighbours, in the order of [`crate::Direction::ALL`].
    pub steps: [isize; 8],
    rows: usize,
    cols: usize,
}

impl Flood {
    pub fn new(dem: &Grid<f32>) -> Self {
        let (rows, cols) = (dem.rows(), dem.cols());
        let stride = cols + 2;
        let mut level = Vec::with_capacity((rows + 2) * stride);
        level.resize(stride, f32::NAN);
        for row in 0..rows {
            level.push(f32::NAN);
            level.extend_from_slice(&dem.as_slice()[row * cols..(row + 1) * cols]);
            level.push(f32::NAN);
        }
        level.resize((rows + 2) * stride, f32::NAN);
        let settled = level.iter().map(|z| !z.is_finite()).collect();
        Self { stride, level, settled, steps: crate::steps::steps(stride), rows, cols }
    }

    pub fn neighbour(&self, index: usize, k: usize) -> usize {
        index.wrapping_add_signed(self.steps[k])
    }

    /// Cells with elevation beside the grid's edge or a cell without elevation: water may leave there.
    pub fn open_cells(&self) -> Vec<u32> {
        let mut open = Vec::new();
        for row in 1..=self.rows {
            for i in row * self.stride + 1..=row * self.stride + self.cols {
                if self.level[i].is_finite() && (0..8).any(|k| !self.level[self.neighbour(i, k)].is_finite())
                {
                    open.push(i as u32);
                }
            }
        }
        open
    }

    /// Drops the ring, in place.
    pub fn into_grid(mut self) -> Grid<f32> {
        for row in 0..self.rows {
            let from = (row + 1) * self.stride + 1;
            self.level.copy_within(from..from + self.cols, row * self.cols);
        }
        self.level.truncate(self.rows * self.cols);
        self.level.shrink_to_fit();
        Grid::from_vec(self.rows, self.cols, self.level).unwrap_or_else(|| Grid::filled(0, 0, 0.0))
    }
}

/// A heap key whose order is that of the elevation, lowest first, then of the index: 32 bits each.
pub(crate) fn key(level: f32, index: u32) -> Reverse<u64> {
    let bits = level.to_bits();
    let ordered = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
    Reverse(u64::from(ordered) << 32 | u64::from(index))
}

pub(crate) fn index_of(Reverse(key): Reverse<u64>) -> usize {
    key as u32 as usize
}
