//! How hillslopes and channels feed each other in a WEPP watershed run.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{Channel, Watershed};

/// A channel element without hillslopes that passes on the inflows of a junction that has more than the
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

/// One line of WEPP's structure file (`pw0.str`): a channel and what drains into it, by WEPP ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StructureElement {
    /// WEPP id of the channel.
    pub wepp_id: u32,
    /// TOPAZ id of the channel.
    pub topaz_id: u32,
    /// Whether it is a [`Relay`].
    pub is_relay: bool,
    /// Hillslope on the left bank, looking downstream.
    pub left_hillslope: Option<u32>,
    /// Hillslope on the right bank, looking downstream.
    pub right_hillslope: Option<u32>,
    /// Hillslope draining into the head.
    pub top_hillslope: Option<u32>,
    /// Channels flowing into the head, clockwise on the map from its flow direction.
    pub inflow_channels: [Option<u32>; 3],
}

impl StructureElement {
    /// The nine numbers of the line: hillslopes left, right, top; channels left, right, top; no
    /// impoundments. 0 stands for none.
    pub fn feeders(&self) -> [u32; 9] {
        let [left, right, top] = self.inflow_channels.map(|id| id.unwrap_or(0));
        let hillslopes = [self.left_hillslope, self.right_hillslope, self.top_hillslope];
        let [hill_left, hill_right, hill_top] = hillslopes.map(|id| id.unwrap_or(0));
        [hill_left, hill_right, hill_top, left, right, top, 0, 0, 0]
    }
}

impl Watershed {
    /// The channels in WEPP's order, upstream before downstream, with what drains into each.
    pub fn structure(&self) -> Vec<StructureElement> {
        let mut relays: HashMap<u32, Vec<Relay>> = HashMap::new();
        for &relay in self.relays.iter().rev() {
            relays.entry(relay.channel_topaz_id).or_default().push(relay);
        }
        let mut elements: Vec<StructureElement> =
            self.channels.iter().flat_map(|channel| self.junction(channel, &relays)).collect();
        elements.sort_unstable_by_key(|element| element.wepp_id);
        elements
    }

    /// The element of a channel and the relays at its head. Two inflows go into the channel itself and a
    /// relay takes the rest, again two and a relay, while more than three are left.
    fn junction(&self, channel: &Channel, relays: &HashMap<u32, Vec<Relay>>) -> Vec<StructureElement> {
        let hillslope = |topaz_id: Option<u32>| topaz_id.and_then(|id| self.hillslope(id)).map(|h| h.wepp_id);
        let mut inflows: Vec<u32> =
            channel.inflows.iter().filter_map(|&id| self.channel(id)).map(|inflow| inflow.wepp_id).collect();
        let mut element = StructureElement {
            wepp_id: channel.wepp_id,
            topaz_id: channel.topaz_id,
            is_relay: false,
            left_hillslope: hillslope(channel.left_hillslope),
            right_hillslope: hillslope(channel.right_hillslope),
            top_hillslope: hillslope(channel.top_hillslope),
            inflow_channels: [None; 3],
        };
        let mut elements = Vec::new();
        let relays = relays.get(&channel.topaz_id).into_iter().flatten();
        for relay in relays.take(relay_count(inflows.len())) {
            let rest = inflows.split_off(2);
            element.inflow_channels = [Some(inflows[0]), Some(inflows[1]), Some(relay.wepp_id)];
            elements.push(element);
            element = StructureElement {
                wepp_id: relay.wepp_id,
                topaz_id: relay.topaz_id,
                is_relay: true,
                left_hillslope: None,
                right_hillslope: None,
                top_hillslope: None,
                inflow_channels: [None; 3],
            };
            inflows = rest;
        }
        for (slot, inflow) in element.inflow_channels.iter_mut().zip(inflows) {
            *slot = Some(inflow);
        }
        elements.push(element);
        elements
    }
}

/// How many relays a junction of `inflows` channels needs.
pub(crate) const fn relay_count(inflows: usize) -> usize {
    if inflows > 3 { (inflows - 2) / 2 } else { 0 }
}
