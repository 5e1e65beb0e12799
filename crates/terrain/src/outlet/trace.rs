//! The original's search for an outlet, for comparison (`find_outlet` of the WEPPcloud fork of WhiteboxTools,
//! 2025-10). Its answers are reproduced, its weaknesses with them: see `docs/terrain.md`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use headwaters_raster::{Cell, GeoTransform, Grid};
use serde_json::{Value, json};

use super::Network;
use crate::Direction;
use crate::Pointer;
use crate::flow::{downstream_index, neighbour_index};
use crate::streams::junction_count;

/// Start cells tried, the deepest inside the polygon first.
const MAX_CANDIDATES: usize = 512;

/// What the original's search found, and its audit trail.
#[derive(Clone, Debug, PartialEq)]
pub struct TracedOutlet {
    /// The outlet.
    pub cell: Cell,
    /// The cell from which it was reached.
    pub start: Cell,
    /// Steps from the polygon's boundary to the start.
    pub start_distance_to_boundary: u32,
    /// Steps from the start to the outlet, with the one that left the polygon or the map.
    pub steps_from_start: usize,
    /// Those that ended outside the polygon.
    pub steps_beyond_mask: usize,
    /// 0-based rank of the start among the candidates.
    pub candidate_rank: usize,
    /// Candidates there were.
    pub candidates_considered: usize,
    /// Cells of the polygon.
    pub watershed_cell_count: usize,
    /// Mean row and column of the polygon.
    pub centroid: (f64, f64),
    /// Whether the outlet lies in the polygon.
    pub outlet_in_mask: bool,
    /// Stream cells that drain into the outlet; always 1.
    pub outlet_junction_count: usize,
    /// Stream cells on the polygon's boundary.
    pub perimeter_stream_count: usize,
    /// The first five of them.
    pub perimeter_stream_samples: Vec<Cell>,
}

/// Why the original's search finds nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// The polygon has no cells.
    #[error("the polygon covers no cell")]
    EmptyMask,
    /// No candidate's path met an acceptable stream cell.
    #[error("none of {candidates} candidate paths reached a stream cell with one inflow ({reasons})")]
    NoStreamReached {
        /// Candidates tried.
        candidates: usize,
        /// What ended the first of them.
        reasons: String,
    },
}

/// Searches as the original does: from the cell deepest inside the polygon (of equals the first in row-major
/// order) down the pointers to where the path leaves the polygon; that last cell is the outlet if it is a
/// stream with exactly one stream inflow, otherwise the first such cell further down, wherever that is. The
/// next candidates, up to 512, follow when a path ends without one.
///
/// # Errors
/// [`TraceError`].
pub fn trace_outlet(network: Network<'_>, mask: &Grid<bool>) -> Result<TracedOutlet, TraceError> {
    let depth = depth_inside(mask);
    let (mut count, mut sum) = (0, (0.0, 0.0));
    let (mut perimeter_stream_count, mut perimeter_stream_samples) = (0, Vec::new());
    // The deepest cells, of equals the first: a heap whose top is the least of those kept.
    let mut deepest: BinaryHeap<(Reverse<u16>, usize)> = BinaryHeap::new();
    for i in (0..mask.len()).filter(|&i| mask.as_slice()[i]) {
        let cell = mask.cell(i);
        count += 1;
        sum = (sum.0 + cell.row as f64, sum.1 + cell.col as f64);
        if depth[i] == 0 && network.streams.as_slice()[i] {
            perimeter_stream_count += 1;
            if perimeter_stream_samples.len() < 5 {
                perimeter_stream_samples.push(cell);
            }
        }
        let new = (Reverse(depth[i]), i);
        if deepest.len() < MAX_CANDIDATES {
            deepest.push(new);
        } else if deepest.peek().is_some_and(|&least| new < least) {
            deepest.pop();
            deepest.push(new);
        }
    }
    if count == 0 {
        return Err(TraceError::EmptyMask);
    }
    let candidates: Vec<usize> = deepest.into_sorted_vec().into_iter().map(|(_, i)| i).collect();
    let mut reasons: Vec<String> = Vec::new();
    for (rank, &start) in candidates.iter().enumerate() {
        match trace(network, mask, start) {
            Ok(path) => {
                return Ok(TracedOutlet {
                    cell: mask.cell(path.outlet),
                    start: mask.cell(start),
                    start_distance_to_boundary: depth[start].into(),
                    steps_from_start: path.steps,
                    steps_beyond_mask: path.steps_beyond_mask,
                    candidate_rank: rank,
                    candidates_considered: candidates.len(),
                    watershed_cell_count: count,
                    centroid: (sum.0 / count as f64, sum.1 / count as f64),
                    outlet_in_mask: mask.as_slice()[path.outlet],
                    outlet_junction_count: 1,
                    perimeter_stream_count,
                    perimeter_stream_samples,
                });
            }
            Err(end) if reasons.len() < 5 => {
                let at = mask.cell(end);
                reasons.push(format!("flow ends at row {}, column {}", at.row, at.col));
            }
            Err(_) => {}
        }
    }
    reasons.dedup();
    Err(TraceError::NoStreamReached { candidates: candidates.len(), reasons: reasons.join("; ") })
}

struct Path {
    outlet: usize,
    steps: usize,
    steps_beyond_mask: usize,
}

/// Follows one path; `Err` is the cell where it ended without an outlet.
fn trace(network: Network<'_>, mask: &Grid<bool>, start: usize) -> Result<Path, usize> {
    let acceptable =
        |i: usize| network.streams.as_slice()[i] && junction_count(network.pointers, network.streams, i) == 1;
    let (mut at, mut left, mut beyond) = (start, false, 0);
    for steps in 0..=mask.len() {
        let found = Path { outlet: at, steps, steps_beyond_mask: beyond };
        if left && acceptable(at) {
            return Ok(found);
        }
        let Some(next) = downstream_index(network.pointers, at) else {
            let off_the_grid = network.pointers.as_slice()[at] != Pointer::NODATA && acceptable(at);
            return if off_the_grid { Ok(Path { steps: steps + 1, ..found }) } else { Err(at) };
        };
        if mask.as_slice()[at] && !mask.as_slice()[next] {
            if acceptable(at) {
                return Ok(Path { steps: steps + 1, ..found });
            }
            left = true;
        }
        beyond += usize::from(!mask.as_slice()[next]);
        at = next;
    }
    Err(at)
}

/// Breadth-first steps from the boundary of the mask inwards, over eight neighbours; 0 on the boundary.
fn depth_inside(mask: &Grid<bool>) -> Vec<u16> {
    const UNREACHED: u16 = u16::MAX;
    let (rows, cols) = (mask.rows(), mask.cols());
    let inside = |i: usize, d: Direction| neighbour_index(rows, cols, i, d).filter(|&n| mask.as_slice()[n]);
    let mut depth = vec![UNREACHED; mask.len()];
    let mut front: Vec<u32> = Vec::new();
    for i in (0..mask.len()).filter(|&i| mask.as_slice()[i]) {
        if Direction::ALL.iter().any(|&d| inside(i, d).is_none()) {
            depth[i] = 0;
            front.push(i as u32);
        }
    }
    let mut steps: u16 = 0;
    while !front.is_empty() {
        steps = steps.saturating_add(1).min(UNREACHED - 1);
        let mut next = Vec::new();
        for i in front {
            for n in Direction::ALL.iter().filter_map(|&d| inside(i as usize, d)) {
                if depth[n] == UNREACHED {
                    depth[n] = steps;
                    next.push(n as u32);
                }
            }
        }
        front = next;
    }
    depth
}

impl TracedOutlet {
    /// The original's audit file: a GeoJSON point in the raster's coordinate system with the original's
    /// property names.
    pub fn to_geojson(&self, transform: &GeoTransform, epsg: Option<u32>) -> Value {
        let (easting, northing) = transform.centre(self.cell);
        let samples: Vec<Value> =
            self.perimeter_stream_samples.iter().map(|c| json!({"row": c.row, "col": c.col})).collect();
        let mut document = json!({
            "type": "FeatureCollection",
            "features": [{
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [easting, northing]},
                "properties": {
                    "Id": 0,
                    "row": self.cell.row,
                    "column": self.cell.col,
                    "easting": easting,
                    "northing": northing,
                    "epsg": epsg,
                    "centroid_row": self.centroid.0,
                    "centroid_col": self.centroid.1,
                    "distance_to_boundary": self.start_distance_to_boundary,
                    "start_mode": "watershed",
                    "start_row": self.start.row,
                    "start_col": self.start.col,
                    "start_in_mask": true,
                    "start_distance_to_boundary": self.start_distance_to_boundary,
                    // How far a requested start was moved: none was requested.
                    "start_offset_cells": 0,
                    "steps_from_start": self.steps_from_start,
                    "steps_from_center": self.steps_from_start,
                    "steps_beyond_mask": self.steps_beyond_mask,
                    "candidate_rank": self.candidate_rank,
                    "candidates_considered": self.candidates_considered,
                    "watershed_cell_count": self.watershed_cell_count,
                    "outlet_mask_value": u8::from(self.outlet_in_mask),
                    "outlet_in_mask": self.outlet_in_mask,
                    "outlet_downstream_of_mask": !self.outlet_in_mask,
                    "outlet_junction_count": self.outlet_junction_count,
                    "perimeter_stream_count": self.perimeter_stream_count,
                    "perimeter_stream_samples": samples,
                }
            }]
        });
        if let (Some(code), Some(members)) = (epsg, document.as_object_mut()) {
            let name = format!("urn:ogc:def:crs:EPSG::{code}");
            members.insert("crs".into(), json!({"type": "name", "properties": {"name": name}}));
        }
        document
    }
}
