//! Stochastic daily weather from CLIGEN station parameters, station choice and scaling.
//!
//! The generator follows the published equations of CLIGEN (Nicks, Lane & Gander 1995) but is not CLIGEN: its random
//! numbers, its conditioning and the calibration of intensities are its own, described where they are made.
#![warn(missing_docs)]

pub mod calendar;
pub mod catalogue;
pub mod century;
pub mod climate;
mod deviates;
pub mod generator;
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
