//! Channel links: the stretches of stream between heads, junctions and the outlet.

use headwaters_raster::Grid;

use crate::tree::FlowTree;

/// Position of a cell that belongs to no channel.
pub(crate) const NO_LINK: u32 = u32::MAX;

/// A stretch of channel. A junction cell belongs to the link downstream of it.
pub(crate) struct Link {
    /// Link this one flows into; `None` for the outlet link.
    pub parent: Option<usize>,
    /// Links that flow into the head of this one, clockwise on the map from the head's flow direction.
    pub inflows: Vec<usize>,
    /// Positions in the flow tree, upstream to downstream.
    pub path: Vec<u32>,
    /// Strahler order (Strahler 1957); at a junction of several links the highest order grows by one
    /// when at least two inflows share it.
    pub order: u8,
}

impl Link {
    /// Position of the most upstream cell.
    pub fn head(&self) -> usize {
        self.path[0] as usize
    }

    /// Position of the most downstream cell.
    pub fn tail(&self) -> usize {
        self.path[self.path.len() - 1] as usize
    }
}

/// The channel network of a basin.
pub(crate) struct ChannelLinks {
    /// Links; a link comes before those that flow into it, so link 0 ends at the outlet.
    pub links: Vec<Link>,
    /// Link of each position, [`NO_LINK`] on hillslopes.
    pub link_of: Vec<u32>,
    /// Cells made channel because a stream cell drains through them.
    pub bridged_cells: usize,
}

impl ChannelLinks {
    /// Cuts the streams of the basin into links from junction to junction (Martz and Garbrecht 1992, "Numerical
    /// definition of drainage network and subcatchment areas from digital elevation models", Computers & Geosciences
    /// 18). The outlet always is a channel cell; a gap in the
    /// stream mask is closed along the flow, because a channel that ends on a hillslope cannot be routed.
    pub fn new(tree: &FlowTree, streams: &Grid<bool>) -> Self {
        let (is_channel, bridged_cells) = connected_channels(tree, streams);
        let mut links: Vec<Link> = Vec::new();
        let mut link_of = vec![NO_LINK; tree.len()];
        for position in (0..tree.len()).filter(|&position| is_channel[position]) {
            let below = tree.downstream[position] as usize;
            let channel_inflows = tree.upstream(below).filter(|&up| is_channel[up]).count();
            let link = if position == 0 {
                links.push(Link { parent: None, inflows: Vec::new(), path: Vec::new(), order: 1 });
                0
            } else if channel_inflows == 1 {
                link_of[below] as usize
            } else {
                let parent = link_of[below] as usize;
                let link = links.len();
                links[parent].inflows.push(link);
                links.push(Link { parent: Some(parent), inflows: Vec::new(), path: Vec::new(), order: 1 });
                link
            };
            links[link].path.push(position as u32);
            link_of[position] = link as u32;
        }
        for link in (0..links.len()).rev() {
            links[link].path.reverse();
            links[link].order = strahler(links[link].inflows.iter().map(|&inflow| links[inflow].order));
        }
        Self { links, link_of, bridged_cells }
    }

    /// Returns true if a position is a channel cell.
    pub fn is_channel(&self, position: usize) -> bool {
        self.link_of[position] != NO_LINK
    }
}

fn connected_channels(tree: &FlowTree, streams: &Grid<bool>) -> (Vec<bool>, usize) {
    let mask = streams.as_slice();
    let mut is_channel: Vec<bool> = tree.cells.iter().map(|&index| mask[index as usize]).collect();
    let mut bridged = 0;
    for position in (1..tree.len()).rev() {
        let below = tree.downstream[position] as usize;
        if is_channel[position] && !is_channel[below] {
            is_channel[below] = true;
            bridged += 1;
        }
    }
    (is_channel, bridged)
}

/// Order of a link below others (Strahler 1957, "Quantitative analysis of watershed geomorphology", Transactions of the
/// American Geophysical Union 38).
fn strahler(inflows: impl Iterator<Item = u8>) -> u8 {
    let (highest, times) = inflows.fold((0, 0), |(highest, times), order| match order.cmp(&highest) {
        std::cmp::Ordering::Greater => (order, 1),
        std::cmp::Ordering::Equal => (highest, times + 1),
        std::cmp::Ordering::Less => (highest, times),
    });
    if highest == 0 || times > 1 { highest.saturating_add(1) } else { highest }
}
