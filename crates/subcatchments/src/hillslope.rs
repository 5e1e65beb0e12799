//! Hillslopes: the areas that drain to one side, or the head, of one channel.

use headwaters_raster::Cell;
use serde::Serialize;

use crate::anatomy::Anatomy;
use crate::profile::{self, SlopePoint};
use crate::{AbstractionOptions, ProfileMode, Side};

/// The area that drains to one side, or the head, of one channel, and the rectangle that represents it in
/// WEPP.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hillslope {
    /// Id of its channel, less 4, plus 1 (top), 2 or 3.
    pub topaz_id: u32,
    /// Number in a WEPP run: hillslopes by ascending `topaz_id`, from 1.
    pub wepp_id: u32,
    /// Part of the channel's drainage area.
    pub side: Side,
    /// TOPAZ id of the channel it drains to.
    pub channel_topaz_id: u32,
    /// WEPP id of the channel it drains to.
    pub channel_wepp_id: u32,
    /// Cells, as row-major indices into the grid, ordered upwards from the channel.
    #[serde(skip)]
    pub cells: Vec<u32>,
    /// Area of all cells in m²; also `length_m * width_m`.
    pub area_m2: f64,
    /// Length along the slope in metres, after clipping.
    pub length_m: f64,
    /// Width across the slope in metres, after clipping.
    pub width_m: f64,
    /// Length before clipping, in metres.
    pub unclipped_length_m: f64,
    /// Origin of the length before clipping.
    pub length_estimate: LengthEstimate,
    /// Length of the longest flowpath in metres.
    pub longest_flowpath_m: f64,
    /// Number of flowpaths that start in it at cells without inflow.
    pub flowpath_count: usize,
    /// Circular mean of the cells' aspects, degrees clockwise from north.
    pub aspect_deg: f64,
    /// Direction the hillslope faces by its channel's course, degrees clockwise from north: that of the
    /// channel for tops, across it for sides.
    pub direction_deg: f64,
    /// Mean slope of the profile in m/m: its drop over its length.
    pub slope_scalar: f64,
    /// Mean elevation in metres.
    pub elevation_m: f64,
    /// Elevation of the start of the longest flowpath in metres.
    pub head_elevation_m: f64,
    /// Mean row and column of the cells' centres; whole numbers are cell centres.
    pub centroid_row_col: (f64, f64),
    /// Mean map coordinates (x, y) of the cells' centres.
    pub centroid_xy: (f64, f64),
    /// Slope profile from top to bottom, for a `.slp` file.
    pub profile: Vec<SlopePoint>,
}

/// Origin of a hillslope's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LengthEstimate {
    /// Top: median length of the flowpaths that start at cells without inflow.
    TopEdgeMedian,
    /// Top: length of the representative flowpath.
    TopRepresentativeFlowpath,
    /// Side: area over channel length.
    SideAreaOverChannel,
    /// Side: area over channel length, capped by the median length of its flowpaths.
    SideEdgeMedianCapped,
}

impl LengthEstimate {
    /// Name as in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            LengthEstimate::TopEdgeMedian => "top_edge_median",
            LengthEstimate::TopRepresentativeFlowpath => "top_representative_flowpath",
            LengthEstimate::SideAreaOverChannel => "side_area_over_channel",
            LengthEstimate::SideEdgeMedianCapped => "side_edge_median_capped",
        }
    }
}

/// Identification and channel of a hillslope to be measured.
pub(crate) struct HillslopeFrame<'a> {
    pub topaz_id: u32,
    pub wepp_id: u32,
    pub side: Side,
    pub channel: &'a crate::Channel,
    /// Positions of its cells in the flow tree, ascending.
    pub members: &'a [u32],
}

/// Measures one hillslope.
pub(crate) fn measure(anatomy: &Anatomy, frame: &HillslopeFrame, options: &AbstractionOptions) -> Hillslope {
    let Anatomy { tree, descents, surface, inputs, .. } = anatomy;
    let members = frame.members;
    let area_m2 = members.len() as f64 * inputs.transform.cell_area();
    let mut sources: Vec<u32> =
        members.iter().copied().filter(|&p| tree.upstream(p as usize).is_empty()).collect();
    let (median_m, representative) = median_flowpath(anatomy, &mut sources);
    let (unclipped_length_m, length_estimate) = match (frame.side, options.profile) {
        (Side::Top, ProfileMode::WeightedFlowpaths) => (median_m, LengthEstimate::TopEdgeMedian),
        (Side::Top, ProfileMode::RepresentativeFlowpath) => {
            (descents.distance_m[representative], LengthEstimate::TopRepresentativeFlowpath)
        }
        (Side::Left | Side::Right, _) => {
            let length_m = area_m2 / frame.channel.length_m;
            if options.cap_side_length && length_m > median_m {
                (median_m, LengthEstimate::SideEdgeMedianCapped)
            } else {
                (length_m, LengthEstimate::SideAreaOverChannel)
            }
        }
    };
    let length_m = options.clip_length_m.map_or(unclipped_length_m, |most| unclipped_length_m.min(most));
    let min_slope = options.min_slope_m_per_m;
    let raw = match options.profile {
        ProfileMode::WeightedFlowpaths => {
            profile::weighted_profile(tree, descents, surface, members, min_slope)
        }
        ProfileMode::RepresentativeFlowpath => {
            profile::flowpath_profile(tree, descents, surface, representative, min_slope)
        }
    };
    let longest = descents.longest(tree, members);
    let positions = || members.iter().map(|&member| member as usize);
    let mean = |value: &dyn Fn(Cell) -> f64| {
        positions().map(|position| value(tree.cell(position))).sum::<f64>() / members.len() as f64
    };
    let centroid_row_col = (mean(&|cell| cell.row as f64), mean(&|cell| cell.col as f64));
    let direction_deg = facing(frame.side, frame.channel.direction_deg);
    Hillslope {
        topaz_id: frame.topaz_id,
        wepp_id: frame.wepp_id,
        side: frame.side,
        channel_topaz_id: frame.channel.topaz_id,
        channel_wepp_id: frame.channel.wepp_id,
        cells: positions().map(|position| tree.cells[position]).collect(),
        area_m2,
        length_m,
        width_m: area_m2 / length_m,
        unclipped_length_m,
        length_estimate,
        longest_flowpath_m: descents.distance_m[longest],
        flowpath_count: sources.len(),
        aspect_deg: surface.mean_aspect_deg(positions()).unwrap_or(direction_deg),
        direction_deg,
        slope_scalar: profile::mean_slope(&raw),
        elevation_m: mean(&|cell| f64::from(inputs.elevation[cell])),
        head_elevation_m: f64::from(inputs.elevation[tree.cell(longest)]),
        centroid_row_col,
        centroid_xy: anatomy.xy(centroid_row_col),
        profile: profile::finish(&raw, length_m, options),
    }
}

/// Median length of the flowpaths from `sources`, and the source whose flowpath is nearest to it.
fn median_flowpath(anatomy: &Anatomy, sources: &mut [u32]) -> (f64, usize) {
    let Anatomy { tree, descents, .. } = anatomy;
    let length = |p: u32| descents.distance_m[p as usize];
    sources.sort_unstable_by(|&a, &b| {
        length(a).total_cmp(&length(b)).then(tree.cells[a as usize].cmp(&tree.cells[b as usize]))
    });
    // Every hillslope has a cell without inflow: the tree is finite.
    let upper = sources[sources.len() / 2];
    let lower = sources[(sources.len() - 1) / 2];
    let median_m = (length(lower) + length(upper)) / 2.0;
    let first_as_long = sources.partition_point(|&p| length(p) < length(lower));
    (median_m, sources[first_as_long] as usize)
}

/// Direction a hillslope faces, given where its channel runs.
fn facing(side: Side, channel_deg: f64) -> f64 {
    match side {
        Side::Top => channel_deg,
        Side::Right => (channel_deg - 90.0).rem_euclid(360.0),
        Side::Left => (channel_deg + 90.0).rem_euclid(360.0),
    }
}
