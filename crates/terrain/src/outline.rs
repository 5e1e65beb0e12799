//! Cell regions as polygons, and the difference between a basin and the polygon it was made for.

use geo::{Coord, LineString, MultiPolygon, Polygon, Simplify};
use headwaters_raster::{GeoTransform, Grid};
use rustc_hash::FxHashMap;

use crate::error::{FlowError, same_shape};

/// Differences between polygon and basin, in the DEM's coordinate system.
#[derive(Clone, Debug)]
pub struct DifferenceMap {
    /// In the polygon, not in the basin.
    pub missed: MultiPolygon<f64>,
    /// In the basin, not in the polygon.
    pub extra: MultiPolygon<f64>,
}

impl DifferenceMap {
    /// The same with outlines that stray at most `tolerance` map units from the cells' edges (Douglas and Peucker 1973,
    /// "Algorithms for the reduction of the number of points required to represent a digitized line or its caricature",
    /// Cartographica 10): for display, not for measuring.
    pub fn simplified(&self, tolerance: f64) -> Self {
        Self { missed: self.missed.simplify(tolerance), extra: self.extra.simplify(tolerance) }
    }
}

/// Areas of the polygon that the basin misses, and areas it has in excess.
///
/// # Errors
/// [`FlowError::Shape`] when the grids differ in size.
pub fn difference(
    mask: &Grid<bool>,
    basin: &Grid<bool>,
    transform: &GeoTransform,
) -> Result<DifferenceMap, FlowError> {
    same_shape(mask, basin, "basin")?;
    let (m, b) = (mask.as_slice(), basin.as_slice());
    let of = |inside: &dyn Fn(usize) -> bool| outline_where(mask.rows(), mask.cols(), transform, inside);
    Ok(DifferenceMap { missed: of(&|i| m[i] && !b[i]), extra: of(&|i| b[i] && !m[i]) })
}

/// The outline of all cells that are true: exact cell edges, outer rings counter-clockwise, holes clockwise.
/// Cells that touch only at a corner belong to different polygons, so that every polygon is valid.
///
/// Border following along the cracks between cells (Rosenfeld and Kak 1982, Digital Picture Processing, 2nd edition,
/// volume 2): every crack is directed with the region to its left, and rings are followed from crack to crack.
///
/// ```
/// use headwaters_raster::{GeoTransform, Grid};
/// use headwaters_terrain::outline;
///
/// let region = Grid::from_vec(1, 3, vec![true, true, false]).expect("three values");
/// let transform = GeoTransform { west: 0.0, north: 10.0, cell_width: 10.0, cell_height: 10.0 };
/// let polygons = outline(&region, &transform);
/// assert_eq!(polygons.0.len(), 1);
/// assert_eq!(polygons.0[0].exterior().0.len(), 5, "a rectangle, closed");
/// ```
pub fn outline(region: &Grid<bool>, transform: &GeoTransform) -> MultiPolygon<f64> {
    outline_where(region.rows(), region.cols(), transform, &|i| region.as_slice()[i])
}

/// A corner of cells: row and column of the cell to its south-east.
type Corner = (usize, usize);

fn outline_where(
    rows: usize,
    cols: usize,
    transform: &GeoTransform,
    inside: &dyn Fn(usize) -> bool,
) -> MultiPolygon<f64> {
    let is = |row: isize, col: isize| {
        let within = row >= 0 && col >= 0 && row < rows as isize && col < cols as isize;
        within && inside(row as usize * cols + col as usize)
    };
    // Edges run with the region to their left: south along western, east along southern sides, and so on.
    let mut edges: FxHashMap<Corner, Vec<Corner>> = FxHashMap::default();
    let mut starts = Vec::new();
    for row in 0..rows {
        for col in (0..cols).filter(|&col| inside(row * cols + col)) {
            let (r, c) = (row as isize, col as isize);
            let mut add = |from: Corner, to: Corner| {
                edges.entry(from).or_default().push(to);
                starts.push(from);
            };
            if !is(r, c - 1) {
                add((row, col), (row + 1, col));
            }
            if !is(r + 1, c) {
                add((row + 1, col), (row + 1, col + 1));
            }
            if !is(r, c + 1) {
                add((row + 1, col + 1), (row, col + 1));
            }
            if !is(r - 1, c) {
                add((row, col + 1), (row, col));
            }
        }
    }
    let mut outer: Vec<(i64, Vec<Corner>)> = Vec::new();
    let mut holes: Vec<Vec<Corner>> = Vec::new();
    for start in starts {
        while let Some(ring) = take_ring(&mut edges, start) {
            let area = doubled_area(&ring);
            if area > 0 { outer.push((area, ring)) } else { holes.push(ring) }
        }
    }
    assemble(outer, holes, transform)
}

/// Follows edges from `start` back to it, turning left at corners where two regions meet.
fn take_ring(edges: &mut FxHashMap<Corner, Vec<Corner>>, start: Corner) -> Option<Vec<Corner>> {
    let mut ring = vec![start];
    let mut at = start;
    let mut heading = (0isize, 0isize);
    loop {
        let choices = edges.get_mut(&at)?;
        let step = |to: Corner| (to.0 as isize - at.0 as isize, to.1 as isize - at.1 as isize);
        // Left of a heading (down, right) on the map, where rows run south, is (-right, down).
        let left = (-heading.1, heading.0);
        let pick = choices.iter().position(|&to| step(to) == left).unwrap_or(choices.len().checked_sub(1)?);
        let to = choices.swap_remove(pick);
        heading = step(to);
        if to == start {
            return Some(ring);
        }
        ring.push(to);
        at = to;
    }
}

/// Twice the area, positive when counter-clockwise on the map.
fn doubled_area(ring: &[Corner]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| b.1 as i64 * a.0 as i64 - a.1 as i64 * b.0 as i64).sum()
}

/// Gives each hole to the smallest outer ring around it.
fn assemble(
    mut outer: Vec<(i64, Vec<Corner>)>,
    holes: Vec<Vec<Corner>>,
    transform: &GeoTransform,
) -> MultiPolygon<f64> {
    let line = |ring: &[Corner]| -> LineString<f64> {
        let n = ring.len();
        let turns = (0..n).filter(|&k| {
            let (before, here, after) = (ring[(k + n - 1) % n], ring[k], ring[(k + 1) % n]);
            (before.0 == here.0) != (here.0 == after.0)
        });
        let corner = |(row, col): Corner| Coord {
            x: transform.west + col as f64 * transform.cell_width,
            y: transform.north - row as f64 * transform.cell_height,
        };
        let mut points: Vec<Coord<f64>> = turns.map(|k| corner(ring[k])).collect();
        points.extend(points.first().copied());
        points.into()
    };
    outer.sort_by_key(|(area, _)| *area);
    let mut interiors: Vec<Vec<LineString<f64>>> = vec![Vec::new(); outer.len()];
    for hole in holes {
        if let Some(k) = outer.iter().position(|(_, ring)| surrounds(ring, &hole)) {
            interiors[k].push(line(&hole));
        }
    }
    let polygons = outer.iter().zip(interiors).map(|((_, ring), holes)| Polygon::new(line(ring), holes));
    MultiPolygon(polygons.collect())
}

/// Returns true if the cell inside the hole's first corner edge lies within `ring`, by counting crossings westward
/// (Shimrat 1962, "Algorithm 112: position of point relative to polygon", Communications of the ACM 5).
fn surrounds(ring: &[Corner], hole: &[Corner]) -> bool {
    // A point just inside the hole's northernmost, then westernmost corner: its cell's centre.
    let Some(&(row, col)) = hole.iter().min() else { return false };
    let next = ring.iter().cycle().skip(1);
    let crossings = ring.iter().zip(next).filter(|(a, b)| {
        let vertical = a.1 == b.1 && a.1 <= col;
        vertical && a.0.min(b.0) <= row && row < a.0.max(b.0)
    });
    crossings.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Area;
    use headwaters_raster::rasterize;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        /// The map shown to the user must cover exactly the cells meant.
        #[test]
        fn outlines_cover_exactly_their_cells(
            (rows, cols, cells) in (1usize..12, 1usize..12).prop_flat_map(|(r, c)| {
                (Just(r), Just(c), proptest::collection::vec(any::<bool>(), r * c))
            }),
        ) {
            let region = Grid::from_vec(rows, cols, cells).unwrap();
            let transform = GeoTransform { west: 500.0, north: 900.0, cell_width: 5.0, cell_height: 10.0 };
            let polygons = outline(&region, &transform);
            let count = region.as_slice().iter().filter(|&&c| c).count();
            prop_assert!((polygons.unsigned_area() - 50.0 * count as f64).abs() < 1e-6);
            let back = rasterize(&polygons, &transform, rows, cols);
            prop_assert_eq!(back.as_slice(), region.as_slice());
            for polygon in &polygons {
                prop_assert!(polygon.exterior().0.len() >= 5 && polygon.signed_area() > 0.0);
            }
        }
    }
}
