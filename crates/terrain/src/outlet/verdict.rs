//! Findings on an outlet, and its status.

use headwaters_raster::{Cell, Grid};

use super::{
    Exit, Finding, Network, Outlet, OutletOptions, OutletReport, Overlap, Shared, Side, Status, Strategy,
    Target, TraceError, TracedOutlet,
};
use crate::flow::basin;
use crate::steps::{downstream_index, neighbour_index};
use crate::streams::junction_count;
use crate::{Direction, Pointer};

/// Inputs of the decision on an outlet.
#[derive(Clone, Copy)]
pub struct Assessment<'a> {
    /// Pointers, accumulation and streams.
    pub network: Network<'a>,
    /// The polygon.
    pub target: &'a Target,
    /// The accumulated mask.
    shared: &'a Shared<'a>,
    /// Cells of the polygon.
    pub mask_cells: u32,
    options: &'a OutletOptions,
}

impl<'a> Assessment<'a> {
    /// Gathers the inputs for `target`.
    pub fn new(
        network: Network<'a>,
        target: &'a Target,
        shared: &'a Shared<'a>,
        options: &'a OutletOptions,
    ) -> Self {
        let mask_cells = target.mask.as_slice().iter().filter(|&&m| m).count() as u32;
        Self { network, target, shared, mask_cells, options }
    }

    /// Reports on a chosen outlet: its basin, the special cases, the status. An outline found to be drawn too
    /// large or too small, among the findings, explains its poor overlap.
    pub fn report(
        self,
        chosen: Option<(Cell, Strategy)>,
        mut findings: Vec<Finding>,
        traced: Result<TracedOutlet, TraceError>,
    ) -> OutletReport {
        let pointers = self.network.pointers;
        let basin = match chosen {
            Some((cell, _)) => basin(pointers, cell),
            None => Grid::filled(pointers.rows(), pointers.cols(), false),
        };
        let outlet = chosen.map(|(cell, strategy)| {
            let index = pointers.index(cell);
            Outlet {
                cell,
                strategy,
                overlap: self.overlap_at(index),
                inflows: junction_count(pointers, self.network.streams, index),
            }
        });
        if let Some(outlet) = outlet {
            findings.extend(edge_findings(pointers, &self.target.mask, &basin, outlet.cell));
            // An outline that agrees little wherever it is moved is not explained by that.
            let moved = findings.iter().find(|finding| is_offset(finding));
            if moved.is_none_or(|finding| finding.status(self.options) == Status::Failed) {
                findings.extend(self.overlap_finding(&basin, outlet));
            }
        }
        findings.sort_by_key(|finding| (finding.status(self.options), is_offset(finding)));
        let status = findings.first().map_or(Status::Ok, |worst| worst.status(self.options));
        OutletReport { status, outlet, basin, findings, traced }
    }

    /// Agreement of the basin of cell `index` with the polygon.
    pub fn overlap_at(self, index: usize) -> Overlap {
        Overlap::at(self.network, self.shared, self.mask_cells, index)
    }

    /// Finding for a poor overlap: several outlets, no watershed at all, or an approximate outline.
    fn overlap_finding(self, basin: &Grid<bool>, outlet: Outlet) -> Option<Finding> {
        let Assessment { network, target, mask_cells, options, .. } = self;
        let iou = outlet.overlap.iou();
        if iou >= options.ok_iou {
            return None;
        }
        let own_share = f64::from(outlet.overlap.shared_cells) / f64::from(mask_cells.max(1));
        let fits = |overlap: Overlap| overlap.extra_cells() <= overlap.shared_cells / 2;
        let mask = target.mask.as_slice();
        let leaves = |i: usize| downstream_index(network.pointers, i).is_none_or(|below| !mask[below]);
        // No cell carries more of the polygon than drains to it.
        let enough =
            |i: usize| f64::from(network.accumulation.as_slice()[i]) >= EXIT_SHARE * f64::from(mask_cells);
        let mut exits: Vec<Exit> = (0..basin.len())
            .filter(|&i| mask[i] && !basin.as_slice()[i] && enough(i) && leaves(i))
            .map(|i| (i, self.overlap_at(i)))
            .filter(|&(_, own)| {
                fits(own) && f64::from(own.shared_cells) >= EXIT_SHARE * f64::from(mask_cells)
            })
            .map(|(i, own)| Exit {
                cell: network.pointers.cell(i),
                share: f64::from(own.shared_cells) / f64::from(mask_cells),
            })
            .collect();
        // An exit below the outlet carries the outlet's own share.
        exits.retain(|exit| !drains_through(network, outlet.cell, exit.cell));
        // Of exits one below the other, the lowest speaks for all.
        exits.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.cell.cmp(&b.cell)));
        let mut independent: Vec<Exit> = Vec::new();
        for exit in exits {
            let inside_earlier =
                independent.iter().any(|earlier| drains_through(network, exit.cell, earlier.cell));
            if !inside_earlier {
                independent.push(exit);
            }
        }
        if !independent.is_empty() && fits(outlet.overlap) && own_share >= EXIT_SHARE {
            independent.insert(0, Exit { cell: outlet.cell, share: own_share });
            return Some(Finding::SeveralOutlets { exits: independent, iou });
        }
        Some(match iou < options.review_iou {
            true => Finding::NotAWatershed { iou },
            false => Finding::ApproximateOutline { iou },
        })
    }
}

fn is_offset(finding: &Finding) -> bool {
    matches!(finding, Finding::OffsetOutline { .. })
}

/// Findings on a basin that may continue beyond the DEM.
///
/// Beside nodata only cells outside the polygon count: where polygon and basin end together at the nodata,
/// as on a raster clipped to its watershed, nothing is missing.
fn edge_findings(
    pointers: &Grid<Pointer>,
    mask: &Grid<bool>,
    basin: &Grid<bool>,
    outlet: Cell,
) -> Vec<Finding> {
    let (rows, cols) = (pointers.rows(), pointers.cols());
    let mut sides = Vec::new();
    let mut edge_cells = 0;
    let mut nodata_cells = 0;
    let on_edge = |i: usize| {
        i < cols || i + cols >= basin.len() || i.is_multiple_of(cols) || (i + 1).is_multiple_of(cols)
    };
    let any_nodata = pointers.as_slice().contains(&Pointer::NODATA);
    for i in (0..basin.len()).filter(|&i| basin.as_slice()[i]) {
        if on_edge(i) {
            edge_cells += 1;
            for side in Side::touched(pointers.cell(i), rows, cols) {
                if !sides.contains(&side) {
                    sides.push(side);
                }
            }
        }
        let beside_nodata = any_nodata
            && Direction::ALL.iter().any(|&d| {
                neighbour_index(rows, cols, i, d).is_some_and(|n| pointers.as_slice()[n] == Pointer::NODATA)
            });
        nodata_cells += usize::from(beside_nodata && !mask.as_slice()[i]);
    }
    sides.sort();
    let mut findings = Vec::new();
    let outlet_index = pointers.index(outlet);
    if downstream_index(pointers, outlet_index).is_none() {
        findings.push(Finding::OutletAtDemEdge);
    }
    if edge_cells > 0 {
        findings.push(Finding::BasinTouchesEdge { cells: edge_cells, sides });
    }
    if nodata_cells > 0 {
        findings.push(Finding::BasinTouchesNodata { cells: nodata_cells });
    }
    findings
}

/// Share of the polygon an exit must carry to count as an outlet of its own.
const EXIT_SHARE: f64 = 0.15;

fn drains_through(network: Network<'_>, from: Cell, through: Cell) -> bool {
    let through = network.pointers.index(through);
    let path =
        std::iter::successors(Some(network.pointers.index(from)), |&i| downstream_index(network.pointers, i));
    path.take(network.pointers.len()).any(|i| i == through)
}
