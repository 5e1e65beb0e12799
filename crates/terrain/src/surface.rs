//! Slope and aspect of the raw surface.

use headwaters_raster::Grid;
use rayon::prelude::*;

use crate::CellSize;

/// Gradient of every cell by Horn's weighted differences over its 3 × 3 neighbourhood: (rise towards east,
/// rise towards south), in metres per metre. A neighbour without elevation or outside the grid takes the
/// cell's own elevation. NaN where the cell has none.
///
/// Horn 1981, "Hill shading and the reflectance map", Proceedings of the IEEE 69, equations for `dz/dx`, `dz/dy`.
pub fn gradient(dem: &Grid<f32>, cell: CellSize, row: usize, col: usize) -> (f64, f64) {
    let (z, rows, cols) = (dem.as_slice(), dem.rows(), dem.cols());
    let i = row * cols + col;
    let here = z[i];
    let inner = row > 0 && row + 1 < rows && col > 0 && col + 1 < cols;
    let at = |row_step: isize, col_step: isize| {
        let there = match inner {
            true => z[i.wrapping_add_signed(row_step * cols as isize + col_step)],
            false => {
                let there = row.checked_add_signed(row_step).zip(col.checked_add_signed(col_step));
                there
                    .and_then(|(row, col)| dem.get(headwaters_raster::Cell { row, col }))
                    .map_or(here, |&z| z)
            }
        };
        f64::from(if there.is_finite() { there } else { here })
    };
    let east = at(-1, 1) + 2.0 * at(0, 1) + at(1, 1);
    let west = at(-1, -1) + 2.0 * at(0, -1) + at(1, -1);
    let south = at(1, -1) + 2.0 * at(1, 0) + at(1, 1);
    let north = at(-1, -1) + 2.0 * at(-1, 0) + at(-1, 1);
    ((east - west) / (8.0 * cell.width_m), (south - north) / (8.0 * cell.height_m))
}

fn from_gradient(dem: &Grid<f32>, cell: CellSize, value: impl Fn(f64, f64) -> f64 + Sync) -> Grid<f32> {
    let cols = dem.cols();
    let mut out = vec![f32::NAN; dem.len()];
    out.par_chunks_mut(cols.max(1)).enumerate().for_each(|(row, line)| {
        for (col, out) in line.iter_mut().enumerate() {
            if dem.as_slice()[row * cols + col].is_finite() {
                let (to_east, to_south) = gradient(dem, cell, row, col);
                *out = value(to_east, to_south) as f32;
            }
        }
    });
    Grid::from_vec(dem.rows(), cols, out).unwrap_or_else(|| Grid::filled(0, 0, 0.0))
}

/// Slope in metres per metre (Horn 1981), of the raw, not the conditioned, DEM. NaN without elevation.
pub fn slope(dem: &Grid<f32>, cell: CellSize) -> Grid<f32> {
    from_gradient(dem, cell, |to_east, to_south| to_east.hypot(to_south))
}

/// Aspect: the compass direction the slope faces, degrees clockwise from north in 0..360 (Horn 1981); -1 on
/// level ground, as WhiteboxTools writes it; NaN without elevation.
pub fn aspect(dem: &Grid<f32>, cell: CellSize) -> Grid<f32> {
    from_gradient(dem, cell, |to_east, to_south| {
        if to_east == 0.0 && to_south == 0.0 {
            return -1.0;
        }
        // Downhill points against the gradient: towards east -to_east, towards north +to_south.
        let degrees = (-to_east).atan2(to_south).to_degrees().rem_euclid(360.0);
        if degrees as f32 >= 360.0 { 0.0 } else { degrees }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plane has one slope and one aspect, whatever the shape of its cells. A swapped axis would turn
    /// every hillslope of every run.
    #[test]
    fn planes_have_their_own_slope_and_aspect() {
        let cell = CellSize { width_m: 5.0, height_m: 10.0 };
        for faces in [0.0f64, 45.0, 90.0, 135.0, 180.0, 270.0, 300.0] {
            let (east, north) = (faces.to_radians().sin(), faces.to_radians().cos());
            let dem = Grid::from_fn(5, 5, |c| {
                let (x, y) = (c.col as f64 * cell.width_m, -(c.row as f64) * cell.height_m);
                (1000.0 - 0.25 * (east * x + north * y)) as f32
            });
            let centre = headwaters_raster::Cell { row: 2, col: 2 };
            assert!((slope(&dem, cell)[centre] - 0.25).abs() < 1e-4);
            let found = aspect(&dem, cell)[centre];
            let apart = (f64::from(found) - faces + 180.0).rem_euclid(360.0) - 180.0;
            assert!(apart.abs() < 0.05, "{faces} became {found}");
        }
    }

    /// Level ground faces nowhere and nodata stays nodata.
    #[test]
    fn level_ground_and_nodata() {
        let dem = Grid::from_vec(1, 3, vec![5.0, 5.0, f32::NAN]).unwrap();
        assert_eq!(aspect(&dem, CellSize::square(10.0)).as_slice()[0], -1.0);
        assert_eq!(slope(&dem, CellSize::square(10.0)).as_slice()[1], 0.0);
        assert!(slope(&dem, CellSize::square(10.0)).as_slice()[2].is_nan());
    }
}
