//! TOPAZ channels and hillslopes of a basin, and their representative profiles.
#![warn(missing_docs)]

mod channel;
mod error;
mod flowpath;
mod hillslope;
mod links;
mod numbering;
mod options;
mod profile;
mod sides;
mod surface;
mod tree;
mod watershed;

pub use channel::Channel;
pub use error::SubcatchmentError;
pub use flowpath::Flowpath;
pub use hillslope::{Hillslope, LengthEstimate};
pub use numbering::Numbering;
pub use options::{AbstractionOptions, ChannelWidth, ProfileMode};
pub use profile::SlopePoint;
pub use sides::Side;
pub use watershed::{AbstractionInputs, Watershed, abstract_watershed};
