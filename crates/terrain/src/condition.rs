//! The default conditioning: hybrid fill/breach (least cost), which never changes more than plain filling.

mod cut;

use headwaters_raster::Grid;

use crate::depressions::Depressions;
use crate::descent::{CODE, Descent, OFF};
use crate::flats::resolve_flats;
use crate::pointers::{fill_codes, for_each_marked};
use crate::{CellSize, Pointer};

use cut::{AGAIN, Work};

/// A conditioned DEM with the number of depressions breached and filled.
#[derive(Clone, Debug)]
pub struct Conditioned {
    /// Elevations without depressions. Flats remain; the pointers resolve them.
    pub dem: Grid<f32>,
    /// Depressions drained by a cut.
    pub breached: usize,
    /// Depressions raised to their spill level.
    pub filled: usize,
    /// Codes of the pointers after plain filling; [`FLAT`](crate::descent::FLAT) in depressions, [`AGAIN`] where the conditioned
    /// elevations may give another direction.
    codes: Vec<u8>,
}

impl Conditioned {
    /// D8 pointers: those of [`d8`](crate::d8()) on the conditioned elevations, except that ground which was not
    /// touched and lies in no depression keeps the direction it has beside filled depressions. A cut drains its
    /// depression; it does not draw in the slopes it passes, so that no divide moves. `raw` is the DEM that
    /// was conditioned.
    ///
    /// Only directions that still lead strictly down are kept, so that no loop can form.
    pub fn pointers(&self, raw: &Grid<f32>, cell: CellSize) -> Grid<Pointer> {
        self.clone().into_pointers(raw, cell)
    }

    /// [`Conditioned::pointers`] when the elevations are no longer needed: takes no further memory.
    pub fn into_pointers(self, raw: &Grid<f32>, cell: CellSize) -> Grid<Pointer> {
        let Self { dem, mut codes, .. } = self;
        let (rows, cols) = (dem.rows(), dem.cols());
        let descent = Descent::new(rows, cols, cell);
        let mut after = dem.into_vec();
        // Elsewhere the pointer leads strictly down, to ground that conditioning can only have lowered.
        for_each_marked(&mut codes, AGAIN | OFF, |codes, i| {
            let code = codes[i] & CODE;
            let keeps = descent.step.get(usize::from(code)).is_some_and(|&step| {
                after[i] == raw.as_slice()[i] && after[i.wrapping_add_signed(step)] < after[i]
            });
            codes[i] = if keeps { code } else { descent.code(&after, i / cols, i % cols) };
        });
        resolve_flats(&mut after, &mut codes, descent.step, 0);
        Pointer::grid(rows, cols, codes)
    }
}

/// Hybrid fill/breach (least cost): drains every depression by the cheaper of filling and breaching it.
///
/// Water leaves freely at the grid's edge and into cells without elevation, so nothing is ever cut or filled
/// there. A depression is a connected set of cells that plain filling raises to one spill level. Depressions
/// are taken from the lowest spill level up. For each, the cut is the least-cost path from its lowest cell to
/// the sill over which it would spill if filled, and on along the flow path below it, down to ground no higher
/// than that cell or to the edge. It runs over cells **no higher than the spill level**, so that no cell is
/// cut deeper than the depression is deep, and water leaves where it would leave after filling, so that no
/// divide moves. What the cut leaves undrained inside is filled. The cut is made only if it and that
/// remaining fill together move less than filling the depression would; otherwise the depression is filled.
///
/// Hence, on any DEM, neither the largest change of a cell nor the sum of all changes exceeds that of plain
/// filling. Choosing per depression: Soille 2004, "Optimal removal of spurious pits in grid
/// digital elevation models", Water Resources Research 40; Lindsay and Creed 2005, "Removal of artifact
/// depressions from digital elevation models: towards a minimum impact approach", Hydrological Processes 19.
/// The bound on the cut is specific to this method: the reference tools cut ridges of hundreds of metres where a fill of
/// centimetres would do.
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::{CellSize, condition, fill};
///
/// // A pit of one cell behind a sill of one cell, on a slope to the east.
/// let profile = [10.0, 6.0, 7.0, 5.5, 5.0];
/// let dem = Grid::from_fn(3, 5, |cell| if cell.row == 1 { profile[cell.col] } else { 12.0 });
/// let conditioned = condition(&dem, CellSize::square(10.0));
/// assert_eq!(conditioned.breached + conditioned.filled, 1);
/// assert_eq!(fill(&conditioned.dem), conditioned.dem, "no depression is left");
/// ```
pub fn condition(dem: &Grid<f32>, cell: CellSize) -> Conditioned {
    let (surface, mut codes) = fill_codes(dem, cell, AGAIN);
    let depressions = Depressions::new(dem, &surface, &mut codes);
    let mut work = Work::new(dem, surface, codes);
    let breached = depressions.iter().filter(|&(depression, cells)| work.drain(depression, cells)).count();
    let (surface, codes) = work.finish();
    Conditioned {
        dem: Grid::from_vec(dem.rows(), dem.cols(), surface).unwrap_or_else(|| Grid::filled(0, 0, 0.0)),
        breached,
        filled: depressions.list.len() - breached,
        codes,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::fill::tests::{any_dem, same};
    use crate::{downstream_index, fill};
    use proptest::prelude::*;

    fn change(a: &Grid<f32>, b: &Grid<f32>) -> (f64, f64) {
        let moved = a.as_slice().iter().zip(b.as_slice()).filter(|(x, _)| x.is_finite());
        moved
            .map(|(&x, &y)| (f64::from(x) - f64::from(y)).abs())
            .fold((0.0, 0.0), |(max, sum), d| (d.max(max), sum + d))
    }

    /// Checks the guarantees of the method: every cell drains, downhill or level, and neither the largest change
    /// nor the sum of all changes exceeds that of plain filling.
    pub(crate) fn check_guarantees(dem: &Grid<f32>, size: CellSize) -> Result<(), TestCaseError> {
        let conditioned = condition(dem, size);
        prop_assert!(same(&fill(&conditioned.dem), &conditioned.dem), "a depression is left");
        let (max, sum) = change(dem, &conditioned.dem);
        let (fill_max, fill_sum) = change(dem, &fill(dem));
        let pointers = conditioned.pointers(dem, size);
        let accumulated = crate::accumulate(&pointers).unwrap();
        let mut left = 0;
        for i in (0..dem.len()).filter(|&i| dem.as_slice()[i].is_finite()) {
            match downstream_index(&pointers, i) {
                Some(n) => prop_assert!(conditioned.dem.as_slice()[n] <= conditioned.dem.as_slice()[i]),
                None => {
                    prop_assert!(crate::fill::tests::is_open(dem, i), "inner sink");
                    left += accumulated.as_slice()[i] as usize;
                }
            }
        }
        prop_assert_eq!(left, dem.as_slice().iter().filter(|z| z.is_finite()).count());
        prop_assert!(max <= fill_max && sum <= fill_sum + 1e-6, "{max} {sum} against {fill_max} {fill_sum}");
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        /// Everything drains, and nothing is changed more than by plain filling.
        #[test]
        fn conditioning_drains_and_never_moves_more_than_filling(dem in any_dem()) {
            check_guarantees(&dem, CellSize::square(10.0))?;
        }
    }

    /// A road embankment of one cell is cut instead of filling the valley behind it.
    #[test]
    fn an_embankment_is_cut() {
        let dem = Grid::from_fn(5, 30, |c| {
            let bank = if c.row == 2 && c.col > 0 { 0.0 } else { 10.0 };
            let wall = if c.col == 20 { 6.0 } else { 0.0 };
            100.0 - c.col as f32 * 0.1 + f32::max(bank, wall)
        });
        let conditioned = condition(&dem, CellSize::square(10.0));
        assert_eq!((conditioned.breached, conditioned.filled), (1, 0));
        let (max, sum) = change(&dem, &conditioned.dem);
        assert!(max < 6.1 && sum < 6.1, "{max} {sum}");
    }

    /// A shallow pit behind a broad ridge is filled; the reference cuts through the ridge.
    #[test]
    fn a_ridge_is_not_cut_for_a_shallow_pit() {
        let dem = Grid::from_fn(21, 21, |c| {
            let from_edge = c.row.min(c.col).min(20 - c.row).min(20 - c.col) as f32;
            match from_edge as i32 {
                0..=7 => from_edge * 50.0,
                8 => 399.7,
                _ => 399.5,
            }
        });
        let dem = Grid::from_fn(21, 21, |c| if (c.row, c.col) == (10, 10) { 349.4 } else { dem[c] });
        let conditioned = condition(&dem, CellSize::square(10.0));
        let (max, _) = change(&dem, &conditioned.dem);
        let (fill_max, _) = change(&dem, &fill(&dem));
        assert!(max <= fill_max, "{max} against {fill_max}");
    }
}
