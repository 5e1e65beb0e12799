//! Contacts between the rings of a feature (touching, overlapping, crossing) that make a polygon invalid, with their
//! place.

use geo::{Coord, GeoNum, Kernel, Line, Polygon, coordinate_position::CoordPos, kernels::Orientation};

/// Pairs of edges examined before a feature counts as too complex: bounds the time a hostile file can take.
const MAX_PAIRS: usize = 40_000_000;

/// Kinds of contact between two edges, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContactKind {
    /// A ring returns to one of its own points.
    Touch,
    /// Two edges run along the same line.
    Overlap,
    /// Two edges cross.
    Crossing,
}

/// The worst contact of a feature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contact {
    pub kind: ContactKind,
    pub at: [f64; 2],
}

/// A feature with too many edges in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooComplex;

struct Edge {
    line: Line<f64>,
    low: Coord<f64>,
    high: Coord<f64>,
    ring: usize,
    place: usize,
    ring_length: usize,
}

/// The worst contact that makes the polygons invalid, if there is one. Different rings may touch in points.
pub fn worst(polygons: &[Polygon<f64>]) -> Result<Option<Contact>, TooComplex> {
    let mut edges = edges(polygons);
    edges.sort_by(|a, b| a.low.x.total_cmp(&b.low.x));
    let mut active: Vec<&Edge> = Vec::new();
    let mut worst: Option<Contact> = None;
    let mut pairs = 0;
    for edge in &edges {
        active.retain(|other| other.high.x >= edge.low.x);
        pairs += active.len();
        if pairs > MAX_PAIRS {
            return Err(TooComplex);
        }
        for other in &active {
            if other.high.y < edge.low.y || other.low.y > edge.high.y {
                continue;
            }
            let contact = contact(other, edge);
            if contact.is_some_and(|found| worst.is_none_or(|known| found.kind > known.kind)) {
                worst = contact;
            }
        }
        active.push(edge);
    }
    Ok(worst)
}

fn edges(polygons: &[Polygon<f64>]) -> Vec<Edge> {
    let rings =
        polygons.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let of_ring = |(ring, points): (usize, &geo::LineString<f64>)| {
        let ring_length = points.0.len().saturating_sub(1);
        points
            .lines()
            .enumerate()
            .map(move |(place, line)| {
                let (a, b) = (line.start, line.end);
                let low = Coord { x: a.x.min(b.x), y: a.y.min(b.y) };
                let high = Coord { x: a.x.max(b.x), y: a.y.max(b.y) };
                Edge { line, low, high, ring, place, ring_length }
            })
            .collect::<Vec<_>>()
    };
    rings.enumerate().flat_map(of_ring).collect()
}

fn orient(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> Orientation {
    <f64 as GeoNum>::Ker::orient2d(a, b, c)
}

fn contact(a: &Edge, b: &Edge) -> Option<Contact> {
    let same_ring = a.ring == b.ring;
    let gap = a.place.abs_diff(b.place);
    if same_ring && (gap == 1 || gap + 1 == a.ring_length) {
        return spike(a, b);
    }
    let (p, q, r, s) = (a.line.start, a.line.end, b.line.start, b.line.end);
    let [r_side, s_side, p_side, q_side] =
        [orient(p, q, r), orient(p, q, s), orient(r, s, p), orient(r, s, q)];
    let collinear = Orientation::Collinear;
    if r_side == collinear && s_side == collinear {
        return overlap(a, b, same_ring);
    }
    if r_side != s_side && p_side != q_side && ![r_side, s_side, p_side, q_side].contains(&collinear) {
        return Some(Contact { kind: ContactKind::Crossing, at: crossing_point(a.line, b.line) });
    }
    if !same_ring {
        return None;
    }
    let touching = [(r_side, r, a), (s_side, s, a), (p_side, p, b), (q_side, q, b)];
    let touch = touching.into_iter().find(|(side, point, edge)| *side == collinear && within(edge, *point));
    touch.map(|(_, point, _)| Contact { kind: ContactKind::Touch, at: [point.x, point.y] })
}

/// Consecutive edges that run back over each other.
fn spike(a: &Edge, b: &Edge) -> Option<Contact> {
    let (before, corner, after) = if a.line.end == b.line.start {
        (a.line.start, a.line.end, b.line.end)
    } else {
        (b.line.start, b.line.end, a.line.end)
    };
    let (u, v) = (before - corner, after - corner);
    let back = orient(before, corner, after) == Orientation::Collinear && u.x * v.x + u.y * v.y > 0.0;
    back.then_some(Contact { kind: ContactKind::Overlap, at: [corner.x, corner.y] })
}

/// Collinear edges: along each other, or end to end.
fn overlap(a: &Edge, b: &Edge, same_ring: bool) -> Option<Contact> {
    let low = Coord { x: a.low.x.max(b.low.x), y: a.low.y.max(b.low.y) };
    let high = Coord { x: a.high.x.min(b.high.x), y: a.high.y.min(b.high.y) };
    if low.x > high.x || low.y > high.y {
        return None;
    }
    let at = [low.x, low.y];
    if low.x < high.x || low.y < high.y {
        return Some(Contact { kind: ContactKind::Overlap, at });
    }
    same_ring.then_some(Contact { kind: ContactKind::Touch, at })
}

fn within(edge: &Edge, point: Coord<f64>) -> bool {
    (edge.low.x..=edge.high.x).contains(&point.x) && (edge.low.y..=edge.high.y).contains(&point.y)
}

fn crossing_point(a: Line<f64>, b: Line<f64>) -> [f64; 2] {
    let (d, e, w) = (a.end - a.start, b.end - b.start, b.start - a.start);
    let determinant = d.x * e.y - d.y * e.x;
    if determinant == 0.0 {
        return [b.start.x, b.start.y];
    }
    let t = (w.x * e.y - w.y * e.x) / determinant;
    [a.start.x + t * d.x, a.start.y + t * d.y]
}

/// Returns true if a hole lies inside its polygon's outer ring, judged by one of its points.
pub fn hole_is_inside(polygon: &Polygon<f64>, hole: &geo::LineString<f64>) -> bool {
    let position =
        |point: &Coord<f64>| geo::coordinate_position::coord_pos_relative_to_ring(*point, polygon.exterior());
    hole.0.iter().map(position).find(|place| *place != CoordPos::OnBoundary) != Some(CoordPos::Outside)
}
