//! D8 pointers by steepest descent.

use headwaters_raster::Grid;

use crate::descent::{Descent, FLAT, NODATA};
use crate::flats::resolve_flats;
use crate::pools::{RAISED, fill_pits};
use crate::{CellSize, Direction, Pointer};

/// D8 pointers of a conditioned DEM (O'Callaghan and Mark 1984, "The extraction of drainage networks from digital
/// elevation data", Computer Vision, Graphics, and Image Processing 28; Jenson and Domingue 1988, "Extracting
/// topographic structure from digital elevation data for geographic information system analysis",
/// Photogrammetric Engineering and Remote Sensing 54).
///
/// - A cell drains to the neighbour of steepest descent, with true step lengths; ties go to the first in the
///   order of [`Direction::ALL`], as in WhiteboxTools.
/// - A cell without a lower neighbour at the grid's edge or beside a cell without elevation drains
///   [off](Pointer::OFF) the map.
/// - Any other such cell lies in a flat and drains towards the flat's outlets and away from the higher ground
///   around it (Garbrecht and Martz 1997, "The assignment of drainage direction over flat surfaces in raster
///   digital elevation models", Journal of Hydrology 193; Barnes, Lehman and Mulla 2014, "An efficient
///   assignment of drainage direction over flat surfaces in raster digital elevation models", Computers &
///   Geosciences 62). In a depression that was left in, it becomes [`Pointer::OFF`]: an inner sink.
///
/// Rows are computed in parallel; the result does not depend on the number of threads.
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::{CellSize, Direction, d8};
///
/// let slope_to_the_east = Grid::from_fn(3, 3, |cell| 10.0 - cell.col as f32);
/// let pointers = d8(&slope_to_the_east, CellSize::square(10.0));
/// assert_eq!(pointers.as_slice()[4].direction(), Some(Direction::East));
/// ```
pub fn d8(conditioned: &Grid<f32>, cell: CellSize) -> Grid<Pointer> {
    let descent = Descent::new(conditioned.rows(), conditioned.cols(), cell);
    let mut codes = descent.codes(conditioned);
    if codes.contains(&FLAT) {
        resolve_flats(&mut conditioned.as_slice().to_vec(), &mut codes, descent.step, 0);
    }
    Pointer::grid(conditioned.rows(), conditioned.cols(), codes)
}

/// [`fill`](crate::fill()) and the [`d8`] pointers of its result in one pass, which takes less time and memory
/// than one after the other: only raised cells need new pointers.
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::{CellSize, d8, fill, fill_d8};
///
/// let dem = Grid::from_vec(3, 3, vec![5.0, 5.0, 5.0, 5.0, 1.0, 4.0, 5.0, 5.0, 5.0]).expect("nine values");
/// let cell = CellSize::square(10.0);
/// let (filled, pointers) = fill_d8(&dem, cell);
/// assert_eq!(filled, fill(&dem));
/// assert_eq!(pointers, d8(&filled, cell));
/// ```
pub fn fill_d8(dem: &Grid<f32>, cell: CellSize) -> (Grid<f32>, Grid<Pointer>) {
    let (level, codes) = fill_codes(dem, cell, 0);
    let levels = Grid::from_vec(dem.rows(), dem.cols(), level).unwrap_or_else(|| Grid::filled(0, 0, 0.0));
    (levels, Pointer::grid(dem.rows(), dem.cols(), codes))
}

/// [`fill_d8`] as bare levels and codes; `mark` is set on the codes of flat cells.
pub(crate) fn fill_codes(dem: &Grid<f32>, cell: CellSize, mark: u8) -> (Vec<f32>, Vec<u8>) {
    let descent = Descent::new(dem.rows(), dem.cols(), cell);
    let mut codes = descent.codes(dem);
    let mut level = fill_pits(dem, &descent, &mut codes);
    redirect(&level, &mut codes, &descent);
    resolve_flats(&mut level, &mut codes, descent.step, mark);
    (level, codes)
}

/// Gives new codes to the cells that were raised and to those that drained into one.
fn redirect(level: &[f32], codes: &mut [u8], descent: &Descent) {
    let cols = descent.cols();
    for_each_marked(codes, RAISED, |codes, i| {
        let (row, col) = (i / cols, i % cols);
        codes[i] = descent.code(level, row, col);
        for direction in Direction::ALL {
            // A raised cell is never at the edge: all its neighbours exist.
            let (row_step, col_step) = direction.offset();
            let n = i.wrapping_add_signed(descent.step[direction as usize]);
            if codes[n] == direction.opposite() as u8 {
                codes[n] =
                    descent.code(level, row.wrapping_add_signed(row_step), col.wrapping_add_signed(col_step));
            }
        }
    });
}

/// Calls `visit` with the index of every cell with elevation whose code has one of `marks`, in order.
pub(crate) fn for_each_marked(codes: &mut [u8], marks: u8, mut visit: impl FnMut(&mut [u8], usize)) {
    const WORD: usize = 8;
    let wanted = u64::from_ne_bytes([marks; WORD]);
    for from in (0..codes.len()).step_by(WORD) {
        let to = (from + WORD).min(codes.len());
        if let Some(&word) = codes[from..].first_chunk::<WORD>()
            && u64::from_ne_bytes(word) & wanted == 0
        {
            continue;
        }
        for i in from..to {
            if codes[i] & marks != 0 && codes[i] != NODATA {
                visit(codes, i);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fill::tests::{any_dem, is_open};
    use crate::steps::neighbour_index;
    use crate::{accumulate, downstream_index, fill};
    use proptest::prelude::*;

    fn finite_neighbours(dem: &Grid<f32>, i: usize) -> impl Iterator<Item = (Direction, usize)> + '_ {
        let there = move |d| neighbour_index(dem.rows(), dem.cols(), i, d).map(|n| (d, n));
        Direction::ALL.into_iter().filter_map(there).filter(|&(_, n)| dem.as_slice()[n].is_finite())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        /// A cell that does not reach the edge loses its whole upstream area from every basin.
        #[test]
        fn after_filling_every_cell_drains_off_the_map(dem in any_dem(), width in 1.0f64..40.0) {
            let filled = fill(&dem);
            let cell = CellSize { width_m: width, height_m: 10.0 };
            let pointers = d8(&filled, cell);
            let accumulated = accumulate(&pointers).unwrap();
            let z = filled.as_slice();
            let mut left_by = 0;
            for i in 0..dem.len() {
                prop_assert_eq!(z[i].is_finite(), pointers.as_slice()[i] != Pointer::NODATA);
                match downstream_index(&pointers, i) {
                    Some(n) => {
                        prop_assert!(z[n] <= z[i]);
                        let direction = pointers.as_slice()[i].direction().unwrap();
                        let descent = |d: Direction, n: usize| f64::from(z[i] - z[n]) / cell.step_m(d);
                        for (d, m) in finite_neighbours(&filled, i) {
                            prop_assert!(descent(d, m) <= descent(direction, n) + 1e-6, "not the steepest");
                        }
                    }
                    None if z[i].is_finite() => {
                        prop_assert!(is_open(&dem, i), "inner sink at {i}");
                        left_by += accumulated.as_slice()[i];
                    }
                    None => {}
                }
            }
            prop_assert_eq!(left_by as usize, dem.as_slice().iter().filter(|z| z.is_finite()).count());
        }
    }

    /// The channel across a flat must run along its middle, not along a wall: the example of
    /// Garbrecht and Martz, a 5 x 5 plateau with one outlet in the south.
    #[test]
    fn flow_over_a_flat_runs_along_its_middle() {
        let dem = Grid::from_fn(7, 7, |c| match (c.row, c.col) {
            (6, 3) => 0.0,
            (1..=5, 1..=5) => 1.0,
            _ => 2.0,
        });
        let pointers = d8(&dem, CellSize::square(10.0));
        let accumulated = accumulate(&pointers).unwrap();
        let middle: Vec<u32> = (2..=5).map(|row| accumulated.as_slice()[row * 7 + 3]).collect();
        assert!(middle.is_sorted() && middle[3] >= 25, "{middle:?} of {accumulated:?}");
    }
}
