//! The stream cell whose basin best overlaps a polygon, without a search.

use headwaters_raster::Cell;

use super::{Finding, Network, Shared};
use crate::steps::{downstream_index, upstream_indices};
use crate::streams::junction_count;

/// Agreement of the basin of one cell with the polygon, in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Cells of the basin.
    pub basin_cells: u32,
    /// Cells of the polygon.
    pub mask_cells: u32,
    /// Cells in both.
    pub shared_cells: u32,
}

impl Overlap {
    /// Of the basin of cell `index`, given the accumulated mask.
    pub(super) fn at(network: Network<'_>, shared: &Shared<'_>, mask_cells: u32, index: usize) -> Self {
        let basin_cells = network.accumulation.as_slice()[index];
        Self { basin_cells, mask_cells, shared_cells: shared.at(index).min(basin_cells) }
    }

    fn union_cells(self) -> u64 {
        u64::from(self.basin_cells) + u64::from(self.mask_cells) - u64::from(self.shared_cells)
    }

    /// Intersection over union, 0..1 (Jaccard 1912, "The distribution of the flora in the alpine zone", New
    /// Phytologist 11).
    pub fn iou(self) -> f64 {
        f64::from(self.shared_cells) / (self.union_cells().max(1) as f64)
    }

    /// Polygon cells outside the basin.
    pub fn missed_cells(self) -> u32 {
        self.mask_cells - self.shared_cells
    }

    /// Basin cells outside the polygon.
    pub fn extra_cells(self) -> u32 {
        self.basin_cells - self.shared_cells
    }

    /// Exact comparison of two overlaps of the same polygon.
    fn exceeds(self, other: Self) -> bool {
        u64::from(self.shared_cells) * other.union_cells()
            > u64::from(other.shared_cells) * self.union_cells()
    }
}

/// The stream cell whose basin overlaps the polygon best.
#[derive(Clone, Copy, Debug)]
pub struct Best {
    index: usize,
    /// Agreement of its basin with the polygon.
    pub overlap: Overlap,
}

/// The stream cell whose basin overlaps the polygon best, exactly: with A upstream cells, B upstream polygon
/// cells and M polygon cells, the overlap (IoU) of a cell's basin with the polygon is B / (A + M - B), so
/// that two accumulations answer for all cells at once. Ties go to the larger basin, then row-major.
/// `None` when no stream cell drains any of the polygon.
///
/// `shared` gives every stream cell's index and the polygon's cells upstream of it.
pub fn best_overlap(
    network: Network<'_>,
    shared: impl Iterator<Item = (usize, u32)>,
    mask_cells: u32,
) -> Option<Best> {
    let mut best: Option<Best> = None;
    for (index, shared_cells) in shared.filter(|&(_, shared_cells)| shared_cells > 0) {
        let basin_cells = network.accumulation.as_slice()[index];
        let overlap = Overlap { basin_cells, mask_cells, shared_cells: shared_cells.min(basin_cells) };
        let better = best.is_none_or(|Best { overlap: old, .. }| {
            overlap.exceeds(old) || (!old.exceeds(overlap) && overlap.basin_cells > old.basin_cells)
        });
        if better {
            best = Some(Best { index, overlap });
        }
    }
    best
}

/// A confluence is kept as outlet only if it beats every single stream beside it by more than this overlap.
const CONFLUENCE_GAIN: f64 = 0.01;

impl Best {
    /// Decides between the best cell, the cell where the flow leaves the polygon (`exit`, when its overlap is
    /// no more than `exit_margin` worse), and, at a confluence, a single stream beside it; records a
    /// confluence among the findings.
    pub(super) fn settle(
        self,
        network: Network<'_>,
        shared: &Shared<'_>,
        exit: Option<usize>,
        exit_margin: f64,
        findings: &mut Vec<Finding>,
    ) -> Cell {
        let Best { index, overlap } = self;
        let at = |i: usize| Overlap::at(network, shared, overlap.mask_cells, i);
        if let Some(exit) = exit.filter(|&exit| at(exit).iou() + exit_margin >= overlap.iou()) {
            return network.pointers.cell(exit);
        }
        let is_stream = |i: &usize| network.streams.as_slice()[*i];
        let mut inflows: Vec<u32> = upstream_indices(network.pointers, index)
            .filter(is_stream)
            .map(|i| network.accumulation.as_slice()[i])
            .collect();
        if inflows.len() < 2 {
            return network.pointers.cell(index);
        }
        inflows.sort_unstable();
        let second_share = f64::from(inflows[inflows.len() - 2]) / f64::from(overlap.basin_cells.max(1));
        let beside = upstream_indices(network.pointers, index)
            .chain(downstream_index(network.pointers, index))
            .filter(is_stream)
            .filter(|&i| junction_count(network.pointers, network.streams, i) < 2)
            .map(|i| Best { index: i, overlap: at(i) })
            .reduce(|best, new| if new.overlap.exceeds(best.overlap) { new } else { best })
            .filter(|best| best.overlap.iou() + CONFLUENCE_GAIN >= overlap.iou());
        findings.push(Finding::Confluence { inflows: inflows.len(), second_share, kept: beside.is_none() });
        network.pointers.cell(beside.map_or(index, |best| best.index))
    }
}
