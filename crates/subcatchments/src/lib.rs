#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod anatomy;
mod arcs;
mod channel;
mod error;
mod features;
mod flowpath;
mod hillslope;
mod inputs;
mod links;
mod network;
mod numbering;
mod options;
mod outlines;
mod profile;
mod relay;
mod sides;
mod slope_file;
mod structure;
mod surface;
#[cfg(feature = "parquet")]
mod tables;
mod tree;
mod watershed;

pub use channel::Channel;
pub use error::SubcatchmentError;
pub use features::with_crs;
pub use flowpath::Flowpath;
pub use hillslope::{Hillslope, LengthEstimate};
pub use inputs::AbstractionInputs;
pub use network::NetworkLink;
pub use numbering::Numbering;
pub use options::{AbstractionOptions, ChannelWidth, ProfileMode};
pub use outlines::Outline;
pub use profile::SlopePoint;
pub use relay::Relay;
pub use sides::Side;
pub use structure::StructureElement;
pub use watershed::{Watershed, abstract_watershed};
