//! Coordinates of a geometry member.

use serde_json::Value;

use crate::fault::Fault;
use crate::limits::Limits;

/// Polygons → rings → positions.
pub type Rings = Vec<Vec<Vec<[f64; 2]>>>;

/// Gap between the first and the last position that still counts as closed (rounding in the last digit), relative
/// to the size of the numbers.
const CLOSING_TOLERANCE: f64 = 1e-9;

/// Reads a geometry. What can be read comes back even when a fault stops the reading, so that it can be drawn.
pub fn read(geometry: Option<&Value>, limits: &Limits) -> (Rings, Option<Fault>) {
    let Some(geometry) = geometry.filter(|geometry| !geometry.is_null()) else {
        return (Vec::new(), Some(Fault::new("no_geometry", "the feature has no geometry")));
    };
    let kind = geometry.get("type").and_then(Value::as_str).unwrap_or("nothing");
    let coordinates = geometry.get("coordinates");
    let polygons: Vec<&Value> = match (kind, coordinates) {
        ("Polygon", Some(coordinates)) => vec![coordinates],
        ("MultiPolygon", Some(Value::Array(polygons))) => polygons.iter().collect(),
        ("Polygon" | "MultiPolygon", _) => {
            return (
                Vec::new(),
                Some(Fault::new("no_coordinates", format!("the {kind} has no coordinates"))),
            );
        }
        _ => {
            let message = format!("a watershed is a Polygon or a MultiPolygon; this is {kind}");
            return (Vec::new(), Some(Fault::new("wrong_geometry_type", message)));
        }
    };
    let mut reader =
        Reader { vertices_left: limits.max_vertices, max_vertices: limits.max_vertices, fault: None };
    let rings: Rings = polygons.into_iter().map(|polygon| reader.polygon(polygon)).collect();
    let empty = rings.iter().all(Vec::is_empty);
    let fault = reader.fault.or_else(|| empty.then(|| Fault::new("no_geometry", "the polygon has no rings")));
    (rings, fault)
}

struct Reader {
    vertices_left: usize,
    max_vertices: usize,
    fault: Option<Fault>,
}

impl Reader {
    /// Keeps the first fault.
    fn fail(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }

    fn polygon(&mut self, value: &Value) -> Vec<Vec<[f64; 2]>> {
        let Value::Array(rings) = value else {
            self.fail(Fault::new("bad_coordinates", "a polygon's coordinates are a list of rings"));
            return Vec::new();
        };
        rings.iter().enumerate().map(|(number, ring)| self.ring(number, ring)).collect()
    }

    fn ring(&mut self, number: usize, value: &Value) -> Vec<[f64; 2]> {
        let Value::Array(positions) = value else {
            self.fail(Fault::new("bad_coordinates", format!("ring {number} is not a list of positions")));
            return Vec::new();
        };
        if positions.len() > self.vertices_left {
            let message = format!("the feature has more than {} vertices; simplify it", self.max_vertices);
            self.fail(Fault::new("too_many_vertices", message));
            return Vec::new();
        }
        self.vertices_left -= positions.len();
        let mut ring = Vec::with_capacity(positions.len());
        for (place, position) in positions.iter().enumerate() {
            match numbers(position) {
                Some(point) => ring.push(point),
                None => {
                    let message = format!("position {place} of ring {number} is not two finite numbers");
                    self.fail(Fault::new("non_finite_number", message));
                }
            }
        }
        self.close(number, &mut ring);
        ring
    }

    fn close(&mut self, number: usize, ring: &mut [[f64; 2]]) {
        let (Some(first), Some(last)) = (ring.first().copied(), ring.last_mut()) else {
            self.fail(Fault::new("empty_ring", format!("ring {number} has no positions")));
            return;
        };
        let gap = (first[0] - last[0]).abs().max((first[1] - last[1]).abs());
        let scale = first[0].abs().max(first[1].abs()).max(1.0);
        if gap <= CLOSING_TOLERANCE * scale {
            *last = first;
        } else {
            let message = format!("ring {number} is not closed: its last position differs from its first");
            self.fail(Fault::new("unclosed_ring", message).at(*last));
        }
    }
}

fn numbers(position: &Value) -> Option<[f64; 2]> {
    let position = position.as_array()?;
    let x = position.first()?.as_f64()?;
    let y = position.get(1)?.as_f64()?;
    (x.is_finite() && y.is_finite()).then_some([x, y])
}
