//! What a task's key knows of a config: the sources the task reads, files by their content.

use std::path::Path;

use headwaters_domain::TaskKind;
use headwaters_domain::controls::{ClimateSource, Controls, LanduseMode, SbsMode, SoilMode};

use super::{Config, RasterEntry, each_local_path};
use crate::files::content;

impl RasterEntry {
    /// What identifies the raster: where it comes from, and the content of its files.
    fn identity(&self, data: &Path) -> Vec<String> {
        let source = self.source.as_ref().map(serde_json::Value::to_string);
        let mut files: Vec<String> = self.path.iter().map(|path| content(&data.join(path))).collect();
        if let Some(mut source) = self.source.clone() {
            each_local_path(&mut source, &mut |path| files.push(content(&data.join(&*path))));
        }
        source.into_iter().chain(files).collect()
    }
}

impl Config {
    /// What one task reads of the config, as the controls have it: entries, and content of the rasters they name. A
    /// file replaced under the same name makes earlier results of its readers stale, and of nobody else.
    pub fn read_by(&self, task: TaskKind, controls: &Controls, data: &Path) -> Vec<String> {
        match task {
            TaskKind::FetchDem => {
                let mut parts = self.dem.identity(data);
                parts.push(self.cell_size_m.to_string());
                parts
            }
            TaskKind::Landuse => {
                let gridded = controls.landuse.mode == LanduseMode::Gridded;
                let cover = self.landcover.iter().filter(|_| gridded);
                let burned = controls.sbs.mode == SbsMode::Config;
                let severity = self.burn_severity.iter().filter(|_| burned);
                let rasters: Vec<_> = cover.map(|entry| ("cover", entry)).collect();
                let rasters = rasters.into_iter().chain(severity.map(|entry| ("severity", entry)));
                let named = |(what, entry): (&str, &RasterEntry)| {
                    std::iter::once(what.to_owned()).chain(entry.identity(data)).collect::<Vec<_>>()
                };
                rasters.flat_map(named).collect()
            }
            TaskKind::Soils => {
                let gridded = controls.soils.mode == SoilMode::Gridded;
                self.soils.iter().filter(|_| gridded).flat_map(|entry| entry.identity(data)).collect()
            }
            TaskKind::Climate => {
                let path = match controls.climate.source {
                    ClimateSource::Generated => &self.climate.stations,
                    ClimateSource::File => &self.climate.cli,
                };
                let files = path.iter().map(|path| content(&data.join(path)));
                let generated = controls.climate.source == ClimateSource::Generated;
                let months = if generated { self.climate.months() } else { Vec::new() };
                files.chain(months.iter().flat_map(|entry| entry.identity(data))).collect()
            }
            TaskKind::BuildChannels
            | TaskKind::FindOutlet
            | TaskKind::BuildSubcatchments
            | TaskKind::AbstractWatershed
            | TaskKind::Wepp => Vec::new(),
        }
    }
}
