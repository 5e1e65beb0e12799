//! Depression filling by priority flood.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use headwaters_raster::Grid;

use crate::CellSize;
use crate::descent::Descent;
use crate::flood::{Flood, index_of, key};
use crate::pools::fill_pits;

/// Raises every depression to its spill level; edge and nodata neighbours are open. The result has flats
/// and no depression.
///
/// Each cell ends at the lowest possible maximum on a way out, as after a priority flood (Barnes, Lehman and
/// Mulla 2014, "Priority-flood", Computers & Geosciences 62), but only depressions and their rims are touched:
/// water is poured on every pit until it spills into water that leaves the map.
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::fill;
///
/// let dem = Grid::from_vec(3, 3, vec![5.0, 5.0, 5.0, 5.0, 1.0, 4.0, 5.0, 5.0, 5.0]).expect("nine values");
/// assert_eq!(fill(&dem).as_slice()[4], 4.0, "the pit rises to its spill level");
/// ```
pub fn fill(dem: &Grid<f32>) -> Grid<f32> {
    let descent = Descent::new(dem.rows(), dem.cols(), CellSize::square(1.0));
    let mut codes = descent.codes(dem);
    let level = fill_pits(dem, &descent, &mut codes);
    Grid::from_vec(dem.rows(), dem.cols(), level).unwrap_or_else(|| Grid::filled(0, 0, 0.0))
}

/// Raises every depression so that each cell ends strictly above the one it drains to, by the smallest
/// step a 32-bit elevation can make (6e-5 m at 1000 m). No flats remain; on wide flats the rise adds up,
/// which is why the default conditioner resolves flats without touching elevations.
///
/// Barnes, Lehman and Mulla 2014, "Priority-flood: an optimal depression-filling and watershed-labeling
/// algorithm for digital elevation models", Computers & Geosciences 62, algorithm 3.
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::fill_epsilon;
///
/// let dem = Grid::from_vec(3, 3, vec![5.0, 5.0, 5.0, 5.0, 1.0, 4.0, 5.0, 5.0, 5.0]).expect("nine values");
/// assert_eq!(fill_epsilon(&dem).as_slice()[4], 4.0_f32.next_up());
/// ```
pub fn fill_epsilon(dem: &Grid<f32>) -> Grid<f32> {
    let mut flood = Flood::new(dem);
    let mut heap: BinaryHeap<Reverse<u64>> = BinaryHeap::new();
    for i in flood.open_cells() {
        flood.settled[i as usize] = true;
        heap.push(key(flood.level[i as usize], i));
    }
    while let Some(top) = heap.pop() {
        let i = index_of(top);
        let lowest = flood.level[i].next_up();
        for k in 0..8 {
            let n = flood.neighbour(i, k);
            if !flood.settled[n] {
                flood.settled[n] = true;
                flood.level[n] = flood.level[n].max(lowest);
                heap.push(key(flood.level[n], n as u32));
            }
        }
    }
    flood.into_grid()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Direction;
    use crate::steps::neighbour_index;
    use proptest::prelude::*;
    use std::ops::Range;

    /// Elevations with ties, deep pits and holes without elevation.
    pub fn any_dem() -> impl Strategy<Value = Grid<f32>> {
        any_dem_of(1..14)
    }

    /// [`any_dem`] with so many rows and so many columns.
    pub fn any_dem_of(sides: Range<usize>) -> impl Strategy<Value = Grid<f32>> {
        (sides.clone(), sides, 2i32..60).prop_flat_map(|(rows, cols, relief)| {
            let cell = prop_oneof![
                12 => (-5..relief).prop_map(|z| z as f32 * 0.5),
                1 => Just(f32::NAN),
            ];
            proptest::collection::vec(cell, rows * cols)
                .prop_map(move |z| Grid::from_vec(rows, cols, z).unwrap())
        })
    }

    pub fn is_open(dem: &Grid<f32>, i: usize) -> bool {
        Direction::ALL.iter().any(|&d| {
            neighbour_index(dem.rows(), dem.cols(), i, d).is_none_or(|n| !dem.as_slice()[n].is_finite())
        })
    }

    /// The definition by repeated relaxation: each level is the lowest possible maximum on a way out.
    pub fn fill_by_definition(dem: &Grid<f32>) -> Grid<f32> {
        let z = dem.as_slice();
        let mut w: Vec<f32> = (0..z.len())
            .map(|i| if z[i].is_finite() && !is_open(dem, i) { f32::INFINITY } else { z[i] })
            .collect();
        loop {
            let mut changed = false;
            for i in (0..z.len()).filter(|&i| z[i].is_finite()) {
                for d in Direction::ALL {
                    let Some(n) = neighbour_index(dem.rows(), dem.cols(), i, d) else { continue };
                    if z[n].is_finite() && w[n].max(z[i]) < w[i] {
                        w[i] = w[n].max(z[i]);
                        changed = true;
                    }
                }
            }
            if !changed {
                return Grid::from_vec(dem.rows(), dem.cols(), w).unwrap();
            }
        }
    }

    pub fn same(a: &Grid<f32>, b: &Grid<f32>) -> bool {
        let equal = |(x, y): (&f32, &f32)| x == y || (x.is_nan() && y.is_nan());
        a.rows() == b.rows() && a.as_slice().iter().zip(b.as_slice()).all(equal)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// A wrong level moves lakes and with them every divide beside them.
        #[test]
        fn filling_equals_its_definition(dem in any_dem()) {
            let expected = fill_by_definition(&dem);
            prop_assert!(same(&fill(&dem), &expected), "{:?} became {:?}", dem, fill(&dem));
            let rotated = |g: &Grid<f32>| Grid::from_fn(g.cols(), g.rows(), |c| {
                g[headwaters_raster::Cell { row: g.rows() - 1 - c.col, col: c.row }]
            });
            prop_assert!(same(&fill(&rotated(&dem)), &rotated(&expected)));
        }

        /// With epsilon every inner cell has a strictly lower neighbour and none lies below the plain fill.
        #[test]
        fn epsilon_filling_leaves_no_flat(dem in any_dem()) {
            let (filled, plain) = (fill_epsilon(&dem), fill(&dem));
            for i in (0..dem.len()).filter(|&i| dem.as_slice()[i].is_finite()) {
                prop_assert!(filled.as_slice()[i] >= plain.as_slice()[i]);
                let lower = Direction::ALL.iter().any(|&d| {
                    neighbour_index(dem.rows(), dem.cols(), i, d)
                        .is_some_and(|n| filled.as_slice()[n] < filled.as_slice()[i])
                });
                prop_assert!(lower || is_open(&dem, i));
            }
        }
    }
}
