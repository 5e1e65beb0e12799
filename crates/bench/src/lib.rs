//! Benchmarks that print figures and ratios.
#![warn(missing_docs)]

pub mod engine;
pub mod terrain;
