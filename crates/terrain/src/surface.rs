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

/// Slope in metres per metre (Horn 1981, see [`gradient`]), of the raw, not the conditioned, DEM. NaN without elevation.
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::{CellSize, aspect, slope};
///
/// let dem = Grid::from_fn(3, 3, |cell| 10.0 - cell.col as f32);
/// let cell = CellSize::square(10.0);
/// assert!((slope(&dem, cell).as_slice()[4] - 0.1).abs() < 1e-6);
/// assert_eq!(aspect(&dem, cell).as_slice()[4], 90.0, "the slope faces east");
/// ```
pub fn slope(dem: &Grid<f32>, cell: CellSize) -> Grid<f32> {
    from_gradient(dem, cell, |to_east, to_south| (to_east * to_east + to_south * to_south).sqrt())
}

/// Aspect: the compass direction the slope faces, degrees clockwise from north in 0..360 (Horn 1981, see
/// [`gradient`]); -1 on level ground, as WhiteboxTools writes it; NaN without elevation.
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
    use headwaters_raster::Cell;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        /// Horn's equations as they are printed, on cells that are not square, as every geographic DEM has them. A
        /// weight on the wrong neighbour would tilt every hillslope's profile.
        #[test]
        fn slope_and_aspect_are_horns(
            z in prop::array::uniform9(-50.0f32..900.0),
            width in 1.0f64..50.0,
            height in 1.0f64..50.0,
        ) {
            let dem = Grid::from_vec(3, 3, z.to_vec()).unwrap();
            let [a, b, c, d, _, f, g, h, i] = z.map(f64::from);
            let dz_dx = ((c + 2.0 * f + i) - (a + 2.0 * d + g)) / (8.0 * width);
            let dz_dy = ((a + 2.0 * b + c) - (g + 2.0 * h + i)) / (8.0 * height);
            let size = CellSize { width_m: width, height_m: height };
            let centre = Cell { row: 1, col: 1 };
            let expected = (dz_dx * dz_dx + dz_dy * dz_dy).sqrt();
            prop_assert!((f64::from(slope(&dem, size)[centre]) - expected).abs() < 1e-6 * expected.max(1e-3));
            // Water runs along (-dz_dx, -dz_dy), in x east and y north.
            let (east, north) = f64::from(aspect(&dem, size)[centre]).to_radians().sin_cos();
            prop_assert!(-(east * dz_dx + north * dz_dy) >= expected * (1.0 - 1e-6));
        }
    }

    /// Agreement with GDAL. `gdaldem slope -p` and `gdaldem aspect` (GDAL 3.6.2) on four rows of
    /// five cells; aspect on square cells, because GDAL's does not look at the shape of cells.
    #[test]
    fn slope_and_aspect_are_gdals() {
        let dem = Grid::from_vec(
            4,
            5,
            vec![
                1210.5, 1208.25, 1206.0, 1207.5, 1209.0, //
                1204.0, 1203.5, 1201.25, 1202.0, 1205.75, //
                1199.5, 1200.0, 1198.5, 1198.75, 1203.0, //
                1197.0, 1196.25, 1195.5, 1199.25, 1201.0,
            ],
        )
        .unwrap();
        let slopes = slope(&dem, CellSize { width_m: 5.0, height_m: 10.0 });
        let aspects = aspect(&dem, CellSize::square(10.0));
        let gdals = [
            [(51.675_068, 162.552_81), (41.907_635, 171.119_34), (56.596_157, 208.024_5)],
            [(37.475_254, 167.082_18), (26.991_028, 177.337), (51.538_822, 229.899_1)],
        ];
        for (row, line) in (1..).zip(gdals) {
            for (col, (percent, degrees)) in (1..).zip(line) {
                let cell = Cell { row, col };
                assert!((100.0 * slopes[cell] - percent).abs() < 1e-4, "{cell:?}: {}", slopes[cell]);
                assert!((aspects[cell] - degrees).abs() < 1e-3, "{cell:?}: {}", aspects[cell]);
            }
        }
    }

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
            let centre = Cell { row: 2, col: 2 };
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
