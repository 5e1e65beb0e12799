//! Invariance to the frame of the map.

use headwaters_raster::{Cell, Grid, Window};
use proptest::prelude::*;

use super::bits;
use crate::descent::Descent;
use crate::fill::tests::{any_dem, any_dem_of};
use crate::flow::tests::any_pointers;
use crate::{
    CellSize, Conditioning, Pointer, accumulate, aspect, basin, fill, prune, slope, strahler, streams,
};

const CELL: CellSize = CellSize { width_m: 8.0, height_m: 11.0 };

fn part<T: Copy>(grid: &Grid<T>, window: Window) -> Grid<T> {
    Grid::from_fn(window.rows, window.cols, |c| {
        grid[Cell { row: window.row + c.row, col: window.col + c.col }]
    })
}

/// The window and one cell more on every side, as far as there are cells.
fn with_margin(window: Window, rows: usize, cols: usize) -> Window {
    let (row, col) = (window.row.saturating_sub(1), window.col.saturating_sub(1));
    let (end_row, end_col) =
        ((window.row + window.rows + 1).min(rows), (window.col + window.cols + 1).min(cols));
    Window { row, col, rows: end_row - row, cols: end_col - col }
}

/// Result of `of` for the tiles of a grid, each read with a margin of one cell, put together.
fn by_tiles<T: Copy>(
    dem: &Grid<f32>,
    tile: (usize, usize),
    nothing: T,
    of: impl Fn(&Grid<f32>) -> Grid<T>,
) -> Grid<T> {
    let mut whole = Grid::filled(dem.rows(), dem.cols(), nothing);
    for row in (0..dem.rows()).step_by(tile.0) {
        for col in (0..dem.cols()).step_by(tile.1) {
            let (rows, cols) = (tile.0.min(dem.rows() - row), tile.1.min(dem.cols() - col));
            let read = with_margin(Window { row, col, rows, cols }, dem.rows(), dem.cols());
            let values = of(&part(dem, read));
            for cell in (row..row + rows).flat_map(|row| (col..col + cols).map(move |col| Cell { row, col }))
            {
                whole[cell] = values[Cell { row: cell.row - read.row, col: cell.col - read.col }];
            }
        }
    }
    whole
}

/// A window that holds at least one cell of a grid.
fn window_of(rows: usize, cols: usize, corners: [prop::sample::Index; 4]) -> Window {
    let (row, col) = (corners[0].index(rows), corners[1].index(cols));
    Window { row, col, rows: 1 + corners[2].index(rows - row), cols: 1 + corners[3].index(cols - col) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    /// A DEM that comes with a rim of cells without elevation, as every reprojected one does, must give the
    /// streams of the same DEM cut to its data: the rim is open like the edge, and ties fall as before.
    #[test]
    fn a_rim_without_elevation_changes_nothing_inside(
        dem in any_dem(),
        rim in prop::array::uniform4(0usize..4),
        threshold in 1u32..6,
    ) {
        let [north, east, south, west] = rim;
        let inside = Window { row: north, col: west, rows: dem.rows(), cols: dem.cols() };
        let framed = Grid::from_fn(north + dem.rows() + south, west + dem.cols() + east, |c| {
            let cell = c.row.checked_sub(north).zip(c.col.checked_sub(west));
            cell.and_then(|(row, col)| dem.get(Cell { row, col }).copied()).unwrap_or(f32::NAN)
        });
        prop_assert_eq!(bits(&part(&slope(&framed, CELL), inside)), bits(&slope(&dem, CELL)));
        prop_assert_eq!(bits(&part(&aspect(&framed, CELL), inside)), bits(&aspect(&dem, CELL)));
        for method in [
            Conditioning::LeastHarm,
            Conditioning::Fill,
            Conditioning::FillEpsilon,
            Conditioning::BreachComplete,
            Conditioning::BreachLeastCost { search_cells: 200 },
        ] {
            let surfaces = [&framed, &dem].map(|dem| method.apply(dem, CELL).unwrap());
            prop_assert_eq!(bits(&part(&surfaces[0], inside)), bits(&surfaces[1]), "{:?}", method);
            let pointers = [&framed, &dem].map(|dem| method.pointers(dem, CELL).unwrap());
            prop_assert_eq!(&part(&pointers[0], inside), &pointers[1], "{:?}", method);
            let accumulations = [0, 1].map(|i| accumulate(&pointers[i]).unwrap());
            prop_assert_eq!(&part(&accumulations[0], inside), &accumulations[1], "{:?}", method);
            let orders = [0, 1].map(|i| {
                let mut channels = streams(&accumulations[i], threshold);
                prune(&pointers[i], &mut channels, 25.0, CELL).unwrap();
                strahler(&pointers[i], &channels).unwrap()
            });
            prop_assert_eq!(&part(&orders[0], inside), &orders[1], "{:?}", method);
        }
    }

    /// Slope, aspect and steepest descent look one cell far and no further: tile by tile, each with a margin of
    /// one cell, they are those of the whole. A seam would show in every channel that crosses it.
    #[test]
    fn tiles_with_a_margin_of_one_cell_make_the_whole(
        dem in any_dem_of(1..40),
        tile in (1usize..24, 1usize..24),
    ) {
        let descents = |dem: &Grid<f32>| {
            let codes = Descent::new(dem.rows(), dem.cols(), CELL).codes(dem);
            Grid::from_vec(dem.rows(), dem.cols(), codes).unwrap()
        };
        prop_assert_eq!(by_tiles(&dem, tile, 0, descents), descents(&dem));
        let slopes = |dem: &Grid<f32>| bits(&slope(dem, CELL));
        prop_assert_eq!(by_tiles(&dem, tile, 0, slopes), slopes(&dem));
        let aspects = |dem: &Grid<f32>| bits(&aspect(dem, CELL));
        prop_assert_eq!(by_tiles(&dem, tile, 0, aspects), aspects(&dem));
    }

    /// Cutting a map opens its edge, so water in the part stands no higher than in the whole. A lake that the cut
    /// raised above its real sill would move the divides of the watersheds beside it.
    #[test]
    fn water_stands_no_higher_in_a_part_than_in_the_whole(
        dem in any_dem(),
        corners in prop::array::uniform4(any::<prop::sample::Index>()),
    ) {
        let window = window_of(dem.rows(), dem.cols(), corners);
        let (small, large) = (fill(&part(&dem, window)), part(&fill(&dem), window));
        for (small, large) in small.as_slice().iter().zip(large.as_slice()) {
            prop_assert!(small <= large || small.is_nan() && large.is_nan(), "{small} above {large}");
        }
    }

    /// A basin that keeps clear of the edge of the map is complete: this is what the finding "reaches the edge"
    /// rests on, and why a report without it may be trusted.
    #[test]
    fn a_basin_clear_of_the_edge_is_the_whole_basin(
        pointers in any_pointers(),
        corners in prop::array::uniform4(any::<prop::sample::Index>()),
    ) {
        let window = window_of(pointers.rows(), pointers.cols(), corners);
        let cut = part(&pointers, window);
        let (areas, whole_areas) = (accumulate(&cut).unwrap(), accumulate(&pointers).unwrap());
        for i in 0..cut.len() {
            let cell = cut.cell(i);
            let found = basin(&cut, cell);
            let on_edge = |c: Cell| {
                c.row == 0 || c.col == 0 || c.row + 1 == cut.rows() || c.col + 1 == cut.cols()
            };
            if (0..cut.len()).any(|i| found.as_slice()[i] && on_edge(found.cell(i))) {
                continue;
            }
            let place = Cell { row: window.row + cell.row, col: window.col + cell.col };
            prop_assert_eq!(areas[cell], whole_areas[place]);
            prop_assert_eq!(found, part(&basin(&pointers, place), window));
            prop_assert_eq!(areas[cell] == 0, pointers[place] == Pointer::NODATA);
        }
    }
}
