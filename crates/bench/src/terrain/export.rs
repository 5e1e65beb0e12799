//! Files for programs that run beside this one: a generated DEM, the basins that were found.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use headwaters_raster::{CogOptions, Crs, GeoTransform, Grid, GridSpec, Raster, Sample, write_cog};

use super::generated::fractal_dem;

/// Writes the generated DEM of `side` × `side` cells of 10 m.
pub fn write_dem(path: &Path, side: usize) -> Result<()> {
    let spec = GridSpec {
        crs: Crs::from_epsg(32611)?,
        transform: GeoTransform { west: 4e5, north: 4e6, cell_width: 10.0, cell_height: 10.0 },
        rows: side,
        cols: side,
    };
    write(path, fractal_dem(side), &spec, f32::NAN)
}

/// Writes a basin as a raster of 1 inside and 0, no data, outside.
pub fn write_basin(
    folder: &Path,
    name: &str,
    basin: &Grid<bool>,
    transform: GeoTransform,
    crs: &Crs,
) -> Result<()> {
    let sound = |c: char| if c.is_alphanumeric() || "-._".contains(c) { c } else { '_' };
    let path = folder.join(format!("{}.tif", name.chars().map(sound).collect::<String>()));
    let spec = GridSpec { crs: crs.clone(), transform, rows: basin.rows(), cols: basin.cols() };
    write(&path, basin.map(|&inside| u8::from(inside)), &spec, 0)
}

/// Writes a grid as GeoTIFF.
pub fn write<T: Sample>(path: &Path, grid: Grid<T>, spec: &GridSpec, nodata: T) -> Result<()> {
    let raster =
        Raster::new(grid, spec, Some(nodata)).ok_or_else(|| anyhow!("a grid that does not fit its place"))?;
    let context = || format!("writing {}", path.display());
    let file = File::create(path).with_context(context)?;
    write_cog(&raster, &CogOptions { overviews: None, deflate_level: 1 }, BufWriter::new(file))
        .with_context(context)
}
