//! Errors of flow analysis.

use headwaters_raster::Grid;

/// Largest grid that can be accumulated, in cells: four bits of each 32-bit count carry the number of
/// inflows still awaited, which is what keeps the chain within 14 bytes per cell.
pub const MAX_CELLS: usize = (1 << 28) - 1;

/// Error of flow analysis.
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
    #[error("the flow pointers form a loop through row {row}, column {col}: repair the D8 raster")]
    Cycle {
        /// Row of a cell on or above the loop.
        row: usize,
        /// Column of that cell.
        col: usize,
    },
    /// Two grids that belong together differ in size.
    #[error("the {what} grid has {rows} x {cols} cells, the flow pointers {expected_rows} x {expected_cols}")]
    Shape {
        /// Contents of the other grid.
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
