//! The Headwaters hillslope engine, after NSERL Report No. 10.
//!
//! [`HillslopeEngine`] is the contract that every engine fulfils.
//! Results of the embedded engine are its own; they are not results of WEPP.
#![warn(missing_docs)]

mod climate;
mod contract;
mod inputs;
mod result;

pub use climate::{Breakpoint, Climate, ClimateDay, MonthlyMeans, Precipitation};
pub use contract::{EngineError, ExternalFailure, HillslopeEngine};
pub use inputs::{
    EvapotranspirationMethod, HillslopeInputs, InitialSurface, Plant, Profile, ProfilePoint,
    RestrictiveLayer, Soil, SoilLayer, SurfaceOperation, Treatment, WinterOptions,
};
pub use result::{
    AnnualRow, Capabilities, DailyRow, EngineIdentity, Event, EventSource, HillslopeResult, InputHashes,
    PARTICLE_CLASSES, ParticleClass, RunOptions,
};
