#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod accumulation;
pub mod breach;
mod cell_size;
pub mod condition;
pub mod d8;
pub mod delineate;
mod depressions;
mod descent;
pub mod error;
pub mod extent;
pub mod fill;
mod flats;
mod flood;
pub mod flow;
mod inflows;
#[cfg(test)]
mod invariance;
pub mod outlet;
pub mod outline;
pub mod pointers;
mod pools;
pub mod steps;
pub mod streams;
pub mod surface;

pub use accumulation::{accumulate, accumulate_mask};
pub use breach::{Unresolved, breach_complete, breach_least_cost};
pub use cell_size::CellSize;
pub use condition::{Conditioned, condition};
pub use d8::{Coding, Direction, Pointer};
pub use delineate::{Conditioning, DelineateError, DelineateOptions, Delineation, Flow, delineate};
pub use error::FlowError;
pub use extent::{ExtentDecision, ExtentOptions, ExtentTooLarge, GiveUp, PlaceError};
pub use fill::{fill, fill_epsilon};
pub use flow::{basin, basin_indices, basin_labels, topological_order};
pub use outlet::{
    Exit, Finding, Network, Outlet, OutletOptions, OutletOverride, OutletReport, Overlap, OverrideError,
    Side, Status, Strategy, Target, TraceError, TracedOutlet, find_outlet, override_outlet, trace_outlet,
};
pub use outline::{DifferenceMap, difference, outline};
pub use pointers::{d8, fill_d8};
pub use steps::{downstream, downstream_index, neighbour_index, upstream_indices};
pub use streams::{
    NO_STREAM, distance_to_stream, junction_count, junctions, prune, snap_to_stream, strahler, streams,
    threshold_cells,
};
pub use surface::{aspect, slope};
