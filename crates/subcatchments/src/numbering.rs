//! Channel ids: TOPAZ's depth-first node numbers, or WhiteboxTools' breadth-first ones.

use std::collections::VecDeque;

use crate::links::{ChannelLinks, Link};
use crate::relay::relay_count;
use crate::tree::FlowTree;

/// Numbering scheme of ids and sides, by the program it reproduces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbering {
    /// TOPAZ (DEDNM 3.10): nodes depth-first from the outlet, the leftmost inflow (looking upstream)
    /// first; suffix 2 is the right bank and 3 the left bank, looking downstream.
    #[default]
    Topaz,
    /// The HillslopesTopaz tool of WEPPcloud's WhiteboxTools: links breadth-first from the outlet;
    /// suffix 2 is the left bank and 3 the right bank, looking downstream.
    Wbt,
}

/// Ids of the links of a network.
pub(crate) struct ChannelIds {
    /// Channel id of each link: ten times the node number, plus 4.
    pub of_link: Vec<u32>,
    /// Per link, the ids of the further nodes that its junction consumes when more than two links meet
    /// there. TOPAZ calls them hypothetical nodes: no cell carries them.
    pub hypothetical: Vec<Vec<u32>>,
    numbering: Numbering,
}

impl ChannelIds {
    /// Ids for the relays at the head of a link: greater than its own, smaller than those of the inflows
    /// they pass on.
    pub fn relays(&self, link: usize, inflows: usize) -> impl Iterator<Item = u32> + '_ {
        let (skip, step) = match self.numbering {
            // TOPAZ numbers the j-th node before it enters the j-th inflow; a relay takes the inflows from
            // the third, fifth... on. The first node is the link's own.
            Numbering::Topaz => (1, 2),
            Numbering::Wbt => (0, 1),
        };
        self.hypothetical[link].iter().copied().skip(skip).step_by(step).take(relay_count(inflows))
    }
}

/// The outlet cell is node 1 and the outlet link node 2.
const FIRST_NODE: u32 = 2;

const fn channel_id(node: u32) -> u32 {
    node * 10 + 4
}

/// Numbers the links of a network.
pub(crate) fn number_links(network: &ChannelLinks, tree: &FlowTree, numbering: Numbering) -> ChannelIds {
    match numbering {
        Numbering::Topaz => depth_first(&network.links),
        Numbering::Wbt => breadth_first(&network.links, tree),
    }
}

fn unnumbered(links: &[Link], numbering: Numbering) -> ChannelIds {
    ChannelIds { of_link: vec![0; links.len()], hypothetical: vec![Vec::new(); links.len()], numbering }
}

struct Visit {
    link: usize,
    /// Inflows already visited.
    done: usize,
    /// Nodes already given to the junction, the link's own included.
    nodes: usize,
}

/// TOPAZ node numbering (Garbrecht and Martz 1997, Computers & Geosciences 23(9), 961-966): depth-first
/// in pre-order, inflows clockwise from the flow direction. A junction of k inflows is a chain of k - 1
/// coincident nodes. On reaching an inflow with no node left for it, TOPAZ takes as many nodes at once as
/// there are inflows from the next one up to the first whose Strahler order is at least that of this one
/// (or the last): so a main stem is paired with every lesser tributary before it is entered.
fn depth_first(links: &[Link]) -> ChannelIds {
    let mut ids = unnumbered(links, Numbering::Topaz);
    let mut next_node = FIRST_NODE;
    let mut take_node = || {
        next_node += 1;
        channel_id(next_node - 1)
    };
    let mut stack = vec![Visit { link: 0, done: 0, nodes: 0 }];
    while let Some(visit) = stack.last_mut() {
        let inflows = &links[visit.link].inflows;
        if visit.nodes == 0 {
            ids.of_link[visit.link] = take_node();
            visit.nodes = 1;
            let extra = nodes_taken(links, inflows).saturating_sub(1);
            ids.hypothetical[visit.link].extend((0..extra).map(|_| take_node()));
            visit.nodes += extra;
        } else if inflows.len() - visit.done >= 2 && visit.nodes <= visit.done {
            let taken = nodes_taken(links, &inflows[visit.done..]);
            ids.hypothetical[visit.link].extend((0..taken).map(|_| take_node()));
            visit.nodes += taken;
        }
        match inflows.get(visit.done) {
            Some(&inflow) => {
                visit.done += 1;
                stack.push(Visit { link: inflow, done: 0, nodes: 0 });
            }
            None => {
                stack.pop();
            }
        }
    }
    ids
}

/// Number of nodes TOPAZ takes at once before it enters the first of `inflows`.
fn nodes_taken(links: &[Link], inflows: &[usize]) -> usize {
    let Some((&first, rest)) = inflows.split_first() else { return 0 };
    let lesser = rest.iter().take_while(|&&link| links[link].order < links[first].order).count();
    (lesser + 1).min(rest.len())
}

/// HillslopesTopaz numbering: breadth-first; inflows of a junction by the clockwise angle from
/// (junction to the downstream end of the link below) to (junction to the upstream end of the inflow).
fn breadth_first(links: &[Link], tree: &FlowTree) -> ChannelIds {
    let mut ids = unnumbered(links, Numbering::Wbt);
    ids.of_link[0] = channel_id(FIRST_NODE);
    let mut next_node = FIRST_NODE + 1;
    let mut queue = VecDeque::from([0]);
    while let Some(link) = queue.pop_front() {
        let mut inflows = links[link].inflows.clone();
        inflows.sort_by(|&a, &b| {
            inflow_angle(links, tree, link, a).total_cmp(&inflow_angle(links, tree, link, b))
        });
        // The reference refuses more than three inflows; here the junction gets hypothetical nodes, as in
        // TOPAZ, so that ids still grow upstream.
        for _ in 0..relay_count(inflows.len()) {
            ids.hypothetical[link].push(channel_id(next_node));
            next_node += 1;
        }
        for inflow in inflows {
            ids.of_link[inflow] = channel_id(next_node);
            next_node += 1;
            queue.push_back(inflow);
        }
    }
    ids
}

/// Clockwise angle in degrees, 0 to 360, by which HillslopesTopaz sorts inflows.
fn inflow_angle(links: &[Link], tree: &FlowTree, link: usize, inflow: usize) -> f64 {
    let position_of = |position: usize| {
        let cell = tree.cell(position);
        (cell.col as f64, cell.row as f64)
    };
    let junction = position_of(links[link].head());
    // A link ends at the next junction cell downstream, the outlet link at the outlet.
    let end = links[link].parent.map_or(links[link].tail(), |parent| links[parent].head());
    let below = position_of(end);
    let above = position_of(links[inflow].head());
    let (rows, cols) = tree.outflow(links[link].head()).offset();
    let out = if below == junction {
        (cols as f64, rows as f64)
    } else {
        (below.0 - junction.0, below.1 - junction.1)
    };
    let inward = (above.0 - junction.0, above.1 - junction.1);
    // Rows grow southwards, so that growing angles turn clockwise on the map.
    (inward.1.atan2(inward.0) - out.1.atan2(out.0)).to_degrees().rem_euclid(360.0)
}
