use geo_types::{Polygon, polygon};
use proptest::prelude::*;

use super::*;
use crate::Cell;

const UNIT: GeoTransform = GeoTransform { west: 0.0, north: 20.0, cell_width: 1.0, cell_height: 1.0 };

/// Even-odd test of one point against all rings, edge by edge.
fn inside(rings: &[LineString<f64>], x: f64, y: f64) -> bool {
    let edges = rings.iter().flat_map(|ring| ring.lines());
    let crossed = edges.filter(|edge| {
        let (low, high) =
            if edge.start.y < edge.end.y { (edge.start, edge.end) } else { (edge.end, edge.start) };
        low.y < y && y <= high.y && low.x + (y - low.y) * (high.x - low.x) / (high.y - low.y) <= x
    });
    crossed.count() % 2 == 1
}

proptest! {
    /// A watershed mask holds exactly the cells whose centres lie inside, for any rings, however tangled.
    #[test]
    fn the_mask_is_the_even_odd_rule_at_cell_centres(
        rings in prop::collection::vec(prop::collection::vec((-5.0..25.0_f64, -5.0..25.0_f64), 3..9), 1..4),
    ) {
        let rings: Vec<LineString<f64>> = rings
            .into_iter()
            .map(|mut ring| {
                ring.push(ring[0]);
                LineString::from(ring)
            })
            .collect();
        let mask = rasterize_rings(&rings, &UNIT, 20, 20);
        for row in 0..20 {
            for col in 0..20 {
                let cell = Cell { row, col };
                let (x, y) = UNIT.centre(cell);
                prop_assert_eq!(mask[cell], inside(&rings, x, y), "{:?}", cell);
            }
        }
    }

    /// Whatever coordinates an upload holds, rasterising neither panics nor hangs.
    #[test]
    fn wild_coordinates_are_harmless(ring in prop::collection::vec((any::<f64>(), any::<f64>()), 0..12)) {
        let rings = [LineString::from(ring)];
        prop_assert_eq!(rasterize_rings(&rings, &UNIT, 20, 20).len(), 400);
    }
}

#[test]
fn holes_are_holes() {
    let ring: Polygon<f64> = polygon![
        exterior: [(x: 2.0, y: 2.0), (x: 18.0, y: 2.0), (x: 18.0, y: 18.0), (x: 2.0, y: 18.0)],
        interiors: [[(x: 5.0, y: 5.0), (x: 10.0, y: 5.0), (x: 10.0, y: 10.0), (x: 5.0, y: 10.0)]],
    ];
    let mask = rasterize(&MultiPolygon(vec![ring]), &UNIT, 20, 20);
    assert_eq!(mask.as_slice().iter().filter(|inside| **inside).count(), 16 * 16 - 5 * 5);
}

/// A comb of a hundred thousand teeth over the whole height of a grid has as many crossings as its teeth times the rows;
/// kept one by one they would fill the machine's memory. The mask is still exact: it holds the cells whose centres lie in
/// teeth.
#[test]
fn a_hostile_comb_needs_no_more_memory_than_its_box() {
    const TEETH: usize = 100_000;
    let (rows, cols) = (100, 64);
    let transform = GeoTransform { north: rows as f64, ..UNIT };
    let width = cols as f64 / TEETH as f64;
    let tooth = |tooth: usize| {
        let (west, middle) = (tooth as f64 * width, (tooth as f64 + 0.5) * width);
        [(west, 0.25), (west, rows as f64), (middle, rows as f64), (middle, 0.25)]
    };
    let mut ring: Vec<(f64, f64)> = (0..TEETH).flat_map(tooth).collect();
    ring.extend([(cols as f64, 0.25), (cols as f64, 0.1), (0.0, 0.1)]);
    let rings = [LineString::from(ring)];
    let vertices = rings[0].0.iter().filter_map(|coord| in_cells(coord, &transform));
    let crossings = Crossings::within(vertices, rows, cols).expect("on the grid");
    assert!(crossings.bits.len() <= rows * (cols + 2).div_ceil(64), "a bit per cell");
    let mask = rasterize_rings(&rings, &transform, rows, cols);
    for col in 0..cols {
        let cell = Cell { row: rows / 2, col };
        let (x, y) = transform.centre(cell);
        assert_eq!(mask[cell], inside(&rings, x, y), "{col}");
    }
}
