//! Outlines of labelled cells as polygons whose shared edges stay shared.

use std::collections::HashMap;

use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use headwaters_raster::{Cell, GeoTransform, Grid};

use crate::arcs::{ArcSet, Vertex};

/// Outline of one channel or hillslope in map coordinates.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// Id of the channel or hillslope.
    pub topaz_id: u32,
    /// One polygon per group of cells that share sides; parts that meet at a corner only are separate.
    /// Outer rings run counter-clockwise, holes clockwise.
    pub polygons: MultiPolygon<f64>,
}

/// Outlines every label but 0, by ascending label.
///
/// `tolerance_m` is the Douglas-Peucker tolerance; 0 keeps the cell edges, so that areas equal the cells'.
/// Lines are cut where three or more outlines meet and each piece is simplified once for both neighbours:
/// no gaps, no overlaps. A piece whose simplification would touch another one keeps its cell edges. Above
/// 1.5 cells the tolerance is capped, so that no small part can jump over its neighbour's line.
pub(crate) fn outline(labels: &Grid<u32>, transform: &GeoTransform, tolerance_m: f64) -> Vec<Outline> {
    let Some(window) = Window::around_labels(labels) else { return Vec::new() };
    let components = window.components();
    let mut arcs = ArcSet::default();
    let mut rings = window.trace_rings(&components, &mut arcs);
    let capped_m = tolerance_m.min(1.5 * transform.cell_width.min(transform.cell_height));
    arcs.simplify(capped_m, transform.cell_width, transform.cell_height);
    // The outer ring of a component comes first, its holes after it.
    rings.sort_by_key(|ring| (ring.label, ring.component, ring.is_hole));
    let to_map = |vertex: Vertex| Coord {
        x: transform.west + (window.first_col + vertex.col as usize) as f64 * transform.cell_width,
        y: transform.north - (window.first_row + vertex.row as usize) as f64 * transform.cell_height,
    };
    let mut outlines: Vec<Outline> = Vec::new();
    for component in rings.chunk_by(|a, b| a.component == b.component) {
        let mut lines = component.iter().map(|ring| {
            let mut line: Vec<Coord> = arcs.ring(&ring.arcs).map(to_map).collect();
            line.extend(line.first().copied());
            LineString::new(line)
        });
        let Some(outer) = lines.next() else { continue };
        let polygon = Polygon::new(outer, lines.collect());
        match outlines.last_mut().filter(|outline| outline.topaz_id == component[0].label) {
            Some(outline) => outline.polygons.0.push(polygon),
            None => outlines
                .push(Outline { topaz_id: component[0].label, polygons: MultiPolygon::new(vec![polygon]) }),
        }
    }
    outlines
}

struct Ring {
    label: u32,
    component: u32,
    is_hole: bool,
    /// (arc, whether it runs backwards).
    arcs: Vec<(usize, bool)>,
}

/// The part of the grid that holds labels.
struct Window<'a> {
    labels: &'a Grid<u32>,
    first_row: usize,
    first_col: usize,
    rows: usize,
    cols: usize,
}

/// Travel along the bottom (east), right (north), top (west) and left (south) side of a cell, as (row,
/// column) steps: always with the cell on the left.
const TRAVEL: [(i64, i64); 4] = [(0, 1), (-1, 0), (0, -1), (1, 0)];

impl<'a> Window<'a> {
    fn around_labels(labels: &'a Grid<u32>) -> Option<Self> {
        let (mut north, mut south, mut west, mut east) = (usize::MAX, 0, usize::MAX, 0);
        for (row, line) in labels.as_slice().chunks_exact(labels.cols().max(1)).enumerate() {
            let Some(first) = line.iter().position(|&label| label != 0) else { continue };
            let last = line.iter().rposition(|&label| label != 0).unwrap_or(first);
            (north, south) = (north.min(row), row);
            (west, east) = (west.min(first), east.max(last));
        }
        (north != usize::MAX).then(|| Self {
            labels,
            first_row: north,
            first_col: west,
            rows: south - north + 1,
            cols: east - west + 1,
        })
    }

    /// Label of a cell of the window; 0 outside.
    fn label(&self, row: i64, col: i64) -> u32 {
        if row < 0 || col < 0 || row >= self.rows as i64 || col >= self.cols as i64 {
            return 0;
        }
        self.labels[Cell { row: self.first_row + row as usize, col: self.first_col + col as usize }]
    }

    fn index(&self, row: i64, col: i64) -> usize {
        row as usize * self.cols + col as usize
    }

    /// Groups of cells with one label that share sides, numbered row by row from 1; 0 without a label.
    fn components(&self) -> Vec<u32> {
        let mut components = vec![0; self.rows * self.cols];
        let mut count = 0;
        let mut stack = Vec::new();
        for start in 0..components.len() {
            let (row, col) = ((start / self.cols) as i64, (start % self.cols) as i64);
            let label = self.label(row, col);
            if label == 0 || components[start] != 0 {
                continue;
            }
            count += 1;
            components[start] = count;
            stack.push((row, col));
            while let Some((row, col)) = stack.pop() {
                for (rows, cols) in TRAVEL {
                    let (row, col) = (row + rows, col + cols);
                    if self.label(row, col) == label && components[self.index(row, col)] == 0 {
                        components[self.index(row, col)] = count;
                        stack.push((row, col));
                    }
                }
            }
        }
        components
    }

    fn trace_rings(&self, components: &[u32], arcs: &mut ArcSet) -> Vec<Ring> {
        let mut visited = vec![0u8; components.len()];
        let mut rings = Vec::new();
        for start in (0..components.len()).filter(|&start| components[start] != 0) {
            let (row, col) = ((start / self.cols) as i64, (start % self.cols) as i64);
            let label = self.label(row, col);
            for side in 0..4 {
                let (out_rows, out_cols) = TRAVEL[(side + 3) % 4];
                let is_edge = self.label(row + out_rows, col + out_cols) != label;
                if !is_edge || visited[start] & (1 << side) != 0 {
                    continue;
                }
                for vertices in simple_loops(self.trace(row, col, side, &mut visited)) {
                    rings.push(Ring {
                        label,
                        component: components[start],
                        is_hole: doubled_area(&vertices) < 0,
                        arcs: arcs.add_ring(vertices, |vertex| self.is_node(vertex)),
                    });
                }
            }
        }
        rings
    }

    /// Walks the ring that holds one side of a cell, turning towards its cells, so that cells that meet at
    /// a corner only are kept apart: border following along the cracks between cells (Rosenfeld and Kak 1982,
    /// Digital Picture Processing, 2nd edition, volume 2).
    fn trace(&self, row: i64, col: i64, side: usize, visited: &mut [u8]) -> Vec<Vertex> {
        let label = self.label(row, col);
        let mut vertices = Vec::new();
        let (mut row, mut col, mut side) = (row, col, side);
        while visited[self.index(row, col)] & (1 << side) == 0 {
            visited[self.index(row, col)] |= 1 << side;
            vertices.push(side_start(row, col, side));
            let (rows, cols) = TRAVEL[side];
            let (out_rows, out_cols) = TRAVEL[(side + 3) % 4];
            let ahead = (row + rows, col + cols);
            let ahead_outside = (ahead.0 + out_rows, ahead.1 + out_cols);
            if self.label(ahead.0, ahead.1) != label {
                side = (side + 1) % 4;
            } else if self.label(ahead_outside.0, ahead_outside.1) != label {
                (row, col) = ahead;
            } else {
                (row, col) = ahead_outside;
                side = (side + 3) % 4;
            }
        }
        vertices
    }

    /// Returns true if more than two edges between labels meet at a corner of cells.
    fn is_node(&self, vertex: Vertex) -> bool {
        let (row, col) = (vertex.row, vertex.col);
        let around = [(row - 1, col - 1), (row - 1, col), (row, col), (row, col - 1)];
        let labels = around.map(|(row, col)| self.label(row, col));
        (0..4).filter(|&i| labels[i] != labels[(i + 1) % 4]).count() > 2
    }
}

/// Cuts a ring at every corner it comes back to. A hole that touches the outside in a corner is walked together with
/// the outer ring; polygons have it as a ring of its own.
fn simple_loops(ring: Vec<Vertex>) -> Vec<Vec<Vertex>> {
    let mut loops = Vec::new();
    let mut open: Vec<Vertex> = Vec::with_capacity(ring.len());
    let mut places: HashMap<Vertex, usize> = HashMap::with_capacity(ring.len());
    for vertex in ring {
        if let Some(&place) = places.get(&vertex) {
            let closed = open.split_off(place);
            for corner in &closed {
                places.remove(corner);
            }
            loops.push(closed);
        }
        places.insert(vertex, open.len());
        open.push(vertex);
    }
    loops.push(open);
    loops
}

/// Corner at which the walk along a side begins.
fn side_start(row: i64, col: i64, side: usize) -> Vertex {
    match side {
        0 => Vertex { row: row + 1, col },
        1 => Vertex { row: row + 1, col: col + 1 },
        2 => Vertex { row, col: col + 1 },
        _ => Vertex { row, col },
    }
}

/// Twice the signed area of a ring in cells, positive when it runs counter-clockwise on the map.
fn doubled_area(vertices: &[Vertex]) -> i64 {
    let next = vertices.iter().cycle().skip(1);
    vertices.iter().zip(next).map(|(a, b)| b.col * a.row - a.col * b.row).sum()
}
