//! The stream cell whose basin best overlaps a polygon, without a search.

use headwaters_raster::{Cell, Grid};

use super::{Finding, Network};
use crate::flow::{downstream_index, upstream_indices};
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
    pub(super) fn at(network: Network<'_>, shared: &Grid<u32>, mask_cells: u32, index: usize) -> Self {
        let basin_cells = network.accumulation.as_slice()[index];
        Self { basin_cells, mask_cells, shared_cells: shared.as_slice()[index].min(basin_cells) }
    }

    fn union_cells(self) -> u64 {
        u64::from(self.basin_cells) + u64::from(self.mask_cells) - u64::from(self.shared_cells)
    }

    /// Intersection over union, 0..1.
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

/// The best stream cells for a polygon.
#[derive(Clone, Copy, Debug)]
pub struct Best {
    /// Over all stream cells.
    overall: (usize, Overlap),
    /// Over the stream cells that are no confluence, if there is one that drains part of the polygon.
    single: Option<(usize, Overlap)>,
}

/// The stream cells whose basins overlap the polygon best, exactly: with A upstream cells, B upstream polygon
/// cells and M polygon cells, the overlap (IoU) of a cell's basin with the polygon is B / (A + M - B), so
/// that two accumulations answer for all cells at once. Ties go to the larger basin, then row-major.
/// `None` when no stream cell drains any of the polygon.
///
/// `shared` is the polygon's accumulated mask.
pub fn best_overlap(network: Network<'_>, shared: &Grid<u32>, mask_cells: u32) -> Option<Best> {
    let mut overall: Option<(usize, Overlap)> = None;
    let mut single: Option<(usize, Overlap)> = None;
    let better = |best: &Option<(usize, Overlap)>, new: Overlap| match best {
        None => true,
        Some((_, old)) => new.exceeds(*old) || (!old.exceeds(new) && new.basin_cells > old.basin_cells),
    };
    for i in (0..shared.len()).filter(|&i| network.streams.as_slice()[i] && shared.as_slice()[i] > 0) {
        let here = Overlap::at(network, shared, mask_cells, i);
        if better(&overall, here) {
            overall = Some((i, here));
        }
        if better(&single, here) && junction_count(network.pointers, network.streams, i) < 2 {
            single = Some((i, here));
        }
    }
    Some(Best { overall: overall?, single })
}

/// A confluence is kept as outlet only if it beats every single stream by more than this overlap.
const CONFLUENCE_GAIN: f64 = 0.01;

impl Best {
    /// Decides between the best cell, the cell where the flow leaves the polygon (`exit`), and, at a
    /// confluence, a single stream beside it; records a confluence among the findings.
    pub(super) fn settle(
        self,
        network: Network<'_>,
        shared: &Grid<u32>,
        exit: Option<usize>,
        exit_margin: f64,
        findings: &mut Vec<Finding>,
    ) -> Cell {
        let (index, overlap) = self.overall;
        let mask_cells = overlap.mask_cells;
        let at_exit = exit.map(|i| (i, Overlap::at(network, shared, mask_cells, i)));
        if let Some((exit, _)) = at_exit.filter(|(_, at)| at.iou() + exit_margin >= overlap.iou()) {
            return network.pointers.cell(exit);
        }
        let inflows = junction_count(network.pointers, network.streams, index);
        if inflows < 2 {
            return network.pointers.cell(index);
        }
        // Next to the confluence rather than anywhere else, when that is as good.
        let beside = upstream_indices(network.pointers, index)
            .chain(downstream_index(network.pointers, index))
            .filter(|&i| network.streams.as_slice()[i])
            .filter(|&i| junction_count(network.pointers, network.streams, i) < 2)
            .map(|i| (i, Overlap::at(network, shared, mask_cells, i)));
        let nearby = beside.fold(None, |best: Option<(usize, Overlap)>, new| match best {
            Some(old) if !new.1.exceeds(old.1) => Some(old),
            _ => Some(new),
        });
        let good_enough = |other: &(usize, Overlap)| other.1.iou() + CONFLUENCE_GAIN >= overlap.iou();
        let instead = nearby.filter(good_enough).or(self.single.filter(good_enough));
        findings.push(Finding::Confluence { inflows, kept: instead.is_none() });
        network.pointers.cell(instead.map_or(index, |(i, _)| i))
    }
}
