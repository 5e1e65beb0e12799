//! Polygon cells upstream of every stream cell.

use headwaters_raster::Grid;
use rayon::prelude::*;

use super::Network;
use crate::Pointer;
use crate::error::FlowError;
use crate::inflows::Inflows;
use crate::steps::downstream_index;

/// Number of cells of each of `N` nested outlines that drain through every stream cell. Stored for stream cells only:
/// grids of these counts would be the largest of the outlet search.
#[derive(Clone, Debug)]
pub struct NestedCounts<const N: usize> {
    /// Indices of the stream cells, ascending.
    cells: Vec<u32>,
    /// For each, the cells that drain through it, by outline.
    counts: Vec<[u32; N]>,
}

impl<const N: usize> NestedCounts<N> {
    /// Counts the outlines' cells on the slopes above each stream cell, then sums them down the streams.
    /// `held_by` gives the number of outlines that contain a cell; as each contains the next, these are the first ones.
    ///
    /// # Errors
    /// [`FlowError::Cycle`] when imported pointers loop within the streams.
    pub fn new(network: Network<'_>, held_by: impl Fn(usize) -> usize + Sync) -> Result<Self, FlowError> {
        let (pointers, streams) = (network.pointers, network.streams.as_slice());
        let has_elevation = |i: usize| pointers.as_slice()[i] != Pointer::NODATA;
        let found = (0..streams.len()).filter(|&i| streams[i] && has_elevation(i)).map(|i| i as u32);
        let cells: Vec<u32> = found.collect();
        let inflows = Inflows::new(pointers);
        let counts = cells.par_iter().map_init(Vec::new, |waiting, &i| {
            count_upstream(&inflows, i as usize, waiting, |cell| !streams[cell], &held_by)
        });
        let counts = counts.collect();
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

/// Counts the outlines' cells that drain through `start`, itself included, by paths of cells that are `within`.
fn count_upstream<const N: usize>(
    inflows: &Inflows<'_>,
    start: usize,
    waiting: &mut Vec<u32>,
    within: impl Fn(usize) -> bool,
    held_by: impl Fn(usize) -> usize,
) -> [u32; N] {
    let mut counts = [0; N];
    let mut count = |cell: usize| counts[..held_by(cell)].iter_mut().for_each(|count| *count += 1);
    if inflows.has_elevation(start) {
        count(start);
    }
    inflows.climb(start, waiting, |above| {
        let enters = within(above);
        if enters {
            count(above);
        }
        enters
    });
    counts
}

/// The accumulated mask of a polygon: how many of its cells drain through a cell.
#[derive(Clone, Debug)]
pub struct Shared<'a> {
    inflows: Inflows<'a>,
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
        Ok(Self { inflows: Inflows::new(network.pointers), mask, drained })
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
        Self { inflows: Inflows::new(network.pointers), mask, drained }
    }

    /// Cells of the mask upstream of cell `index`, itself included. For a cell that is no stream they are
    /// counted one by one.
    pub fn at(&self, index: usize) -> u32 {
        match self.drained.cells.binary_search(&(index as u32)) {
            Ok(place) => self.drained.counts[place][0],
            Err(_) => {
                let held_by = |cell: usize| usize::from(self.mask.as_slice()[cell]);
                let [count] = count_upstream(&self.inflows, index, &mut Vec::new(), |_| true, held_by);
                count
            }
        }
    }

    /// Indices of the stream cells with their counts, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (usize, u32)> {
        self.drained.of_outline(0)
    }
}
