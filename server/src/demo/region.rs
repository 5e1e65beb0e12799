//! The files of the demo region, laid out as the config `demo` names them.

use std::path::Path;

use anyhow::bail;

/// The polygons, to be uploaded.
pub const POLYGONS: &str = "watersheds.geojson";
/// Run ids of the demo batch.
pub const TEMPLATE: &str = "w{one_based_index:02d}";
/// Everything the config `demo` and the batch over it read.
const FILES: [&str; 7] =
    ["dem.tif", "landcover.tif", "soils.tif", "soils.csv", "burn_severity.tif", "stations", POLYGONS];

/// Whether the region is complete; says what is missing.
pub fn check(folder: &Path) -> anyhow::Result<()> {
    for file in FILES {
        let path = folder.join(file);
        if !path.try_exists()? {
            bail!("the demo region is not complete: {} is missing", path.display());
        }
    }
    Ok(())
}
