//! The generated region, written as a user's files are.

use std::path::Path;

use headwaters_data_folder::write_atomically;
use headwaters_demo_region::{DemoRegion, generate};
use headwaters_raster::{CogOptions, Raster, Sample, encode_cog};

/// Same landscape on every machine.
const SEED: u64 = 1;
/// The polygons, to be uploaded.
pub const POLYGONS: &str = "watersheds.geojson";
/// Run ids of the demo batch.
pub const TEMPLATE: &str = "{slug(properties.name)}";

/// Whether the region is there. The polygons are written last.
pub fn is_complete(folder: &Path) -> bool {
    folder.join(POLYGONS).is_file()
}

/// Generates the region and writes its files.
pub fn write(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder.join("stations"))?;
    let region: DemoRegion = generate(SEED);
    raster(&folder.join("dem.tif"), &region.dem)?;
    raster(&folder.join("landcover.tif"), &region.landcover)?;
    raster(&folder.join("soils.tif"), &region.soils)?;
    raster(&folder.join("burn_severity.tif"), &region.burn_severity)?;
    write_atomically(&folder.join("soils.csv"), region.soil_table.as_bytes())?;
    for (id, station) in &region.stations {
        let path = folder.join("stations").join(format!("{id}.par"));
        write_atomically(&path, station.to_text()?.as_bytes())?;
    }
    write_atomically(&folder.join(POLYGONS), region.watersheds.to_string().as_bytes())?;
    Ok(())
}

fn raster<T: Sample>(path: &Path, raster: &Raster<T>) -> anyhow::Result<()> {
    write_atomically(path, &encode_cog(raster, &CogOptions::default())?)?;
    Ok(())
}
