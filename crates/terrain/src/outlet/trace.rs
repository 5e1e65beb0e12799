//! Outlet search of the original, `find_outlet` of the WEPPcloud fork of WhiteboxTools (2025-10), for comparison. Its
//! results are reproduced, including its weaknesses: see `docs/terrain.md`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use headwaters_raster::{Cell, GeoTransform, Grid};
use serde_json::{Value, json};

use super::Network;
use crate::Pointer;
use crate::steps::downstream_index;
use crate::streams::junction_count;

/// Start cells tried, the deepest inside the polygon first.
const MAX_CANDIDATES: usize = 512;

/// Result of the original's search, with its audit trail.
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
    /// True if the outlet lies in the polygon.
    pub outlet_in_mask: bool,
    /// Stream cells that drain into the outlet; always 1.
    pub outlet_junction_count: usize,
    /// Stream cells on the polygon's boundary.
    pub perimeter_stream_count: usize,
    /// The first five of them.
    pub perimeter_stream_samples: Vec<Cell>,
}

/// Failure of the original's search.
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
        /// Ends of the first of them.
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
    let depth = Depth::new(mask);
    let (mut count, mut sum) = (0, (0.0, 0.0));
    let (mut perimeter_stream_count, mut perimeter_stream_samples) = (0, Vec::new());
    // The deepest cells, of equals the first: a heap whose top is the least of those kept.
    let mut deepest: BinaryHeap<(Reverse<u16>, usize)> = BinaryHeap::new();
    for i in (0..mask.len()).filter(|&i| mask.as_slice()[i]) {
        let cell = mask.cell(i);
        count += 1;
        sum = (sum.0 + cell.row as f64, sum.1 + cell.col as f64);
        if depth.of(i) == 0 && network.streams.as_slice()[i] {
            perimeter_stream_count += 1;
            if perimeter_stream_samples.len() < 5 {
                perimeter_stream_samples.push(cell);
            }
        }
        let new = (Reverse(depth.of(i)), i);
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
                    start_distance_to_boundary: depth.of(start).into(),
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

/// Steps, over eight neighbours, from each cell of the mask to the mask's boundary; 0 on the boundary.
struct Depth {
    /// First cell of the first row that holds any of the mask.
    from: usize,
    /// One more than the depth, 0 outside the mask, of the rows from there to the last that holds any.
    steps: Vec<u16>,
}

impl Depth {
    /// Two passes of the chessboard distance to the nearest cell outside (Rosenfeld and Pfaltz 1968, "Distance
    /// functions on digital pictures", Pattern Recognition 1).
    fn new(mask: &Grid<bool>) -> Self {
        let cols = mask.cols();
        let row_of = |found: Option<usize>| found.map(|i| i / cols);
        let inside = mask.as_slice();
        let first = row_of(inside.iter().position(|&m| m));
        let last = row_of(inside.iter().rposition(|&m| m));
        let (Some(first), Some(last)) = (first, last) else { return Self { from: 0, steps: Vec::new() } };
        let from = first * cols;
        let mut steps: Vec<u16> =
            inside[from..(last + 1) * cols].iter().map(|&m| if m { u16::MAX - 1 } else { 0 }).collect();
        let outside = vec![0; cols];
        for row in 0..=last - first {
            let (before, rest) = steps.split_at_mut(row * cols);
            let above = if row > 0 { &before[(row - 1) * cols..] } else { &outside[..] };
            let line = &mut rest[..cols];
            let mut left = 0;
            for col in 0..cols {
                let beside =
                    above[col.saturating_sub(1)..(col + 2).min(cols)].iter().fold(left, |a, &b| a.min(b));
                let beside = if col + 1 == cols { 0 } else { beside };
                line[col] = line[col].min(beside + 1);
                left = line[col];
            }
        }
        for row in (0..=last - first).rev() {
            let (before, below) = steps.split_at_mut((row + 1) * cols);
            let below = if below.is_empty() { &outside[..] } else { &below[..cols] };
            let line = &mut before[row * cols..];
            let mut right = 0;
            for col in (0..cols).rev() {
                let beside =
                    below[col.saturating_sub(1)..(col + 2).min(cols)].iter().fold(right, |a, &b| a.min(b));
                let beside = if col == 0 { 0 } else { beside };
                line[col] = line[col].min(beside + 1);
                right = line[col];
            }
        }
        Self { from, steps }
    }

    /// Depth of a cell of the mask.
    fn of(&self, i: usize) -> u16 {
        self.steps[i - self.from].saturating_sub(1)
    }
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
