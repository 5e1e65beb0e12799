//! Landscape evolution: uplift against stream incision and hillslope diffusion until they balance.
//!
//! dz/dt = U - K sqrt(A) S + D laplace(z): the stream power law (Whipple & Tucker 1999, "Dynamics of the stream-power
//! river incision model", Journal of Geophysical Research 104, with m = 0.5, n = 1) and linear hillslope
//! diffusion (Culling 1960, "Analytical theory of erosion", Journal of Geology 68). The incision is solved implicitly
//! from the base level up, in time proportional to the cells: Braun & Willett 2013, "A very efficient O(n), implicit
//! and parallel method to solve the stream power equation", Geomorphology 180-181.

use headwaters_raster::Grid;
use headwaters_terrain::neighbour_index;
use headwaters_terrain::{CellSize, FlowError, breach_complete, d8, topological_order};

use crate::noise::{fractal, uniform};

/// Uplift where mountains rise fastest, m/a.
const UPLIFT_M_PER_A: f64 = 5.5e-4;
/// Erodibility K of rock of mean strength, 1/a (for m = 0.5).
const ERODIBILITY_PER_A: f64 = 4e-6;
/// Hillslope diffusivity D, m²/a. With K it sets the length of hillslopes, sqrt(D / K), to some 70 m
/// (Perron, Dietrich & Kirchner 2008, Journal of Geophysical Research 113, F04016).
const DIFFUSIVITY_M2_PER_A: f64 = 0.02;
/// Layers of noise.
const ROUGHNESS: u64 = 1;
const RANGES: u64 = 2;
const ROCK: u64 = 3;
const BASE: u64 = 4;
const INITIAL: u64 = 5;

/// Height of the initial hills, m.
const INITIAL_RELIEF_M: f64 = 450.0;
/// Height of the bumps that a finer grid adds, m.
const ROUGHNESS_M: f32 = 4.0;

/// Resolutions, coarse first: the coarse grid forms the rivers, the finer ones the detail.
/// Cells per finest cell, steps, and length of a step in years.
const STAGES: [(usize, u32, f64); 3] = [(4, 100, 35_000.0), (2, 14, 14_000.0), (1, 5, 8_000.0)];

/// Elevations above the base level of a square block whose rim is held, m. `size` cells must divide by 4.
///
/// # Errors
/// None in practice: the flow of a drained surface has no cycle.
pub fn mountains(seed: u64, size: usize, cell_m: f64) -> Result<Grid<f32>, FlowError> {
    let coarsest = STAGES[0].0;
    let mut surface = Grid::from_fn(size / coarsest, size / coarsest, |cell| {
        let place_m = |i: usize| i as f64 * cell_m * coarsest as f64;
        (INITIAL_RELIEF_M * fractal(seed, INITIAL, place_m(cell.col), place_m(cell.row), 9_000.0, 7)) as f32
    });
    for (coarseness, steps, years) in STAGES {
        let cells = size / coarseness;
        while surface.rows() < cells {
            surface = doubled(seed, &surface);
        }
        let block = Block::new(seed, cells, cell_m * coarseness as f64);
        for _ in 0..steps {
            surface = block.step(surface, years)?;
        }
    }
    Ok(surface)
}

/// Twice the cells, interpolated linearly and roughened, so that small streams form.
fn doubled(seed: u64, coarse: &Grid<f32>) -> Grid<f32> {
    let last = coarse.rows() - 1;
    // Centres of fine cells lie a quarter of a coarse cell beside those of coarse cells.
    let neighbours = |fine: usize| {
        let near = fine / 2;
        (near, if fine.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(last) })
    };
    let values = coarse.as_slice();
    Grid::from_fn(coarse.rows() * 2, coarse.cols() * 2, |cell| {
        let ((row, far_row), (col, far_col)) = (neighbours(cell.row), neighbours(cell.col));
        let at = |row: usize, col: usize| values[row * coarse.cols() + col];
        let along = |row| 0.75 * at(row, col) + 0.25 * at(row, far_col);
        let rough = uniform(seed, ROUGHNESS, cell.col as i64, cell.row as i64) as f32;
        0.75 * along(row) + 0.25 * along(far_row) + ROUGHNESS_M * rough
    })
}

/// Uplift and erodibility on a grid.
struct Block {
    cells: usize,
    cell_m: f64,
    uplift_m_per_a: Vec<f64>,
    erodibility_per_a: Vec<f64>,
    base_m: Vec<f64>,
}

impl Block {
    fn new(seed: u64, cells: usize, cell_m: f64) -> Self {
        let length_m = cells as f64 * cell_m;
        let field = |value: &dyn Fn(f64, f64) -> f64| -> Vec<f64> {
            let place = |i: usize| (i as f64 + 0.5) * cell_m;
            (0..cells * cells).map(|i| value(place(i % cells), place(i / cells))).collect()
        };
        let uplift = |x: f64, y: f64| {
            let ranges = fractal(seed, RANGES, x, y, 16_000.0, 2);
            // The block is tilted: it rises more towards the north-east.
            let tilt = 0.75 + 0.25 * (x - y) / length_m;
            UPLIFT_M_PER_A * tilt * (0.35 + 1.1 * ranges)
        };
        let erodibility = |x: f64, y: f64| {
            let weakness = fractal(seed, ROCK, x, y, 5_000.0, 6);
            ERODIBILITY_PER_A * (0.45 + 1.1 * weakness)
        };
        let base = |x: f64, y: f64| {
            60.0 * fractal(seed, BASE, x, y, 12_000.0, 2) + 60.0 * (1.0 + (x - y) / length_m)
        };
        Self {
            cells,
            cell_m,
            uplift_m_per_a: field(&uplift),
            erodibility_per_a: field(&erodibility),
            base_m: field(&base),
        }
    }

    fn is_rim(&self, index: usize) -> bool {
        let (row, col) = (index / self.cells, index % self.cells);
        row == 0 || col == 0 || row + 1 == self.cells || col + 1 == self.cells
    }

    /// Uplift, incision and creep during `years`. Depressions are cut open, as overflowing lakes do.
    fn step(&self, mut surface: Grid<f32>, years: f64) -> Result<Grid<f32>, FlowError> {
        for (i, height) in surface.as_mut_slice().iter_mut().enumerate() {
            let rim = self.is_rim(i);
            *height =
                if rim { self.base_m[i] } else { f64::from(*height) + self.uplift_m_per_a[i] * years } as f32;
        }
        let drained = breach_complete(&surface);
        let mut heights: Vec<f64> = drained.as_slice().iter().map(|height| f64::from(*height)).collect();
        self.incise(&drained, &mut heights, years)?;
        self.creep(&mut heights, years);
        for (height, result) in surface.as_mut_slice().iter_mut().zip(heights) {
            *height = result as f32;
        }
        Ok(surface)
    }

    /// Stream power, implicit: receivers are solved before the cells that drain to them.
    fn incise(&self, drained: &Grid<f32>, heights: &mut [f64], years: f64) -> Result<(), FlowError> {
        let size = CellSize::square(self.cell_m);
        let pointers = d8(drained, size);
        let order = topological_order(&pointers)?;
        let mut drained_m2 = vec![size.area_m2(); heights.len()];
        let diagonal_m = self.cell_m * std::f64::consts::SQRT_2;
        let receiver = |i: usize| {
            let direction = pointers.as_slice()[i].direction()?;
            let step_m = if direction.is_diagonal() { diagonal_m } else { self.cell_m };
            Some((neighbour_index(self.cells, self.cells, i, direction)?, step_m))
        };
        for &i in &order {
            if let Some((next, _)) = receiver(i as usize) {
                drained_m2[next] += drained_m2[i as usize];
            }
        }
        for &i in order.iter().rev() {
            let i = i as usize;
            if self.is_rim(i) {
                continue;
            }
            if let Some((next, step_m)) = receiver(i) {
                let factor = self.erodibility_per_a[i] * years * drained_m2[i].sqrt() / step_m;
                heights[i] = (heights[i] + factor * heights[next]) / (1.0 + factor);
            }
        }
        Ok(())
    }

    /// Diffusion, explicit, in as many sub-steps as stability asks for.
    fn creep(&self, heights: &mut Vec<f64>, years: f64) {
        let total = DIFFUSIVITY_M2_PER_A * years / (self.cell_m * self.cell_m);
        let substeps = (total / 0.2).ceil().max(1.0);
        let share = total / substeps;
        let mut next = heights.clone();
        for _ in 0..substeps as u32 {
            for row in 1..self.cells - 1 {
                for i in row * self.cells + 1..(row + 1) * self.cells - 1 {
                    let around =
                        heights[i - 1] + heights[i + 1] + heights[i - self.cells] + heights[i + self.cells];
                    next[i] = heights[i] + share * (around - 4.0 * heights[i]);
                }
            }
            std::mem::swap(heights, &mut next);
        }
    }
}
