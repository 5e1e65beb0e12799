#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod calendar;
pub mod catalogue;
pub mod century;
pub mod climate;
mod deviates;
pub mod generator;
mod month_law;
mod philox;
pub mod station;
pub mod storm;
pub mod synthetic;
mod wetness;

pub use catalogue::{Candidate, CatalogueError, Place, StationCatalogue, StationChoice, StationRule};
pub use climate::{PrecipitationScaling, ScalingError};
pub use generator::{DayWeather, GenerateError, Generator, IntensityShortfall, Storm};
pub use station::{Monthly, StationError, monthly_precipitation_mm};
pub use synthetic::{ClimateType, SyntheticSite, synthetic_station};
