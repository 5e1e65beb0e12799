//! Reading and writing of GeoTIFF, with the underlying libraries hidden.

mod open;
mod range;
mod read;
mod scaling;
mod write;

pub use open::{GeoTiff, Limits, Overview};
pub use range::{RangeRead, SeekSource};
pub use scaling::Scaling;
pub use write::{CogOptions, OverviewResampling, encode_cog, write_cog};

use crate::CrsError;

/// Fault of reading or writing a GeoTIFF.
#[derive(Debug, thiserror::Error)]
pub enum GeoTiffError {
    /// The bytes are no TIFF, damaged, or use an encoding that is not supported.
    #[error("the file is not a readable GeoTIFF: {0}")]
    Unreadable(String),
    /// The bytes could not be read.
    #[error("the file could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// The file declares more cells than allowed.
    #[error(
        "the raster of {rows} rows and {cols} columns is larger than the limit of {limit} cells; read a part of it"
    )]
    TooLarge {
        /// Rows asked for.
        rows: usize,
        /// Columns asked for.
        cols: usize,
        /// Most cells allowed.
        limit: usize,
    },
    /// The file has fewer bands.
    #[error("the raster has {bands} bands; there is no band {band}")]
    Band {
        /// Band asked for, counted from 1.
        band: usize,
        /// Bands there are.
        bands: usize,
    },
    /// The file has no georeferencing.
    #[error("the file has no georeferencing (neither a pixel scale with a tie point nor a transformation)")]
    NoGeoreferencing,
    /// The file is rotated, sheared or mirrored.
    #[error(
        "the raster is rotated, sheared or mirrored; only north-up rasters are supported (gdalwarp makes one)"
    )]
    NotNorthUp,
    /// The file names no coordinate reference system.
    #[error("the file names no coordinate reference system; give one explicitly")]
    NoCrs,
    /// The coordinate reference system is not supported.
    #[error(transparent)]
    Crs(#[from] CrsError),
    /// A window that reaches beyond the raster.
    #[error("window {window:?} reaches beyond the raster of {rows} rows and {cols} columns")]
    Window {
        /// The window asked for.
        window: crate::Window,
        /// Rows of the raster.
        rows: usize,
        /// Columns of the raster.
        cols: usize,
    },
    /// A value that the wanted type cannot hold.
    #[error("value {value} at row {row}, column {col} cannot be represented as {wanted}")]
    Value {
        /// The stored value.
        value: f64,
        /// Row in the file.
        row: usize,
        /// Column in the file.
        col: usize,
        /// Name of the wanted type.
        wanted: &'static str,
    },
    /// The raster cannot be written.
    #[error("the raster cannot be written as GeoTIFF: {0}")]
    Unwritable(String),
}

#[cfg(test)]
mod tests;
