//! Soils, land use, burn severity and the disturbed-land tables.
//!
//! From rasters and tables to what an engine runs: a raster value becomes a disturbed class ([`ValueMap`]), fire changes
//! the class ([`BurnTable`]), the class has a cover ([`CoverTable`]) and changes the soil ([`DisturbedTable`],
//! [`SoilTable`]). The tables are data files with a source per row; every one can be replaced by the user's.
#![warn(missing_docs)]

pub mod agreement;
pub mod cover;
pub mod disturbed;
pub mod landuse;
pub mod pedotransfer;
pub mod severity;
pub mod soil;
mod soil_layer;
pub mod soil_table;
pub mod table;
pub mod texture;
pub mod treatment;
pub mod zones;

pub use agreement::{ClassOrigin, UnknownClass, unknown_classes};
pub use cover::{Cover, CoverTable, UnknownCover};
pub use disturbed::{DisturbedRow, DisturbedTable, UnknownDisturbance};
pub use landuse::{BurnSwitches, BurnTable, UnmappedValues, ValueMap};
pub use severity::{Classification, ColorTable, RasterDescription, Severity, SeverityError};
pub use soil::{BuiltSoil, Estimate, SoilOptions};
pub use soil_layer::SoilLayerEntry;
pub use soil_table::{SoilEntry, SoilTable};
pub use table::{Replacement, TableError, count_rows};
pub use texture::{SimpleTexture, UsdaTexture, simple_texture, simple_texture_grid, usda_texture};
pub use treatment::{Treatment, TreatmentError, mulched_cover};
pub use zones::{GridMismatch, ZoneMode, modal_by_zone};
