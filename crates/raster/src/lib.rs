#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod bounds;
mod crs;
mod geotiff;
mod grid;
mod raster;
mod rasterize;
mod reproject;
mod sample;
mod spec;
mod transform;

pub use bounds::{Bounds, Window};
pub use crs::{Crs, CrsError, Transformer, UtmDatum, utm_zone_for};
pub use geotiff::{
    CogOptions, GeoTiff, GeoTiffError, Limits, Overview, OverviewResampling, RangeRead, Scaling, SeekSource,
    encode_cog, write_cog,
};
pub use grid::{Cell, Grid};
pub use raster::{AnyRaster, ColourTable, Raster};
pub use rasterize::{burn, rasterize, rasterize_rings};
pub use reproject::{ReprojectError, Resampling, reproject};
pub use sample::{Sample, SampleType};
pub use spec::GridSpec;
pub use transform::GeoTransform;
