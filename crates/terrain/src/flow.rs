//! Topological order and basins along the pointers.
//!
//! All functions work on row-major indices of one `Grid<Pointer>`. A pointer ends a flow path when it is
//! [`Pointer::OFF`], leaves the grid, or points at a cell without elevation.

use headwaters_raster::{Cell, Grid};

use crate::Pointer;
use crate::error::{FlowError, MAX_CELLS};
use crate::inflows::Inflows;
use crate::steps::downstream_index;

/// Indices of all cells with elevation, every cell before the cell it drains to. Iterate backwards to go
/// upstream. Four bytes per cell.
///
/// Counts inflows and takes a cell when none is left (Kahn 1962, "Topological sorting of large networks",
/// Communications of the ACM 5).
///
/// # Errors
/// As [`accumulate`](crate::accumulate()).
pub fn topological_order(pointers: &Grid<Pointer>) -> Result<Vec<u32>, FlowError> {
    order_within(pointers, |_| true)
}

/// [`topological_order`] of the cells for which `within` holds. Once a path has entered them it may leave,
/// but only cells connected through them are ordered against each other.
pub(crate) fn order_within(
    pointers: &Grid<Pointer>,
    within: impl Fn(usize) -> bool,
) -> Result<Vec<u32>, FlowError> {
    const DONE: u8 = u8::MAX;
    if pointers.len() > MAX_CELLS {
        return Err(FlowError::TooLarge { cells: pointers.len() });
    }
    let wanted = |i: usize| pointers.as_slice()[i] != Pointer::NODATA && within(i);
    let next_within = |i: usize| downstream_index(pointers, i).filter(|&next| wanted(next));
    let mut inflows = vec![DONE; pointers.len()];
    let mut count = 0;
    for i in (0..pointers.len()).filter(|&i| wanted(i)) {
        inflows[i] = 0;
        count += 1;
    }
    for i in (0..pointers.len()).filter(|&i| wanted(i)) {
        if let Some(next) = next_within(i) {
            inflows[next] += 1;
        }
    }
    let mut order = Vec::with_capacity(count);
    for start in 0..pointers.len() {
        let mut i = start;
        while inflows[i] == 0 {
            inflows[i] = DONE;
            order.push(i as u32);
            let Some(next) = next_within(i) else { break };
            inflows[next] -= 1;
            i = next;
        }
    }
    if order.len() < count {
        let stuck = inflows.iter().position(|&n| n != DONE).unwrap_or(0);
        return Err(FlowError::Cycle { row: stuck / pointers.cols(), col: stuck % pointers.cols() });
    }
    Ok(order)
}

/// Indices of the cells that drain through `outlet`, the outlet first, every cell after the one it drains
/// to. Takes time and memory proportional to the basin, which is that of [`basin`].
pub fn basin_indices(pointers: &Grid<Pointer>, outlet: Cell) -> Vec<u32> {
    let start = pointers.index(outlet);
    if pointers.as_slice()[start] == Pointer::NODATA {
        return Vec::new();
    }
    let inflows = Inflows::new(pointers);
    let mut found = vec![start as u32];
    let mut next = 0;
    // A loop in imported pointers would run for ever: a basin has at most as many cells as the grid.
    while next < found.len() && found.len() <= pointers.len() {
        inflows.for_each(found[next] as usize, |above| {
            if above != start {
                found.push(above as u32);
            }
        });
        next += 1;
    }
    found
}

/// The cells that drain through `outlet`, itself included (Jenson and Domingue 1988, "Extracting topographic
/// structure from digital elevation data for geographic information system analysis", Photogrammetric Engineering
/// and Remote Sensing 54).
///
/// ```
/// use headwaters_raster::{Cell, Grid};
/// use headwaters_terrain::{Direction, Pointer, basin};
///
/// let (east, west) = (Pointer::to(Direction::East), Pointer::to(Direction::West));
/// let pointers = Grid::from_vec(1, 4, vec![east, Pointer::OFF, west, west]).expect("four values");
/// assert_eq!(basin(&pointers, Cell { row: 0, col: 2 }).as_slice(), [false, false, true, true]);
/// ```
pub fn basin(pointers: &Grid<Pointer>, outlet: Cell) -> Grid<bool> {
    let mut inside = Grid::filled(pointers.rows(), pointers.cols(), false);
    let start = pointers.index(outlet);
    let inflows = Inflows::new(pointers);
    if inflows.has_elevation(start) {
        let cells = inside.as_mut_slice();
        cells[start] = true;
        inflows.climb(start, &mut Vec::new(), |i| !std::mem::replace(&mut cells[i], true));
    }
    inside
}

/// For every cell the 1-based number of the first of `outlets` its flow path meets (the cell itself
/// counts), 0 when it meets none. Basins of nested outlets thus partition the outer one: labels are propagated up
/// the pointers, as in Jenson and Domingue 1988 (see [`basin`]).
///
/// # Errors
/// As [`accumulate`](crate::accumulate()).
pub fn basin_labels(pointers: &Grid<Pointer>, outlets: &[Cell]) -> Result<Grid<u32>, FlowError> {
    let order = topological_order(pointers)?;
    let mut labels = Grid::filled(pointers.rows(), pointers.cols(), 0u32);
    for (number, &outlet) in outlets.iter().enumerate() {
        labels[outlet] = number as u32 + 1;
    }
    for &i in order.iter().rev() {
        let i = i as usize;
        if labels.as_slice()[i] == 0
            && let Some(next) = downstream_index(pointers, i)
        {
            labels.as_mut_slice()[i] = labels.as_slice()[next];
        }
    }
    Ok(labels)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Direction;
    use crate::accumulation::{accumulate, accumulate_mask};
    use crate::steps::neighbour_index;
    use proptest::prelude::*;

    /// Any forest: each cell may only point at a neighbour of strictly smaller random rank.
    pub fn any_pointers() -> impl Strategy<Value = Grid<Pointer>> {
        (1usize..12, 1usize..12).prop_flat_map(|(rows, cols)| {
            proptest::collection::vec((any::<u16>(), 0usize..10), rows * cols).prop_map(move |cells| {
                let rank = |i: usize| (cells[i].0, i);
                Grid::from_fn(rows, cols, |cell| {
                    let i = cell.row * cols + cell.col;
                    let choice = cells[i].1;
                    if choice == 9 {
                        return Pointer::NODATA;
                    }
                    Direction::ALL
                        .iter()
                        .cycle()
                        .skip(choice)
                        .take(8)
                        .find(|&&d| neighbour_index(rows, cols, i, d).is_some_and(|n| rank(n) < rank(i)))
                        .map_or(Pointer::OFF, |&d| Pointer::to(d))
                })
            })
        })
    }

    fn path(pointers: &Grid<Pointer>, start: usize) -> Vec<usize> {
        std::iter::successors(Some(start), |&i| downstream_index(pointers, i)).collect()
    }

    proptest! {
        /// Accumulation, order, basin and labels against the definition: walk every cell down.
        #[test]
        fn results_equal_their_definitions(pointers in any_pointers(), pick in any::<prop::sample::Index>()) {
            let n = pointers.len();
            let valid = |i: usize| pointers.as_slice()[i] != Pointer::NODATA;
            let mut expected = vec![0u32; n];
            let mut expected_mask = vec![0u32; n];
            let mask = Grid::from_fn(pointers.rows(), pointers.cols(), |c| (c.row + 2 * c.col) % 3 == 0);
            for i in (0..n).filter(|&i| valid(i)) {
                for j in path(&pointers, i) {
                    expected[j] += 1;
                    expected_mask[j] += u32::from(mask.as_slice()[i]);
                }
            }
            let accumulated = accumulate(&pointers).unwrap();
            prop_assert_eq!(accumulated.as_slice(), &expected[..]);
            let masked = accumulate_mask(&pointers, &mask).unwrap();
            prop_assert_eq!(masked.as_slice(), &expected_mask[..]);

            let order = topological_order(&pointers).unwrap();
            let mut place = vec![usize::MAX; n];
            order.iter().enumerate().for_each(|(k, &i)| place[i as usize] = k);
            prop_assert_eq!(order.len(), (0..n).filter(|&i| valid(i)).count());
            for &i in &order {
                if let Some(next) = downstream_index(&pointers, i as usize) {
                    prop_assert!(place[i as usize] < place[next]);
                }
            }

            let outlet = pick.index(n);
            let upstream = basin(&pointers, pointers.cell(outlet));
            for i in 0..n {
                prop_assert_eq!(upstream.as_slice()[i], valid(i) && path(&pointers, i).contains(&outlet));
            }
            let ends: Vec<Cell> = (0..n)
                .filter(|&i| valid(i) && downstream_index(&pointers, i).is_none())
                .map(|i| pointers.cell(i))
                .collect();
            let labels = basin_labels(&pointers, &ends).unwrap();
            for i in 0..n {
                prop_assert_eq!(labels.as_slice()[i] != 0, valid(i), "basins must partition the map");
            }
        }
    }

    /// An imported D8 raster may loop; a run must end with a message, not hang.
    #[test]
    fn a_loop_is_reported() {
        use Direction::{East, West};
        let pointers =
            Grid::from_vec(1, 3, vec![Pointer::to(East), Pointer::to(West), Pointer::to(West)]).unwrap();
        assert!(matches!(accumulate(&pointers), Err(FlowError::Cycle { row: 0, .. })));
        assert!(matches!(topological_order(&pointers), Err(FlowError::Cycle { .. })));
        assert_eq!(basin_indices(&pointers, Cell { row: 0, col: 0 }).len(), 3);
    }

    /// Pointers that leave the grid or enter nodata end there.
    #[test]
    fn paths_end_at_the_edge_and_at_nodata() {
        use Direction::East;
        let pointers = Grid::from_vec(
            1,
            4,
            vec![Pointer::to(East), Pointer::NODATA, Pointer::to(East), Pointer::to(East)],
        )
        .unwrap();
        assert_eq!(accumulate(&pointers).unwrap().as_slice(), [1, 0, 1, 2]);
    }
}
