//! Resampling of a raster onto another grid.

use rayon::prelude::*;

use crate::{
    Bounds, Cell, Crs, CrsError, GeoTransform, Grid, GridSpec, Raster, Sample, Transformer, UtmDatum, Window,
    utm_zone_for,
};

/// Interpolation between cell centres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// The cell that contains the position: for classes.
    Nearest,
    /// Linear in both directions between the four cells around: for elevation.
    Bilinear,
    /// Cubic convolution over sixteen cells (Keys 1981, IEEE Trans. ASSP 29(6), equation 15, a = -1/2):
    /// smoother slopes than bilinear. Falls back to bilinear where a cell is missing.
    Cubic,
}

/// Fault of a target grid or of the transformation to it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ReprojectError {
    /// The systems cannot be converted.
    #[error(transparent)]
    Crs(#[from] CrsError),
    /// The target has more cells than allowed, or none.
    #[error("a grid of {rows} × {cols} cells is not possible (at least one cell, at most {limit})")]
    Size {
        /// Rows wanted.
        rows: f64,
        /// Columns wanted.
        cols: f64,
        /// Most cells allowed.
        limit: usize,
    },
    /// The cell size is not a positive number.
    #[error("a cell size of {0} is not possible")]
    CellSize(f64),
}

/// Most cells of a grid that [`GridSpec::covering`] lays out.
const MOST_CELLS: usize = 1_000_000_000;

/// Cells between exact transformations along a row.
const SEGMENT: usize = 16;

/// Largest deviation of the interpolated position from the exact one, in source cells.
const POSITION_TOLERANCE: f64 = 0.002;

/// Points along each side when the outline of a grid is converted.
const OUTLINE_POINTS: usize = 33;

impl GridSpec {
    /// The grid of square cells that covers a box, its edges on multiples of the cell size, so that grids of
    /// neighbouring boxes share their cells.
    ///
    /// # Errors
    /// Impossible cell sizes and boxes that need no or too many cells.
    pub fn covering(crs: &Crs, bounds: Bounds, cell_size: f64) -> Result<Self, ReprojectError> {
        if !(cell_size.is_finite() && cell_size > 0.0) {
            return Err(ReprojectError::CellSize(cell_size));
        }
        let west = (bounds.west / cell_size).floor();
        let north = (bounds.north / cell_size).ceil();
        let cols = (bounds.east / cell_size).ceil() - west;
        let rows = north - (bounds.south / cell_size).floor();
        let possible = rows >= 1.0 && cols >= 1.0 && rows * cols <= MOST_CELLS as f64;
        if !possible {
            return Err(ReprojectError::Size { rows, cols, limit: MOST_CELLS });
        }
        Ok(Self {
            crs: crs.clone(),
            transform: GeoTransform {
                west: west * cell_size,
                north: north * cell_size,
                cell_width: cell_size,
                cell_height: cell_size,
            },
            rows: rows as usize,
            cols: cols as usize,
        })
    }

    /// The UTM grid that covers a longitude/latitude box, in the zone of the box's centre.
    ///
    /// # Errors
    /// Boxes outside UTM, impossible cell sizes, too many cells.
    pub fn utm_covering(lon_lat: Bounds, cell_size_m: f64, datum: UtmDatum) -> Result<Self, ReprojectError> {
        let centre = ((lon_lat.west + lon_lat.east) / 2.0, (lon_lat.south + lon_lat.north) / 2.0);
        let utm = utm_zone_for(centre.0, centre.1, datum)?;
        let bounds = Transformer::new(&Crs::wgs84(), &utm).bounds(lon_lat, OUTLINE_POINTS)?;
        Self::covering(&utm, bounds, cell_size_m)
    }

    /// The box around this grid in another system.
    ///
    /// # Errors
    /// Grids that the other system cannot represent.
    pub fn bounds_in(&self, crs: &Crs) -> Result<Bounds, CrsError> {
        Transformer::new(&self.crs, crs).bounds(self.bounds(), OUTLINE_POINTS)
    }

    /// The part of this grid that is needed to fill `target`, or `None` when they do not overlap. The
    /// margin grows with the number of this grid's cells that go into one of the target's.
    ///
    /// # Errors
    /// A target that this grid's system cannot represent.
    pub fn window_for(&self, target: &Self) -> Result<Option<Window>, CrsError> {
        let bounds = target.bounds_in(&self.crs)?;
        let (down, across) = (bounds.height() / target.rows as f64, bounds.width() / target.cols as f64);
        let ratio =
            (down / self.transform.cell_height).max(across / self.transform.cell_width).clamp(1.0, 1e6);
        Ok(self.window_of(bounds, 2 + (2.0 * ratio).ceil() as usize))
    }
}

/// Resamples a raster onto a target grid, which may be in another system.
///
/// Cells without data never mix into others: weights are shared among the cells that have data. Target cells
/// outside the source become nodata (the source's nodata value, or [`Sample::missing`] when it has none).
/// If the target is coarser than the source, the bilinear and cubic kernels widen with the ratio, so that
/// every source cell counts. Results agree with `gdalwarp -et 0`; widened kernels only nearly, because the
/// ratio is measured differently.
///
/// ```
/// use headwaters_raster::{Bounds, Crs, Grid, GridSpec, Raster, Resampling, reproject};
///
/// let utm = Crs::from_epsg(32611)?;
/// let bounds = Bounds { west: 0.0, south: 0.0, east: 60.0, north: 60.0 };
/// let fine = GridSpec::covering(&utm, bounds, 10.0)?;
/// let grid = Grid::from_fn(6, 6, |cell| cell.row as f32);
/// let raster = Raster::new(grid, &fine, None).expect("the grid has the shape of its frame");
/// let coarse = reproject(&raster, &GridSpec::covering(&utm, bounds, 30.0)?, Resampling::Nearest)?;
/// assert_eq!(coarse.grid.as_slice(), [1.0, 1.0, 4.0, 4.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Targets whose cells cannot be held.
pub fn reproject<T: Sample>(
    source: &Raster<T>,
    target: &GridSpec,
    resampling: Resampling,
) -> Result<Raster<T>, ReprojectError> {
    let size =
        || ReprojectError::Size { rows: target.rows as f64, cols: target.cols as f64, limit: MOST_CELLS };
    let cells = target.cells().filter(|cells| *cells > 0 && *cells <= MOST_CELLS).ok_or_else(size)?;
    let nodata = source.nodata.unwrap_or_else(T::missing);
    let sampler = Sampler::new(source, target, resampling);
    let mut values = vec![nodata; cells];
    values.par_chunks_mut(target.cols).enumerate().for_each(|(row, values)| {
        let mut positions = vec![(f64::NAN, f64::NAN); target.cols];
        sampler.positions(row, &mut positions);
        for (value, (row, col)) in values.iter_mut().zip(positions) {
            if let Some(found) = sampler.value(row, col) {
                *value = found;
            }
        }
    });
    let grid = Grid::from_vec(target.rows, target.cols, values).ok_or_else(size)?;
    Ok(Raster {
        grid,
        transform: target.transform,
        crs: target.crs.clone(),
        nodata: Some(nodata),
        colours: source.colours.clone(),
    })
}

struct Sampler<'r, T> {
    source: &'r Raster<T>,
    target: GridSpec,
    to_source: Transformer,
    resampling: Resampling,
    /// Source cells per target cell, at least 1: north to south and west to east.
    ratio: (f64, f64),
}

impl<'r, T: Sample> Sampler<'r, T> {
    fn new(source: &'r Raster<T>, target: &GridSpec, resampling: Resampling) -> Self {
        let to_source = Transformer::new(&target.crs, &source.crs);
        let mut sampler = Self { source, target: target.clone(), to_source, resampling, ratio: (1.0, 1.0) };
        sampler.ratio = sampler.centre_ratio().unwrap_or((1.0, 1.0));
        sampler
    }

    /// Source cells per target cell at the middle of the target; up to 1/0.95 counts as one to one.
    fn centre_ratio(&self) -> Option<(f64, f64)> {
        let (row, col) = (self.target.rows / 2, self.target.cols / 2);
        let here = self.exact(row, col);
        let (east, south) = (self.exact(row, col + 1), self.exact(row + 1, col));
        let widen = |ratio: f64| if ratio * 0.95 > 1.0 { ratio } else { 1.0 };
        let ratio = ((south.0 - here.0).abs(), (east.1 - here.1).abs());
        (ratio.0.is_finite() && ratio.1.is_finite()).then(|| (widen(ratio.0), widen(ratio.1)))
    }

    /// Fractional source (row, column) of a target cell's centre; NaN where the systems do not meet.
    fn exact(&self, row: usize, col: usize) -> (f64, f64) {
        let (x, y) = self.target.centre(Cell { row, col });
        match self.to_source.point(x, y) {
            Ok((x, y)) => self.source.transform.fractional(x, y),
            Err(_) => (f64::NAN, f64::NAN),
        }
    }

    /// Source positions of a target row: exact at segment ends, linear between where that is good enough.
    fn positions(&self, row: usize, positions: &mut [(f64, f64)]) {
        let mut first = 0;
        while first < positions.len() {
            let last = (first + SEGMENT).min(positions.len() - 1);
            let middle = first.midpoint(last);
            let ends = (self.exact(row, first), self.exact(row, last));
            let between = |col: usize| {
                let share = (col - first) as f64 / (last - first).max(1) as f64;
                (ends.0.0 + share * (ends.1.0 - ends.0.0), ends.0.1 + share * (ends.1.1 - ends.0.1))
            };
            let (exact, linear) = (self.exact(row, middle), between(middle));
            let straight = (exact.0 - linear.0).abs().max((exact.1 - linear.1).abs()) <= POSITION_TOLERANCE;
            // NaN at any of the three compares as not straight.
            for (col, position) in positions.iter_mut().enumerate().take(last + 1).skip(first) {
                *position = if straight { between(col) } else { self.exact(row, col) };
            }
            first = last + 1;
        }
    }

    fn value(&self, row: f64, col: f64) -> Option<T> {
        let (rows, cols) = (self.source.grid.rows() as f64, self.source.grid.cols() as f64);
        if !(row >= 0.0 && col >= 0.0 && row < rows && col < cols) {
            return None;
        }
        match self.resampling {
            Resampling::Nearest => self.source.value(Cell { row: row as usize, col: col as usize }),
            Resampling::Bilinear => self.weighted(row, col, 1.0, linear_kernel, false),
            Resampling::Cubic => self
                .weighted(row, col, 2.0, cubic_kernel, true)
                .or_else(|| self.weighted(row, col, 1.0, linear_kernel, false)),
        }
    }

    /// Weighted mean of the cells within `radius` (times the ratio) of a position. `complete` refuses
    /// positions with a missing cell.
    fn weighted(&self, row: f64, col: f64, radius: f64, kernel: fn(f64) -> f64, complete: bool) -> Option<T> {
        let (mut sum, mut weights) = (0.0, 0.0);
        for near_row in neighbours(row, radius * self.ratio.0) {
            let row_weight = kernel((near_row as f64 + 0.5 - row) / self.ratio.0);
            for near_col in neighbours(col, radius * self.ratio.1) {
                let weight = row_weight * kernel((near_col as f64 + 0.5 - col) / self.ratio.1);
                match self.cell(near_row, near_col) {
                    Some(value) => {
                        sum += weight * value.to_real();
                        weights += weight;
                    }
                    None if complete && weight != 0.0 => return None,
                    None => {}
                }
            }
        }
        let mean = (weights > 1e-6).then(|| sum / weights)?;
        T::from_real(mean).or_else(|| T::from_real(mean.round()))
    }

    fn cell(&self, row: i64, col: i64) -> Option<T> {
        self.source.value(Cell { row: usize::try_from(row).ok()?, col: usize::try_from(col).ok()? })
    }
}

/// Indices of the cells whose centres are closer than `radius` cells.
fn neighbours(position: f64, radius: f64) -> std::ops::RangeInclusive<i64> {
    (position - 0.5 - radius).floor() as i64 + 1..=(position - 0.5 + radius).ceil() as i64 - 1
}

fn linear_kernel(distance: f64) -> f64 {
    (1.0 - distance.abs()).max(0.0)
}

fn cubic_kernel(distance: f64) -> f64 {
    let x = distance.abs();
    if x <= 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests;
