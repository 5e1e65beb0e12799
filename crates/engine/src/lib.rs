#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod check;
mod climate;
mod contract;
mod demand;
mod deviation;
mod embedded;
mod erosion;
mod evapotranspiration;
mod example;
mod friction;
mod from_formats;
mod frost;
mod ground;
#[cfg(test)]
mod hand_calculations;
mod hillslope;
mod infiltration;
mod inputs;
mod management_limits;
mod particles;
mod peak;
mod phase;
mod profile;
mod redistribution;
mod result;
mod retention;
mod runoff;
mod simulate;
mod snow;
mod soil;
mod storm;
mod sun;
mod surface;
mod units;
mod vegetation;
mod water;
mod weather;
mod weather_check;
mod winter;

pub use climate::Climate;
pub use contract::{EngineError, ExternalFailure, HillslopeEngine};
pub use deviation::{DeviationRow, DeviationTable, RatioSpread, compare_results, verification_sample};
pub use embedded::{EMBEDDED_ENGINE_LIMITS, EMBEDDED_ENGINE_NAME, EmbeddedEngine, hashes};
pub use example::burned_hillslope;
pub use from_formats::ConversionError;
pub use inputs::{
    CanopyRelation, EvapotranspirationMethod, HillslopeInputs, InitialSurface, Plant, Profile, ProfilePoint,
    RestrictiveLayer, Soil, SoilLayer, SurfaceOperation, Treatment, WinterOptions,
};
pub use result::{
    AnnualRow, Capabilities, DailyRow, EngineIdentity, Event, EventSource, HillslopeResult, InputHashes,
    PARTICLE_CLASSES, ParticleClass, RunOptions,
};
pub use weather::{Breakpoint, ClimateDay, MonthlyMeans, Precipitation};
