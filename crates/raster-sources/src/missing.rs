//! Description of the area without data.

use std::fmt;

use headwaters_raster::{Bounds, Cell, Crs, CrsError, Grid, GridSpec, Transformer};

/// Rectangles named one by one; more are summed up by the box around all.
const MOST_RECTANGLES: usize = 16;

/// The part of a target grid that no data cover.
#[derive(Clone, Debug, PartialEq)]
pub struct MissingArea {
    /// Share of the target's cells, 0 to 1.
    pub share: f64,
    /// Outlines in longitude and latitude, each closed, counter-clockwise.
    pub outlines: Vec<Vec<(f64, f64)>>,
}

/// A rectangle of cells: rows and columns from (inclusive) to (exclusive).
#[derive(Clone, Copy)]
struct Block {
    rows: (usize, usize),
    cols: (usize, usize),
}

impl MissingArea {
    /// The uncovered cells of a grid; `None` when every cell is covered.
    ///
    /// # Errors
    /// Grids that longitude and latitude cannot express.
    pub fn of(uncovered: &Grid<bool>, spec: &GridSpec) -> Result<Option<Self>, CrsError> {
        let count = uncovered.as_slice().iter().filter(|missing| **missing).count();
        if count == 0 {
            return Ok(None);
        }
        let mut blocks = blocks(uncovered);
        if blocks.len() > MOST_RECTANGLES {
            let all = blocks.iter().skip(1).fold(blocks[0], |all, block| Block {
                rows: (all.rows.0.min(block.rows.0), all.rows.1.max(block.rows.1)),
                cols: (all.cols.0.min(block.cols.0), all.cols.1.max(block.cols.1)),
            });
            blocks = vec![all];
        }
        let to_lon_lat = Transformer::new(&spec.crs, &Crs::wgs84());
        let outlines: Result<_, CrsError> =
            blocks.iter().map(|block| outline(block, spec, &to_lon_lat)).collect();
        Ok(Some(Self { share: count as f64 / uncovered.len().max(1) as f64, outlines: outlines? }))
    }

    /// The box around the missing area, in longitude and latitude.
    pub fn bounds(&self) -> Option<Bounds> {
        let mut points = self.outlines.iter().flatten();
        let (x, y) = points.next()?;
        Some(points.fold(Bounds::of_point(*x, *y), |bounds, (x, y)| bounds.including(*x, *y)))
    }

    /// The missing area as a GeoJSON `MultiPolygon`.
    pub fn to_geojson(&self) -> serde_json::Value {
        let polygons: Vec<_> = self.outlines.iter().map(|ring| vec![ring.clone()]).collect();
        serde_json::json!({ "type": "MultiPolygon", "coordinates": polygons })
    }
}

impl fmt::Display for MissingArea {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.1} % of the area has no data", self.share * 100.0)?;
        if let Some(bounds) = self.bounds() {
            write!(
                formatter,
                ", within longitude {:.5} to {:.5} and latitude {:.5} to {:.5}",
                bounds.west, bounds.east, bounds.south, bounds.north
            )?;
        }
        Ok(())
    }
}

/// Rectangles that together hold exactly the marked cells: equal runs of consecutive rows are joined.
fn blocks(marked: &Grid<bool>) -> Vec<Block> {
    let mut done: Vec<Block> = Vec::new();
    let mut open: Vec<Block> = Vec::new();
    for row in 0..marked.rows() {
        let mut still_open = Vec::new();
        for cols in runs(marked, row) {
            let above = open.iter().position(|block| block.cols == cols);
            let first = above.map_or(row, |at| open.swap_remove(at).rows.0);
            still_open.push(Block { rows: (first, row + 1), cols });
        }
        done.append(&mut open);
        open = still_open;
    }
    done.append(&mut open);
    done
}

fn runs(marked: &Grid<bool>, row: usize) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for col in (0..marked.cols()).filter(|col| marked[Cell { row, col: *col }]) {
        match runs.last_mut() {
            Some(run) if run.1 == col => run.1 = col + 1,
            _ => runs.push((col, col + 1)),
        }
    }
    runs
}

fn outline(block: &Block, spec: &GridSpec, to_lon_lat: &Transformer) -> Result<Vec<(f64, f64)>, CrsError> {
    let x = |col: usize| spec.transform.west + col as f64 * spec.transform.cell_width;
    let y = |row: usize| spec.transform.north - row as f64 * spec.transform.cell_height;
    let (west, east) = (x(block.cols.0), x(block.cols.1));
    let (north, south) = (y(block.rows.0), y(block.rows.1));
    let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    corners.into_iter().map(|(x, y)| to_lon_lat.point(x, y)).collect()
}

#[cfg(test)]
mod tests {
    use headwaters_raster::GeoTransform;

    use super::*;

    /// The message names the strip in the east that the DEM lacks, not the whole area.
    #[test]
    fn the_missing_strip_is_named() {
        let transform = GeoTransform { west: -120.0, north: 40.0, cell_width: 0.1, cell_height: 0.1 };
        let spec = GridSpec { crs: Crs::wgs84(), transform, rows: 10, cols: 10 };
        let uncovered = Grid::from_fn(10, 10, |cell| cell.col >= 8);
        let missing = MissingArea::of(&uncovered, &spec).expect("lon/lat").expect("cells are missing");
        let bounds = missing.bounds().expect("has outlines");
        assert_eq!(missing.outlines.len(), 1);
        assert!((bounds.west + 119.2).abs() < 1e-9 && (bounds.south - 39.0).abs() < 1e-9);
        assert!(missing.to_string().starts_with("20.0 % of the area has no data"), "{missing}");
        assert_eq!(missing.to_geojson()["type"], "MultiPolygon");
        assert_eq!(MissingArea::of(&Grid::filled(3, 3, false), &spec).expect("lon/lat"), None);
    }

    /// Every missing cell lies in exactly one rectangle.
    #[test]
    fn rectangles_partition_the_missing_cells() {
        let marked = Grid::from_fn(9, 9, |cell| (cell.row * 7 + cell.col * 5) % 3 == 0 || cell.row == 4);
        let mut count = Grid::filled(9, 9, 0);
        for block in blocks(&marked) {
            for row in block.rows.0..block.rows.1 {
                for col in block.cols.0..block.cols.1 {
                    count[Cell { row, col }] += 1;
                }
            }
        }
        assert_eq!(count, marked.map(|marked| i32::from(*marked)));
    }
}
