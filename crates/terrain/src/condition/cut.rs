//! Breaching of depressions, one after another.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use headwaters_raster::Grid;

use crate::depressions::{Depression, IN_DEPRESSION};
use crate::descent::{CODE, FLAT, NODATA};
use crate::flood::{index_of, key};

/// Mark of a cell whose pointer is computed anew on the conditioned elevations.
pub(super) const AGAIN: u8 = 0x80;
/// Mark of a cell in a depression that is drained.
const TREATED: u8 = 0x20;
/// Mark of a cell in the current depression; its elevation is replaced by its number there.
const CURRENT: u8 = 0x40;

/// The surface being conditioned: everything filled at first, then depression by depression replaced.
pub(super) struct Work<'a> {
    raw: &'a [f32],
    surface: Vec<f32>,
    /// Flow directions after plain filling, with marks.
    codes: Vec<u8>,
    /// Index changes to the neighbours. A depression's cells are never at the edge, so all their neighbours exist.
    step: [isize; 8],
    scratch: Scratch,
}

/// Working space of one depression, reused for the next.
#[derive(Default)]
struct Scratch {
    /// New levels of the depression's cells.
    levels: Vec<f32>,
    /// Least-cost path known so far from the pit: its cost in metres times cells and the number of the cell before.
    paths: Vec<(f64, u32)>,
    paths_heap: BinaryHeap<Reverse<(Cost, u32)>>,
    settled: Vec<bool>,
    flood: BinaryHeap<Reverse<u64>>,
    /// Cells of the cut within the depression.
    inside: Vec<u32>,
    /// Cells of the cut below the sill, with the elevation they had.
    outside: Vec<(u32, f32)>,
}

impl<'a> Work<'a> {
    /// Starts from the filled surface and the codes of its pointers, in which depressions are marked.
    pub fn new(dem: &'a Grid<f32>, surface: Vec<f32>, codes: Vec<u8>) -> Self {
        let step = crate::steps::steps(dem.cols());
        Self { raw: dem.as_slice(), surface, codes, step, scratch: Scratch::default() }
    }

    /// The conditioned surface, and the codes with [`FLAT`] in depressions.
    pub fn finish(mut self) -> (Vec<f32>, Vec<u8>) {
        for code in self.codes.iter_mut().filter(|code| **code != NODATA) {
            let in_depression = *code & TREATED != 0;
            *code = if in_depression { FLAT | AGAIN } else { *code & (CODE | AGAIN) };
        }
        (self.surface, self.codes)
    }

    /// Breaches the depression if that changes less than filling it, and returns true; leaves it filled otherwise.
    pub fn drain(&mut self, depression: &Depression, cells: &[u32]) -> bool {
        let mut scratch = std::mem::take(&mut self.scratch);
        for (number, &i) in cells.iter().enumerate() {
            let i = i as usize;
            self.codes[i] = self.codes[i] & (CODE | AGAIN) | CURRENT;
            self.surface[i] = f32::from_bits(number as u32);
        }
        let breached = self.breach(depression, cells, &mut scratch);
        for (number, &i) in cells.iter().enumerate() {
            let i = i as usize;
            self.codes[i] = self.codes[i] & (CODE | AGAIN) | TREATED;
            self.surface[i] = if breached { scratch.levels[number] } else { depression.level };
        }
        self.scratch = scratch;
        breached
    }

    /// Leaves the new levels of the depression in `scratch` and the rest of the cut in the surface.
    fn breach(&mut self, depression: &Depression, cells: &[u32], scratch: &mut Scratch) -> bool {
        let bottom = self.raw[depression.pit as usize];
        let Some(cut) = self.cheapest_cut(depression, cells, scratch) else { return false };
        scratch.levels.clear();
        scratch.levels.extend(cells.iter().map(|&i| self.raw[i as usize]));
        for &i in &scratch.inside {
            scratch.levels[self.number(i as usize)] = bottom;
        }
        for &(i, level) in &scratch.outside {
            self.surface[i as usize] = level.min(bottom);
        }
        let rise = self.fill_remainder(cells, scratch);
        let breached = cut + rise < depression.volume;
        for &(i, level) in &scratch.outside {
            match breached {
                true => self.codes[i as usize] |= AGAIN,
                false => self.surface[i as usize] = level,
            }
        }
        breached
    }

    fn own(&self, i: usize) -> bool {
        self.codes[i] & CURRENT != 0 && self.codes[i] != NODATA
    }

    /// Number of a cell of the current depression.
    fn number(&self, i: usize) -> usize {
        self.surface[i].to_bits() as usize
    }

    /// The cell below after plain filling.
    fn below(&self, i: usize) -> Option<usize> {
        let &step = self.step.get(usize::from(self.codes[i] & CODE))?;
        Some(i.wrapping_add_signed(step))
    }

    /// Finds the cells of the cut and returns its cost in metres times cells; `None` when filling is cheaper.
    fn cheapest_cut(&self, depression: &Depression, cells: &[u32], scratch: &mut Scratch) -> Option<f64> {
        let bottom = self.raw[depression.pit as usize];
        let flow_path = std::iter::successors(Some(depression.pit as usize), |&i| self.below(i));
        let sill = flow_path.take(cells.len() + 1).find(|&i| !self.own(i))?;
        let mut cost = self.path_to_sill(depression, cells, sill, scratch)?;
        scratch.outside.clear();
        for i in std::iter::successors(Some(sill), |&i| self.below(i)) {
            let own = self.own(i);
            let level = if own { depression.level } else { self.surface[i] };
            if level <= bottom {
                break;
            }
            // Another depression, not yet treated, lies on the path.
            if self.codes[i] & IN_DEPRESSION != 0 {
                return None;
            }
            cost += f64::from(level - bottom);
            if cost >= depression.volume {
                return None;
            }
            match own {
                true => scratch.inside.push(i as u32),
                false => scratch.outside.push((i as u32, level)),
            }
        }
        Some(cost)
    }

    /// The least-cost path within the depression from the pit to a cell beside the sill (Dijkstra 1959, "A note on two
    /// problems in connexion with graphs", Numerische Mathematik 1); returns its cost.
    fn path_to_sill(
        &self,
        depression: &Depression,
        cells: &[u32],
        sill: usize,
        scratch: &mut Scratch,
    ) -> Option<f64> {
        let pit = depression.pit as usize;
        let bottom = self.raw[pit];
        let Scratch { paths, paths_heap: heap, inside, .. } = scratch;
        inside.clear();
        paths.clear();
        paths.resize(cells.len(), (f64::INFINITY, 0));
        heap.clear();
        paths[self.number(pit)] = (0.0, self.number(pit) as u32);
        heap.push(Reverse((Cost(0.0), pit as u32)));
        while let Some(Reverse((Cost(cost), p))) = heap.pop() {
            let p = p as usize;
            if paths[self.number(p)].0 < cost {
                continue;
            }
            if self.step.iter().any(|&step| p.wrapping_add_signed(step) == sill) {
                let mut at = self.number(p);
                inside.push(p as u32);
                while paths[at].1 as usize != at {
                    at = paths[at].1 as usize;
                    inside.push(cells[at]);
                }
                return Some(cost);
            }
            for step in self.step {
                let n = p.wrapping_add_signed(step);
                if !self.own(n) {
                    continue;
                }
                let total = cost + f64::from(self.raw[n] - bottom);
                let path = &mut paths[self.number(n)];
                if total < depression.volume && total < path.0 {
                    *path = (total, self.number(p) as u32);
                    heap.push(Reverse((Cost(total), n as u32)));
                }
            }
        }
        None
    }

    /// Fills what the cut leaves undrained within the depression, in `scratch.levels`; returns the rise in metres
    /// times cells. Plain priority flood (Barnes, Lehman and Mulla 2014) from the cells around.
    fn fill_remainder(&self, cells: &[u32], scratch: &mut Scratch) -> f64 {
        let Scratch { levels, settled, flood, .. } = scratch;
        settled.clear();
        settled.resize(cells.len(), false);
        flood.clear();
        for &p in cells {
            for n in self.step.map(|step| (p as usize).wrapping_add_signed(step)) {
                if !self.own(n) {
                    flood.push(key(self.surface[n], n as u32));
                }
            }
        }
        let mut rise = 0.0;
        while let Some(top) = flood.pop() {
            let p = index_of(top);
            let spill = if self.own(p) { levels[self.number(p)] } else { self.surface[p] };
            for n in self.step.map(|step| p.wrapping_add_signed(step)) {
                // Cells around may lie at the edge: a step from there that wraps round the grid ends at its rim or
                // beyond its cells, never within a depression.
                if n >= self.codes.len() || !self.own(n) {
                    continue;
                }
                let number = self.number(n);
                if std::mem::replace(&mut settled[number], true) {
                    continue;
                }
                let here = levels[number];
                if here < spill {
                    rise += f64::from(spill) - f64::from(here);
                    levels[number] = spill;
                }
                flood.push(key(here.max(spill), n as u32));
            }
        }
        rise
    }
}

/// A finite, non-negative cost as a heap key.
#[derive(Clone, Copy, PartialEq)]
struct Cost(f64);

impl Eq for Cost {}

impl PartialOrd for Cost {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cost {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
