//! Resources of the machine that tasks may use.

use std::path::PathBuf;
use std::time::Duration;

/// Folders and programs that the operator gives to tasks.
#[derive(Clone, Debug)]
pub struct Resources {
    /// Data folder; paths in messages are shown relative to it.
    pub data: PathBuf,
    /// Folder for rasters fetched over the network.
    pub cache: PathBuf,
    /// Largest size of that folder, bytes.
    pub cache_bytes: u64,
    /// The operator's WEPP executable.
    pub wepp: Option<WeppExecutable>,
}

/// A WEPP executable and its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeppExecutable {
    /// Path of the executable.
    pub path: PathBuf,
    /// Memory it may use, bytes.
    pub memory_bytes: u64,
    /// Longest time a batch may give it for a hillslope.
    pub max_time: Duration,
}
