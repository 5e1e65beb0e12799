//! Breaching as in the reference tools, for comparison and on request. The default method is
//! [`condition`](crate::condition::condition).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use headwaters_raster::Grid;
use rustc_hash::FxHashMap;

use crate::depressions::{Depression, Depressions};
use crate::fill::fill;
use crate::flood::{Flood, index_of, key};

/// Least-cost breaching left depressions undrained.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "{count} depressions cannot be breached within {search_cells} cells; the deepest is {deepest_m:.2} m \
     deep. Search farther, or condition by filling or by the default method"
)]
pub struct Unresolved {
    /// Depressions left.
    pub count: usize,
    /// Largest depth left below the spill level, metres.
    pub deepest_m: f32,
    /// Search distance, in cells.
    pub search_cells: usize,
}

/// Breaches every pit along the path by which a flood from the edge reaches it. Never fails, never
/// raises a cell, and may cut as deep as the highest ground between the pit and the edge.
///
/// Lindsay 2016, "Efficient hybrid breaching-filling sink removal methods for flow path enforcement in
/// digital elevation models", Hydrological Processes 30 (complete breaching).
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::breach_complete;
///
/// let dem = Grid::from_vec(1, 5, vec![9.0, 3.0, 7.0, 4.0, 2.0]).expect("five values");
/// let dem = Grid::from_fn(3, 5, |cell| if cell.row == 1 { dem.as_slice()[cell.col] } else { 9.0 });
/// let breached = breach_complete(&dem);
/// assert!(breached.as_slice()[7] <= 3.0, "the sill is cut down to the pit");
/// ```
pub fn breach_complete(dem: &Grid<f32>) -> Grid<f32> {
    const NO_WAY: u8 = 8;
    let mut flood = Flood::new(dem);
    let mut way_out = vec![NO_WAY; flood.level.len()];
    let mut heap = BinaryHeap::new();
    for i in flood.open_cells() {
        flood.settled[i as usize] = true;
        heap.push(key(flood.level[i as usize], i));
    }
    while let Some(top) = heap.pop() {
        let i = index_of(top);
        if way_out[i] != NO_WAY && !has_lower_neighbour(&flood, i) {
            let target = flood.level[i];
            let mut at = i;
            while way_out[at] != NO_WAY {
                at = flood.neighbour(at, way_out[at] as usize);
                if flood.level[at] <= target {
                    break;
                }
                flood.level[at] = target;
            }
        }
        for k in 0..8 {
            let n = flood.neighbour(i, k);
            if !flood.settled[n] {
                flood.settled[n] = true;
                way_out[n] = (k as u8 + 4) % 8;
                heap.push(key(flood.level[n], n as u32));
            }
        }
    }
    flood.into_grid()
}

fn has_lower_neighbour(flood: &Flood, i: usize) -> bool {
    (0..8).any(|k| flood.level[flood.neighbour(i, k)] < flood.level[i])
}

/// Breaches every pit along the least-cost path (least ground removed) to a lower cell or to the edge, within
/// `search_cells` steps. It never fills: when a depression cannot be drained the call fails.
///
/// Lindsay and Dhun 2015, "Modelling surface drainage patterns in altered landscapes using LiDAR",
/// International Journal of Geographical Information Science 29. Pits are taken from the highest down. Like
/// the original this may cut deep trenches through ridges.
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::breach_least_cost;
///
/// let profile = [9.0, 3.0, 7.0, 4.0, 2.0];
/// let dem = Grid::from_fn(3, 5, |cell| if cell.row == 1 { profile[cell.col] } else { 9.0 });
/// let breached = breach_least_cost(&dem, 10)?;
/// assert!(breached.as_slice()[7] <= 3.0, "the sill is cut down to the pit");
/// assert!(breach_least_cost(&dem, 0).is_err(), "no lower ground within reach");
/// # Ok::<(), headwaters_terrain::Unresolved>(())
/// ```
///
/// # Errors
/// [`Unresolved`] with the number of depressions left and the largest depth.
pub fn breach_least_cost(dem: &Grid<f32>, search_cells: usize) -> Result<Grid<f32>, Unresolved> {
    let mut flood = Flood::new(dem);
    let open: Vec<u32> = flood.open_cells();
    let mut is_open = vec![false; flood.level.len()];
    open.iter().for_each(|&i| is_open[i as usize] = true);
    let mut pits: Vec<u32> = (0..flood.level.len())
        .filter(|&i| !flood.settled[i] && !is_open[i] && !has_lower_neighbour(&flood, i))
        .map(|i| i as u32)
        .collect();
    pits.sort_by(|&a, &b| flood.level[b as usize].total_cmp(&flood.level[a as usize]).then(a.cmp(&b)));
    for pit in pits {
        let pit = pit as usize;
        if !has_lower_neighbour(&flood, pit)
            && let Some(path) = least_cost_path(&flood, &is_open, pit, search_cells)
        {
            let bottom = flood.level[pit];
            for p in path {
                flood.level[p] = flood.level[p].min(bottom);
            }
        }
    }
    let breached = flood.into_grid();
    let filled = fill(&breached);
    let mut marks = vec![0; breached.len()];
    let left = Depressions::new(&breached, filled.as_slice(), &mut marks).list;
    if left.is_empty() {
        return Ok(breached);
    }
    let depth = |d: &Depression| d.level - breached.as_slice()[d.pit as usize];
    let deepest_m = left.iter().map(depth).fold(0.0, f32::max);
    Err(Unresolved { count: left.len(), deepest_m, search_cells })
}

/// Cells of the least-cost path from `pit` to lower ground or to an open cell (Dijkstra 1959, "A note on two problems in
/// connexion with graphs", Numerische Mathematik 1).
fn least_cost_path(flood: &Flood, is_open: &[bool], pit: usize, search_cells: usize) -> Option<Vec<usize>> {
    let bottom = flood.level[pit];
    // Cost in micrometres cut, then steps: whole numbers order without rounding surprises.
    let mut best: FxHashMap<usize, (u64, usize, usize)> = FxHashMap::from_iter([(pit, (0, 0, pit))]);
    let mut heap = BinaryHeap::from([Reverse((0u64, 0usize, pit))]);
    while let Some(Reverse((cost, steps, p))) = heap.pop() {
        if best.get(&p).is_some_and(|&(known, known_steps, _)| (known, known_steps) < (cost, steps)) {
            continue;
        }
        if is_open[p] || flood.level[p] < bottom {
            let before = |&at: &usize| best.get(&at).map(|b| b.2).filter(|&b| b != at);
            return Some(std::iter::successors(Some(p), before).collect());
        }
        if steps == search_cells {
            continue;
        }
        for k in 0..8 {
            let n = flood.neighbour(p, k);
            let level = flood.level[n];
            if !level.is_finite() {
                continue;
            }
            let cut = (f64::from(level - bottom).max(0.0) * 1e6) as u64;
            let total = (cost.saturating_add(cut), steps + 1);
            if best.get(&n).is_none_or(|&(known, known_steps, _)| total < (known, known_steps)) {
                best.insert(n, (total.0, total.1, p));
                heap.push(Reverse((total.0, total.1, n)));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fill::tests::{any_dem, same};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        /// Breaching must drain everything it claims to have drained, and must never raise ground.
        #[test]
        fn breaching_drains_and_only_lowers(dem in any_dem(), search in 1usize..20) {
            let complete = breach_complete(&dem);
            prop_assert!(same(&fill(&complete), &complete));
            let lowered = |new: &Grid<f32>| new.as_slice().iter().zip(dem.as_slice()).all(|(b, z)| b <= z || z.is_nan());
            prop_assert!(lowered(&complete));
            if let Ok(breached) = breach_least_cost(&dem, search) {
                prop_assert!(same(&fill(&breached), &breached));
                prop_assert!(lowered(&breached));
            }
            prop_assert!(breach_least_cost(&dem, dem.len()).is_ok(), "an unlimited search always succeeds");
        }
    }

    /// The original once filled what it could not breach, raising terrain by 379 m; a run must stop instead.
    #[test]
    fn a_depression_out_of_reach_is_reported_with_its_depth() {
        let dem = Grid::from_fn(15, 15, |c| {
            let ring = c.row.min(c.col).min(14 - c.row).min(14 - c.col);
            if ring < 5 { 10.0 + ring as f32 } else { 9.0 }
        });
        assert_eq!(breach_least_cost(&dem, 3), Err(Unresolved { count: 1, deepest_m: 5.0, search_cells: 3 }));
        assert!(breach_least_cost(&dem, 30).is_ok());
    }
}
