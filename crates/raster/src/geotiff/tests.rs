use proptest::prelude::*;

use super::*;
use crate::{Cell, Crs, GeoTransform, Grid, Raster, Window};

/// Edges of pieces that cover `0..length`, none empty.
fn edges(length: usize, cuts: &[prop::sample::Index]) -> Vec<usize> {
    let mut edges: Vec<usize> = cuts.iter().map(|cut| cut.index(length)).chain([0, length]).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// A DEM read window by window and put together is the DEM read whole, cell for cell and in its place, however
    /// the windows lie on the file's tiles. A seam would be a cliff or a wall that every stream runs along.
    #[test]
    fn windows_put_together_are_the_whole(
        (rows, cols) in (1usize..600, 1usize..600),
        across in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        down in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        seed in any::<u32>(),
    ) {
        let value = |c: Cell| {
            let mixed = (c.row as u32 * 6151 + c.col as u32).wrapping_mul(2_654_435_769) ^ seed;
            if mixed.is_multiple_of(7) { -9999.0 } else { (mixed >> 12) as f32 * 0.125 }
        };
        let raster = Raster {
            grid: Grid::from_fn(rows, cols, value),
            transform: GeoTransform { west: 500_000.0, north: 4e6, cell_width: 8.0, cell_height: 16.0 },
            crs: Crs::from_epsg(32611).unwrap(),
            nodata: Some(-9999.0),
            colours: None,
        };
        let tiff = GeoTiff::from_bytes(encode_cog(&raster, &CogOptions::default()).unwrap()).unwrap();
        let mut together = Grid::filled(rows, cols, f32::NAN);
        for rows in edges(rows, &down).windows(2) {
            for cols in edges(cols, &across).windows(2) {
                let window =
                    Window { row: rows[0], col: cols[0], rows: rows[1] - rows[0], cols: cols[1] - cols[0] };
                let piece = tiff.read_window::<f32>(window).unwrap();
                prop_assert_eq!(piece.nodata, raster.nodata);
                for i in 0..piece.grid.len() {
                    let (x, y) = piece.transform.centre(piece.grid.cell(i));
                    let place = raster.transform.cell_at(x, y, together.rows(), together.cols()).unwrap();
                    together[place] = piece.grid.as_slice()[i];
                }
            }
        }
        prop_assert!(together == raster.grid, "the pieces differ from the whole");
        prop_assert!(tiff.read::<f32>().unwrap() == raster, "the whole differs from what was written");
    }
}
