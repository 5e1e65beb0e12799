//! Connectivity of hillslopes and channels in a WEPP watershed run.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::relay::{Relay, relay_count};
use crate::{Channel, Watershed};

/// One line of WEPP's structure file (`pw0.str`): a channel and what drains into it, by WEPP ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StructureElement {
    /// WEPP id of the channel.
    pub wepp_id: u32,
    /// TOPAZ id of the channel.
    pub topaz_id: u32,
    /// True if it is a [`Relay`].
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
    ///
    /// ```
    /// # use headwaters_raster::{Cell, GeoTransform, Grid};
    /// # use headwaters_subcatchments::{AbstractionInputs, AbstractionOptions, abstract_watershed};
    /// # use headwaters_terrain::{CellSize, DelineateOptions, Flow};
    /// # let dem = Grid::from_fn(60, 41, |cell| 500.0 - cell.row as f32 + 3.0 * cell.col.abs_diff(20) as f32);
    /// # let transform = GeoTransform { west: 0.0, north: 1800.0, cell_width: 30.0, cell_height: 30.0 };
    /// # let flow = Flow::of_dem(&dem, CellSize::of_projected(&transform), &DelineateOptions::default())?;
    /// # let inputs = AbstractionInputs {
    /// #     pointers: &flow.pointers, streams: &flow.streams, elevation: &dem, transform, outlet: Cell { row: 50, col: 20 },
    /// # };
    /// # let watershed = abstract_watershed(&inputs, &AbstractionOptions::default())?;
    /// // `watershed` has one channel with a hillslope above its head and one on either bank.
    /// let structure = watershed.structure();
    /// assert_eq!(structure.len(), 1);
    /// assert_eq!(structure[0].feeders(), [3, 2, 1, 0, 0, 0, 0, 0, 0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
