//! Polygon cells upstream of every stream cell.

use headwaters_raster::Grid;

use super::Network;
use crate::Pointer;
use crate::flow::{FlowError, downstream_index, upstream_indices};

/// How many cells of each of `N` nested outlines drain through every stream cell: what an outlet can be. Grids of
/// these counts would be the largest of the outlet search.
#[derive(Clone, Debug)]
pub struct NestedCounts<const N: usize> {
    /// Indices of the stream cells, ascending.
    cells: Vec<u32>,
    /// For each, the cells that drain through it, by outline.
    counts: Vec<[u32; N]>,
}

impl<const N: usize> NestedCounts<N> {
    /// Counts the outlines' cells on the slopes above each stream cell, then sums them down the streams.
    /// `held_by` tells how many of the outlines hold a cell: the first so many, each holds the next.
    ///
    /// # Errors
    /// [`FlowError::Cycle`] when imported pointers loop within the streams.
    pub fn new(network: Network<'_>, held_by: impl Fn(usize) -> usize) -> Result<Self, FlowError> {
        let (pointers, streams) = (network.pointers, network.streams.as_slice());
        let has_elevation = |i: usize| pointers.as_slice()[i] != Pointer::NODATA;
        let found = (0..streams.len()).filter(|&i| streams[i] && has_elevation(i)).map(|i| i as u32);
        let cells: Vec<u32> = found.collect();
        let counts = cells.iter().map(|&i| count_upstream(pointers, i as usize, streams, &held_by)).collect();
        let mut nested = Self { cells, counts };
        nested.sum_downstream(network)?;
        Ok(nested)
    }

    /// Indices of the stream cells, ascending, with the cells of one outline that drain through them.
    pub fn of_outline(&self, outline: usize) -> impl Iterator<Item = (usize, u32)> {
        self.cells.iter().map(|&i| i as usize).zip(self.counts.iter().map(move |counts| counts[outline]))
    }

    fn sum_downstream(&mut self, network: Network<'_>) -> Result<(), FlowError> {
        const END: u32 = u32::MAX;
        let (pointers, streams) = (network.pointers, network.streams.as_slice());
        let below = |&i: &u32| {
            let way = std::iter::successors(downstream_index(pointers, i as usize), |&i| {
                downstream_index(pointers, i)
            });
            // The next stream cell is the next cell, unless an imported network has gaps.
            let next = way.take(pointers.len()).find(|&n| streams[n]);
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
                for outline in 0..N {
                    self.counts[next][outline] += self.counts[at][outline];
                }
                awaited[next] -= 1;
                at = next;
            }
        }
        match awaited.iter().position(|&awaited| awaited != DONE) {
            Some(stuck) => {
                let cell = pointers.cell(self.cells[stuck] as usize);
                Err(FlowError::Cycle { row: cell.row, col: cell.col })
            }
            None => Ok(()),
        }
    }
}

/// Counts the outlines' cells from `start` upwards, not beyond `streams`.
fn count_upstream<const N: usize>(
    pointers: &Grid<Pointer>,
    start: usize,
    streams: &[bool],
    held_by: impl Fn(usize) -> usize,
) -> [u32; N] {
    let mut counts = [0; N];
    let mut count = |cell: usize| counts[..held_by(cell)].iter_mut().for_each(|count| *count += 1);
    if pointers.as_slice()[start] != Pointer::NODATA {
        count(start);
    }
    let mut waiting = vec![start as u32];
    // A loop in imported pointers would run for ever: no more cells than the grid has drain anywhere.
    let mut seen = 0;
    while let Some(i) = waiting.pop()
        && seen < pointers.len()
    {
        seen += 1;
        for above in upstream_indices(pointers, i as usize) {
            if !streams.get(above).is_some_and(|&stream| stream) {
                count(above);
                waiting.push(above as u32);
            }
        }
    }
    counts
}

/// The accumulated mask of a polygon: how many of its cells drain through a cell.
#[derive(Clone, Debug)]
pub struct Shared<'a> {
    pointers: &'a Grid<Pointer>,
    mask: &'a Grid<bool>,
    drained: NestedCounts<1>,
}

impl<'a> Shared<'a> {
    /// The mask accumulated down the streams.
    ///
    /// # Errors
    /// [`FlowError::Cycle`] when imported pointers loop within the streams.
    pub fn new(network: Network<'a>, mask: &'a Grid<bool>) -> Result<Self, FlowError> {
        let drained = NestedCounts::new(network, |cell| usize::from(mask.as_slice()[cell]))?;
        Ok(Self { pointers: network.pointers, mask, drained })
    }

    /// One of several outlines, with its own mask.
    pub fn of_outline<const N: usize>(
        network: Network<'a>,
        mask: &'a Grid<bool>,
        nested: &NestedCounts<N>,
        outline: usize,
    ) -> Self {
        let counts = nested.counts.iter().map(|counts| [counts[outline]]).collect();
        let drained = NestedCounts { cells: nested.cells.clone(), counts };
        Self { pointers: network.pointers, mask, drained }
    }

    /// Cells of the mask upstream of cell `index`, itself included. For a cell that is no stream they are
    /// counted one by one.
    pub fn at(&self, index: usize) -> u32 {
        match self.drained.cells.binary_search(&(index as u32)) {
            Ok(place) => self.drained.counts[place][0],
            Err(_) => {
                let held_by = |cell: usize| usize::from(self.mask.as_slice()[cell]);
                let [count] = count_upstream(self.pointers, index, &[], held_by);
                count
            }
        }
    }

    /// Indices of the stream cells with their counts, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (usize, u32)> {
        self.drained.of_outline(0)
    }
}
