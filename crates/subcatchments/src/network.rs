//! The channel network as a table.

use std::fmt::Write;

use serde::Serialize;

use crate::Watershed;

/// One row of the channel network table: the columns of HillslopesTopaz' `netw.tsv` and those that WEPP needs
/// beyond them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkLink {
    /// Index of the row, from 0.
    pub id: usize,
    /// TOPAZ id of the channel.
    pub topaz_id: u32,
    /// WEPP id of the channel.
    pub wepp_id: u32,
    /// Row and column of the junction cell (or outlet) at which the channel ends.
    pub ds_row_col: (usize, usize),
    /// Row and column of the channel's upper end.
    pub us_row_col: (usize, usize),
    /// Indices of the rows of its inflows.
    pub inflow_ids: Vec<usize>,
    /// Length in metres.
    pub length_m: f64,
    /// Elevation at `ds_row_col` in metres.
    pub ds_z: f64,
    /// Elevation at `us_row_col` in metres.
    pub us_z: f64,
    /// `us_z - ds_z`; negative where the raw DEM rises along the flow.
    pub drop_m: f64,
    /// Strahler order.
    pub order: u8,
    /// Area of the two side hillslopes in m² (`areaup` in `netw.tsv`).
    pub side_area_m2: f64,
    /// Whole area that drains through the channel's lower end, in m².
    pub drainage_area_m2: f64,
    /// True if no channel flows into it.
    pub is_headwater: bool,
    /// True if it ends at the outlet.
    pub is_outlet: bool,
}

impl Watershed {
    /// The channel network, by ascending TOPAZ id: the outlet channel first.
    pub fn network(&self) -> Vec<NetworkLink> {
        let count = self.channels.len();
        let row_of = |topaz_id: &u32| {
            let from_top = self.channels.partition_point(|channel| channel.topaz_id > *topaz_id);
            count - 1 - from_top
        };
        let side_area = |topaz_id: Option<u32>| {
            topaz_id.and_then(|id| self.hillslope(id)).map_or(0.0, |hillslope| hillslope.area_m2)
        };
        let link = |(id, channel): (usize, &crate::Channel)| {
            let below = channel.outflow.and_then(|id| self.channel(id));
            let ds_z = below.map_or(channel.tail_elevation_m, |below| below.head_elevation_m);
            NetworkLink {
                id,
                topaz_id: channel.topaz_id,
                wepp_id: channel.wepp_id,
                ds_row_col: below.map_or(channel.tail_row_col, |below| below.head_row_col),
                us_row_col: channel.head_row_col,
                inflow_ids: channel.inflows.iter().map(row_of).collect(),
                length_m: channel.length_m,
                ds_z,
                us_z: channel.head_elevation_m,
                drop_m: channel.head_elevation_m - ds_z,
                order: channel.order,
                side_area_m2: side_area(channel.left_hillslope) + side_area(channel.right_hillslope),
                drainage_area_m2: channel.drainage_area_m2,
                is_headwater: channel.is_headwater(),
                is_outlet: channel.is_outlet(),
            }
        };
        self.channels.iter().rev().enumerate().map(link).collect()
    }

    /// The network as tab-separated text with the header of HillslopesTopaz' `netw.tsv`, `_x` being rows
    /// and `_y` columns as there, followed by `wepp_id`, `drainage_area_m2` and all `inflow_ids`.
    pub fn network_tsv(&self) -> String {
        let mut text = String::from(
            "id\ttopaz_id\tds_x\tds_y\tus_x\tus_y\tinflow0_id\tinflow1_id\tinflow2_id\tlength_m\tds_z\tus_z\t\
             drop_m\torder\tareaup\tis_headwater\tis_outlet\twepp_id\tdrainage_area_m2\tinflow_ids\n",
        );
        for link in self.network() {
            let inflow = |i: usize| link.inflow_ids.get(i).map_or_else(|| "-1".to_owned(), usize::to_string);
            let inflows: Vec<String> = link.inflow_ids.iter().map(usize::to_string).collect();
            let (ds, us) = (link.ds_row_col, link.us_row_col);
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
                link.id,
                link.topaz_id,
                ds.0,
                ds.1,
                us.0,
                us.1,
                inflow(0),
                inflow(1),
                inflow(2),
                link.length_m,
                link.ds_z,
                link.us_z,
                link.drop_m,
                link.order,
                link.side_area_m2,
                u8::from(link.is_headwater),
                u8::from(link.is_outlet),
                link.wepp_id,
                link.drainage_area_m2,
                inflows.join(","),
            );
        }
        text
    }
}
