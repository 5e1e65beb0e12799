//! Invariance to a rotation of the map by a quarter turn.
//!
//! Plain filling is turned beside its definition (`fill.rs`). Where ties are broken by the order of directions or
//! of rows, only what no tie decides is compared.

use headwaters_raster::{Cell, Grid};
use proptest::prelude::*;

use crate::condition::tests::check_guarantees;
use crate::descent::{Descent, OFF};
use crate::fill::tests::{any_dem, same};
use crate::flow::tests::any_pointers;
use crate::steps::neighbour_index;
use crate::{
    CellSize, Direction, Pointer, accumulate, accumulate_mask, aspect, basin, basin_labels, breach_complete,
    condition, distance_to_stream, fill, fill_epsilon, junctions, slope, strahler,
};

/// Turned clockwise: the western column becomes the northern row.
fn rotated<T: Copy>(grid: &Grid<T>) -> Grid<T> {
    Grid::from_fn(grid.cols(), grid.rows(), |c| grid[Cell { row: grid.rows() - 1 - c.col, col: c.row }])
}

/// Position on the rotated map of `cell` of a map of `rows` rows.
fn rotated_cell(rows: usize, cell: Cell) -> Cell {
    Cell { row: cell.col, col: rows - 1 - cell.row }
}

fn rotated_size(size: CellSize) -> CellSize {
    CellSize { width_m: size.height_m, height_m: size.width_m }
}

fn rotated_pointers(pointers: &Grid<Pointer>) -> Grid<Pointer> {
    let clockwise = |d: Direction| Direction::ALL[(d as usize + 2) % 8];
    rotated(pointers).map(|pointer| pointer.direction().map_or(*pointer, |d| Pointer::to(clockwise(d))))
}

/// Elevations of which no two are the same, with holes.
fn any_dem_without_ties() -> impl Strategy<Value = Grid<f32>> {
    (1usize..14, 1usize..14).prop_flat_map(|(rows, cols)| {
        let order = Just((0..rows * cols).collect::<Vec<_>>()).prop_shuffle();
        let holes = prop::collection::vec(prop::bool::weighted(0.05), rows * cols);
        (order, holes).prop_map(move |(order, holes)| {
            let z = |(rank, hole): (usize, bool)| if hole { f32::NAN } else { rank as f32 * 0.5 };
            Grid::from_vec(rows, cols, order.into_iter().zip(holes).map(z).collect()).unwrap()
        })
    })
}

/// Returns true if one neighbour is clearly the steepest way down, or none is lower.
fn no_tie(dem: &Grid<f32>, i: usize, size: CellSize) -> bool {
    let z = dem.as_slice();
    let descent = |d: Direction| {
        let n = neighbour_index(dem.rows(), dem.cols(), i, d)?;
        Some(f64::from(z[i] - z[n]) / size.step_m(d)).filter(|&descent| descent > 0.0)
    };
    let mut descents: Vec<f64> = Direction::ALL.into_iter().filter_map(descent).collect();
    descents.sort_by(|a, b| b.total_cmp(a));
    descents.len() < 2 || descents[0] > descents[1] * (1.0 + 1e-5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    /// If filling with a least step preferred a side, lakes would drain by the compass instead of by their sills.
    #[test]
    fn filling_with_a_step_has_no_preferred_side(dem in any_dem()) {
        prop_assert!(same(&fill_epsilon(&rotated(&dem)), &rotated(&fill_epsilon(&dem))));
    }

    /// Without level cells, the trench that complete breaching cuts depends on the ground alone.
    #[test]
    fn complete_breaching_has_no_preferred_side(dem in any_dem_without_ties()) {
        prop_assert!(same(&breach_complete(&rotated(&dem)), &rotated(&breach_complete(&dem))));
    }

    /// A depression must be found from whichever side the map is read; one missed leaves its valley undrained.
    #[test]
    fn the_same_depressions_are_found(dem in any_dem()) {
        let count = |dem: &Grid<f32>| {
            let conditioned = condition(dem, CellSize::square(10.0));
            conditioned.breached + conditioned.filled
        };
        prop_assert_eq!(count(&rotated(&dem)), count(&dem));
    }

    /// If costs tie, a depression may be cut on one map and filled on the turned one. Whichever way the map lies, no
    /// lake may be left and nothing moved further than filling would.
    #[test]
    fn conditioning_keeps_its_guarantees_however_the_map_lies(dem in any_dem(), width in 4.0f64..40.0) {
        let mut map = (dem, CellSize { width_m: width, height_m: 10.0 });
        for _ in 0..4 {
            check_guarantees(&map.0, map.1)?;
            map = (rotated(&map.0), rotated_size(map.1));
        }
    }

    /// A mistaken step length or neighbour in one direction would bend every channel of a map that way.
    #[test]
    fn the_steepest_way_down_turns_with_the_map(
        dem in any_dem(),
        width in 4.0f64..40.0,
        raised in any::<bool>(),
    ) {
        let dem = if raised { fill(&dem) } else { dem };
        let size = CellSize { width_m: width, height_m: 10.0 };
        let codes = |dem: &Grid<f32>, size| {
            let (rows, cols) = (dem.rows(), dem.cols());
            Grid::from_vec(rows, cols, Descent::new(rows, cols, size).codes(dem)).unwrap()
        };
        let (before, after) = (codes(&dem, size), codes(&rotated(&dem), rotated_size(size)));
        for i in (0..dem.len()).filter(|&i| no_tie(&dem, i, size)) {
            let cell = dem.cell(i);
            let expected = match before[cell] {
                end @ OFF.. => end,
                direction => (direction + 2) % 8,
            };
            prop_assert_eq!(after[rotated_cell(dem.rows(), cell)], expected, "{:?}", cell);
        }
    }

    /// Steeper towards the east must be as steep towards the south once the map is turned, and face a quarter
    /// further round: the aspect of every hillslope goes into its `.slp` file.
    #[test]
    fn slope_stays_and_aspect_turns_with_the_map(dem in any_dem(), width in 4.0f64..40.0) {
        let size = CellSize { width_m: width, height_m: 10.0 };
        let turned = rotated(&dem);
        let (before, after) = (rotated(&slope(&dem, size)), slope(&turned, rotated_size(size)));
        let (faced, faces) = (rotated(&aspect(&dem, size)), aspect(&turned, rotated_size(size)));
        for i in 0..turned.len() {
            let (before, after) = (before.as_slice()[i], after.as_slice()[i]);
            prop_assert!(before.is_nan() && after.is_nan() || (before - after).abs() <= 1e-6 * before);
            let (faced, faces) = (faced.as_slice()[i], faces.as_slice()[i]);
            if faced.is_nan() || faced == -1.0 {
                prop_assert!(faces.is_nan() && faced.is_nan() || faces == faced, "{faced} became {faces}");
            } else {
                let apart = (faces - faced - 90.0 + 180.0).rem_euclid(360.0) - 180.0;
                prop_assert!(apart.abs() < 1e-3, "{faced} became {faces}");
            }
        }
    }

    /// Once the pointers are given, drainage areas, basins, orders and distances follow from them alone. One that
    /// looked at its neighbours unevenly would give a watershed another area for lying another way.
    #[test]
    fn what_follows_from_pointers_turns_with_them(
        pointers in any_pointers(),
        pick in any::<prop::sample::Index>(),
        seed in 0usize..1000,
    ) {
        let turned = rotated_pointers(&pointers);
        prop_assert_eq!(accumulate(&turned).unwrap(), rotated(&accumulate(&pointers).unwrap()));

        let mask = Grid::from_fn(pointers.rows(), pointers.cols(), |c| {
            pointers[c] != Pointer::NODATA && (c.row * 7 + c.col * 3 + seed) % 11 < 8
        });
        let turned_mask = rotated(&mask);
        prop_assert_eq!(
            accumulate_mask(&turned, &turned_mask).unwrap(),
            rotated(&accumulate_mask(&pointers, &mask).unwrap())
        );

        let outlets = [pick.index(pointers.len()), seed % pointers.len()].map(|i| pointers.cell(i));
        let turned_outlets = outlets.map(|outlet| rotated_cell(pointers.rows(), outlet));
        prop_assert_eq!(basin(&turned, turned_outlets[0]), rotated(&basin(&pointers, outlets[0])));
        prop_assert_eq!(
            basin_labels(&turned, &turned_outlets).unwrap(),
            rotated(&basin_labels(&pointers, &outlets).unwrap())
        );

        prop_assert_eq!(
            junctions(&turned, &turned_mask).unwrap(),
            rotated(&junctions(&pointers, &mask).unwrap())
        );
        prop_assert_eq!(
            strahler(&turned, &turned_mask).unwrap(),
            rotated(&strahler(&pointers, &mask).unwrap())
        );
        let size = CellSize { width_m: 8.0, height_m: 11.0 };
        let distances = distance_to_stream(&turned, &turned_mask, rotated_size(size)).unwrap();
        prop_assert!(same(&distances, &rotated(&distance_to_stream(&pointers, &mask, size).unwrap())));
    }
}
