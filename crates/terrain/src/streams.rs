//! The channel network: stream cells, junctions, orders and distances.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use headwaters_raster::{Cell, Grid};

use crate::error::{FlowError, same_shape};
use crate::flow::{order_within, topological_order};
use crate::steps::{downstream_index, upstream_indices};
use crate::{CellSize, Pointer};

/// Value of cells that are no streams in a grid of junction counts.
pub const NO_STREAM: u8 = u8::MAX;

/// Cells that a channel needs above it: the critical source area over the cell area, rounded up, at least 1.
pub fn threshold_cells(critical_source_area_ha: f64, cell: CellSize) -> u32 {
    const M2_PER_HA: f64 = 10_000.0;
    let cells = critical_source_area_ha * M2_PER_HA / cell.area_m2();
    // Tolerates the last bits of the division, so that 5 ha of 30 m cells is 56, and 9 ha exactly 100.
    (cells - 1e-9).ceil().clamp(1.0, f64::from(u32::MAX)) as u32
}

/// Cells whose accumulation reaches `threshold` cells (O'Callaghan and Mark 1984, "The extraction of drainage
/// networks from digital elevation data", Computer Vision, Graphics, and Image Processing 28).
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::{CellSize, streams, threshold_cells};
///
/// let accumulation = Grid::from_vec(1, 3, vec![54, 55, 56]).expect("three values");
/// let threshold = threshold_cells(5.0, CellSize::square(30.0));
/// assert_eq!(streams(&accumulation, threshold).as_slice(), [false, false, true]);
/// ```
pub fn streams(accumulation: &Grid<u32>, threshold: u32) -> Grid<bool> {
    let threshold = threshold.max(1);
    accumulation.map(|&cells| cells >= threshold)
}

/// Number of stream cells that drain into a stream cell: 0 at a channel head, 2 or more at a junction.
pub fn junction_count(pointers: &Grid<Pointer>, streams: &Grid<bool>, index: usize) -> usize {
    upstream_indices(pointers, index).filter(|&i| streams.as_slice()[i]).count()
}

/// [`junction_count`] of every stream cell, [`NO_STREAM`] elsewhere.
///
/// # Errors
/// [`FlowError::Shape`].
pub fn junctions(pointers: &Grid<Pointer>, streams: &Grid<bool>) -> Result<Grid<u8>, FlowError> {
    same_shape(pointers, streams, "stream")?;
    let count = |i: usize| match streams.as_slice()[i] {
        true => junction_count(pointers, streams, i) as u8,
        false => NO_STREAM,
    };
    Ok(Grid::from_fn(pointers.rows(), pointers.cols(), |cell| count(pointers.index(cell))))
}

/// Removes headwater channels shorter than `min_length_m` (TOPAZ's minimum source channel length; Martz and
/// Garbrecht 1992, "Numerical definition of drainage network and subcatchment areas from digital elevation models",
/// Computers & Geosciences 18).
///
/// The shortest goes first, then the lower index; when a removal ends a junction, the two links that met
/// there become one, whose length is measured again. Length counts every step from the head to the junction cell. A
/// channel that leaves the map without meeting another is never removed.
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::{CellSize, Direction, Pointer, prune};
///
/// // A channel to the east with a tributary of one cell from the south.
/// let (east, north) = (Pointer::to(Direction::East), Pointer::to(Direction::North));
/// let codes = vec![east, east, east, Pointer::OFF, Pointer::NODATA, Pointer::NODATA, north, Pointer::NODATA];
/// let pointers = Grid::from_vec(2, 4, codes).expect("eight values");
/// let mut streams = pointers.map(|&pointer| pointer != Pointer::NODATA);
/// prune(&pointers, &mut streams, 15.0, CellSize::square(10.0))?;
/// assert!(!streams.as_slice()[6] && streams.as_slice()[..4].iter().all(|&stream| stream));
/// # Ok::<(), headwaters_terrain::FlowError>(())
/// ```
///
/// # Errors
/// [`FlowError::Shape`].
pub fn prune(
    pointers: &Grid<Pointer>,
    streams: &mut Grid<bool>,
    min_length_m: f64,
    cell: CellSize,
) -> Result<(), FlowError> {
    same_shape(pointers, streams, "stream")?;
    let heads =
        (0..streams.len()).filter(|&i| streams.as_slice()[i] && junction_count(pointers, streams, i) == 0);
    let mut heap: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    for head in heads {
        if let Some(length) = head_link_mm(pointers, streams, head, cell) {
            heap.push(Reverse((length, head)));
        }
    }
    let shortest_kept = (min_length_m * 1000.0).round().max(0.0) as u64;
    while let Some(Reverse((length, head))) = heap.pop() {
        if length >= shortest_kept {
            break;
        }
        match head_link_mm(pointers, streams, head, cell) {
            Some(now) if now == length => remove_head_link(pointers, streams, head),
            Some(now) => heap.push(Reverse((now, head))),
            None => {}
        }
    }
    Ok(())
}

/// Cells of the link that starts at `head`, and the junction cell it ends in, which is not among them.
fn head_link(pointers: &Grid<Pointer>, streams: &Grid<bool>, head: usize) -> (Vec<usize>, Option<usize>) {
    let mut cells = vec![head];
    let mut at = head;
    while cells.len() <= streams.len() {
        let Some(next) = downstream_index(pointers, at).filter(|&n| streams.as_slice()[n]) else { break };
        if junction_count(pointers, streams, next) > 1 {
            return (cells, Some(next));
        }
        cells.push(next);
        at = next;
    }
    (cells, None)
}

/// Length of the head's link to its junction in whole millimetres, or `None` if it meets no other channel.
fn head_link_mm(pointers: &Grid<Pointer>, streams: &Grid<bool>, head: usize, cell: CellSize) -> Option<u64> {
    let (cells, junction) = head_link(pointers, streams, head);
    junction?;
    let directions = cells.iter().filter_map(|&i| pointers.as_slice()[i].direction());
    Some((directions.map(|d| cell.step_m(d)).sum::<f64>() * 1000.0).round() as u64)
}

fn remove_head_link(pointers: &Grid<Pointer>, streams: &mut Grid<bool>, head: usize) {
    let (cells, _) = head_link(pointers, streams, head);
    for i in cells {
        streams.as_mut_slice()[i] = false;
    }
}

/// Strahler order of every stream cell, 0 elsewhere (Strahler 1957, "Quantitative analysis of watershed
/// geomorphology", Transactions of the American Geophysical Union 38).
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::{Direction, Pointer, strahler};
///
/// let (south_east, south_west) = (Pointer::to(Direction::SouthEast), Pointer::to(Direction::SouthWest));
/// let codes = vec![south_east, Pointer::NODATA, south_west, Pointer::NODATA, Pointer::OFF, Pointer::NODATA];
/// let pointers = Grid::from_vec(2, 3, codes).expect("six values");
/// let streams = pointers.map(|&pointer| pointer != Pointer::NODATA);
/// assert_eq!(strahler(&pointers, &streams)?.as_slice(), [1, 0, 1, 0, 2, 0]);
/// # Ok::<(), headwaters_terrain::FlowError>(())
/// ```
///
/// # Errors
/// [`FlowError::Shape`], or [`FlowError::Cycle`] when imported pointers loop.
pub fn strahler(pointers: &Grid<Pointer>, streams: &Grid<bool>) -> Result<Grid<u8>, FlowError> {
    same_shape(pointers, streams, "stream")?;
    let mut orders = Grid::filled(streams.rows(), streams.cols(), 0u8);
    for i in order_within(pointers, |i| streams.as_slice()[i])? {
        let i = i as usize;
        let (mut highest, mut times) = (0u8, 0);
        for above in upstream_indices(pointers, i) {
            let order = orders.as_slice()[above];
            match order.cmp(&highest) {
                std::cmp::Ordering::Greater => (highest, times) = (order, 1),
                std::cmp::Ordering::Equal => times += 1,
                std::cmp::Ordering::Less => {}
            }
        }
        let order = if highest == 0 { 1 } else { highest + u8::from(times > 1) };
        orders.as_mut_slice()[i] = order;
    }
    Ok(orders)
}

/// Distance in metres along the flow from every cell to the first stream cell below it: 0 on streams, NaN
/// where the path ends without meeting one.
///
/// # Errors
/// [`FlowError::Shape`], or [`FlowError::Cycle`] when imported pointers loop.
pub fn distance_to_stream(
    pointers: &Grid<Pointer>,
    streams: &Grid<bool>,
    cell: CellSize,
) -> Result<Grid<f32>, FlowError> {
    same_shape(pointers, streams, "stream")?;
    let mut distances = Grid::filled(streams.rows(), streams.cols(), f32::NAN);
    for &i in topological_order(pointers)?.iter().rev() {
        let i = i as usize;
        let below = downstream_index(pointers, i).zip(pointers.as_slice()[i].direction());
        distances.as_mut_slice()[i] = match below {
            _ if streams.as_slice()[i] => 0.0,
            Some((next, direction)) => distances.as_slice()[next] + cell.step_m(direction) as f32,
            None => f32::NAN,
        };
    }
    Ok(distances)
}

/// The stream cell nearest to `cell` on the ground, within `max_distance_m`; ties to the greater
/// accumulation, then row-major. For pour points placed by hand.
///
/// Jenson 1991, "Applications of hydrologic information automatically extracted from digital elevation models",
/// Hydrological Processes 5; compared with other rules by Lindsay, Rothwell and Davies 2008, "Mapping outlet points
/// used for watershed delineation onto DEM-derived stream networks", Water Resources Research 44.
pub fn snap_to_stream(
    streams: &Grid<bool>,
    accumulation: &Grid<u32>,
    cell: Cell,
    max_distance_m: f64,
    size: CellSize,
) -> Option<Cell> {
    let reach = |step_m: f64| (max_distance_m / step_m).floor().clamp(0.0, 1e6) as usize;
    let (down, across) = (reach(size.height_m), reach(size.width_m));
    let rows = cell.row.saturating_sub(down)..=(cell.row + down).min(streams.rows().saturating_sub(1));
    let within = rows.flat_map(|row| {
        let cols =
            cell.col.saturating_sub(across)..=(cell.col + across).min(streams.cols().saturating_sub(1));
        cols.map(move |col| Cell { row, col })
    });
    let distance = |c: Cell| {
        let (dy, dx) = (c.row.abs_diff(cell.row) as f64, c.col.abs_diff(cell.col) as f64);
        (dy * size.height_m).hypot(dx * size.width_m)
    };
    let near = within.filter(|&c| streams[c] && distance(c) <= max_distance_m);
    near.min_by(|&a, &b| {
        let nearer = distance(a).total_cmp(&distance(b));
        nearer.then(accumulation[b].cmp(&accumulation[a])).then(a.cmp(&b))
    })
}

#[cfg(test)]
mod tests;
