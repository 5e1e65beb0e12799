//! Where files lie, and how they are published: by an atomic rename or not at all.

pub mod assets;
mod content;
mod layout;
pub mod mirror;
mod publish;
pub mod upload;

pub use content::content;
pub use layout::{Layout, is_plain_file_name};
/// Name under which an uploaded burn-severity raster is kept.
pub const SBS_MAP: &str = "sbs_map.tif";
/// Folder of a snapshot that holds its landscape tables.
pub const TABLES: &str = "tables";

/// Name of a landscape table's file in [`TABLES`].
pub fn table_file(kind: headwaters_domain::TableKind) -> String {
    format!("{}.csv", kind.slug())
}

pub use publish::{publish_attempt, write_atomically};
