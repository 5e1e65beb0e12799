//! Intermediate state of the abstraction: everything known about the cells of a basin while its parts are measured.

use crate::inputs::AbstractionInputs;
use crate::links::ChannelLinks;
use crate::numbering::ChannelIds;
use crate::profile::Descents;
use crate::surface::Surface;
use crate::tree::FlowTree;

/// Everything known about the cells of a basin while its parts are measured.
pub(crate) struct Anatomy<'a> {
    pub inputs: AbstractionInputs<'a>,
    pub tree: FlowTree,
    pub network: ChannelLinks,
    pub ids: ChannelIds,
    pub descents: Descents,
    pub surface: Surface,
    /// Length of a step in each direction, in metres.
    pub steps_m: [f64; 8],
}

impl Anatomy<'_> {
    /// Map coordinates of a fractional (row, column), whole numbers being cell centres.
    pub fn xy(&self, (row, col): (f64, f64)) -> (f64, f64) {
        let transform = &self.inputs.transform;
        (
            transform.west + (col + 0.5) * transform.cell_width,
            transform.north - (row + 0.5) * transform.cell_height,
        )
    }
}
