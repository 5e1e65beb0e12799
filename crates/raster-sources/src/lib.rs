//! Raster sources: local files and mosaics, HTTP ranges, tile patterns and APIs, with one disk cache.
//!
//! [`from_config`] turns a configuration into a [`Source`]; [`Source::read`] brings elevations onto a target
//! grid and [`Source::read_classes`] class numbers, each with the provenance to record with a run. Calls
//! block: they belong on worker threads.
#![warn(missing_docs)]

mod address;
mod api;
mod budget;
pub mod cache;
mod clock;
mod config;
mod error;
mod http;
mod local;
mod make;
mod missing;
mod mosaic;
mod piece;
mod provenance;
mod ranges;
mod source;
mod tiles;

pub use budget::{Account, Budget};
pub use clock::{Clock, SystemClock};
pub use config::{Credentials, Fallback, Secret, SizeLimits, SourceConfig, SourceKind};
pub use error::SourceError;
pub use http::{HttpOptions, retry_delay};
pub use missing::MissingArea;
pub use piece::{Piece, RasterSource};
pub use provenance::{Fetched, PieceRecord, Provenance};
pub use source::{Environment, Source, from_config};
pub use tiles::tile_names;
