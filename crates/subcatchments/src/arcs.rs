//! Pieces of outlines between the corners where three or more meet, and their simplification.

use std::collections::HashMap;

/// Corner of cells; row and column count from the north-west corner of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Vertex {
    pub row: i64,
    pub col: i64,
}

struct Arc {
    /// All corners at which the line turns, and both ends; a closed line repeats its first.
    full: Vec<Vertex>,
    /// Indices into `full` that are kept.
    kept: Vec<u32>,
}

impl Arc {
    fn is_simplified(&self) -> bool {
        self.kept.len() < self.full.len()
    }

    fn segments(&self) -> impl Iterator<Item = (Vertex, Vertex)> + '_ {
        self.kept.windows(2).map(|pair| (self.full[pair[0] as usize], self.full[pair[1] as usize]))
    }

    fn restore(&mut self) {
        self.kept = (0..self.full.len() as u32).collect();
    }
}

/// A straight piece of an arc, by the arc's index.
type Segment = (usize, Vertex, Vertex);

/// Every line between two neighbours, once.
#[derive(Default)]
pub(crate) struct ArcSet {
    arcs: Vec<Arc>,
    /// Arc by its first two corners, in its own direction.
    by_start: HashMap<(Vertex, Vertex), usize>,
}

impl ArcSet {
    /// Cuts a closed ring of corners at its nodes and returns its arcs, each with whether the ring follows
    /// it backwards. An arc met before, as the neighbour's edge, is reused.
    pub fn add_ring(
        &mut self,
        mut ring: Vec<Vertex>,
        is_node: impl Fn(Vertex) -> bool,
    ) -> Vec<(usize, bool)> {
        let start = ring.iter().position(|&vertex| is_node(vertex));
        // A ring without nodes starts at its smallest corner, whichever neighbour traces it.
        let smallest = || ring.iter().enumerate().min_by_key(|(_, vertex)| **vertex).map(|(index, _)| index);
        let Some(start) = start.or_else(smallest) else { return Vec::new() };
        ring.rotate_left(start);
        ring.push(ring[0]);
        let mut pieces = Vec::new();
        let mut from = 0;
        for to in 1..ring.len() {
            if to == ring.len() - 1 || is_node(ring[to]) {
                pieces.push(self.add(&ring[from..=to]));
                from = to;
            }
        }
        pieces
    }

    fn add(&mut self, piece: &[Vertex]) -> (usize, bool) {
        let last = piece.len() - 1;
        let (ahead, back) = ((piece[0], piece[1]), (piece[last], piece[last - 1]));
        let backwards = back < ahead;
        let key = if backwards { back } else { ahead };
        if let Some(&arc) = self.by_start.get(&key) {
            return (arc, backwards);
        }
        let mut full: Vec<Vertex> = Vec::new();
        for &vertex in piece {
            // Drop corners at which the line does not turn.
            if let [.., a, b] = full[..]
                && turn(a, b, vertex) == 0
            {
                full.pop();
            }
            full.push(vertex);
        }
        if backwards {
            full.reverse();
        }
        let mut arc = Arc { full, kept: Vec::new() };
        arc.restore();
        self.arcs.push(arc);
        self.by_start.insert(key, self.arcs.len() - 1);
        (self.arcs.len() - 1, backwards)
    }

    /// Corners of a ring in order, its first not repeated.
    pub fn ring<'a>(&'a self, pieces: &'a [(usize, bool)]) -> impl Iterator<Item = Vertex> + 'a {
        pieces.iter().flat_map(|&(arc, backwards)| {
            let Arc { full, kept } = &self.arcs[arc];
            let count = kept.len() - 1;
            (0..count).map(move |i| full[kept[if backwards { count - i } else { i }] as usize])
        })
    }

    /// Simplifies every arc on its own, then gives back the cell edges of those that touch another arc or
    /// themselves, until none does. Cell edges never do, so this ends.
    pub fn simplify(&mut self, tolerance: f64, cell_width: f64, cell_height: f64) {
        if tolerance.is_nan() || tolerance <= 0.0 {
            return;
        }
        for arc in &mut self.arcs {
            let points: Vec<_> =
                arc.full.iter().map(|v| (v.col as f64 * cell_width, v.row as f64 * cell_height)).collect();
            arc.kept = simplified(&points, tolerance);
            let closed = arc.full.first() == arc.full.last();
            if closed && arc.kept.len() < 4 {
                arc.restore();
            }
        }
        loop {
            let touching = self.touching();
            if touching.is_empty() {
                return;
            }
            for arc in touching {
                self.arcs[arc].restore();
            }
        }
    }

    /// Simplified arcs that touch another arc, or themselves, elsewhere than in a shared end.
    fn touching(&self) -> Vec<usize> {
        const BIN: i64 = 8;
        let mut bins: HashMap<(i64, i64), Vec<Segment>> = HashMap::new();
        for (index, arc) in self.arcs.iter().enumerate() {
            for (a, b) in arc.segments() {
                for row in a.row.min(b.row).div_euclid(BIN)..=a.row.max(b.row).div_euclid(BIN) {
                    for col in a.col.min(b.col).div_euclid(BIN)..=a.col.max(b.col).div_euclid(BIN) {
                        bins.entry((row, col)).or_default().push((index, a, b));
                    }
                }
            }
        }
        let mut touching = Vec::new();
        for bin in bins.values() {
            for (i, &(one, a, b)) in bin.iter().enumerate() {
                for &(other, c, d) in &bin[i + 1..] {
                    let changed = [one, other].map(|arc| self.arcs[arc].is_simplified());
                    if (changed[0] || changed[1]) && conflict((a, b), (c, d)) {
                        touching.extend(
                            [one, other].iter().zip(changed).filter(|(_, c)| *c).map(|(arc, _)| *arc),
                        );
                    }
                }
            }
        }
        touching.sort_unstable();
        touching.dedup();
        touching
    }
}

/// Twice the signed area of the triangle of three corners, exact.
fn turn(a: Vertex, b: Vertex, c: Vertex) -> i64 {
    (b.col - a.col) * (c.row - a.row) - (b.row - a.row) * (c.col - a.col)
}

/// Returns true if two segments have more in common than one end.
fn conflict((a, b): (Vertex, Vertex), (c, d): (Vertex, Vertex)) -> bool {
    let (shared, p, q) = match (a == c, a == d, b == c, b == d) {
        (true, _, _, true) | (_, true, true, _) => return true,
        (true, ..) => (a, b, d),
        (_, true, ..) => (a, b, c),
        (_, _, true, _) => (b, a, d),
        (.., true) => (b, a, c),
        _ => return intersect((a, b), (c, d)),
    };
    let along = (p.col - shared.col) * (q.col - shared.col) + (p.row - shared.row) * (q.row - shared.row);
    turn(shared, p, q) == 0 && along > 0
}

fn intersect((a, b): (Vertex, Vertex), (c, d): (Vertex, Vertex)) -> bool {
    let within = |p: Vertex, q: Vertex, x: Vertex| {
        x.col >= p.col.min(q.col)
            && x.col <= p.col.max(q.col)
            && x.row >= p.row.min(q.row)
            && x.row <= p.row.max(q.row)
    };
    let (abc, abd) = (turn(a, b, c).signum(), turn(a, b, d).signum());
    let (cda, cdb) = (turn(c, d, a).signum(), turn(c, d, b).signum());
    (abc * abd < 0 && cda * cdb < 0)
        || (abc == 0 && within(a, b, c))
        || (abd == 0 && within(a, b, d))
        || (cda == 0 && within(c, d, a))
        || (cdb == 0 && within(c, d, b))
}

/// Indices that Douglas and Peucker's algorithm keeps (1973, "Algorithms for the reduction of the number of points
/// required to represent a digitized line or its caricature", Cartographica 10); a closed line is also kept at its
/// farthest point.
pub(crate) fn simplified(points: &[(f64, f64)], tolerance: f64) -> Vec<u32> {
    let last = points.len() - 1;
    let mut kept = vec![0, last as u32];
    let mut spans = vec![(0, last)];
    while let Some((start, end)) = spans.pop() {
        let farthest = (start + 1..end)
            .map(|i| (i, distance_to_segment(points[i], points[start], points[end])))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        let closed = points[start] == points[end];
        if let Some((middle, _)) = farthest.filter(|&(_, distance)| closed || distance > tolerance) {
            kept.push(middle as u32);
            spans.push((start, middle));
            spans.push((middle, end));
        }
    }
    kept.sort_unstable();
    kept
}

fn distance_to_segment((x, y): (f64, f64), (x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> f64 {
    let (dx, dy) = (x1 - x0, y1 - y0);
    let squared = dx * dx + dy * dy;
    let along = if squared > 0.0 { (((x - x0) * dx + (y - y0) * dy) / squared).clamp(0.0, 1.0) } else { 0.0 };
    (x - x0 - along * dx).hypot(y - y0 - along * dy)
}
