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
