//! The polygon as input of the outlet search.

use geo::{BoundingRect, MultiPolygon};
use headwaters_raster::{GeoTransform, Grid, rasterize};

use super::{Finding, Side};
use crate::Pointer;

/// A polygon on the grid of a DEM.
#[derive(Clone, Debug)]
pub struct Target {
    /// Cells whose centres lie in the polygon.
    pub mask: Grid<bool>,
    /// Share of the polygon's area that lies beyond the DEM, 0..1.
    pub beyond_share: f64,
    /// Sides of the DEM that it reaches beyond.
    pub beyond_sides: Vec<Side>,
}

/// Points along the longer side of the polygon's bounding box with which the part beyond the DEM is measured.
const SAMPLES: usize = 1000;

impl Target {
    /// A polygon that lies wholly on the DEM.
    pub fn within(mask: Grid<bool>) -> Self {
        Self { mask, beyond_share: 0.0, beyond_sides: Vec::new() }
    }

    /// Rasterises a polygon given in the DEM's coordinate system, and measures by a lattice of points how
    /// much of it lies beyond the DEM.
    pub fn of_polygon(
        polygon: &MultiPolygon<f64>,
        transform: &GeoTransform,
        rows: usize,
        cols: usize,
    ) -> Self {
        let mask = rasterize(polygon, transform, rows, cols);
        let Some(bounds) = polygon.bounding_rect() else { return Self::within(mask) };
        let dem = transform.bounds(rows, cols);
        let beyond_sides: Vec<Side> = [
            (bounds.max().y > dem.north, Side::North),
            (bounds.max().x > dem.east, Side::East),
            (bounds.min().y < dem.south, Side::South),
            (bounds.min().x < dem.west, Side::West),
        ]
        .into_iter()
        .filter(|&(beyond, _)| beyond)
        .map(|(_, side)| side)
        .collect();
        if beyond_sides.is_empty() {
            return Self::within(mask);
        }
        let step = bounds.width().max(bounds.height()) / SAMPLES as f64;
        if !(step.is_finite() && step > 0.0) {
            return Self { mask, beyond_share: 1.0, beyond_sides };
        }
        let lattice =
            GeoTransform { west: bounds.min().x, north: bounds.max().y, cell_width: step, cell_height: step };
        let count = |length: f64| ((length / step).ceil() as usize).clamp(1, SAMPLES + 1);
        let samples = rasterize(polygon, &lattice, count(bounds.height()), count(bounds.width()));
        let (mut all, mut beyond) = (0usize, 0usize);
        for i in (0..samples.len()).filter(|&i| samples.as_slice()[i]) {
            let (x, y) = lattice.centre(samples.cell(i));
            all += 1;
            beyond += usize::from(!dem.contains(x, y));
        }
        let beyond_share = if all == 0 { 0.0 } else { beyond as f64 / all as f64 };
        Self { mask, beyond_share, beyond_sides }
    }

    /// Findings on the coverage of the polygon by the DEM.
    pub(super) fn coverage(&self, pointers: &Grid<Pointer>) -> Vec<Finding> {
        let cells = self.mask.as_slice().iter().filter(|&&m| m).count();
        if cells == 0 {
            return vec![match self.beyond_share > 0.0 {
                true => Finding::OutsideDem,
                false => Finding::SmallerThanACell,
            }];
        }
        let mut findings = Vec::new();
        if self.beyond_share > 0.0 {
            findings.push(Finding::BeyondDem { share: self.beyond_share, sides: self.beyond_sides.clone() });
        }
        let without = self.mask.as_slice().iter().zip(pointers.as_slice());
        let without = without.filter(|&(&m, &p)| m && p == Pointer::NODATA).count();
        if without > 0 {
            findings.push(Finding::NodataInPolygon { cells: without, share: without as f64 / cells as f64 });
        }
        findings
    }
}
