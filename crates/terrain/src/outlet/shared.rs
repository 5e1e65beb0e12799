//! Polygon cells upstream of every stream cell.

use headwaters_raster::Grid;

use super::Network;
use crate::Pointer;
use crate::flow::{FlowError, downstream_index, upstream_indices};

/// The accumulated mask of a polygon, kept for stream cells only: what an outlet can be. A grid of it would be
/// the largest of the outlet search.
#[derive(Clone, Debug)]
pub struct Shared<'a> {
    pointers: &'a Grid<Pointer>,
    mask: &'a Grid<bool>,
    /// Indices of the stream cells, ascending.
    cells: Vec<u32>,
    /// Cells of the mask that drain through each.
    counts: Vec<u32>,
}

impl<'a> Shared<'a> {
    /// Counts the mask's cells on the slopes above each stream cell, then sums them down the streams.
    ///
    /// # Errors
    /// [`FlowError::Cycle`] when imported pointers loop within the streams.
    pub fn new(network: Network<'a>, mask: &'a Grid<bool>) -> Result<Self, FlowError> {
        let (pointers, streams) = (network.pointers, network.streams.as_slice());
        let has_elevation = |i: usize| pointers.as_slice()[i] != Pointer::NODATA;
        let found = (0..streams.len()).filter(|&i| streams[i] && has_elevation(i)).map(|i| i as u32);
        let mut shared = Self { pointers, mask, cells: found.collect(), counts: Vec::new() };
        shared.counts = shared.cells.iter().map(|&i| shared.count_upstream(i as usize, streams)).collect();
        shared.sum_downstream(network.streams)?;
        Ok(shared)
    }

    /// Cells of the mask upstream of cell `index`, itself included. For a cell that is no stream they are
    /// counted one by one.
    pub fn at(&self, index: usize) -> u32 {
        match self.cells.binary_search(&(index as u32)) {
            Ok(place) => self.counts[place],
            Err(_) => self.count_upstream(index, &[]),
        }
    }

    /// Indices of the stream cells with their counts, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (usize, u32)> {
        self.cells.iter().map(|&i| i as usize).zip(self.counts.iter().copied())
    }

    /// Counts the mask's cells from `start` upwards, not beyond `streams`.
    fn count_upstream(&self, start: usize, streams: &[bool]) -> u32 {
        let mask = self.mask.as_slice();
        let mut count = u32::from(mask[start] && self.pointers.as_slice()[start] != Pointer::NODATA);
        let mut waiting = vec![start as u32];
        // A loop in imported pointers would run for ever: no more cells than the grid has drain anywhere.
        let mut seen = 0;
        while let Some(i) = waiting.pop()
            && seen < mask.len()
        {
            seen += 1;
            for above in upstream_indices(self.pointers, i as usize) {
                if !streams.get(above).is_some_and(|&stream| stream) {
                    count += u32::from(mask[above]);
                    waiting.push(above as u32);
                }
            }
        }
        count
    }

    fn sum_downstream(&mut self, streams: &Grid<bool>) -> Result<(), FlowError> {
        const END: u32 = u32::MAX;
        let below = |&i: &u32| {
            let way = std::iter::successors(downstream_index(self.pointers, i as usize), |&i| {
                downstream_index(self.pointers, i)
            });
            // The next stream cell is the next cell, unless an imported network has gaps.
            let next = way.take(self.pointers.len()).find(|&n| streams.as_slice()[n]);
            let place = next.and_then(|next| self.cells.binary_search(&(next as u32)).ok());
            place.map_or(END, |place| place as u32)
        };
        let below: Vec<u32> = self.cells.iter().map(below).collect();
        let mut awaited = vec![0u32; self.cells.len()];
        below.iter().filter(|&&next| next != END).for_each(|&next| awaited[next as usize] += 1);
        const DONE: u32 = u32::MAX;
        for start in 0..self.cells.len() {
            let mut at = start;
            while awaited[at] == 0 {
                awaited[at] = DONE;
                if below[at] == END {
                    break;
                }
                let next = below[at] as usize;
                self.counts[next] += self.counts[at];
                awaited[next] -= 1;
                at = next;
            }
        }
        match awaited.iter().position(|&awaited| awaited != DONE) {
            Some(stuck) => {
                let cell = self.pointers.cell(self.cells[stuck] as usize);
                Err(FlowError::Cycle { row: cell.row, col: cell.col })
            }
            None => Ok(()),
        }
    }
}
