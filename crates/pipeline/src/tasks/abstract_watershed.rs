//! `abstract_watershed`: representative profiles of the hillslopes, tables and slope files.

use headwaters_domain::Finished;
use headwaters_domain::TaskKind;
use headwaters_subcatchments::Hillslope;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::context::TaskContext;
use crate::rasters::to_lon_lat;
use crate::stop::{OrFail, TaskResult};
use crate::task::Task;
use crate::watershed::divide;

/// What later tasks need to know of a hillslope.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HillslopeEntry {
    /// TOPAZ id.
    pub topaz_id: u32,
    /// WEPP id.
    pub wepp_id: u32,
    /// Area, m².
    pub area_m2: f64,
    /// Length along the slope, m.
    pub length_m: f64,
    /// Width, m.
    pub width_m: f64,
    /// Mean slope, m/m.
    pub slope_m_per_m: f64,
    /// Mean elevation, m.
    pub elevation_m: f64,
}

impl From<&Hillslope> for HillslopeEntry {
    fn from(hillslope: &Hillslope) -> Self {
        Self {
            topaz_id: hillslope.topaz_id,
            wepp_id: hillslope.wepp_id,
            area_m2: hillslope.area_m2,
            length_m: hillslope.length_m,
            width_m: hillslope.width_m,
            slope_m_per_m: hillslope.slope_scalar,
            elevation_m: hillslope.elevation_m,
        }
    }
}

/// The task.
#[derive(Debug)]
pub struct AbstractWatershed;

impl Task for AbstractWatershed {
    fn kind(&self) -> TaskKind {
        TaskKind::AbstractWatershed
    }

    fn version(&self) -> u32 {
        2
    }
    fn run(&self, context: &TaskContext) -> TaskResult {
        run(context)
    }
}

fn run(context: &TaskContext) -> TaskResult {
    let (watershed, spec) = divide(context)?;
    let to_coordinates = to_lon_lat(&spec.crs);
    let mut hillslopes = Vec::new();
    watershed.write_hillslopes_parquet(&mut hillslopes, &to_coordinates).or_fail("encode")?;
    context.write("hillslopes.parquet", hillslopes)?;
    let mut channels = Vec::new();
    watershed.write_channels_parquet(&mut channels, &to_coordinates).or_fail("encode")?;
    context.write("channels.parquet", channels)?;
    if !context.controls.subcatchments.representative_flowpath {
        let mut flowpaths = Vec::new();
        watershed.write_flowpaths_parquet(&mut flowpaths, &to_coordinates).or_fail("encode")?;
        context.write("flowpaths.parquet", flowpaths)?;
    }
    context.write("slope/channels.slp", watershed.channel_slope_file().to_text().or_fail("slope_file")?)?;
    for hillslope in &watershed.hillslopes {
        context.cancel.check()?;
        let text = hillslope.slope_file().to_text().or_fail("slope_file")?;
        let path = context.attempt_dir.join(format!("slope/hillslope_{}.slp", hillslope.wepp_id));
        std::fs::write(path, text).or_retry("disk")?;
    }
    let entries: Vec<HillslopeEntry> = watershed.hillslopes.iter().map(HillslopeEntry::from).collect();
    context.write_json("hillslopes.json", &entries)?;
    let area: f64 = entries.iter().map(|entry| entry.area_m2).sum();
    let mean = |value: fn(&HillslopeEntry) -> f64| {
        entries.iter().map(|entry| value(entry) * entry.area_m2).sum::<f64>() / area.max(1.0)
    };
    let result = json!({
        "hillslopes": entries.len(),
        "hillslope_area_km2": area / 1e6,
        "mean_slope_m_per_m": mean(|entry| entry.slope_m_per_m),
        "mean_length_m": mean(|entry| entry.length_m),
    });
    Ok(Finished { result, ..Finished::default() })
}
