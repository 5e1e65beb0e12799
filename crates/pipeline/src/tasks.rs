//! One file per task.

pub mod abstract_watershed;
pub mod build_channels;
pub mod build_subcatchments;
pub mod climate;
pub mod fetch_dem;
pub mod find_outlet;
pub mod landuse;
pub mod soils;
pub mod wepp;
