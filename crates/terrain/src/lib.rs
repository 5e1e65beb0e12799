//! Conditioning, D8 flow, streams and outlets of digital elevation models.
#![warn(missing_docs)]

pub mod d8;

pub use d8::{Direction, Pointer};
