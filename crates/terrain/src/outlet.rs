//! Which stream cell a watershed polygon means, and how sure that is.

mod finding;
mod overlap;
mod shared;
mod target;
mod trace;

pub use finding::{Exit, Finding, Side, Status};
pub use overlap::{Overlap, best_overlap};
pub use shared::Shared;
pub use target::Target;
pub use trace::{TraceError, TracedOutlet, trace_outlet};

use headwaters_raster::{Cell, Crs, CrsError, GeoTransform, Grid, Transformer};

use crate::flow::{FlowError, basin, downstream_index, neighbour_index, same_shape};
use crate::streams::{junction_count, snap_to_stream};
use crate::{CellSize, Direction, Pointer};

/// Pointers, accumulation and streams of one DEM.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a> {
    /// D8 pointers.
    pub pointers: &'a Grid<Pointer>,
    /// Upstream cells of every cell, itself included.
    pub accumulation: &'a Grid<u32>,
    /// Stream cells.
    pub streams: &'a Grid<bool>,
}

/// When an outlet is trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutletOptions {
    /// Overlap (IoU of basin and polygon) from which an outlet is [`Status::Ok`].
    pub ok_iou: f64,
    /// Overlap from which it at least [`Status::NeedsReview`]; below it [`Status::Failed`].
    pub review_iou: f64,
    /// Share of the polygon's area that may lie beyond the DEM before the outlet fails.
    pub max_beyond_dem: f64,
    /// Share of the polygon's cells that may have no elevation before the outlet fails.
    pub max_nodata: f64,
    /// The overlap is nearly the same along a reach of stream. Where the last cell before the flow leaves
    /// the polygon (the original's answer) overlaps worse than the best by no more than this, it is the
    /// outlet.
    pub exit_margin: f64,
    /// How the outlet is found.
    pub strategy: Strategy,
}

impl Default for OutletOptions {
    fn default() -> Self {
        Self {
            ok_iou: 0.9,
            review_iou: 0.7,
            max_beyond_dem: 0.01,
            max_nodata: 0.01,
            exit_margin: 0.005,
            strategy: Strategy::BestOverlap,
        }
    }
}

/// How an outlet was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// The stream cell whose basin best overlaps the polygon.
    BestOverlap,
    /// The original's search, see [`trace_outlet`].
    Wbt,
    /// Given by an administrator and snapped to the nearest stream.
    Override,
}

impl Strategy {
    /// The name used in files and settings.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::BestOverlap => "best_overlap",
            Strategy::Wbt => "wbt",
            Strategy::Override => "override",
        }
    }
}

/// An outlet and the agreement of its basin with the polygon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlet {
    /// The stream cell.
    pub cell: Cell,
    /// How it was found.
    pub strategy: Strategy,
    /// Agreement of basin and polygon.
    pub overlap: Overlap,
    /// Stream cells that drain into it: 0 at a channel head, 2 or more at a confluence.
    pub inflows: usize,
}

/// The outlet of a polygon, what is remarkable about it, and the verdict.
#[derive(Clone, Debug)]
pub struct OutletReport {
    /// The verdict: the worst of all findings.
    pub status: Status,
    /// The outlet, unless none could be found. Present, for inspection, also where the status is failed.
    pub outlet: Option<Outlet>,
    /// Cells of its basin; all false without outlet.
    pub basin: Grid<bool>,
    /// Special cases met, worst first.
    pub findings: Vec<Finding>,
    /// What the original's search says, recorded beside every outlet.
    pub traced: Result<TracedOutlet, TraceError>,
}

impl OutletReport {
    /// The findings in words, worst first; `None` when there is nothing to say.
    pub fn message(&self) -> Option<String> {
        let sentences: Vec<String> = self.findings.iter().map(Finding::to_string).collect();
        (!sentences.is_empty()).then(|| sentences.join("; "))
    }
}

/// Finds the outlet of a polygon.
///
/// # Errors
/// [`FlowError`] when the grids do not fit together or imported pointers loop. A polygon without a
/// trustworthy outlet is not an error but a report with its status and findings.
pub fn find_outlet(
    network: Network<'_>,
    target: &Target,
    options: &OutletOptions,
) -> Result<OutletReport, FlowError> {
    check_shapes(network, target)?;
    let traced = trace_outlet(network, &target.mask);
    let mut findings = target.coverage(network.pointers);
    let shared = Shared::new(network, &target.mask)?;
    let mask_cells = target.mask.as_slice().iter().filter(|&&m| m).count() as u32;
    let chosen = match options.strategy {
        Strategy::Wbt => traced.as_ref().ok().map(|t| t.cell),
        _ => {
            let exit =
                traced.as_ref().ok().filter(|t| t.outlet_in_mask).map(|t| network.pointers.index(t.cell));
            let best = best_overlap(network, &shared, mask_cells);
            best.map(|best| best.settle(network, &shared, exit, options.exit_margin, &mut findings))
        }
    };
    if chosen.is_none() && mask_cells > 0 {
        findings.push(no_outlet(network, target));
    }
    let strategy = if options.strategy == Strategy::Wbt { Strategy::Wbt } else { Strategy::BestOverlap };
    let question = Question { network, target, shared: &shared, mask_cells, options };
    Ok(question.report(chosen.map(|cell| (cell, strategy)), findings, traced))
}

fn no_outlet(network: Network<'_>, target: &Target) -> Finding {
    let inside = target.mask.as_slice().iter().zip(network.accumulation.as_slice());
    let largest_cells = inside.filter(|&(&m, _)| m).map(|(_, &a)| a).max().unwrap_or(0);
    Finding::NoStream { largest_cells }
}

fn check_shapes(network: Network<'_>, target: &Target) -> Result<(), FlowError> {
    same_shape(network.pointers, network.accumulation, "accumulation")?;
    same_shape(network.pointers, network.streams, "stream")?;
    same_shape(network.pointers, &target.mask, "mask")
}

/// Where an administrator wants the outlet, and where it went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutletOverride {
    /// Requested longitude, degrees.
    pub lon: f64,
    /// Requested latitude, degrees.
    pub lat: f64,
    /// Cell that contains the requested point.
    pub requested: Cell,
    /// Stream cell it was snapped to.
    pub snapped: Cell,
    /// Distance between the two cells' centres, metres.
    pub moved_m: f64,
}

/// Why an override was refused.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OverrideError {
    /// The point is not on the DEM.
    #[error("the requested outlet {lon}, {lat} lies outside the DEM")]
    OutsideDem {
        /// Requested longitude.
        lon: f64,
        /// Requested latitude.
        lat: f64,
    },
    /// No stream near enough.
    #[error(
        "no stream within {max_distance_m} m of the requested outlet {lon}, {lat}: move it or lower the critical source area"
    )]
    NoStream {
        /// Requested longitude.
        lon: f64,
        /// Requested latitude.
        lat: f64,
        /// Search distance, metres.
        max_distance_m: f64,
    },
    /// The point cannot be brought into the DEM's coordinate system.
    #[error("the requested outlet cannot be projected: {0}")]
    Projection(#[from] CrsError),
    /// The network is unusable.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

/// Puts the outlet at the stream cell nearest to `lon`, `lat` (WGS 84). The report says how its basin agrees
/// with the polygon, but disagreement does not fail an outlet that was asked for: it then needs review.
///
/// # Errors
/// [`OverrideError`].
#[allow(clippy::too_many_arguments, reason = "each is a different thing the caller holds")]
pub fn override_outlet(
    network: Network<'_>,
    target: &Target,
    (lon, lat): (f64, f64),
    crs: &Crs,
    transform: &GeoTransform,
    size: CellSize,
    max_distance_m: f64,
    options: &OutletOptions,
) -> Result<(OutletReport, OutletOverride), OverrideError> {
    check_shapes(network, target)?;
    let (x, y) = Transformer::new(&Crs::wgs84(), crs).point(lon, lat)?;
    let (rows, cols) = (network.pointers.rows(), network.pointers.cols());
    let requested = transform.cell_at(x, y, rows, cols).ok_or(OverrideError::OutsideDem { lon, lat })?;
    let snapped = snap_to_stream(network.streams, network.accumulation, requested, max_distance_m, size)
        .ok_or(OverrideError::NoStream { lon, lat, max_distance_m })?;
    let down = requested.row.abs_diff(snapped.row) as f64 * size.height_m;
    let across = requested.col.abs_diff(snapped.col) as f64 * size.width_m;
    let record = OutletOverride { lon, lat, requested, snapped, moved_m: down.hypot(across) };
    let shared = Shared::new(network, &target.mask)?;
    let mask_cells = target.mask.as_slice().iter().filter(|&&m| m).count() as u32;
    let traced = trace_outlet(network, &target.mask);
    let chosen = Some((snapped, Strategy::Override));
    let question = Question { network, target, shared: &shared, mask_cells, options };
    let mut report = question.report(chosen, Vec::new(), traced);
    report.status = report.status.max(Status::NeedsReview);
    Ok((report, record))
}

/// What a verdict rests on.
#[derive(Clone, Copy)]
struct Question<'a> {
    network: Network<'a>,
    target: &'a Target,
    /// The accumulated mask.
    shared: &'a Shared<'a>,
    mask_cells: u32,
    options: &'a OutletOptions,
}

impl Question<'_> {
    /// Judges a chosen outlet: its basin, the special cases, the verdict.
    fn report(
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
            findings.extend(self.overlap_finding(&basin, outlet));
        }
        findings.sort_by_key(|finding| finding.status(self.options));
        let status = findings.first().map_or(Status::Ok, |worst| worst.status(self.options));
        OutletReport { status, outlet, basin, findings, traced }
    }

    fn overlap_at(self, index: usize) -> Overlap {
        Overlap::at(self.network, self.shared, self.mask_cells, index)
    }

    /// What a poor overlap means: several outlets, no watershed at all, or an approximate outline.
    fn overlap_finding(self, basin: &Grid<bool>, outlet: Outlet) -> Option<Finding> {
        let Question { network, target, mask_cells, options, .. } = self;
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

/// Whether the basin may go on beyond what the DEM shows.
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

#[cfg(test)]
mod tests;
