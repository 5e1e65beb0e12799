//! Special cases of outlets, each with its own status and message.

use headwaters_raster::Cell;

use super::OutletOptions;

/// Status of an outlet. Orders from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Not to be used without a decision by a person.
    Failed,
    /// Usable; a person should look at the difference map.
    NeedsReview,
    /// Trusted.
    Ok,
}

impl Status {
    /// The name used in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::NeedsReview => "needs review",
            Status::Failed => "failed",
        }
    }
}

/// A side of the DEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Row 0.
    North,
    /// Last column.
    East,
    /// Last row.
    South,
    /// Column 0.
    West,
}

impl Side {
    /// The sides of a grid of `rows` × `cols` on which `cell` lies.
    pub fn touched(cell: Cell, rows: usize, cols: usize) -> Vec<Side> {
        let at = [
            (cell.row == 0, Side::North),
            (cell.col + 1 == cols, Side::East),
            (cell.row + 1 == rows, Side::South),
            (cell.col == 0, Side::West),
        ];
        at.into_iter().filter(|&(touches, _)| touches).map(|(_, side)| side).collect()
    }

    /// Its adjective.
    pub fn name(self) -> &'static str {
        match self {
            Side::North => "northern",
            Side::East => "eastern",
            Side::South => "southern",
            Side::West => "western",
        }
    }
}

fn names(sides: &[Side]) -> String {
    sides.iter().map(|side| side.name()).collect::<Vec<_>>().join(" and ")
}

/// A cell where the polygon drains out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exit {
    /// Its cell.
    pub cell: Cell,
    /// Share of the polygon that drains through it, 0..1.
    pub share: f64,
}

/// Special case of an outlet.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Finding {
    /// The polygon covers no cell centre although it lies on the DEM.
    #[error("the polygon is smaller than a cell of the DEM: use a finer DEM")]
    SmallerThanACell,
    /// No part of the polygon lies on the DEM.
    #[error("the polygon lies outside the DEM")]
    OutsideDem,
    /// A part of the polygon lies beyond the DEM.
    #[error("{:.1} % of the polygon lies beyond the {} edge of the DEM: supply a DEM that covers it", 100.0 * share, names(sides))]
    BeyondDem {
        /// Share of the polygon's area beyond, 0..1.
        share: f64,
        /// The sides it leaves by.
        sides: Vec<Side>,
    },
    /// Cells in the polygon have no elevation.
    #[error("{cells} cells ({:.1} %) of the polygon have no elevation", 100.0 * share)]
    NodataInPolygon {
        /// Their number.
        cells: usize,
        /// Their share of the polygon, 0..1.
        share: f64,
    },
    /// No stream cell drains any of the polygon.
    #[error(
        "no stream in or below the polygon (at most {largest_cells} cells drain to one cell in it): lower the critical source area"
    )]
    NoStream {
        /// Largest accumulation within the polygon, cells.
        largest_cells: u32,
    },
    /// No basin resembles the polygon.
    #[error("the polygon is not a watershed: the best basin agrees with it by only {:.0} % (IoU)", 100.0 * iou)]
    NotAWatershed {
        /// Best overlap.
        iou: f64,
    },
    /// The polygon consists of several basins side by side.
    #[error("the polygon drains through {} outlets ({}): split it", exits.len(), shares(exits))]
    SeveralOutlets {
        /// The outlets, the chosen one first.
        exits: Vec<Exit>,
        /// Overlap of the best.
        iou: f64,
    },
    /// Basin and polygon agree only roughly.
    #[error("basin and polygon agree by {:.0} % (IoU): look at the difference map", 100.0 * iou)]
    ApproximateOutline {
        /// Overlap.
        iou: f64,
    },
    /// The polygon was drawn at a distance from the divide: shrunk or grown as a whole, it fits a basin better
    /// than as it is.
    #[error(
        "the polygon seems drawn about {:.0} m {} the divide (moved by that, it agrees with the basin by {:.0} % (IoU), as drawn by {:.0} %): look at the difference map",
        outside_m.abs(), if *outside_m < 0.0 { "inside" } else { "outside" }, 100.0 * moved_iou, 100.0 * iou
    )]
    OffsetOutline {
        /// Distance of the outline outside the divide, metres; negative inside.
        outside_m: f64,
        /// Overlap of the basin with the polygon as drawn.
        iou: f64,
        /// Overlap of the basin with the polygon moved by that distance.
        moved_iou: f64,
    },
    /// The outlet was set by hand, which no overlap confirms.
    #[error("the outlet was set by hand and moved {moved_m:.0} m onto a channel")]
    SetByHand {
        /// Distance between the requested cell and the stream cell, metres.
        moved_m: f64,
    },
    /// The basin reaches the edge of the DEM and may go on beyond it.
    #[error(
        "the basin reaches the {} edge of the DEM ({cells} cells) and may go on beyond it: use a larger extent",
        names(sides)
    )]
    BasinTouchesEdge {
        /// Basin cells on the edge.
        cells: usize,
        /// The sides.
        sides: Vec<Side>,
    },
    /// The basin borders cells without elevation and may go on beyond them.
    #[error("the basin borders cells without elevation ({cells} cells) and may be incomplete there")]
    BasinTouchesNodata {
        /// Basin cells beside nodata.
        cells: usize,
    },
    /// The outlet is where the flow leaves the DEM; the true outlet may lie beyond.
    #[error("the outlet lies where the stream leaves the DEM; the watershed may go on beyond it")]
    OutletAtDemEdge,
    /// The best-fitting outlet is a confluence. If it is kept as the outlet it needs review, unless the second
    /// stream is negligible.
    #[error("the polygon ends at a confluence of {inflows} streams; {}", if *kept { "its junction cell is the outlet" } else { "the nearest cell on one stream is the outlet" })]
    Confluence {
        /// Streams that meet.
        inflows: usize,
        /// Share of the basin that the second largest of them brings, 0..1.
        second_share: f64,
        /// True if the junction cell itself is the outlet, because no single stream fits nearly as well.
        kept: bool,
    },
}

fn shares(exits: &[Exit]) -> String {
    exits.iter().map(|e| format!("{:.0} %", 100.0 * e.share)).collect::<Vec<_>>().join(", ")
}

/// Share of the basin from which the second stream of a confluence makes it need review.
const TRIBUTARY_SHARE: f64 = 0.05;

impl Finding {
    /// Short stable name for tables and files.
    pub fn code(&self) -> &'static str {
        match self {
            Finding::SmallerThanACell => "smaller_than_a_cell",
            Finding::OutsideDem => "outside_dem",
            Finding::BeyondDem { .. } => "beyond_dem",
            Finding::NodataInPolygon { .. } => "nodata_in_polygon",
            Finding::NoStream { .. } => "no_stream",
            Finding::NotAWatershed { .. } => "not_a_watershed",
            Finding::SeveralOutlets { .. } => "several_outlets",
            Finding::ApproximateOutline { .. } => "approximate_outline",
            Finding::OffsetOutline { .. } => "offset_outline",
            Finding::SetByHand { .. } => "set_by_hand",
            Finding::BasinTouchesEdge { .. } => "basin_touches_edge",
            Finding::BasinTouchesNodata { .. } => "basin_touches_nodata",
            Finding::OutletAtDemEdge => "outlet_at_dem_edge",
            Finding::Confluence { .. } => "confluence",
        }
    }

    /// The best status an outlet with this finding can have.
    pub fn status(&self, options: &OutletOptions) -> Status {
        let limited = |share: f64, limit: f64| match share > limit {
            true => Status::Failed,
            false => Status::NeedsReview,
        };
        match self {
            Finding::SmallerThanACell
            | Finding::OutsideDem
            | Finding::NoStream { .. }
            | Finding::NotAWatershed { .. } => Status::Failed,
            Finding::BeyondDem { share, .. } => limited(*share, options.max_beyond_dem),
            Finding::NodataInPolygon { share, .. } => limited(*share, options.max_nodata),
            Finding::OffsetOutline { moved_iou, .. } if *moved_iou < options.review_iou => Status::Failed,
            Finding::SeveralOutlets { iou, .. } if *iou < options.review_iou => Status::Failed,
            Finding::SeveralOutlets { .. }
            | Finding::ApproximateOutline { .. }
            | Finding::OffsetOutline { .. }
            | Finding::SetByHand { .. }
            | Finding::BasinTouchesEdge { .. }
            | Finding::BasinTouchesNodata { .. }
            | Finding::OutletAtDemEdge => Status::NeedsReview,
            Finding::Confluence { kept: true, second_share, .. } if *second_share >= TRIBUTARY_SHARE => {
                Status::NeedsReview
            }
            Finding::Confluence { .. } => Status::Ok,
        }
    }
}
