//! Which stream cell a watershed polygon means, and how sure that is.

mod finding;
mod offset;
mod overlap;
mod overriding;
mod shared;
mod target;
mod trace;
mod verdict;

pub use finding::{Exit, Finding, Side, Status};
pub use overlap::Overlap;
pub use overriding::{OutletOverride, OverrideError, override_outlet};
pub use target::Target;
pub use trace::{TraceError, TracedOutlet, trace_outlet};

use headwaters_raster::{Cell, Grid};

use crate::flow::{FlowError, same_shape};
use crate::{CellSize, Pointer};
use offset::best_offset;
use overlap::best_overlap;
use shared::Shared;
use verdict::Question;

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
/// Where no basin fits the polygon as it is drawn, the polygon shrunk or grown as a whole is tried too
/// (`offset`): outlines are often drawn along one side of the divide.
///
/// # Errors
/// [`FlowError`] when the grids do not fit together or imported pointers loop. A polygon without a
/// trustworthy outlet is not an error but a report with its status and findings.
pub fn find_outlet(
    network: Network<'_>,
    target: &Target,
    size: CellSize,
    options: &OutletOptions,
) -> Result<OutletReport, FlowError> {
    check_shapes(network, target)?;
    let traced = trace_outlet(network, &target.mask);
    let mut findings = target.coverage(network.pointers);
    let shared = Shared::new(network, &target.mask)?;
    let question = Question::new(network, target, &shared, options);
    let chosen = match options.strategy {
        Strategy::Wbt => traced.as_ref().ok().map(|t| (t.cell, Strategy::Wbt)),
        _ => {
            let exit =
                traced.as_ref().ok().filter(|t| t.outlet_in_mask).map(|t| network.pointers.index(t.cell));
            best_overlap(network, shared.iter(), question.mask_cells).map(|best| {
                let margin = options.exit_margin;
                (best.settle(network, &shared, exit, margin, &mut findings), Strategy::BestOverlap)
            })
        }
    };
    if chosen.is_none() && question.mask_cells > 0 {
        findings.push(no_outlet(network, target));
    }
    let report = question.report(chosen, findings, traced);
    let Some(plain) = report.outlet.filter(|_| tries_offsets(&report, options)) else { return Ok(report) };
    let Some(moved) = best_offset(question, size, plain.overlap.iou())? else {
        return Ok(report);
    };
    let mut findings = target.coverage(network.pointers);
    findings.extend(moved.findings);
    Ok(question.report(Some((moved.cell, Strategy::BestOverlap)), findings, report.traced))
}

/// Whether the polygon may be a watershed drawn too large or too small: its basin fits poorly, and not for the
/// reason that it holds several.
fn tries_offsets(report: &OutletReport, options: &OutletOptions) -> bool {
    let poor = |finding: &Finding| {
        matches!(finding, Finding::ApproximateOutline { .. } | Finding::NotAWatershed { .. })
    };
    options.strategy == Strategy::BestOverlap && report.findings.iter().any(poor)
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

#[cfg(test)]
mod tests;
