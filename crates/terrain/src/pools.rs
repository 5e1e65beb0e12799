//! Depression filling from the pits upward.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use headwaters_raster::Grid;

use crate::descent::{CODE, Descent, FLAT, NODATA};
use crate::flood::{index_of, key};

/// Mark of a cell that drains off the map.
const DRAINED: u8 = 0x10;
/// Mark of a cell in a pool that does not yet drain off the map; its level holds the pool's serial number.
const POOLED: u8 = 0x20;
/// Mark of a cell on the rim of the pool whose serial number its level holds.
const QUEUED: u8 = 0x40;
/// Mark of a cell that was raised. Only in the codes [`fill_pits`] leaves behind.
pub(crate) const RAISED: u8 = 0x80;

/// Raises every depression to its spill level and returns the levels. `codes` are those of
/// [`Descent::codes`]; they come back with [`RAISED`] on what was raised.
///
/// Water is poured on one pit after another. A pool rises over its lowest rim until it finds a cell below its
/// level: there it spills. If the steepest descent from there leaves the map or ends in water that does, the
/// pool is done; if it ends in another pit, that pit is filled first; if it ends in a pool that waits for
/// this one, they are one pool and rise on together. Only depressions and their rims are ever touched, and
/// the levels are those of a priority flood: the lowest possible maximum on a way out.
///
/// Pools merge as the depressions in Barnes, Callaghan and Wickert 2020, "Computing water flow through complex
/// landscapes, part 2: finding hierarchies in depressions and morphological segmentations", Earth Surface
/// Dynamics 8; the plain stack for cells at the water level is that of Barnes, Lehman and Mulla 2014,
/// "Priority-flood", Computers & Geosciences 62.
pub(crate) fn fill_pits(dem: &Grid<f32>, descent: &Descent, codes: &mut [u8]) -> Vec<f32> {
    mark_open(dem, codes);
    let mut waters = Waters {
        z: dem.as_slice(),
        level: dem.as_slice().to_vec(),
        step: descent.step,
        stack: Vec::new(),
        spare: Vec::new(),
        pools_made: 0,
    };
    for pit in 0..codes.len() {
        if codes[pit] == FLAT {
            waters.drain(codes, pit);
        }
    }
    for code in codes.iter_mut().filter(|code| **code != NODATA) {
        *code &= CODE | RAISED;
    }
    waters.level
}

/// Marks cells beside the grid's edge or a cell without elevation as drained.
fn mark_open(dem: &Grid<f32>, codes: &mut [u8]) {
    let (rows, cols) = (dem.rows(), dem.cols());
    let missing = |row: usize| -> Vec<bool> {
        dem.as_slice()[row * cols..(row + 1) * cols].iter().map(|z| !z.is_finite()).collect()
    };
    let any = |row: &[bool]| row.iter().fold(false, |any, &missing| any | missing);
    let mut above = vec![true; cols];
    let mut here = if rows > 0 { missing(0) } else { Vec::new() };
    for row in 0..rows {
        let below = if row + 1 < rows { missing(row + 1) } else { vec![true; cols] };
        let out = &mut codes[row * cols..(row + 1) * cols];
        if any(&above) || any(&here) || any(&below) {
            for (col, code) in out.iter_mut().enumerate() {
                let (from, to) = (col.saturating_sub(1), (col + 2).min(cols));
                let beside = [&above, &here, &below].into_iter().any(|row| any(&row[from..to]));
                *code |= if beside { DRAINED } else { 0 };
            }
        }
        out.iter_mut().take(1).for_each(|code| *code |= DRAINED);
        out.iter_mut().rev().take(1).for_each(|code| *code |= DRAINED);
        (above, here) = (here, below);
    }
}

/// Water standing around a pit that does not yet drain off the map.
#[derive(Default)]
struct Pool {
    /// Height of the water.
    level: f32,
    /// Serial number of the oldest pool in it.
    serial: u32,
    /// Its cells, all at or below the level.
    cells: Vec<u32>,
    /// Those of them whose neighbours are still to be visited.
    waiting: Vec<u32>,
    /// Neighbours above the level.
    rim: BinaryHeap<Reverse<u64>>,
}

/// Target of a spill.
enum Spill {
    /// Water that leaves the map.
    Drained,
    /// A pit without water.
    Pit(usize),
    /// Place in the stack of a pool that waits for this one.
    Pool(usize),
}

struct Waters<'a> {
    z: &'a [f32],
    /// Elevations, or levels where they are known; serial numbers of pools in between.
    level: Vec<f32>,
    step: [isize; 8],
    /// Pools, each of which spills into the next; serial numbers ascend, levels descend.
    stack: Vec<Pool>,
    /// Emptied pools, kept to reuse their memory.
    spare: Vec<Pool>,
    pools_made: u32,
}

impl Waters<'_> {
    /// Fills the depression around a pit, and those it spills into, until their water leaves the map.
    fn drain(&mut self, codes: &mut [u8], pit: usize) {
        self.pools_made = 0;
        self.pour(codes, pit);
        while let Some(mut pool) = self.stack.pop() {
            let spill = self.rise(codes, &mut pool);
            self.stack.push(pool);
            match spill {
                Spill::Drained => self.settle(codes),
                Spill::Pit(pit) => self.pour(codes, pit),
                Spill::Pool(place) => self.merge(place),
            }
        }
    }

    /// Puts a new pool on the stack.
    fn pour(&mut self, codes: &mut [u8], pit: usize) {
        let mut pool = self.spare.pop().unwrap_or_default();
        pool.level = self.z[pit];
        pool.serial = self.pools_made;
        self.pools_made += 1;
        self.take(codes, &mut pool, pit);
        self.stack.push(pool);
    }

    /// Makes a cell part of a pool.
    fn take(&mut self, codes: &mut [u8], pool: &mut Pool, i: usize) {
        codes[i] = codes[i] & CODE | POOLED;
        self.level[i] = f32::from_bits(pool.serial);
        pool.cells.push(i as u32);
        pool.waiting.push(i as u32);
    }

    /// Returns true if the cell belongs to the given pool, the youngest.
    fn own(&self, pool: &Pool, i: usize) -> bool {
        self.level[i].to_bits() >= pool.serial
    }

    /// Lets a pool rise until it spills.
    fn rise(&mut self, codes: &mut [u8], pool: &mut Pool) -> Spill {
        loop {
            while let Some(&i) = pool.waiting.last() {
                let before = pool.waiting.len();
                if let Some(spill) = self.visit_neighbours(codes, pool, i as usize) {
                    return spill;
                }
                pool.waiting.swap_remove(before - 1);
            }
            let Some(lowest) = pool.rim.pop() else { return Spill::Drained };
            let i = index_of(lowest);
            let code = codes[i];
            if code & POOLED != 0 {
                if self.own(pool, i) {
                    continue;
                }
                return Spill::Pool(self.place(i));
            }
            pool.level = pool.level.max(self.z[i]);
            if code & DRAINED != 0 {
                self.unqueue(codes, i);
                return Spill::Drained;
            }
            self.take(codes, pool, i);
        }
    }

    /// Visits the neighbours of a cell of the pool: higher ones go to its rim, level ones become part of
    /// it, over lower ones it spills.
    fn visit_neighbours(&mut self, codes: &mut [u8], pool: &mut Pool, i: usize) -> Option<Spill> {
        for step in self.step {
            let n = i.wrapping_add_signed(step);
            let (code, z) = (codes[n], self.z[n]);
            if code & (POOLED | QUEUED) != 0 && self.own(pool, n) {
                continue;
            }
            if z > pool.level {
                pool.rim.push(key(z, n as u32));
                if code & (POOLED | DRAINED) == 0 {
                    codes[n] |= QUEUED;
                    self.level[n] = f32::from_bits(pool.serial);
                }
            } else if code & DRAINED != 0 {
                return Some(Spill::Drained);
            } else if code & POOLED != 0 {
                return Some(Spill::Pool(self.place(n)));
            } else if z == pool.level {
                self.take(codes, pool, n);
            } else {
                return Some(self.follow(codes, n));
            }
        }
        None
    }

    /// Restores the level of a cell on a rim.
    fn unqueue(&mut self, codes: &mut [u8], i: usize) {
        if codes[i] & QUEUED != 0 {
            codes[i] &= !QUEUED;
            self.level[i] = self.z[i];
        }
    }

    /// Follows the steepest descent from a cell to its end. A path that leaves the map is marked as drained.
    fn follow(&self, codes: &mut [u8], start: usize) -> Spill {
        let mut i = start;
        while codes[i] & (DRAINED | POOLED) == 0 {
            match self.step.get(usize::from(codes[i] & CODE)) {
                Some(&step) => i = i.wrapping_add_signed(step),
                None => return Spill::Pit(i),
            }
        }
        if codes[i] & POOLED != 0 {
            return Spill::Pool(self.place(i));
        }
        let mut i = start;
        while codes[i] & DRAINED == 0 {
            codes[i] |= DRAINED;
            i = i.wrapping_add_signed(self.step[usize::from(codes[i] & CODE)]);
        }
        Spill::Drained
    }

    /// Place in the stack of the pool that a cell belongs to.
    fn place(&self, i: usize) -> usize {
        let serial = self.level[i].to_bits();
        self.stack.partition_point(|pool| pool.serial <= serial) - 1
    }

    /// Makes one pool of those from `place` on, which stand at one level.
    fn merge(&mut self, place: usize) {
        let Some(mut whole) = self.stack.pop() else { return };
        while self.stack.len() > place
            && let Some(mut other) = self.stack.pop()
        {
            if other.cells.len() > whole.cells.len() {
                std::mem::swap(&mut whole, &mut other);
            }
            whole.level = whole.level.max(other.level);
            whole.serial = whole.serial.min(other.serial);
            whole.cells.append(&mut other.cells);
            whole.waiting.append(&mut other.waiting);
            whole.rim.append(&mut other.rim);
            self.spare.push(other);
        }
        self.stack.push(whole);
    }

    /// Finishes all pools of the stack: they spill off the map, so their levels are final.
    fn settle(&mut self, codes: &mut [u8]) {
        while let Some(mut pool) = self.stack.pop() {
            for i in pool.cells.drain(..) {
                let i = i as usize;
                let raised = self.z[i] < pool.level;
                self.level[i] = if raised { pool.level } else { self.z[i] };
                codes[i] = codes[i] & CODE | DRAINED | if raised { RAISED } else { 0 };
            }
            for rim in pool.rim.drain() {
                self.unqueue(codes, index_of(rim));
            }
            pool.waiting.clear();
            self.spare.push(pool);
        }
    }
}
