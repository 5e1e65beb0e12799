//! A seeded, fluvially eroded demonstration landscape.
#![warn(missing_docs)]
