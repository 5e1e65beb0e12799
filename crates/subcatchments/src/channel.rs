//! Channels: one per link of the network.

use headwaters_raster::Cell;
use serde::Serialize;

use crate::AbstractionOptions;
use crate::anatomy::Anatomy;
use crate::profile::{self, SlopePoint};
use crate::surface::azimuth_deg;

/// A link of the channel network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Channel {
    /// Ten times the node number at its upper end, plus 4; 24 is the outlet channel.
    pub topaz_id: u32,
    /// Number in a WEPP run: after all hillslopes, channels by descending `topaz_id`, so that every channel
    /// comes after those that flow into it.
    pub wepp_id: u32,
    /// Rank among the channels of the run, from 1.
    pub channel_number: u32,
    /// Strahler order.
    pub order: u8,
    /// Cells from the upper to the lower end, as row-major indices into the grid.
    #[serde(skip)]
    pub cells: Vec<u32>,
    /// Upper end, (row, column).
    pub head_row_col: (usize, usize),
    /// Lower end, (row, column).
    pub tail_row_col: (usize, usize),
    /// Area of its cells in m².
    pub area_m2: f64,
    /// Length in metres: the step out of each of its cells, the last into the junction below.
    pub length_m: f64,
    /// Width in metres.
    pub width_m: f64,
    /// Whole area in m² that drains through its lower end, its own cells included.
    pub drainage_area_m2: f64,
    /// Whole area in m² that drains through its upper end, that cell included.
    pub head_drainage_area_m2: f64,
    /// Elevation of the upper end in metres, raw DEM.
    pub head_elevation_m: f64,
    /// Elevation of the lower end in metres, raw DEM.
    pub tail_elevation_m: f64,
    /// Circular mean of its cells' aspects, degrees clockwise from north.
    pub aspect_deg: f64,
    /// Direction from the upper end to the cell below the lower end, degrees clockwise from north.
    pub direction_deg: f64,
    /// Drop over length in m/m, at least the smallest slope.
    pub slope_scalar: f64,
    /// Mean map coordinates (x, y) of the cells' centres.
    pub centroid_xy: (f64, f64),
    /// Slope profile from the upper to the lower end, for a `.slp` file.
    pub profile: Vec<SlopePoint>,
    /// TOPAZ ids of the channels that flow into its head, clockwise on the map from its flow direction.
    pub inflows: Vec<u32>,
    /// Ids of TOPAZ's hypothetical nodes at its head, when more than two channels meet there.
    pub hypothetical_nodes: Vec<u32>,
    /// TOPAZ id of the channel it flows into; `None` for the outlet channel.
    pub outflow: Option<u32>,
    /// Hillslope draining into its head.
    pub top_hillslope: Option<u32>,
    /// Hillslope on its left bank, looking downstream.
    pub left_hillslope: Option<u32>,
    /// Hillslope on its right bank, looking downstream.
    pub right_hillslope: Option<u32>,
}

impl Channel {
    /// Returns true if no channel flows into it.
    pub fn is_headwater(&self) -> bool {
        self.inflows.is_empty()
    }

    /// Returns true if it ends at the outlet of the basin.
    pub fn is_outlet(&self) -> bool {
        self.outflow.is_none()
    }
}

/// Identification of a channel to be measured.
pub(crate) struct ChannelFrame {
    pub link: usize,
    pub wepp_id: u32,
    pub channel_number: u32,
}

/// Measures one channel along its flow. Hillslopes are attached later.
pub(crate) fn measure(anatomy: &Anatomy, frame: &ChannelFrame, options: &AbstractionOptions) -> Channel {
    let Anatomy { tree, surface, inputs, .. } = anatomy;
    let link = &anatomy.network.links[frame.link];
    let positions = || link.path.iter().map(|&position| position as usize);
    let step_m = |position: usize| anatomy.steps_m[tree.outflow(position) as usize];
    let length_m: f64 = positions().map(step_m).sum();
    let cell_area = inputs.transform.cell_area();
    let area_through = |position: usize| f64::from(tree.cells_upstream[position]) * cell_area;
    let (head, tail) = (tree.cell(link.head()), tree.cell(link.tail()));
    let elevation = |cell: Cell| f64::from(inputs.elevation[cell]);
    let cells = link.path.len() as f64;
    let mean = |value: &dyn Fn(Cell) -> f64| positions().map(|p| value(tree.cell(p))).sum::<f64>() / cells;
    let centroid = (mean(&|cell| cell.row as f64), mean(&|cell| cell.col as f64));
    let direction_deg = direction(anatomy, head, link.tail());
    let drainage_area_m2 = area_through(link.tail());
    let raw = raw_profile(anatomy, frame.link, length_m, options.min_slope_m_per_m);
    // The drop counts down to the cell below, like the length; the outlet's own step has no known drop.
    let below = link.parent.map_or(tail, |parent| tree.cell(anatomy.network.links[parent].head()));
    Channel {
        topaz_id: anatomy.ids.of_link[frame.link],
        wepp_id: frame.wepp_id,
        channel_number: frame.channel_number,
        order: link.order,
        cells: positions().map(|position| tree.cells[position]).collect(),
        head_row_col: (head.row, head.col),
        tail_row_col: (tail.row, tail.col),
        area_m2: cells * cell_area,
        length_m,
        width_m: options.channel_width.width_m(drainage_area_m2, link.order),
        drainage_area_m2,
        head_drainage_area_m2: area_through(link.head()),
        head_elevation_m: elevation(head),
        tail_elevation_m: elevation(tail),
        aspect_deg: surface.mean_aspect_deg(positions()).unwrap_or(direction_deg),
        direction_deg,
        slope_scalar: ((elevation(head) - elevation(below)) / length_m).max(options.min_slope_m_per_m),
        centroid_xy: anatomy.xy(centroid),
        profile: profile::finish(&raw, length_m, options),
        inflows: link.inflows.iter().map(|&inflow| anatomy.ids.of_link[inflow]).collect(),
        hypothetical_nodes: anatomy.ids.hypothetical[frame.link].clone(),
        outflow: link.parent.map(|parent| anatomy.ids.of_link[parent]),
        top_hillslope: None,
        left_hillslope: None,
        right_hillslope: None,
    }
}

/// Surface slopes at the channel's cells in flow order; the last one holds to the lower end.
fn raw_profile(anatomy: &Anatomy, link: usize, length_m: f64, min_slope: f64) -> Vec<(f64, f64)> {
    let mut along_m = 0.0;
    let mut points = Vec::with_capacity(anatomy.network.links[link].path.len() + 1);
    for &position in &anatomy.network.links[link].path {
        let position = position as usize;
        points.push((along_m / length_m, anatomy.surface.slope(position).max(min_slope)));
        along_m += anatomy.steps_m[anatomy.tree.outflow(position) as usize];
    }
    let last_slope = points[points.len() - 1].1;
    points.push((1.0, last_slope));
    points
}

/// Compass direction from the head of a link to the cell its tail drains to.
fn direction(anatomy: &Anatomy, head: Cell, tail: usize) -> f64 {
    let end = anatomy.tree.cell(tail);
    let (rows, cols) = anatomy.tree.outflow(tail).offset();
    let south = end.row as f64 + rows as f64 - head.row as f64;
    let east = end.col as f64 + cols as f64 - head.col as f64;
    let transform = &anatomy.inputs.transform;
    azimuth_deg(east * transform.cell_width, -south * transform.cell_height)
}
