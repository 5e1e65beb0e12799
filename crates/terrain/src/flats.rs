//! Flow directions over flats.

use crate::Direction;
use crate::descent::{FLAT, OFF};

/// Gives every flat cell a pointer towards the flat's outlets and away from the higher ground around it.
///
/// Garbrecht and Martz 1997, "The assignment of drainage direction over flat surfaces in raster digital
/// elevation models", Journal of Hydrology 193, in the linear form of Barnes, Lehman and Mulla 2014, "An
/// efficient assignment of drainage direction over flat surfaces in raster digital elevation models",
/// Computers & Geosciences 62: a cell's height in the flat is twice its distance in steps to the nearest
/// outlet, plus the reverse of its distance from higher ground; it drains to the lowest neighbour, ties to
/// straight steps first, then in the order of [`Direction::ALL`]. A flat without outlet drains [`OFF`].
///
/// A flat cell is never at the edge nor beside nodata (it would have drained off), so all its neighbours
/// exist. `z` is working space while a flat is resolved, and comes back unchanged; `mark` is set on the code
/// of every cell that was given its direction here.
pub(crate) fn resolve_flats(z: &mut [f32], codes: &mut [u8], step: [isize; 8], mark: u8) {
    let mut flat = Flat { step, ..Flat::default() };
    for start in 0..codes.len() {
        if codes[start] == FLAT {
            let level = z[start];
            flat.collect(z, codes, start);
            flat.measure(z);
            for k in 0..flat.cells.len() {
                let choice = flat.choice(z, k);
                codes[flat.cells[k] as usize] = choice | mark;
            }
            flat.cells.iter().for_each(|&i| z[i as usize] = level);
        }
    }
}

/// Code of a cell in the current flat, whose elevation is replaced by its number in the flat.
const CURRENT: u8 = 10;

const UNREACHED: u32 = u32::MAX;

/// One flat; its memory is reused for the next.
#[derive(Default)]
struct Flat {
    step: [isize; 8],
    cells: Vec<u32>,
    sides: Vec<Sides>,
    queue: Vec<u32>,
    height: Vec<u32>,
    from_higher: Vec<u32>,
}

/// Neighbours of a flat cell by kind: a bit for each direction.
#[derive(Clone, Copy, Default)]
struct Sides {
    /// Cells of the same flat.
    within: u8,
    /// Level cells that drain elsewhere.
    outlets: u8,
    /// Higher ground.
    higher: u8,
}

/// Directions of the straight steps, as bits.
const STRAIGHT: u8 = 0b1010_1010;

impl Flat {
    /// Gathers the connected flat cells of one elevation and numbers them from 0.
    fn collect(&mut self, z: &mut [f32], codes: &mut [u8], start: usize) {
        let level = z[start];
        self.cells.clear();
        self.sides.clear();
        self.add(z, codes, start);
        let mut next = 0;
        while next < self.cells.len() {
            let i = self.cells[next] as usize;
            next += 1;
            let mut sides = Sides::default();
            for (k, step) in self.step.into_iter().enumerate() {
                let n = i.wrapping_add_signed(step);
                let code = codes[n];
                if code == CURRENT {
                    sides.within |= 1 << k;
                } else if z[n] > level {
                    sides.higher |= 1 << k;
                } else if code == FLAT {
                    self.add(z, codes, n);
                    sides.within |= 1 << k;
                } else if z[n] == level {
                    sides.outlets |= 1 << k;
                }
            }
            self.sides.push(sides);
        }
    }

    fn add(&mut self, z: &mut [f32], codes: &mut [u8], i: usize) {
        codes[i] = CURRENT;
        z[i] = f32::from_bits(self.cells.len() as u32);
        self.cells.push(i as u32);
    }

    /// Heights within the flat; [`UNREACHED`] throughout when it has no outlet. Cells beside an outlet need none.
    fn measure(&mut self, z: &[f32]) {
        if self.sides.iter().all(|sides| sides.outlets != 0 || sides.within == 0) {
            return;
        }
        let mut distance = std::mem::take(&mut self.from_higher);
        self.distances(z, &mut distance, |sides| sides.higher != 0);
        let mut height = std::mem::take(&mut self.height);
        self.distances(z, &mut height, |sides| sides.outlets != 0);
        let farthest = distance.iter().filter(|&&d| d != UNREACHED).max().copied().unwrap_or(0);
        for (height, &from_higher) in height.iter_mut().zip(&distance) {
            if *height != UNREACHED {
                *height = 2 * *height + if from_higher == UNREACHED { 0 } else { farthest - from_higher };
            }
        }
        (self.height, self.from_higher) = (height, distance);
    }

    /// Breadth-first distances, from 1, of the cells for which `starts` holds.
    fn distances(&mut self, z: &[f32], distance: &mut Vec<u32>, starts: impl Fn(Sides) -> bool) {
        distance.clear();
        distance.resize(self.cells.len(), UNREACHED);
        let mut queue = std::mem::take(&mut self.queue);
        queue.clear();
        for (k, &sides) in self.sides.iter().enumerate() {
            if starts(sides) {
                distance[k] = 1;
                queue.push(k as u32);
            }
        }
        let mut next = 0;
        while next < queue.len() {
            let k = queue[next] as usize;
            next += 1;
            let beyond = distance[k] + 1;
            for (_, m) in self.around(z, k) {
                if distance[m] == UNREACHED {
                    distance[m] = beyond;
                    queue.push(m as u32);
                }
            }
        }
        self.queue = queue;
    }

    /// Direction and number of the neighbours of cell `k` within the flat.
    fn around<'a>(&'a self, z: &'a [f32], k: usize) -> impl Iterator<Item = (u8, usize)> + 'a {
        let i = self.cells[k] as usize;
        bits(self.sides[k].within).map(move |direction| {
            let n = i.wrapping_add_signed(self.step[usize::from(direction)]);
            (direction, z[n].to_bits() as usize)
        })
    }

    /// The code of cell `k`.
    fn choice(&self, z: &[f32], k: usize) -> u8 {
        let Sides { within, outlets, .. } = self.sides[k];
        if outlets != 0 {
            let straight = outlets & STRAIGHT;
            return if straight != 0 { straight } else { outlets }.trailing_zeros() as u8;
        }
        if within == 0 || self.height[k] == UNREACHED {
            return OFF;
        }
        let lower = self.around(z, k).map(|(direction, m)| (self.height[m], direction));
        let lower = lower.filter(|&(there, _)| there < self.height[k]);
        let key = |(there, direction): (u32, u8)| (there, STRAIGHT >> direction & 1 == 0, direction);
        lower.map(key).min().map_or(OFF, |(.., direction)| direction)
    }
}

/// The numbers of the bits set.
fn bits(mut set: u8) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let lowest = set.trailing_zeros() as u8;
        let any = set != 0;
        set &= set.wrapping_sub(1);
        any.then_some(lowest)
    })
}

/// The directions whose bits [`STRAIGHT`] holds.
const _: () = {
    let mut k = 0;
    while k < 8 {
        assert!((STRAIGHT >> k & 1 == 0) == Direction::ALL[k].is_diagonal());
        k += 1;
    }
};
