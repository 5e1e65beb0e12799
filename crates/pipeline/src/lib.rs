//! The tasks of a run: one file per task under `tasks/`, the configs they read, the engines they can choose.
//!
//! A task implements [`Task`] and is listed in [`registry`]; nothing else names it. It reads the run's folder and the
//! submission's snapshot, writes into its attempt's folder, and knows neither database, queue nor network interface.
#![warn(missing_docs)]

pub mod burn;
pub mod config;
pub mod engines;
pub mod extent;
pub mod registry;
pub mod stations;

mod context;
mod delineation;
mod downloads;
mod rasters;
mod resources;
mod stop;
mod task;
mod tasks;
mod watershed;

pub use context::{Cancel, RunInputs, TaskContext, TaskLog};
pub use resources::{Resources, WeppExecutable};
pub use stop::{OrFail, TaskResult, TaskStop};
pub use task::{BaseInputs, Task};
