//! WEPP's file formats as typed values: text in, values out, and back.
//!
//! Nothing here touches a disk: callers pass a file's text and its name (for messages). Every reader
//! is strict: a malformed file is refused with file, line, field and what was expected
//! ([`FormatError`]), and nothing is inferred. Field names carry their units. Inputs have a
//! `to_text` that writes what their `parse` reads back as the same value.
#![warn(missing_docs)]

mod climate;
mod error;
pub mod management;
pub mod outputs;
mod par;
mod run;
mod sidecars;
mod slope;
mod soil;
mod text;
mod watershed;

pub use climate::{Breakpoint, BreakpointDay, Climate, DailyWeather, Date, Days, SimulationMode, StormDay};
pub use error::FormatError;
pub use management::Management;
pub use par::{StationParameters, WIND_SECTORS, WindSector};
pub use run::{HillslopeRun, LONGEST_FILE_NAME, LossDetail, Units};
pub use sidecars::{Frost, PenmanMonteith, PenmanMonteithEntry, SnowOptions};
pub use slope::{Slope, SlopeElement, SlopePlane, SlopePoint, SlopeVersion};
pub use soil::{
    Disturbance, DisturbanceParameters, LayerHydraulics, RestrictiveLayer, Retention, Soil, SoilElement,
    SoilLayer, SoilVersion,
};
pub use watershed::{
    Channel, ChannelInflow, ChannelRouting, Inflow, NO_IMPOUNDMENTS, WatershedChannels, WatershedRun,
    WatershedStructure,
};
