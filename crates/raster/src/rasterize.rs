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
/// Scan-line filling: between the first crossing of a row's centre line with the edges and the second, the third and the
/// fourth, and so on (Foley, van Dam, Feiner and Hughes 1990, Computer Graphics: Principles and Practice, 2nd edition,
/// chapter 3). Of the crossings only their number in each column is kept, odd or even: a bit per cell of the polygon's
/// box, however many vertices there are.
///
/// ```
/// use geo_types::{MultiPolygon, polygon};
/// use headwaters_raster::{GeoTransform, rasterize};
///
/// let triangle = polygon![(x: 0.0, y: 0.0), (x: 30.0, y: 0.0), (x: 0.0, y: 30.0)];
/// let transform = GeoTransform { west: 0.0, north: 30.0, cell_width: 10.0, cell_height: 10.0 };
/// let inside = rasterize(&MultiPolygon(vec![triangle]), &transform, 3, 3);
/// assert_eq!(inside.as_slice().iter().filter(|&&cell| cell).count(), 6);
/// ```
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
    rings: impl Iterator<Item = &'r LineString<f64>> + Clone,
    transform: &GeoTransform,
    value: T,
    grid: &mut Grid<T>,
) {
    let (rows, cols) = (grid.rows(), grid.cols());
    let vertices =
        |ring: &'r LineString<f64>| ring.0.iter().filter_map(move |coord| in_cells(coord, transform));
    let Some(mut crossings) = Crossings::within(rings.clone().flat_map(vertices), rows, cols) else { return };
    let mut fill = |row: usize, first: usize, past: usize| {
        if first < past {
            grid.as_mut_slice()[row * cols + first..row * cols + past].fill(value);
        }
    };
    for ring in rings {
        let Some(mut previous) = vertices(ring).next_back() else { continue };
        for vertex in vertices(ring) {
            match level_span(previous, vertex, rows) {
                Some((row, first, past)) => fill(row, in_grid(first, cols), in_grid(past, cols)),
                None => crossings.add(previous, vertex),
            }
            previous = vertex;
        }
    }
    crossings.each_span(fill);
}

/// Crossings of edges with the centre lines of rows, in the box of a polygon: for each row and column one bit, the parity
/// of the crossings whose western cell edge lies there.
struct Crossings {
    first_row: usize,
    rows: usize,
    first_col: usize,
    cols: usize,
    words_per_row: usize,
    bits: Vec<u64>,
}

impl Crossings {
    /// None yet, within the box of some vertices and a grid; nothing where they have no row in common.
    fn within(mut vertices: impl Iterator<Item = Vertex>, rows: usize, cols: usize) -> Option<Self> {
        let first = vertices.next()?;
        let (low, high) = vertices.fold((first, first), |(low, high), Vertex { x, y }| {
            let low = Vertex { x: low.x.min(x), y: low.y.min(y) };
            (low, Vertex { x: high.x.max(x), y: high.y.max(y) })
        });
        let (first_row, past_row) = (row_from(low.y, rows), row_from(high.y, rows));
        // A column more on either side: an interpolated crossing may miss the box by a rounding error.
        let first_col = in_grid(column(low.x).saturating_sub(1), cols);
        let last_col = in_grid(column(high.x).saturating_add(1), cols);
        let (rows, cols) = (past_row.saturating_sub(first_row), last_col - first_col + 1);
        let words_per_row = cols.div_ceil(u64::BITS as usize);
        Some(Self { first_row, rows, first_col, cols, words_per_row, bits: vec![0; rows * words_per_row] })
    }

    /// Adds the crossings of an edge that is not level.
    fn add(&mut self, from: Vertex, to: Vertex) {
        let (upper, lower) = if from.y < to.y { (from, to) } else { (to, from) };
        // Rows whose centre y lies in [upper.y, lower.y).
        let past_row = self.first_row + self.rows;
        for row in row_from(upper.y, past_row)..row_from(lower.y, past_row) {
            let centre = row as f64 + 0.5;
            let x = (centre - upper.y) * (lower.x - upper.x) / (lower.y - upper.y) + upper.x;
            let past = self.first_col + self.cols - 1;
            let col = in_grid(column(x), past).saturating_sub(self.first_col);
            let word = (row - self.first_row) * self.words_per_row + col / u64::BITS as usize;
            self.bits[word] ^= 1 << (col % u64::BITS as usize);
        }
    }

    /// Calls `fill` with row, first and past column of every span inside the polygon.
    fn each_span(&self, mut fill: impl FnMut(usize, usize, usize)) {
        for (row, words) in self.bits.chunks_exact(self.words_per_row).enumerate() {
            let mut begun = None;
            for (index, word) in words.iter().enumerate() {
                let mut left = *word;
                while left != 0 {
                    let bit = left.trailing_zeros() as usize;
                    let col = self.first_col + index * u64::BITS as usize + bit;
                    match begun.take() {
                        Some(first) => fill(self.first_row + row, first, col),
                        None => begun = Some(col),
                    }
                    left &= left - 1;
                }
            }
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

/// A column within a grid of `cols`, or past its end.
fn in_grid(column: i64, cols: usize) -> usize {
    column.clamp(0, cols as i64) as usize
}

/// The first row whose centre is not north of `y`.
fn row_from(y: f64, rows: usize) -> usize {
    (y - 0.5).ceil().clamp(0.0, rows as f64) as usize
}

/// Row, first and past column that a level edge fills by itself; `None` of an edge that is not level. An
/// eastern-to-western edge exactly on a centre line closes an area from below: GDAL fills it.
fn level_span(from: Vertex, to: Vertex, rows: usize) -> Option<(usize, i64, i64)> {
    if from.y != to.y {
        return None;
    }
    let row = from.y - 0.5;
    let fills = row.fract() == 0.0 && row >= 0.0 && row < rows as f64 && from.x > to.x;
    Some(if fills { (row as usize, column(to.x), column(from.x)) } else { (0, 0, 0) })
}

#[cfg(test)]
mod tests;
