//! Errors of the abstraction.

use headwaters_raster::Cell;

/// Failure to divide a basin into channels and hillslopes.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SubcatchmentError {
    /// Two input grids differ in shape.
    #[error(
        "the {name} grid has {found_rows} x {found_cols} cells, the flow pointers {rows} x {cols}; \
         all inputs must share one grid"
    )]
    ShapeMismatch {
        /// Name of the grid at fault.
        name: &'static str,
        /// Rows of the flow pointers.
        rows: usize,
        /// Columns of the flow pointers.
        cols: usize,
        /// Rows of the grid at fault.
        found_rows: usize,
        /// Columns of the grid at fault.
        found_cols: usize,
    },
    /// The outlet lies outside the grid.
    #[error("the outlet (row {row}, column {col}) lies outside the grid of {rows} x {cols} cells")]
    OutletOutsideGrid {
        /// Row of the outlet.
        row: usize,
        /// Column of the outlet.
        col: usize,
        /// Rows of the grid.
        rows: usize,
        /// Columns of the grid.
        cols: usize,
    },
    /// The outlet is not a stream cell.
    #[error(
        "the outlet (row {row}, column {col}) is not a stream cell; snap it to the stream network \
         or lower the critical source area"
    )]
    OutletNotOnStream {
        /// Row of the outlet.
        row: usize,
        /// Column of the outlet.
        col: usize,
    },
    /// The basin has more cells than ids can be given to.
    #[error("the basin above the outlet has more than {limit} cells; choose an outlet further upstream")]
    BasinTooLarge {
        /// Greatest number of cells.
        limit: usize,
    },
    /// A basin cell has no elevation.
    #[error("cell (row {}, column {}) of the basin has a flow pointer but no elevation", .0.row, .0.col)]
    MissingElevation(Cell),
    /// The cells have no usable size.
    #[error("cells of {width} x {height} map units are not usable; both sides must be positive and finite")]
    BadCellSize {
        /// Cell width in map units.
        width: f64,
        /// Cell height in map units.
        height: f64,
    },
    /// An option has a value outside its range.
    #[error("option {name} is {value}; {expected}")]
    BadOption {
        /// Name of the option.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Description of valid values.
        expected: &'static str,
    },
}
