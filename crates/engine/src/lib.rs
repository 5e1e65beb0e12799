//! The Headwaters hillslope engine, after NSERL Report No. 10.
#![warn(missing_docs)]
