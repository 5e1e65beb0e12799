//! Result of the outlet search.

use headwaters_raster::{Cell, Grid};

use super::{Finding, Overlap, Status, Strategy, TraceError, TracedOutlet};

/// An outlet and the agreement of its basin with the polygon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlet {
    /// The stream cell.
    pub cell: Cell,
    /// Strategy that found it.
    pub strategy: Strategy,
    /// Agreement of basin and polygon.
    pub overlap: Overlap,
    /// Stream cells that drain into it: 0 at a channel head, 2 or more at a confluence.
    pub inflows: usize,
}

/// The outlet of a polygon, its special cases and its status.
#[derive(Clone, Debug)]
pub struct OutletReport {
    /// Status: the worst of all findings.
    pub status: Status,
    /// The outlet, unless none could be found. Present, for inspection, also where the status is failed.
    pub outlet: Option<Outlet>,
    /// Cells of its basin; all false without outlet.
    pub basin: Grid<bool>,
    /// Special cases met, worst first.
    pub findings: Vec<Finding>,
    /// Result of the search of WhiteboxTools, recorded with every outlet.
    pub traced: Result<TracedOutlet, TraceError>,
}

impl OutletReport {
    /// The findings in words, worst first; `None` when there is nothing to say.
    pub fn message(&self) -> Option<String> {
        let sentences: Vec<String> = self.findings.iter().map(Finding::to_string).collect();
        (!sentences.is_empty()).then(|| sentences.join("; "))
    }
}
