//! Networks held to their definitions.

use super::*;
use crate::fill::tests::any_dem;
use crate::flow::tests::any_pointers;
use crate::{accumulate, d8, fill};
use proptest::prelude::*;

fn walk(pointers: &Grid<Pointer>, start: usize) -> impl Iterator<Item = usize> + '_ {
    std::iter::successors(Some(start), |&i| downstream_index(pointers, i))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// A gap in the network would cut a run's channels in two.
    #[test]
    fn networks_hang_together(dem in any_dem(), threshold in 1u32..8, min_length in 0.0f64..60.0) {
        let cell = CellSize { width_m: 10.0, height_m: 12.0 };
        let pointers = d8(&fill(&dem), cell);
        let full = streams(&accumulate(&pointers).unwrap(), threshold);
        let mut pruned = full.clone();
        prune(&pointers, &mut pruned, min_length, cell).unwrap();
        let orders = strahler(&pointers, &pruned).unwrap();
        let counts = junctions(&pointers, &pruned).unwrap();
        let distances = distance_to_stream(&pointers, &pruned, cell).unwrap();
        for i in 0..dem.len() {
            let is_stream = pruned.as_slice()[i];
            prop_assert!(!is_stream || full.as_slice()[i]);
            prop_assert_eq!(orders.as_slice()[i] > 0, is_stream);
            prop_assert_eq!(counts.as_slice()[i] == NO_STREAM, !is_stream);
            if is_stream {
                prop_assert!(walk(&pointers, i).all(|j| pruned.as_slice()[j]));
                let below = downstream_index(&pointers, i);
                prop_assert!(below.is_none_or(|j| orders.as_slice()[j] >= orders.as_slice()[i]));
            }
            if is_stream && counts.as_slice()[i] == 0
                && let Some(length) = head_link_mm(&pointers, &pruned, i, cell)
            {
                prop_assert!(length as f64 + 1.0 >= min_length * 1000.0, "a short channel was left");
            }
            let met = walk(&pointers, i).position(|j| pruned.as_slice()[j]);
            let expected = met.map(|steps| {
                let path = walk(&pointers, i).take(steps);
                path.map(|j| cell.step_m(pointers.as_slice()[j].direction().unwrap())).sum::<f64>()
            });
            match expected {
                Some(d) => prop_assert!((f64::from(distances.as_slice()[i]) - d).abs() < 1e-3),
                None => prop_assert!(distances.as_slice()[i].is_nan()),
            }
        }
        for start in (0..dem.len()).filter(|&i| full.as_slice()[i]) {
            let end = walk(&pointers, start).last().unwrap();
            prop_assert!(pruned.as_slice()[end], "pruning removed a whole network");
        }
    }
}

/// Stream cells that drain into `index`, by asking every cell of the grid where it goes.
fn stream_inflows(pointers: &Grid<Pointer>, streams: &Grid<bool>, index: usize) -> Vec<usize> {
    let drains_in = |&i: &usize| streams.as_slice()[i] && downstream_index(pointers, i) == Some(index);
    (0..streams.len()).filter(drains_in).collect()
}

/// Strahler's rule read backwards: the highest order above, or one more than the second highest.
fn order_by_recursion(pointers: &Grid<Pointer>, streams: &Grid<bool>, index: usize) -> u8 {
    let above = stream_inflows(pointers, streams, index).into_iter();
    let mut orders: Vec<u8> = above.map(|i| order_by_recursion(pointers, streams, i)).collect();
    orders.extend([0, 0]);
    orders.sort_unstable_by(|a, b| b.cmp(a));
    orders[0].max(orders[1] + 1)
}

/// Any pointers, and streams strewn over them that may have gaps.
fn any_network() -> impl Strategy<Value = (Grid<Pointer>, Grid<bool>)> {
    let share = prop_oneof![Just(1.0), 0.3f64..1.0];
    (any_pointers(), share).prop_flat_map(|(pointers, share)| {
        prop::collection::vec(prop::bool::weighted(share), pointers.len()).prop_map(move |chosen| {
            let on_map = pointers.as_slice().iter().map(|&pointer| pointer != Pointer::NODATA);
            let streams = on_map.zip(chosen).map(|(on_map, chosen)| on_map && chosen).collect();
            (pointers.clone(), Grid::from_vec(pointers.rows(), pointers.cols(), streams).unwrap())
        })
    })
}

/// Length in millimetres of the channel below `head` and its cells, if it ends where another one joins: straight and
/// diagonal steps counted and multiplied.
fn source_channel(
    pointers: &Grid<Pointer>,
    streams: &Grid<bool>,
    head: usize,
    cell: CellSize,
) -> Option<(u64, Vec<usize>)> {
    let below = |&i: &usize| downstream_index(pointers, i).filter(|&next| streams.as_slice()[next]);
    let way: Vec<usize> = std::iter::successors(Some(head), below).collect();
    let joined = |&i: &usize| i != head && stream_inflows(pointers, streams, i).len() > 1;
    let cells = way[..way.iter().position(joined)?].to_vec();
    let (mut across, mut down, mut diagonal) = (0.0, 0.0, 0.0);
    for &i in &cells {
        match pointers.as_slice()[i].direction()?.offset() {
            (0, _) => across += 1.0,
            (_, 0) => down += 1.0,
            _ => diagonal += 1.0,
        }
    }
    let (width, height) = (cell.width_m, cell.height_m);
    let length_m: f64 = across * width + down * height + diagonal * (width * width + height * height).sqrt();
    Some(((length_m * 1000.0).round() as u64, cells))
}

/// Pruning by its definition: measure every head link again, remove the shortest, start over.
fn prune_from_scratch(pointers: &Grid<Pointer>, streams: &mut Grid<bool>, min_length_m: f64, cell: CellSize) {
    let min_mm = (min_length_m * 1000.0).round() as u64;
    loop {
        let is_head = |&i: &usize| streams.as_slice()[i] && stream_inflows(pointers, streams, i).is_empty();
        let heads = (0..streams.len()).filter(is_head);
        let channels = heads.filter_map(|head| source_channel(pointers, streams, head, cell));
        let shortest = channels.min_by_key(|(length_mm, cells)| (*length_mm, cells[0]));
        let Some((_, cells)) = shortest.filter(|(length_mm, _)| *length_mm < min_mm) else { return };
        for i in cells {
            streams.as_mut_slice()[i] = false;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    /// Channel widths by order and TOPAZ's node numbers rest on these; a wrong order renumbers a whole watershed, and
    /// a missed junction makes one channel of two.
    #[test]
    fn orders_and_junctions_are_those_of_the_definition((pointers, streams) in any_network()) {
        let orders = strahler(&pointers, &streams).unwrap();
        let counts = junctions(&pointers, &streams).unwrap();
        for i in 0..streams.len() {
            let (order, count) = match streams.as_slice()[i] {
                true => (
                    order_by_recursion(&pointers, &streams, i),
                    stream_inflows(&pointers, &streams, i).len() as u8,
                ),
                false => (0, NO_STREAM),
            };
            prop_assert_eq!(orders.as_slice()[i], order, "order of {}", i);
            prop_assert_eq!(counts.as_slice()[i], count, "junctions of {}", i);
        }
    }

    /// One channel taken away too many loses its hillslopes, one too few leaves a sliver that WEPP runs as a hillslope
    /// of its own. The order of removal matters, for the links that are left grow.
    #[test]
    fn pruning_equals_starting_over_after_every_removal(
        (pointers, strewn) in any_network(),
        threshold in 1u32..5,
        gaps in any::<bool>(),
        min_length in 0u32..90,
        width in 5u32..15,
    ) {
        let cell = CellSize { width_m: f64::from(width), height_m: 10.0 };
        let grown = streams(&accumulate(&pointers).unwrap(), threshold);
        let full = if gaps { strewn } else { grown };
        let (mut pruned, mut expected) = (full.clone(), full);
        prune(&pointers, &mut pruned, f64::from(min_length), cell).unwrap();
        prune_from_scratch(&pointers, &mut expected, f64::from(min_length), cell);
        prop_assert_eq!(pruned, expected);
    }
}

/// TOPAZ's 5 ha at 30 m is 56 cells; 9 ha is 100 cells exactly.
#[test]
fn critical_source_area_in_cells() {
    assert_eq!(threshold_cells(5.0, CellSize::square(30.0)), 56);
    assert_eq!(threshold_cells(9.0, CellSize::square(30.0)), 100);
    assert_eq!(threshold_cells(0.0, CellSize::square(30.0)), 1);
}

/// A hand-placed outlet goes to the nearest channel, not to the biggest in reach.
#[test]
fn snapping_takes_the_nearest_channel() {
    let streams = Grid::from_fn(5, 9, |c| c.col == 1 || c.col == 8);
    let accumulation = Grid::from_fn(5, 9, |c| if c.col == 8 { 1000 } else { 10 + c.row as u32 });
    let snap = |cell, reach| snap_to_stream(&streams, &accumulation, cell, reach, CellSize::square(10.0));
    assert_eq!(snap(Cell { row: 2, col: 3 }, 100.0), Some(Cell { row: 2, col: 1 }));
    assert_eq!(snap(Cell { row: 2, col: 4 }, 25.0), None);
}
