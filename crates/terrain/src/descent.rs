//! Steepest descent of every cell, row by row.

use headwaters_raster::Grid;
use rayon::prelude::*;

use crate::steps::{neighbour_index, steps};
use crate::{CellSize, Direction};

/// Codes of cells while pointers are made, the bytes of [`crate::Pointer`]: 0 to 7 a direction, then these.
pub(crate) const OFF: u8 = 8;
/// No lower neighbour, and not beside the edge or a cell without elevation.
pub(crate) const FLAT: u8 = 9;
/// No elevation.
pub(crate) const NODATA: u8 = 255;
/// The part of a byte that is its code; the other bits are marks of the algorithm at work.
pub(crate) const CODE: u8 = 0x0f;

/// Computation of the steepest descent; also holds the index change of a step in each direction.
pub(crate) struct Descent {
    rows: usize,
    cols: usize,
    per_metre: [f32; 8],
    /// Index change of a step in each direction.
    pub step: [isize; 8],
}

impl Descent {
    pub fn new(rows: usize, cols: usize, cell: CellSize) -> Self {
        let per_metre = Direction::ALL.map(|d| (1.0 / cell.step_m(d)) as f32);
        Self { rows, cols, per_metre, step: steps(cols) }
    }

    /// Columns of the grid.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The code of every cell: the neighbour of steepest descent with true step lengths (O'Callaghan and Mark
    /// 1984; Jenson and Domingue 1988, see [`d8`](crate::d8())), ties to the first in the order of
    /// [`Direction::ALL`]; [`OFF`] without lower neighbour beside the edge or a cell without elevation, [`FLAT`]
    /// elsewhere; [`NODATA`] without elevation.
    pub fn codes(&self, dem: &Grid<f32>) -> Vec<u8> {
        let z = dem.as_slice();
        let mut codes = vec![NODATA; z.len()];
        codes.par_chunks_mut(self.cols.max(1)).enumerate().for_each(|(row, out)| {
            let from = row * self.cols;
            let around = z.get(from.wrapping_sub(self.cols)..from + 2 * self.cols);
            match around {
                // Infinite elevations count as none, but would win against every finite one.
                Some(around) if !around.iter().fold(false, |any, z| any | z.is_infinite()) => {
                    self.inner_row(z, row, around, out)
                }
                _ => (0..self.cols).for_each(|col| out[col] = self.code(z, row, col)),
            }
        });
        codes
    }

    /// The codes of a row from its own elevations and those of the rows beside it.
    fn inner_row(&self, z: &[f32], row: usize, around: &[f32], out: &mut [u8]) {
        const LANES: usize = 8;
        let cols = self.cols;
        if cols < 2 + LANES {
            return (0..cols).for_each(|col| out[col] = self.code(z, row, col));
        }
        let inner = cols - 2;
        let shifted = |(row_step, col_step): (isize, isize)| {
            let from = (cols + 1).wrapping_add_signed(row_step * cols as isize + col_step);
            &around[from..from + inner]
        };
        let here = shifted((0, 0)).as_chunks::<LANES>().0;
        let neighbours = Direction::ALL.map(|d| shifted(d.offset()).as_chunks::<LANES>().0);
        let chosen = out[1..=inner].as_chunks_mut::<LANES>().0;
        let vectors = here.len();
        for (block, (here, chosen)) in here.iter().zip(chosen).enumerate() {
            // The last neighbour that beats those before it is the steepest: of the numbers of all that beat,
            // the largest. Comparisons and maxima only, no branches, so that eight cells are processed at a time.
            let (mut steepest, mut choice) = ([0f32; LANES], [0f32; LANES]);
            for (k, (neighbour, &per_metre)) in neighbours.iter().zip(&self.per_metre).enumerate() {
                let there = &neighbour[block];
                for lane in 0..LANES {
                    let descent = (here[lane] - there[lane]) * per_metre;
                    let number = if descent > steepest[lane] { (k + 1) as f32 } else { 0.0 };
                    steepest[lane] = if descent > steepest[lane] { descent } else { steepest[lane] };
                    choice[lane] = if number > choice[lane] { number } else { choice[lane] };
                }
            }
            for lane in 0..LANES {
                chosen[lane] = (choice[lane] as i32 as u8).wrapping_sub(1);
            }
        }
        for col in [0].into_iter().chain(1 + vectors * LANES..cols) {
            out[col] = self.code(z, row, col);
        }
        // 255 so far says "no lower neighbour" as well as "no elevation".
        for (block, codes) in out[1..=inner].as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            if u64::from_ne_bytes(*codes) & 0x8080_8080_8080_8080 != 0 {
                for (lane, code) in codes.iter_mut().enumerate().filter(|(_, code)| **code == NODATA) {
                    *code = self.code(z, row, 1 + block * LANES + lane);
                }
            }
        }
    }

    /// The code of one cell of elevations `z`.
    pub fn code(&self, z: &[f32], row: usize, col: usize) -> u8 {
        let (rows, cols) = (self.rows, self.cols);
        let i = row * cols + col;
        let here = z[i];
        if !here.is_finite() {
            return NODATA;
        }
        let around: [f32; 8] = match row > 0 && row + 1 < rows && col > 0 && col + 1 < cols {
            true => self.step.map(|step| z[i.wrapping_add_signed(step)]),
            false => Direction::ALL.map(|d| neighbour_index(rows, cols, i, d).map_or(f32::NAN, |n| z[n])),
        };
        let (mut steepest, mut choice) = (0f32, OFF);
        for (k, (there, per_metre)) in (0u8..).zip(around.iter().zip(&self.per_metre)) {
            // NaN never compares greater; minus infinity is no elevation either.
            let descent = (here - there) * per_metre;
            let better = (descent > steepest) & (*there > f32::NEG_INFINITY);
            steepest = if better { descent } else { steepest };
            choice = if better { k } else { choice };
        }
        let inside = || around.iter().all(|z| z.is_finite());
        if choice == OFF && inside() { FLAT } else { choice }
    }
}
