//! Upstream neighbours of many cells of one grid.

use headwaters_raster::Grid;

use crate::steps::{neighbour_index, steps, upstream_indices};
use crate::{Direction, Pointer};

/// [`upstream_indices`] for many cells, without computing rows and columns, which only pointers that leave the grid make
/// necessary.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inflows<'a> {
    pointers: &'a Grid<Pointer>,
    /// Index change to each neighbour, and the pointer by which it drains back.
    neighbours: [(isize, Pointer); 8],
    leave_grid: bool,
}

impl<'a> Inflows<'a> {
    /// Checks the edges of the grid for pointers that leave it.
    pub(crate) fn new(pointers: &'a Grid<Pointer>) -> Self {
        let step = steps(pointers.cols());
        let neighbours = Direction::ALL.map(|d| (step[d as usize], Pointer::to(d.opposite())));
        Self { pointers, neighbours, leave_grid: leave_grid(pointers) }
    }

    /// Returns true if a cell has an elevation; others have no inflows.
    pub(crate) fn has_elevation(&self, index: usize) -> bool {
        self.pointers.as_slice()[index] != Pointer::NODATA
    }

    /// Calls `visit` with the indices of the neighbours that drain into `index`, in the order of [`Direction::ALL`].
    pub(crate) fn for_each(&self, index: usize, mut visit: impl FnMut(usize)) {
        let codes = self.pointers.as_slice();
        if self.leave_grid {
            upstream_indices(self.pointers, index).for_each(visit);
        } else if self.has_elevation(index) {
            for (step, towards) in self.neighbours {
                let next = index.wrapping_add_signed(step);
                if codes.get(next) == Some(&towards) {
                    visit(next);
                }
            }
        }
    }

    /// Climbs from `start` to every cell that drains through it, as long as `enter` accepts the cell. `waiting` is
    /// working memory. A loop in imported pointers ends after as many cells as the grid has.
    pub(crate) fn climb(&self, start: usize, waiting: &mut Vec<u32>, mut enter: impl FnMut(usize) -> bool) {
        waiting.clear();
        waiting.push(start as u32);
        let mut seen = 0;
        while let Some(i) = waiting.pop()
            && seen < self.pointers.len()
        {
            seen += 1;
            self.for_each(i as usize, |above| {
                if enter(above) {
                    waiting.push(above as u32);
                }
            });
        }
    }
}

/// Returns true if a pointer leads out of the grid.
pub(crate) fn leave_grid(pointers: &Grid<Pointer>) -> bool {
    let (rows, cols) = (pointers.rows(), pointers.cols());
    let leaves = |i: usize| {
        let direction = pointers.as_slice()[i].direction();
        direction.is_some_and(|d| neighbour_index(rows, cols, i, d).is_none())
    };
    let sides = (0..rows).flat_map(|row| [row * cols, (row + 1) * cols - 1]);
    let ends = (0..cols).flat_map(|col| [col, (rows - 1) * cols + col]);
    !pointers.is_empty() && sides.chain(ends).any(leaves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A basin must not go on at the other end of the row above, whatever an imported D8 raster holds.
        #[test]
        fn neighbours_that_drain_in_are_those_of_rows_and_columns(
            cols in 1usize..6,
            codes in proptest::collection::vec(0usize..10, 1..40),
        ) {
            let rows = codes.len().div_ceil(cols);
            let code = |i: usize| codes.get(i).copied().unwrap_or(8);
            let inner_only = codes[0] % 2 == 0;
            let pointers = Grid::from_fn(rows, cols, |cell| {
                let i = cell.row * cols + cell.col;
                match Direction::ALL.get(code(i)) {
                    Some(&d) if !inner_only || neighbour_index(rows, cols, i, d).is_some() => Pointer::to(d),
                    None if code(i) == 9 => Pointer::NODATA,
                    _ => Pointer::OFF,
                }
            });
            let inflows = Inflows::new(&pointers);
            for i in 0..pointers.len() {
                let mut found = Vec::new();
                inflows.for_each(i, |above| found.push(above));
                prop_assert_eq!(found, upstream_indices(&pointers, i).collect::<Vec<_>>());
            }
        }
    }
}
