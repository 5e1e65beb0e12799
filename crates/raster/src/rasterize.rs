//! Cells whose centres lie in a polygon.

use geo_types::{Coord, LineString, MultiPolygon};

use crate::{GeoTransform, Grid};

/// Marks the cells whose centres lie in a (multi)polygon in map coordinates.
///
/// Rings are combined by the even-odd rule, so holes are holes whatever their direction, and where two parts
/// overlap an even number of times there is a hole. Cell for cell the result is that of GDAL's
/// `gdal_rasterize` without `-at`: edges are half open (a centre exactly on a western or northern edge
/// belongs to the polygon), except that cells along horizontal edges through centres are filled once.
/// Vertices that are not finite are left out.
///
/// Scan-line filling: the crossings of each row's centre line with the edges are sorted and filled pair by pair
/// (Foley, van Dam, Feiner and Hughes 1990, Computer Graphics: Principles and Practice, 2nd edition, chapter 3).
pub fn rasterize(
    polygons: &MultiPolygon<f64>,
    transform: &GeoTransform,
    rows: usize,
    cols: usize,
) -> Grid<bool> {
    let mut grid = Grid::filled(rows, cols, false);
    burn(polygons, transform, true, &mut grid);
    grid
}

/// [`rasterize`] for bare rings.
pub fn rasterize_rings(
    rings: &[LineString<f64>],
    transform: &GeoTransform,
    rows: usize,
    cols: usize,
) -> Grid<bool> {
    let mut grid = Grid::filled(rows, cols, false);
    burn_rings(rings.iter(), transform, true, &mut grid);
    grid
}

/// Writes `value` into the cells of `grid` whose centres lie in a (multi)polygon, as [`rasterize`].
pub fn burn<T: Copy>(polygons: &MultiPolygon<f64>, transform: &GeoTransform, value: T, grid: &mut Grid<T>) {
    let rings =
        polygons.0.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    burn_rings(rings, transform, value, grid);
}

/// A vertex in cells: x to the east, y to the south, whole numbers on cell edges.
#[derive(Clone, Copy)]
struct Vertex {
    x: f64,
    y: f64,
}

fn burn_rings<'r, T: Copy>(
    rings: impl Iterator<Item = &'r LineString<f64>>,
    transform: &GeoTransform,
    value: T,
    grid: &mut Grid<T>,
) {
    let (rows, cols) = (grid.rows(), grid.cols());
    let mut crossings: Vec<Vec<i64>> = vec![Vec::new(); rows];
    let mut spans: Vec<(usize, i64, i64)> = Vec::new();
    for ring in rings {
        let vertices: Vec<Vertex> = ring.0.iter().filter_map(|coord| in_cells(coord, transform)).collect();
        let Some(last) = vertices.last() else { continue };
        let mut previous = *last;
        for vertex in vertices {
            cross(previous, vertex, &mut crossings, &mut spans);
            previous = vertex;
        }
    }
    for (row, row_crossings) in crossings.iter_mut().enumerate() {
        row_crossings.sort_unstable();
        spans.extend(row_crossings.chunks_exact(2).map(|pair| (row, pair[0], pair[1])));
    }
    for (row, first, past) in spans {
        let first = first.clamp(0, cols as i64) as usize;
        let past = past.clamp(0, cols as i64) as usize;
        if first < past {
            grid.as_mut_slice()[row * cols + first..row * cols + past].fill(value);
        }
    }
}

/// The same arithmetic as GDAL's inverse geotransform, so that ties fall the same way.
fn in_cells(coord: &Coord<f64>, transform: &GeoTransform) -> Option<Vertex> {
    let (per_width, per_height) = (1.0 / transform.cell_width, 1.0 / -transform.cell_height);
    let vertex = Vertex {
        x: -transform.west / transform.cell_width + coord.x * per_width,
        y: -transform.north / -transform.cell_height + coord.y * per_height,
    };
    (vertex.x.is_finite() && vertex.y.is_finite()).then_some(vertex)
}

/// Column whose western edge is nearest: the first cell whose centre is not west of `x`.
fn column(x: f64) -> i64 {
    (x + 0.5).floor() as i64
}

/// Records where an edge crosses the centre line of each row.
fn cross(from: Vertex, to: Vertex, crossings: &mut [Vec<i64>], spans: &mut Vec<(usize, i64, i64)>) {
    if from.y == to.y {
        let row = from.y - 0.5;
        // An eastern-to-western edge exactly on a centre line closes an area from below: GDAL fills it.
        if row.fract() == 0.0 && row >= 0.0 && row < crossings.len() as f64 && from.x > to.x {
            spans.push((row as usize, column(to.x), column(from.x)));
        }
        return;
    }
    let (upper, lower) = if from.y < to.y { (from, to) } else { (to, from) };
    // Rows whose centre y lies in [upper.y, lower.y).
    let first = (upper.y - 0.5).ceil().clamp(0.0, crossings.len() as f64) as usize;
    let past = (lower.y - 0.5).ceil().clamp(0.0, crossings.len() as f64) as usize;
    for (row, row_crossings) in crossings.iter_mut().enumerate().take(past).skip(first) {
        let centre = row as f64 + 0.5;
        let x = (centre - upper.y) * (lower.x - upper.x) / (lower.y - upper.y) + upper.x;
        row_crossings.push(column(x));
    }
}

#[cfg(test)]
mod tests;
