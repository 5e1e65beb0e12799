//! TOPAZ channels and hillslopes of a basin, and their representative profiles.
#![warn(missing_docs)]
