//! Conditioning, D8 flow, streams and outlets of digital elevation models.
//!
//! Elevations are `Grid<f32>` in metres; a cell that is not finite (NaN) has no elevation. Nothing here
//! touches disk, network or clock, and every result is the same whatever the number of threads.
#![warn(missing_docs)]

pub mod accumulation;
pub mod breach;
pub mod condition;
pub mod d8;
pub mod delineate;
mod descent;
pub mod extent;
pub mod fill;
mod flats;
pub mod flow;
mod inflows;
#[cfg(test)]
mod invariance;
pub mod outlet;
pub mod outline;
pub mod pointers;
mod pools;
pub mod streams;
pub mod surface;

pub use accumulation::{accumulate, accumulate_mask};
pub use breach::{Unresolved, breach_complete, breach_least_cost};
pub use condition::{Conditioned, condition};
pub use d8::{Coding, Direction, Pointer};
pub use delineate::{Conditioning, DelineateError, DelineateOptions, Delineation, Flow, delineate};
pub use extent::{ExtentDecision, ExtentOptions, ExtentTooLarge, GiveUp, PlaceError};
pub use fill::{fill, fill_epsilon};
pub use flow::{
    FlowError, basin, basin_indices, basin_labels, downstream, downstream_index, topological_order,
    upstream_indices,
};
pub use outlet::{
    Exit, Finding, Network, Outlet, OutletOptions, OutletOverride, OutletReport, Overlap, OverrideError,
    Side, Status, Strategy, Target, TraceError, TracedOutlet, find_outlet, override_outlet, trace_outlet,
};
pub use outline::{DifferenceMap, difference, outline};
pub use pointers::{CellSize, d8, fill_d8};
pub use streams::{
    NO_STREAM, distance_to_stream, junction_count, junctions, prune, snap_to_stream, strahler, streams,
    threshold_cells,
};
pub use surface::{aspect, slope};
