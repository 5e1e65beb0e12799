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

/// Flow distances from each hillslope cell down to its channel.
pub(crate) struct Descents {
    /// Distance along the flow to the first channel cell in metres; 0 on channels.
    pub distance_m: Vec<f64>,
    /// Cells on the flowpath, the channel cell included; 1 on channels.
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

    /// Member with the longest flowpath to the channel; ties go to the northernmost, then westernmost.
    pub fn longest(&self, tree: &FlowTree, members: &[u32]) -> usize {
        let key = |&&p: &&u32| (self.distance_m[p as usize], std::cmp::Reverse(tree.cells[p as usize]));
        let further = |a: &&u32, b: &&u32| key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal);
        members.iter().max_by(further).map_or(0, |&position| position as usize)
    }
}

/// Mean slope at evenly spaced distances from the channel along the longest flowpath of a hillslope (Cochrane and
/// Flanagan 2003, "Representative hillslope methods for applying the WEPP model with DEMs and GIS", Transactions of the
/// ASAE 46).
///
/// All flowpaths through one cell share the rest of their path, so each cell contributes once, with the
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

/// Douglas and Peucker 1973, "Algorithms for the reduction of the number of points required to represent a digitized
/// line or its caricature", Cartographica 10(2), 112-122.
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
            (fraction, y0 * (1.0 - along) + y1 * along)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use headwaters_raster::{Cell, Grid};
    use headwaters_terrain::{CellSize, Direction, d8, fill};
    use proptest::prelude::*;

    use super::*;

    /// Cochrane and Flanagan's mean as defined: flowpath by flowpath, one from every cell.
    fn profile_by_flowpaths(
        tree: &FlowTree,
        descents: &Descents,
        surface: &Surface,
        members: &[u32],
        min_slope: f64,
    ) -> RawProfile {
        let longest = descents.longest(tree, members);
        let intervals = descents.cells[longest] as usize;
        let mean_at = |sample: usize| {
            let distance = descents.distance_m[longest] * sample as f64 / intervals as f64;
            let (mut slopes, mut weights) = (0.0, 0.0);
            for &member in members {
                let length = descents.distance_m[member as usize];
                if length < distance - 1e-7 {
                    continue;
                }
                let mut upper = member as usize;
                let mut lower = tree.downstream[upper] as usize;
                while descents.distance_m[lower] > distance + 1e-7 {
                    upper = lower;
                    lower = tree.downstream[upper] as usize;
                }
                // On a cell both of its steps give the cell's slope.
                let (near, far) = (descents.distance_m[lower], descents.distance_m[upper]);
                let along = ((distance - near) / (far - near)).clamp(0.0, 1.0);
                let slope = surface.slope(lower) * (1.0 - along) + surface.slope(upper) * along;
                let weight = length * f64::from(descents.cells[member as usize]);
                slopes += slope.max(min_slope) * weight;
                weights += weight;
            }
            slopes / weights
        };
        (0..=intervals).rev().map(|s| (1.0 - s as f64 / intervals as f64, mean_at(s))).collect()
    }

    proptest! {
        /// The one-pass profile is the published one; a wrong weight would bend every erosion estimate.
        #[test]
        fn weighted_profile_equals_the_mean_over_flowpaths(
            noise in prop::collection::vec(0.0f32..30.0, 144),
            stream_rows in 1usize..9,
        ) {
            let outlet = Cell { row: 11, col: 5 };
            let dem = Grid::from_fn(12, 12, |c| noise[c.row * 12 + c.col] + 20.0 * (11 - c.row) as f32 + 10.0 * c.col.abs_diff(5) as f32);
            let size = CellSize { width_m: 9.0, height_m: 11.0 };
            let pointers = d8(&fill(&dem), size);
            let streams = Grid::from_fn(12, 12, |c| c.col == 5 && c.row >= stream_rows);
            let tree = FlowTree::new(&pointers, outlet).unwrap();
            let network = ChannelLinks::new(&tree, &streams);
            let surface = Surface::new(&tree, &dem, size).unwrap();
            let descents = Descents::new(&tree, &network, &Direction::ALL.map(|d| size.step_m(d)));
            let sides = crate::sides::Sides::new(&tree, &network, crate::Numbering::Topaz);
            for unit in 0..network.links.len() * 3 {
                let members: Vec<u32> =
                    (0..tree.len()).filter(|&p| sides.unit(p) == Some(unit)).map(|p| p as u32).collect();
                if members.is_empty() {
                    continue;
                }
                let fast = weighted_profile(&tree, &descents, &surface, &members, 0.001);
                let slow = profile_by_flowpaths(&tree, &descents, &surface, &members, 0.001);
                prop_assert_eq!(fast.len(), slow.len());
                for (a, b) in fast.iter().zip(&slow) {
                    prop_assert!((a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-6, "{:?} {:?}", a, b);
                }
            }
        }

        /// No dropped point lies further than the tolerance from the line that replaces it, and a limit on
        /// points keeps both ends.
        #[test]
        fn simplified_profiles_stay_close(slopes in prop::collection::vec(0.001f64..1.0, 4..60), most in 2usize..20) {
            let last = (slopes.len() - 1) as f64;
            let raw: RawProfile = slopes.iter().enumerate().map(|(i, &s)| (i as f64 / last, s)).collect();
            let kept = douglas_peucker(&raw, 0.05);
            for pair in kept.windows(2) {
                let (x, y) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
                for point in raw.iter().filter(|p| p.0 > pair[0].0 && p.0 < pair[1].0) {
                    let away = ((point.0 - pair[0].0) * y - (point.1 - pair[0].1) * x).abs() / x.hypot(y);
                    prop_assert!(away <= 0.05 + 1e-12);
                }
            }
            let limited = resample(&raw, most);
            prop_assert_eq!(limited.len(), most);
            prop_assert_eq!((limited[0], limited[most - 1]), (raw[0], raw[raw.len() - 1]));
        }
    }
}
