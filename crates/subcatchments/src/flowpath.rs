//! Flowpaths from the cells without inflow down to the channel.

use serde::Serialize;

use crate::anatomy::Anatomy;
use crate::surface::azimuth_deg;
use crate::{AbstractionOptions, Hillslope};

/// Flowpath from a cell without inflow down its hillslope to the first channel cell. The flowpath of every other
/// cell is the lower part of one of these.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flowpath {
    /// TOPAZ id of its hillslope.
    pub topaz_id: u32,
    /// WEPP id of its hillslope.
    pub wepp_id: u32,
    /// Rank within its hillslope, from 1, by row and column of the source.
    pub flowpath_number: u32,
    /// Source cell, (row, column).
    pub source_row_col: (usize, usize),
    /// First channel cell, (row, column).
    pub channel_row_col: (usize, usize),
    /// Cells on it, the channel cell included.
    pub cell_count: u32,
    /// Length in metres.
    pub length_m: f64,
    /// Drop over length in m/m, at least the smallest slope.
    pub slope_scalar: f64,
    /// Elevation of the source in metres.
    pub elevation_m: f64,
    /// Direction from the source to the channel cell, degrees clockwise from north.
    pub direction_deg: f64,
}

/// Lists the flowpaths of all hillslopes, in the order of the hillslopes.
pub(crate) fn list(
    anatomy: &Anatomy,
    hillslopes: &[Hillslope],
    members_of: impl Fn(usize) -> Vec<u32>,
    options: &AbstractionOptions,
) -> Vec<Flowpath> {
    let Anatomy { tree, descents, inputs, network, .. } = anatomy;
    let mut channel_cell: Vec<u32> = (0..tree.len() as u32).collect();
    for position in (0..tree.len()).filter(|&position| !network.is_channel(position)) {
        channel_cell[position] = channel_cell[tree.downstream[position] as usize];
    }
    let mut flowpaths = Vec::new();
    for (rank, hillslope) in hillslopes.iter().enumerate() {
        let mut sources = members_of(rank);
        sources.retain(|&position| tree.upstream(position as usize).is_empty());
        sources.sort_unstable_by_key(|&position| tree.cells[position as usize]);
        for (number, source) in (1..).zip(sources) {
            let source = source as usize;
            let (from, to) = (tree.cell(source), tree.cell(channel_cell[source] as usize));
            let length_m = descents.distance_m[source];
            let drop = f64::from(inputs.elevation[from]) - f64::from(inputs.elevation[to]);
            let ((from_x, from_y), (to_x, to_y)) =
                (inputs.transform.centre(from), inputs.transform.centre(to));
            flowpaths.push(Flowpath {
                topaz_id: hillslope.topaz_id,
                wepp_id: hillslope.wepp_id,
                flowpath_number: number,
                source_row_col: (from.row, from.col),
                channel_row_col: (to.row, to.col),
                cell_count: descents.cells[source],
                length_m,
                slope_scalar: (drop / length_m).max(options.min_slope_m_per_m),
                elevation_m: f64::from(inputs.elevation[from]),
                direction_deg: azimuth_deg(to_x - from_x, to_y - from_y),
            });
        }
    }
    flowpaths
}
