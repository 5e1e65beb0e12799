//! Provenance of rasters, for the record of a run.

use headwaters_hash::Hasher;
use headwaters_raster::{Raster, Sample};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::MissingArea;

/// A raster and its provenance.
#[derive(Clone, Debug)]
pub struct Fetched<T> {
    /// The values on the target grid.
    pub raster: Raster<T>,
    /// Provenance of the values.
    pub provenance: Provenance,
    /// The part of the target that no source covers; its cells hold nodata.
    pub missing: Option<MissingArea>,
}

/// Provenance of a raster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Name of the source.
    pub source: String,
    /// Cell size of the finest data used, in metres on the ground (north to south).
    pub resolution_m: Option<f64>,
    /// SHA-256 of the values as delivered, row by row, as little-endian 64-bit floats, in hexadecimal.
    pub checksum: String,
    /// Time of the read.
    pub fetched_at: Timestamp,
    /// True if some of the data come from a coarser fallback source.
    pub degraded: bool,
    /// Reason, when degraded.
    pub degraded_because: Option<String>,
    /// The files that contributed.
    pub pieces: Vec<PieceRecord>,
}

/// One file that contributed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PieceRecord {
    /// Path or address, without secrets.
    pub name: String,
    /// Version of its content: a SHA-256 where the whole file passed through, the server's entity tag and
    /// length for range reads, length and modification time for local files.
    pub version: String,
}

/// SHA-256 of a raster's values. Values pass as 64-bit floats, which hold every `f32` and `i32` exactly.
pub(crate) fn checksum<T: Sample>(raster: &Raster<T>) -> String {
    let mut hash = Hasher::default();
    let mut buffer = Vec::with_capacity(8 * 4096);
    for values in raster.grid.as_slice().chunks(4096) {
        buffer.clear();
        values.iter().for_each(|value| buffer.extend(value.to_real().to_le_bytes()));
        hash.update(&buffer);
    }
    hash.finish()
}
