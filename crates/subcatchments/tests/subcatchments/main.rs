//! Subcatchments against TOPAZ, against what must always hold, and as one chain.

mod chain;
mod common;
mod invariants;
mod topaz;
