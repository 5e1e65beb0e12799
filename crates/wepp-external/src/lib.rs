//! Adapter that runs a WEPP executable the user supplies, as a [`HillslopeEngine`](headwaters_engine::HillslopeEngine).
//!
//! WEPP is not part of this program and never shipped with it. The executable is probed once, when
//! it is configured: a built-in hillslope is run for one year and its outputs must have a layout
//! that is known. Each run gets a fresh directory with short relative file names and every side file
//! written explicitly; success is the completion message plus complete outputs, never the exit code.
#![warn(missing_docs)]

mod channels;
mod configuration;
mod engine;
mod failure;
mod files;
mod outputs;
mod probe;
mod process;
mod program;
mod results;
mod watershed;

pub use channels::{ChannelNetwork, ChannelOptions, watershed_files};
pub use configuration::ConfigurationError;
pub use engine::ExternalWepp;
pub use files::{FilesError, HillslopeFiles};
pub use outputs::HillslopeOutputs;
pub use process::{Cancellation, Limits};
pub use results::{EXTERNAL_ENGINE_LIMITS, EXTERNAL_ENGINE_NAME};
pub use watershed::{WatershedOutputs, WatershedRunFiles};
