#![doc = include_str!("../README.md")]
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
