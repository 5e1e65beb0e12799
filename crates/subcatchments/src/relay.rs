//! Channel elements that split junctions of more than three channels.

use serde::Serialize;

/// A channel element without hillslopes that passes on inflows of a junction that has more than the
/// three WEPP allows. Its id is that of one of TOPAZ's hypothetical nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Relay {
    /// Id of the hypothetical node; no cell carries it.
    pub topaz_id: u32,
    /// Number in a WEPP run.
    pub wepp_id: u32,
    /// Rank among the channels of the run, from 1.
    pub channel_number: u32,
    /// TOPAZ id of the channel at whose head the inflows meet.
    pub channel_topaz_id: u32,
}

/// Number of relays a junction of `inflows` channels needs.
pub(crate) const fn relay_count(inflows: usize) -> usize {
    if inflows > 3 { (inflows - 2) / 2 } else { 0 }
}
