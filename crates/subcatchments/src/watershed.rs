//! Abstraction in one call: from grids to a watershed.

use headwaters_raster::{Cell, GeoTransform, Grid};
use headwaters_terrain::{CellSize, Direction};

use crate::anatomy::Anatomy;
use crate::channel::ChannelFrame;
use crate::hillslope::HillslopeFrame;
use crate::inputs::AbstractionInputs;
use crate::links::ChannelLinks;
use crate::numbering::number_links;
use crate::profile::Descents;
use crate::sides::Sides;
use crate::surface::Surface;
use crate::tree::FlowTree;
use crate::{
    AbstractionOptions, Channel, Flowpath, Hillslope, Relay, Side, SubcatchmentError, channel, flowpath,
    hillslope,
};

/// A basin divided into channels and hillslopes.
#[derive(Clone, Debug)]
pub struct Watershed {
    /// Id of the channel or hillslope of each cell; 0 outside the basin. TOPAZ calls it SUBWTA.
    pub subwta: Grid<u32>,
    /// Hillslopes by ascending id, which is also the order of their WEPP ids.
    pub hillslopes: Vec<Hillslope>,
    /// Channels in the order of their WEPP ids: upstream before downstream, the outlet channel last.
    pub channels: Vec<Channel>,
    /// Channel elements that a WEPP run needs at junctions of more than three channels.
    pub relays: Vec<Relay>,
    /// Flowpaths, if requested.
    pub flowpaths: Vec<Flowpath>,
    /// Georeference of the grid.
    pub transform: GeoTransform,
    /// Number of cells in the basin.
    pub basin_cells: usize,
    /// Cells that were no stream cells and were made channel because a stream drains through them.
    pub bridged_cells: usize,
    /// True if the basin reaches the edge of the grid or a cell without elevation, so that it may be
    /// larger than the grid shows.
    pub touches_edge: bool,
    /// Hillslopes that touch the edge, by ascending id.
    pub edge_hillslopes: Vec<u32>,
}

impl Watershed {
    /// Area of the basin in m².
    pub fn area_m2(&self) -> f64 {
        self.basin_cells as f64 * self.transform.cell_area()
    }

    /// The hillslope with this TOPAZ id.
    pub fn hillslope(&self, topaz_id: u32) -> Option<&Hillslope> {
        let found = self.hillslopes.binary_search_by_key(&topaz_id, |hillslope| hillslope.topaz_id);
        found.ok().map(|index| &self.hillslopes[index])
    }

    /// The channel with this TOPAZ id.
    pub fn channel(&self, topaz_id: u32) -> Option<&Channel> {
        let descending = |channel: &Channel| topaz_id.cmp(&channel.topaz_id);
        self.channels.binary_search_by(descending).ok().map(|index| &self.channels[index])
    }
}

/// Divides the basin above an outlet into channels and hillslopes, numbers them and measures their
/// representative profiles. Time and memory are linear in the basin (plus one id per grid cell).
///
/// # Errors
/// Grids of different shapes, an outlet off the grid or off the streams, cells without elevation in the
/// basin, options out of range.
pub fn abstract_watershed(
    inputs: &AbstractionInputs,
    options: &AbstractionOptions,
) -> Result<Watershed, SubcatchmentError> {
    inputs.check()?;
    options.check()?;
    let size = CellSize::of_projected(&inputs.transform);
    let tree = FlowTree::new(inputs.pointers, inputs.outlet)?;
    let surface = Surface::new(&tree, inputs.elevation, size)?;
    let network = ChannelLinks::new(&tree, inputs.streams);
    let ids = number_links(&network, &tree, options.numbering);
    let sides = Sides::new(&tree, &network, options.numbering);
    let steps_m = Direction::ALL.map(|direction| size.step_m(direction));
    let descents = Descents::new(&tree, &network, &steps_m);
    let anatomy = Anatomy { inputs: *inputs, tree, network, ids, descents, surface, steps_m };

    let units = Units::new(&anatomy, &sides, options);
    let (mut channels, relays) = measure_channels(&anatomy, units.order.len() as u32, options);
    let hillslopes = measure_hillslopes(&anatomy, &units, &mut channels, options);
    let flowpaths = if options.flowpaths {
        flowpath::list(&anatomy, &hillslopes, |rank| units.members(units.order[rank].1).to_vec(), options)
    } else {
        Vec::new()
    };
    let subwta = label(&anatomy, &hillslopes, &channels);
    let (touches_edge, edge_hillslopes) = edges(&anatomy, &subwta);
    Ok(Watershed {
        subwta,
        hillslopes,
        channels,
        relays,
        flowpaths,
        transform: inputs.transform,
        basin_cells: anatomy.tree.len(),
        bridged_cells: anatomy.network.bridged_cells,
        touches_edge,
        edge_hillslopes,
    })
}

/// Hillslope cells grouped by link and side.
struct Units {
    /// Positions sorted by unit, ascending within one.
    positions: Vec<u32>,
    /// Unit `u` holds `positions[starts[u]..starts[u + 1]]`.
    starts: Vec<usize>,
    /// (TOPAZ id, unit) of the units that have cells, by ascending id.
    order: Vec<(u32, usize)>,
}

impl Units {
    fn new(anatomy: &Anatomy, sides: &Sides, options: &AbstractionOptions) -> Self {
        let unit_count = anatomy.network.links.len() * 3;
        let mut starts = vec![0; unit_count + 1];
        for unit in (0..anatomy.tree.len()).filter_map(|position| sides.unit(position)) {
            starts[unit + 1] += 1;
        }
        for unit in 0..unit_count {
            starts[unit + 1] += starts[unit];
        }
        let mut positions = vec![0; starts[unit_count]];
        let mut next = starts.clone();
        for position in 0..anatomy.tree.len() {
            if let Some(unit) = sides.unit(position) {
                positions[next[unit]] = position as u32;
                next[unit] += 1;
            }
        }
        let topaz_id = |unit| {
            let (link, side) = Sides::of_unit(unit);
            anatomy.ids.of_link[link] - 4 + side.suffix(options.numbering)
        };
        let mut order: Vec<_> = (0..unit_count)
            .filter(|&unit| starts[unit + 1] > starts[unit])
            .map(|unit| (topaz_id(unit), unit))
            .collect();
        order.sort_unstable();
        Self { positions, starts, order }
    }

    fn members(&self, unit: usize) -> &[u32] {
        &self.positions[self.starts[unit]..self.starts[unit + 1]]
    }
}

/// Channels and relays by descending id, which is WEPP's order.
fn measure_channels(
    anatomy: &Anatomy,
    hillslope_count: u32,
    options: &AbstractionOptions,
) -> (Vec<Channel>, Vec<Relay>) {
    let mut elements: Vec<(u32, usize)> = Vec::new();
    for (link, below) in anatomy.network.links.iter().enumerate() {
        elements.push((anatomy.ids.of_link[link], link));
        elements.extend(anatomy.ids.relays(link, below.inflows.len()).map(|id| (id, link)));
    }
    elements.sort_unstable_by_key(|&(id, _)| std::cmp::Reverse(id));
    let (mut channels, mut relays) = (Vec::new(), Vec::new());
    for (channel_number, (topaz_id, link)) in (1..).zip(elements) {
        let wepp_id = hillslope_count + channel_number;
        if topaz_id == anatomy.ids.of_link[link] {
            channels.push(channel::measure(
                anatomy,
                &ChannelFrame { link, wepp_id, channel_number },
                options,
            ));
        } else {
            let channel_topaz_id = anatomy.ids.of_link[link];
            relays.push(Relay { topaz_id, wepp_id, channel_number, channel_topaz_id });
        }
    }
    (channels, relays)
}

fn measure_hillslopes(
    anatomy: &Anatomy,
    units: &Units,
    channels: &mut [Channel],
    options: &AbstractionOptions,
) -> Vec<Hillslope> {
    let channel_of = |id: &u32| channels.partition_point(|channel| channel.topaz_id > *id);
    let channel_of_link: Vec<usize> = anatomy.ids.of_link.iter().map(channel_of).collect();
    (1..)
        .zip(&units.order)
        .map(|(wepp_id, &(topaz_id, unit))| {
            let (link, side) = Sides::of_unit(unit);
            let channel = &mut channels[channel_of_link[link]];
            match side {
                Side::Top => channel.top_hillslope = Some(topaz_id),
                Side::Left => channel.left_hillslope = Some(topaz_id),
                Side::Right => channel.right_hillslope = Some(topaz_id),
            }
            let frame = HillslopeFrame { topaz_id, wepp_id, side, channel, members: units.members(unit) };
            hillslope::measure(anatomy, &frame, options)
        })
        .collect()
}

fn label(anatomy: &Anatomy, hillslopes: &[Hillslope], channels: &[Channel]) -> Grid<u32> {
    let mut subwta = Grid::filled(anatomy.inputs.pointers.rows(), anatomy.inputs.pointers.cols(), 0);
    let ids = subwta.as_mut_slice();
    let parts = hillslopes.iter().map(|hillslope| (hillslope.topaz_id, &hillslope.cells));
    for (id, cells) in parts.chain(channels.iter().map(|channel| (channel.topaz_id, &channel.cells))) {
        for &cell in cells {
            ids[cell as usize] = id;
        }
    }
    subwta
}

/// Contact with the grid's edge or cells without elevation: true if the basin has any, and the hillslopes that have.
fn edges(anatomy: &Anatomy, subwta: &Grid<u32>) -> (bool, Vec<u32>) {
    let open = |cell: Cell| {
        Direction::ALL.iter().any(|&direction| {
            crate::tree::step(subwta, cell, direction)
                .is_none_or(|neighbour| !anatomy.inputs.elevation[neighbour].is_finite())
        })
    };
    let mut touched: Vec<u32> = (0..anatomy.tree.len())
        .map(|p| anatomy.tree.cell(p))
        .filter(|&c| open(c))
        .map(|c| subwta[c])
        .collect();
    touched.sort_unstable();
    touched.dedup();
    let touches_edge = !touched.is_empty();
    touched.retain(|id| id % 10 != 4);
    (touches_edge, touched)
}
