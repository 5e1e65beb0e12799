//! Subcatchments against TOPAZ, their invariants, and the whole chain.

mod chain;
mod common;
mod invariants;
mod topaz;
