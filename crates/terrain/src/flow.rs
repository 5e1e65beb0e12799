//! Everything that follows the pointers: steps, topological order, basins.
//!
//! All functions work on row-major indices of one `Grid<Pointer>`. A pointer ends a flow path when it is
//! [`Pointer::OFF`], leaves the grid, or points at a cell without elevation.

use headwaters_raster::{Cell, Grid};

use crate::accumulation::MAX_CELLS;
use crate::inflows::Inflows;
use crate::{Direction, Pointer};

/// Why flow cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// More than [`MAX_CELLS`] cells.
    #[error(
        "the grid has {cells} cells, more than the {MAX_CELLS} that can be processed: use coarser cells or a smaller extent"
    )]
    TooLarge {
        /// Cells of the grid.
        cells: usize,
    },
    /// The pointers form a loop. Cannot happen with pointers made here; imported rasters may contain one.
    #[error("the flow pointers run in a circle through row {row}, column {col}: repair the D8 raster")]
    Cycle {
        /// Row of a cell on or above the loop.
        row: usize,
        /// Column of that cell.
        col: usize,
    },
    /// Two grids that belong together differ in size.
    #[error("the {what} grid has {rows} x {cols} cells, the flow pointers {expected_rows} x {expected_cols}")]
    Shape {
        /// What the other grid holds.
        what: &'static str,
        /// Its rows.
        rows: usize,
        /// Its columns.
        cols: usize,
        /// Rows of the pointers.
        expected_rows: usize,
        /// Columns of the pointers.
        expected_cols: usize,
    },
}

/// Fails unless `grid` has the shape of `pointers`.
pub(crate) fn same_shape<T, U>(
    pointers: &Grid<U>,
    grid: &Grid<T>,
    what: &'static str,
) -> Result<(), FlowError> {
    if (grid.rows(), grid.cols()) == (pointers.rows(), pointers.cols()) {
        return Ok(());
    }
    Err(FlowError::Shape {
        what,
        rows: grid.rows(),
        cols: grid.cols(),
        expected_rows: pointers.rows(),
        expected_cols: pointers.cols(),
    })
}

/// Row and column of `index`.
fn row_col(cols: usize, index: usize) -> (usize, usize) {
    // Division of 32-bit numbers takes a fraction of the time.
    match (u32::try_from(index), u32::try_from(cols)) {
        (Ok(index), Ok(cols)) => ((index / cols) as usize, (index % cols) as usize),
        _ => (index / cols, index % cols),
    }
}

/// Index of the neighbour of `index` in `direction`, or `None` outside the grid.
pub fn neighbour_index(rows: usize, cols: usize, index: usize, direction: Direction) -> Option<usize> {
    let (row_step, col_step) = direction.offset();
    let (row, col) = row_col(cols, index);
    let row = row.checked_add_signed(row_step).filter(|&r| r < rows)?;
    let col = col.checked_add_signed(col_step).filter(|&c| c < cols)?;
    Some(row * cols + col)
}

/// Index of the cell that `index` drains to, or `None` where the flow path ends.
pub fn downstream_index(pointers: &Grid<Pointer>, index: usize) -> Option<usize> {
    let direction = pointers.as_slice()[index].direction()?;
    let next = neighbour_index(pointers.rows(), pointers.cols(), index, direction)?;
    (pointers.as_slice()[next] != Pointer::NODATA).then_some(next)
}

/// The cell that `cell` drains to, or `None` where the flow path ends.
pub fn downstream(pointers: &Grid<Pointer>, cell: Cell) -> Option<Cell> {
    downstream_index(pointers, pointers.index(cell)).map(|i| pointers.cell(i))
}

/// Indices of the neighbours that drain into `index`, in the order of [`Direction::ALL`].
pub fn upstream_indices(pointers: &Grid<Pointer>, index: usize) -> impl Iterator<Item = usize> + '_ {
    let (rows, cols) = (pointers.rows(), pointers.cols());
    let (row, col) = row_col(cols, index);
    let codes = pointers.as_slice();
    let receives = codes[index] != Pointer::NODATA;
    let inner = row > 0 && row + 1 < rows && col > 0 && col + 1 < cols;
    Direction::ALL.into_iter().filter(move |_| receives).filter_map(move |direction| {
        let (row_step, col_step) = direction.offset();
        let exists = |at: usize, step: isize, count| at.checked_add_signed(step).is_some_and(|at| at < count);
        if !(inner || exists(row, row_step, rows) && exists(col, col_step, cols)) {
            return None;
        }
        let next = index.wrapping_add_signed(row_step * cols as isize + col_step);
        (codes[next] == Pointer::to(direction.opposite())).then_some(next)
    })
}

/// Index changes of one step in each direction of [`Direction::ALL`].
pub(crate) fn steps(cols: usize) -> [isize; 8] {
    Direction::ALL.map(|d| {
        let (row, col) = d.offset();
        row * cols as isize + col
    })
}

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
/// counts), 0 when it meets none. Basins of nested outlets thus partition the outer one: labels handed up the
/// pointers, as in Jenson and Domingue 1988 (see [`basin`]).
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
    use crate::accumulation::{accumulate, accumulate_mask};
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
        fn all_agree_with_walking_every_cell(pointers in any_pointers(), pick in any::<prop::sample::Index>()) {
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

    /// A D8 raster from elsewhere may loop; a run must end with a message, not hang.
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
