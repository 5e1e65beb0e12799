//! Against the output of the original TOPAZ (DEDNM 3.10), cell by cell and row by row.

use crate::common::{Case, data, table};
use headwaters_subcatchments::{AbstractionOptions, Numbering, Side, abstract_watershed};

/// Hillslope and channel ids are the key by which users join results of years of WEPPcloud runs.
#[test]
fn ids_equal_topaz_in_every_cell() {
    let Some(data) = data() else { return };
    for (name, case) in Case::topaz_runs(&data) {
        let watershed = abstract_watershed(&case.inputs(), &AbstractionOptions::default()).unwrap();
        assert_eq!(watershed.bridged_cells, 0, "{name}");
        for (index, (ours, topaz)) in
            watershed.subwta.as_slice().iter().zip(case.subwta.as_slice()).enumerate()
        {
            assert_eq!(i64::from(*ours), i64::from(*topaz), "{name}: {:?}", watershed.subwta.cell(index));
        }
    }
}

/// Order, ends, length, areas and node numbers of every channel, complex junctions included.
#[test]
fn channels_equal_netw_tab() {
    let Some(data) = data() else { return };
    for (name, case) in Case::topaz_runs(&data) {
        let watershed = abstract_watershed(&case.inputs(), &AbstractionOptions::default()).unwrap();
        // The last row is the outlet cell itself, node 1.
        let rows: Vec<_> = table(&case.netw_tab, 24).into_iter().filter(|row| row[15] > 1.0).collect();
        assert_eq!(rows.len(), watershed.channels.len(), "{name}");
        let cell = case.transform.cell_width;
        for row in rows {
            let id = row[15] as u32 * 10 + 4;
            let channel = watershed.channel(id).unwrap();
            let position = |(row, col): (usize, usize)| [row as f64 + 1.0, col as f64 + 1.0];
            let below = channel
                .outflow
                .map_or(channel.tail_row_col, |id| watershed.channel(id).unwrap().head_row_col);
            assert_eq!(f64::from(channel.order), row[1], "{name} {id} order");
            assert_eq!(position(channel.head_row_col), row[2..4], "{name} {id} upper end");
            // For the outlet channel TOPAZ names the cell before the outlet.
            if !channel.is_outlet() {
                assert_eq!(position(channel.tail_row_col), row[4..6], "{name} {id} last cell");
            }
            assert_eq!(position(below), row[6..8], "{name} {id} lower end");
            assert!((channel.length_m / cell - row[8]).abs() < 0.006, "{name} {id} length");
            // TOPAZ counts the inflows of a cell without the cell itself.
            let inflow = |area_m2: f64| area_m2 / (cell * cell) - 1.0;
            assert_eq!(inflow(channel.head_drainage_area_m2), row[11], "{name} {id} area at head");
            assert_eq!(inflow(channel.drainage_area_m2), row[12], "{name} {id} area at tail");
            let nodes: Vec<f64> = channel.hypothetical_nodes.iter().map(|id| f64::from(id / 10)).collect();
            let expected: Vec<f64> = row[16..22].iter().copied().filter(|&node| node != 0.0).collect();
            assert_eq!(nodes, expected, "{name} {id} hypothetical nodes");
        }
    }
}

/// Cells on the left and right bank and above the head of every channel.
#[test]
fn hillslope_cells_equal_sbct_tab() {
    let Some(data) = data() else { return };
    for (name, case) in Case::topaz_runs(&data) {
        let watershed = abstract_watershed(&case.inputs(), &AbstractionOptions::default()).unwrap();
        for row in table(&case.sbct_tab, 8).into_iter().filter(|row| row[2] > 1.0) {
            let channel = watershed.channel(row[2] as u32 * 10 + 4).unwrap();
            let cells = |id: Option<u32>| id.map_or(0, |id| watershed.hillslope(id).unwrap().cells.len());
            let found = [channel.top_hillslope, channel.left_hillslope, channel.right_hillslope].map(cells);
            assert_eq!(
                found,
                [row[3].max(0.0), row[4], row[5]].map(|v| v as usize),
                "{name} {}",
                channel.topaz_id
            );
            assert_eq!(channel.cells.len(), row[6] as usize, "{name} {}", channel.topaz_id);
        }
    }
}

/// In compatibility mode the same basin is numbered breadth-first and banks swap their suffixes.
#[test]
fn wbt_mode_numbers_by_level_and_swaps_banks() {
    let Some(data) = data() else { return };
    let case = Case::bullrun(&data);
    let options = AbstractionOptions { numbering: Numbering::Wbt, ..AbstractionOptions::default() };
    let watershed = abstract_watershed(&case.inputs(), &options).unwrap();
    let depth = |mut id: u32| {
        let mut depth = 0;
        while let Some(below) = watershed.channel(id).unwrap().outflow {
            (id, depth) = (below, depth + 1);
        }
        depth
    };
    let by_id: Vec<u32> = watershed.channels.iter().rev().map(|channel| depth(channel.topaz_id)).collect();
    assert!(by_id.is_sorted(), "{by_id:?}");
    let ids: Vec<u32> = watershed.channels.iter().rev().map(|channel| channel.topaz_id).collect();
    assert_eq!(ids, (2..2 + ids.len() as u32).map(|node| node * 10 + 4).collect::<Vec<_>>());
    for hillslope in &watershed.hillslopes {
        let expected = match hillslope.side {
            Side::Top => 1,
            Side::Left => 2,
            Side::Right => 3,
        };
        assert_eq!(hillslope.topaz_id % 10, expected);
    }
}
