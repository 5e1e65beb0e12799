//! Thresholds and strategies of the outlet search.

/// Options of the outlet search: thresholds of its status, and strategy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutletOptions {
    /// Overlap (IoU of basin and polygon) from which an outlet is [`Status::Ok`](super::Status::Ok).
    pub ok_iou: f64,
    /// Overlap from which it is at least [`Status::NeedsReview`](super::Status::NeedsReview); below it is
    /// [`Status::Failed`](super::Status::Failed).
    pub review_iou: f64,
    /// Share of the polygon's area that may lie beyond the DEM before the outlet fails.
    pub max_beyond_dem: f64,
    /// Share of the polygon's cells that may have no elevation before the outlet fails.
    pub max_nodata: f64,
    /// The overlap is nearly the same along a reach of stream. Where the last cell before the flow leaves
    /// the polygon (as in WhiteboxTools) overlaps worse than the best by no more than this, it is the
    /// outlet.
    pub exit_margin: f64,
    /// Search strategy.
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

/// Strategies of the outlet search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// The stream cell whose basin best overlaps the polygon.
    BestOverlap,
    /// The search of the WEPPcloud fork of WhiteboxTools, see [`trace_outlet`](super::trace_outlet).
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
