//! The data folder: where files lie, what identifies their content, and how they are published, by an atomic rename or
//! not at all.

mod content;
mod layout;
mod publish;
mod queue_address;
mod received;

pub use content::content;
pub use layout::{Layout, is_plain_file_name, table_file};
pub use publish::{publish_attempt, write_atomically};
pub use queue_address::QueueAddress;
pub use received::{FileNameError, Received, Receiving, checked_file_name};

/// Name of an uploaded burn-severity raster, among a batch's resources and in snapshots.
pub const SBS_MAP: &str = "sbs_map.tif";
/// Name of the polygon file among a batch's resources, as it was uploaded.
pub const WATERSHEDS: &str = "watersheds.geojson";
/// Folder of a snapshot that holds its landscape tables.
pub const TABLES: &str = "tables";
/// Documents of a submission's snapshot that its runs read: controls and config.
pub const SNAPSHOT_DOCUMENTS: [&str; 2] = ["controls.json", "config.json"];
