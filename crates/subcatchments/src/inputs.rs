//! Input grids of the abstraction.

use headwaters_raster::{Cell, GeoTransform, Grid};
use headwaters_terrain::Pointer;

use crate::SubcatchmentError;

/// Input grids of the abstraction, all of one shape.
#[derive(Clone, Copy, Debug)]
pub struct AbstractionInputs<'a> {
    /// D8 flow pointers of the conditioned DEM.
    pub pointers: &'a Grid<Pointer>,
    /// Stream cells. Gaps along the flow are closed.
    pub streams: &'a Grid<bool>,
    /// Raw elevation in metres, NaN where unknown.
    pub elevation: &'a Grid<f32>,
    /// Georeference in metres.
    pub transform: GeoTransform,
    /// Outlet of the basin, a stream cell.
    pub outlet: Cell,
}

impl AbstractionInputs<'_> {
    /// Refuses grids that do not fit together and an outlet without stream.
    pub(crate) fn check(&self) -> Result<(), SubcatchmentError> {
        let (rows, cols) = (self.pointers.rows(), self.pointers.cols());
        let shapes = [
            ("stream", self.streams.rows(), self.streams.cols()),
            ("elevation", self.elevation.rows(), self.elevation.cols()),
        ];
        for (name, found_rows, found_cols) in shapes {
            if (found_rows, found_cols) != (rows, cols) {
                return Err(SubcatchmentError::ShapeMismatch { name, rows, cols, found_rows, found_cols });
            }
        }
        let (width, height) = (self.transform.cell_width, self.transform.cell_height);
        if ![width, height].iter().all(|side| side.is_finite() && *side > 0.0) {
            return Err(SubcatchmentError::BadCellSize { width, height });
        }
        let Cell { row, col } = self.outlet;
        if row >= rows || col >= cols {
            return Err(SubcatchmentError::OutletOutsideGrid { row, col, rows, cols });
        }
        if u32::try_from(self.pointers.len()).is_err() {
            return Err(SubcatchmentError::BasinTooLarge { limit: u32::MAX as usize });
        }
        if !self.streams[self.outlet] {
            return Err(SubcatchmentError::OutletNotOnStream { row, col });
        }
        Ok(())
    }
}
