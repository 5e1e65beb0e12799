//! Sides of channels: the link and side every hillslope cell belongs to.

use headwaters_terrain::Direction;

use crate::links::{ChannelLinks, NO_LINK};
use crate::numbering::Numbering;
use crate::tree::FlowTree;

/// Part of a link's own drainage area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Drains into the head of a headwater channel.
    Top,
    /// On the left bank, looking downstream.
    Left,
    /// On the right bank, looking downstream.
    Right,
}

impl Side {
    /// Last digit of the hillslope's id.
    pub const fn suffix(self, numbering: Numbering) -> u32 {
        match (self, numbering) {
            (Side::Top, _) => 1,
            (Side::Right, Numbering::Topaz) | (Side::Left, Numbering::Wbt) => 2,
            (Side::Left, Numbering::Topaz) | (Side::Right, Numbering::Wbt) => 3,
        }
    }
}

/// Link and side of every hillslope cell, packed as `3 * link + side`; [`NO_LINK`] on channel cells.
pub(crate) struct Sides(Vec<u32>);

impl Sides {
    /// Classifies every cell by the channel cell it first drains into, in one pass upstream.
    pub fn new(tree: &FlowTree, network: &ChannelLinks, numbering: Numbering) -> Self {
        let bends = match numbering {
            Numbering::Topaz => Vec::new(),
            Numbering::Wbt => wbt_bends(tree, network),
        };
        let mut sides = vec![NO_LINK; tree.len()];
        for position in (0..tree.len()).filter(|&position| !network.is_channel(position)) {
            let below = tree.downstream[position] as usize;
            sides[position] = match network.link_of[below] {
                NO_LINK => sides[below],
                _ => match numbering {
                    Numbering::Topaz => topaz_side(tree, network, position, below),
                    Numbering::Wbt => wbt_side(tree, network, position, below, &bends),
                },
            };
        }
        Self(sides)
    }

    /// Dense number of the hillslope a position belongs to, `None` on channels.
    pub fn unit(&self, position: usize) -> Option<usize> {
        (self.0[position] != NO_LINK).then_some(self.0[position] as usize)
    }

    /// Link and side of a dense hillslope number.
    pub const fn of_unit(unit: usize) -> (usize, Side) {
        let side = match unit % 3 {
            0 => Side::Top,
            1 => Side::Left,
            _ => Side::Right,
        };
        (unit / 3, side)
    }
}

const fn pack(link: u32, side: Side) -> u32 {
    link * 3 + side as u32
}

/// TOPAZ's rule (Martz and Garbrecht 1992, "Numerical definition of drainage network and subcatchment areas from
/// digital elevation models", Computers & Geosciences 18, for source, left and right areas; the angles are as found in
/// DEDNM's output): with angles counted clockwise from the channel cell's flow direction, a cell before the
/// first upstream channel is on the right bank, after the last on the left, between two on the right.
fn topaz_side(tree: &FlowTree, network: &ChannelLinks, position: usize, channel: usize) -> u32 {
    let last_channel = tree.upstream(channel).rev().find(|&inflow| network.is_channel(inflow));
    let side = match last_channel {
        None => Side::Top,
        Some(last) if position > last => Side::Left,
        Some(_) => Side::Right,
    };
    pack(network.link_of[channel], side)
}

/// Side of something flowing along `entry` into a channel that flows along `channel`: the sign of the
/// cross product, `None` when the two are parallel.
fn bank(channel: Direction, entry: Direction) -> Option<Side> {
    let ((channel_rows, channel_cols), (entry_rows, entry_cols)) = (channel.offset(), entry.offset());
    match channel_cols * entry_rows - channel_rows * entry_cols {
        0 => None,
        cross if cross > 0 => Some(Side::Left),
        _ => Some(Side::Right),
    }
}

fn has_channel_inflow(tree: &FlowTree, network: &ChannelLinks, position: usize) -> bool {
    tree.upstream(position).any(|inflow| network.is_channel(inflow))
}

/// Bank of an entry into `channel` by HillslopesTopaz' rule: against the channel's own direction, or,
/// when parallel, against that of its first upstream channel neighbour (from north-east, clockwise) that
/// is not itself a channel head.
fn wbt_bank(tree: &FlowTree, network: &ChannelLinks, entry: Direction, channel: usize) -> Option<Side> {
    bank(tree.outflow(channel), entry).or_else(|| {
        tree.upstream(channel)
            .filter(|&inflow| network.is_channel(inflow) && has_channel_inflow(tree, network, inflow))
            .min_by_key(|&inflow| tree.outflow(inflow).opposite() as u8)
            .and_then(|inflow| bank(tree.outflow(inflow), entry))
    })
}

/// For each channel cell, the link and side where HillslopesTopaz puts a hillslope whose bank it cannot decide: it
/// follows the channel down to the first bend and takes that bend's link.
fn wbt_bends(tree: &FlowTree, network: &ChannelLinks) -> Vec<u32> {
    let mut bends = vec![NO_LINK; tree.len()];
    for position in (0..tree.len()).filter(|&position| network.is_channel(position)) {
        let below = tree.downstream[position] as usize;
        if position == 0 {
            // The reference leaves such cells without an id; here every cell has one.
            bends[0] = pack(network.link_of[0], Side::Right);
            continue;
        }
        bends[position] = match wbt_bank(tree, network, tree.outflow(position), below) {
            Some(side) => pack(network.link_of[below], side),
            None => bends[below],
        };
    }
    bends
}

fn wbt_side(tree: &FlowTree, network: &ChannelLinks, position: usize, channel: usize, bends: &[u32]) -> u32 {
    if !has_channel_inflow(tree, network, channel) {
        return pack(network.link_of[channel], Side::Top);
    }
    match wbt_bank(tree, network, tree.outflow(position), channel) {
        Some(side) => pack(network.link_of[channel], side),
        None => bends[channel],
    }
}
