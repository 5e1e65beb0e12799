//! Slope and aspect of the raw DEM at the cells of a basin.

use headwaters_raster::Grid;
use headwaters_terrain::{CellSize, surface};

use crate::SubcatchmentError;
use crate::tree::FlowTree;

/// Gradient of the raw DEM by position in the flow tree (Horn 1981, see [`surface::gradient`]).
pub(crate) struct Surface {
    /// Rise per metre towards east and south.
    gradient: Vec<(f32, f32)>,
}

impl Surface {
    pub fn new(tree: &FlowTree, elevation: &Grid<f32>, size: CellSize) -> Result<Self, SubcatchmentError> {
        let gradient = (0..tree.len())
            .map(|position| {
                let cell = tree.cell(position);
                if !elevation[cell].is_finite() {
                    return Err(SubcatchmentError::MissingElevation(cell));
                }
                let (east, south) = surface::gradient(elevation, size, cell.row, cell.col);
                Ok((east as f32, south as f32))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { gradient })
    }

    /// Slope in m/m.
    pub fn slope(&self, position: usize) -> f64 {
        let (east, south) = self.gradient[position];
        f64::from(east).hypot(f64::from(south))
    }

    /// Circular mean of the downslope directions in degrees clockwise from north; `None` when all cells
    /// are flat or their directions cancel.
    pub fn mean_aspect_deg(&self, positions: impl Iterator<Item = usize>) -> Option<f64> {
        let (east, north) = positions.fold((0.0, 0.0), |(east_sum, north_sum), position| {
            let (east, south) = self.gradient[position];
            let slope = self.slope(position);
            if slope > 0.0 {
                (east_sum - f64::from(east) / slope, north_sum + f64::from(south) / slope)
            } else {
                (east_sum, north_sum)
            }
        });
        (east.hypot(north) > 1e-9).then(|| azimuth_deg(east, north))
    }
}

/// Compass direction of a vector, 0 to 360 degrees clockwise from north.
pub(crate) fn azimuth_deg(east: f64, north: f64) -> f64 {
    let degrees = east.atan2(north).to_degrees().rem_euclid(360.0);
    if degrees < 360.0 { degrees } else { 0.0 }
}
