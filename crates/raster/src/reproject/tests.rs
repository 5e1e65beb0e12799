use proptest::prelude::*;

use super::*;

fn spec(west: f64, north: f64, cell: f64, rows: usize, cols: usize) -> GridSpec {
    let transform = GeoTransform { west, north, cell_width: cell, cell_height: cell };
    GridSpec { crs: Crs::from_epsg(32611).expect("known"), transform, rows, cols }
}

fn plane(spec: &GridSpec) -> Raster<f64> {
    let grid = Grid::from_fn(spec.rows, spec.cols, |cell| {
        let (x, y) = spec.centre(cell);
        0.3 * (x - 500_000.0) - 0.7 * (y - 4_000_000.0) + 5.0
    });
    Raster::new(grid, spec, Some(-9999.0)).expect("same shape")
}

proptest! {
    /// A hillside keeps its slope: a plane stays the same plane whatever the cell size and offset.
    #[test]
    fn a_plane_stays_a_plane(dx in 0.0..40.0, dy in 0.0..40.0, cell in 4.0..35.0, cubic: bool) {
        let source = plane(&spec(500_000.0, 4_001_000.0, 10.0, 100, 100));
        let target = spec(500_300.0 + dx, 4_000_700.0 - dy, cell, 8, 8);
        let how = if cubic { Resampling::Cubic } else { Resampling::Bilinear };
        let result = reproject(&source, &target, how).expect("fits");
        let expected = plane(&target);
        // A widened kernel samples a plane at unsymmetric offsets; its mean moves by a fraction of a cell.
        let tolerance = if cell > 10.5 { 2.0 } else { 1e-6 };
        for (got, wanted) in result.grid.as_slice().iter().zip(expected.grid.as_slice()) {
            prop_assert!((got - wanted).abs() < tolerance, "{} {}", got, wanted);
        }
    }

    /// Missing cells never leak into elevations: every result lies between the values that exist.
    #[test]
    fn missing_cells_do_not_leak(holes in prop::collection::vec(any::<bool>(), 144), cell in 3.0..25.0) {
        let frame = spec(0.0, 120.0, 10.0, 12, 12);
        let grid = Grid::from_fn(12, 12, |at| {
            if holes[at.row * 12 + at.col] { -9999.0_f32 } else { 100.0 + (at.row * 12 + at.col) as f32 }
        });
        let source = Raster::new(grid, &frame, Some(-9999.0)).expect("same shape");
        let side = (120.0 / cell) as usize;
        let result = reproject(&source, &spec(0.0, 120.0, cell, side, side), Resampling::Bilinear).expect("fits");
        for value in result.grid.as_slice() {
            prop_assert!(*value == -9999.0 || (100.0..=243.0).contains(value), "{}", value);
        }
    }
}

#[test]
fn the_same_grid_gives_the_same_values() {
    let source = plane(&spec(500_000.0, 4_001_000.0, 10.0, 30, 20));
    for how in [Resampling::Nearest, Resampling::Bilinear, Resampling::Cubic] {
        let same = reproject(&source, &source.spec(), how).expect("fits");
        for (got, wanted) in same.grid.as_slice().iter().zip(source.grid.as_slice()) {
            assert!((got - wanted).abs() < 1e-9, "{how:?}");
        }
    }
}

#[test]
fn neighbouring_boxes_share_their_cells() {
    let utm = Crs::from_epsg(32611).expect("known");
    let left = GridSpec::covering(&utm, Bounds { west: 1.0, south: 1.0, east: 95.0, north: 99.0 }, 30.0);
    let right = GridSpec::covering(&utm, Bounds { west: 95.0, south: 1.0, east: 185.0, north: 99.0 }, 30.0);
    let (left, right) = (left.expect("fits"), right.expect("fits"));
    assert_eq!((left.rows, left.cols), (4, 4));
    assert_eq!((right.transform.west - left.transform.west) % 30.0, 0.0);
    assert_eq!(left.transform.north, right.transform.north);
}

#[test]
fn impossible_grids_are_refused() {
    let utm = Crs::from_epsg(32611).expect("known");
    let bounds = Bounds { west: 0.0, south: 0.0, east: 1e9, north: 1e9 };
    assert!(GridSpec::covering(&utm, bounds, 1.0).is_err());
    assert!(GridSpec::covering(&utm, bounds, 0.0).is_err());
    assert!(GridSpec::covering(&utm, Bounds { east: f64::NAN, ..bounds }, 10.0).is_err());
}
