//! Outlet of a watershed polygon: the stream cell it means, and how far that can be trusted.

mod finding;
mod network;
mod offset;
mod options;
mod overlap;
mod overriding;
mod report;
mod shared;
mod target;
mod trace;
mod verdict;

pub use finding::{Exit, Finding, Side, Status};
pub use network::Network;
pub use options::{OutletOptions, Strategy};
pub use overlap::Overlap;
pub use overriding::{OutletOverride, OverrideError, override_outlet};
pub use report::{Outlet, OutletReport};
pub use target::Target;
pub use trace::{TraceError, TracedOutlet, trace_outlet};

use crate::CellSize;
use crate::error::{FlowError, same_shape};
use offset::best_offset;
use overlap::best_overlap;
use shared::Shared;
use verdict::Assessment;

/// Finds the outlet of a polygon.
///
/// If no basin fits the polygon as it is drawn, the polygon shrunk or grown as a whole is tried too
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
    let assessment = Assessment::new(network, target, &shared, options);
    let chosen = match options.strategy {
        Strategy::Wbt => traced.as_ref().ok().map(|t| (t.cell, Strategy::Wbt)),
        _ => {
            let exit =
                traced.as_ref().ok().filter(|t| t.outlet_in_mask).map(|t| network.pointers.index(t.cell));
            best_overlap(network, shared.iter(), assessment.mask_cells).map(|best| {
                let margin = options.exit_margin;
                (best.settle(network, &shared, exit, margin, &mut findings), Strategy::BestOverlap)
            })
        }
    };
    if chosen.is_none() && assessment.mask_cells > 0 {
        findings.push(no_outlet(network, target));
    }
    let report = assessment.report(chosen, findings, traced);
    let Some(plain) = report.outlet.filter(|_| tries_offsets(&report, options)) else { return Ok(report) };
    let Some(moved) = best_offset(assessment, size, plain.overlap.iou())? else {
        return Ok(report);
    };
    let mut findings = target.coverage(network.pointers);
    findings.extend(moved.findings);
    Ok(assessment.report(Some((moved.cell, Strategy::BestOverlap)), findings, report.traced))
}

/// Returns true if the polygon may be a watershed drawn too large or too small: its basin fits poorly, and not for the
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
