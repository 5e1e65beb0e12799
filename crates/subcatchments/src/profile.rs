//! Slope profiles: weighted means over flowpaths, simplification, number of points.

use serde::Serialize;

use crate::AbstractionOptions;
use crate::links::ChannelLinks;
use crate::surface::Surface;
use crate::tree::FlowTree;

/// Slope at one place of a profile, counted from its top.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SlopePoint {
    /// Distance from the top as a fraction of the whole length, 0 to 1.
    pub distance_fraction: f64,
    /// Distance from the top in metres.
    pub distance_m: f64,
    /// Slope in m/m, positive downhill.
    pub slope_m_per_m: f64,
}

/// A profile before lengths are assigned: (fraction of length from the top, slope).
pub(crate) type RawProfile = Vec<(f64, f64)>;

/// The way from each hillslope cell down to its channel.
pub(crate) struct Descents {
    /// Distance along the flow to the first channel cell in metres; 0 on channels.
    pub distance_m: Vec<f64>,
    /// Cells on the way, the channel cell included; 1 on channels.
    pub cells: Vec<u32>,
    /// Sum of the weights (length times number of cells) of all flowpaths through the cell.
    weight: Vec<f64>,
}

impl Descents {
    pub fn new(tree: &FlowTree, network: &ChannelLinks, steps_m: &[f64; 8]) -> Self {
        let mut distance_m = vec![0.0; tree.len()];
        let mut cells = vec![1; tree.len()];
        for position in (0..tree.len()).filter(|&position| !network.is_channel(position)) {
            let below = tree.downstream[position] as usize;
            distance_m[position] = distance_m[below] + steps_m[tree.outflow(position) as usize];
            cells[position] = cells[below] + 1;
        }
        let mut weight: Vec<f64> =
            distance_m.iter().zip(&cells).map(|(length, &cells)| length * f64::from(cells)).collect();
        for position in (1..tree.len()).rev().filter(|&position| !network.is_channel(position)) {
            weight[tree.downstream[position] as usize] += weight[position];
        }
        Self { distance_m, cells, weight }
    }

    /// Member with the longest way to the channel; ties go to the northernmost, then westernmost.
    pub fn longest(&self, tree: &FlowTree, members: &[u32]) -> usize {
        let key = |&&p: &&u32| (self.distance_m[p as usize], std::cmp::Reverse(tree.cells[p as usize]));
        let further = |a: &&u32, b: &&u32| key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal);
        members.iter().max_by(further).map_or(0, |&position| position as usize)
    }
}

/// Mean slope at evenly spaced distances from the channel along the longest flowpath of a hillslope.
///
/// All flowpaths through one cell share the rest of their way, so each cell contributes once, with the
/// summed weight of the flowpaths through it: linear in cells, where summing flowpath by flowpath is not.
pub(crate) fn weighted_profile(
    tree: &FlowTree,
    descents: &Descents,
    surface: &Surface,
    members: &[u32],
    min_slope: f64,
) -> RawProfile {
    let longest = descents.longest(tree, members);
    let intervals = descents.cells[longest] as usize;
    let spacing = descents.distance_m[longest] / intervals as f64;
    let mut sums = vec![(0.0, 0.0); intervals + 1];
    for position in members.iter().map(|&member| member as usize) {
        let below = tree.downstream[position] as usize;
        let (near, far) = (descents.distance_m[below], descents.distance_m[position]);
        let (slope_near, slope_far) = (surface.slope(below), surface.slope(position));
        // Sample points in (near, far]; the point on the channel itself goes with the first step.
        let first = if near == 0.0 { 0 } else { (near / spacing + 1e-9).floor() as usize + 1 };
        let last = ((far / spacing + 1e-9).floor() as usize).min(intervals);
        for (sample, sum) in sums.iter_mut().enumerate().take(last + 1).skip(first) {
            let along = ((sample as f64 * spacing - near) / (far - near)).clamp(0.0, 1.0);
            let slope = (slope_near + along * (slope_far - slope_near)).max(min_slope);
            sum.0 += slope * descents.weight[position];
            sum.1 += descents.weight[position];
        }
    }
    let fraction = |sample: usize| sample as f64 / intervals as f64;
    sums.iter()
        .rev()
        .enumerate()
        .map(|(sample, (slopes, weights))| (fraction(sample), slopes / weights))
        .collect()
}

/// Slopes along the flowpath that starts at `source`.
pub(crate) fn flowpath_profile(
    tree: &FlowTree,
    descents: &Descents,
    surface: &Surface,
    source: usize,
    min_slope: f64,
) -> RawProfile {
    let length = descents.distance_m[source];
    let mut points = Vec::with_capacity(descents.cells[source] as usize);
    let mut position = source;
    loop {
        let fraction = 1.0 - descents.distance_m[position] / length;
        points.push((fraction, surface.slope(position).max(min_slope)));
        if descents.distance_m[position] == 0.0 {
            return points;
        }
        position = tree.downstream[position] as usize;
    }
}

/// Simplifies a profile, limits its points and gives it a length.
pub(crate) fn finish(raw: &RawProfile, length_m: f64, options: &AbstractionOptions) -> Vec<SlopePoint> {
    let simplified =
        if raw.len() > 3 { douglas_peucker(raw, options.profile_tolerance) } else { raw.clone() };
    let points = if simplified.len() > options.max_points {
        resample(&simplified, options.max_points)
    } else {
        simplified
    };
    points
        .into_iter()
        .map(|(distance_fraction, slope_m_per_m)| SlopePoint {
            distance_fraction,
            distance_m: distance_fraction * length_m,
            slope_m_per_m,
        })
        .collect()
}

/// Mean slope of a profile over its length: its drop over its length.
pub(crate) fn mean_slope(raw: &RawProfile) -> f64 {
    raw.windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1) / 2.0).sum()
}

/// Douglas and Peucker 1973, Cartographica 10(2), 112-122.
fn douglas_peucker(points: &RawProfile, tolerance: f64) -> RawProfile {
    let mut keep = vec![false; points.len()];
    let mut spans = vec![(0, points.len() - 1)];
    while let Some((start, end)) = spans.pop() {
        keep[start] = true;
        keep[end] = true;
        let (x, y) = (points[end].0 - points[start].0, points[end].1 - points[start].1);
        let distance = |i: usize| {
            ((points[i].0 - points[start].0) * y - (points[i].1 - points[start].1) * x).abs() / x.hypot(y)
        };
        let farthest = (start + 1..end).map(|i| (i, distance(i))).max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((middle, _)) = farthest.filter(|(_, distance)| *distance > tolerance) {
            spans.push((start, middle));
            spans.push((middle, end));
        }
    }
    points.iter().zip(keep).filter_map(|(&point, keep)| keep.then_some(point)).collect()
}

/// `count` evenly spaced points by linear interpolation.
fn resample(points: &RawProfile, count: usize) -> RawProfile {
    let mut segment = 0;
    (0..count)
        .map(|i| {
            let fraction = i as f64 / (count - 1) as f64;
            while segment + 2 < points.len() && points[segment + 1].0 < fraction {
                segment += 1;
            }
            let ((x0, y0), (x1, y1)) = (points[segment], points[segment + 1]);
            let along = if x1 > x0 { ((fraction - x0) / (x1 - x0)).clamp(0.0, 1.0) } else { 1.0 };
            (fraction, y0 + along * (y1 - y0))
        })
        .collect()
}
