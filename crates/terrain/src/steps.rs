//! Single steps along the pointers, downstream and upstream.
//!
//! All functions work on row-major indices of one `Grid<Pointer>`. A pointer ends a flow path when it is
//! [`Pointer::OFF`], leaves the grid, or points at a cell without elevation.

use headwaters_raster::{Cell, Grid};

use crate::{Direction, Pointer};

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
