//! Entries of a config: rasters, climate.

use std::path::{Path, PathBuf};

use headwaters_data_folder::content;
use headwaters_raster_sources::{SizeLimits, SourceConfig, SourceKind};
use serde::{Deserialize, Serialize};

use super::{ConfigError, shown};

/// A raster of a config: a `path`, or any other `source`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RasterEntry {
    /// GeoTIFF, or a folder of them, relative to the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// A source over the network, as `headwaters_raster_sources` describes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceConfig>,
    /// Table that explains its values: of soils, or of a land cover of one's own (columns `value` and `class`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<PathBuf>,
    /// Codes of a land cover, when it has no table of its own; NLCD's when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<CoverCodes>,
    /// The config is usable without it.
    #[serde(default)]
    pub optional: bool,
}

/// Codes of a land-cover raster the program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverCodes {
    /// National Land Cover Database.
    Nlcd,
    /// LANDFIRE existing vegetation type.
    LandfireEvt,
}

/// Climate of a config.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClimateEntry {
    /// Folder with station files (`*.par`), relative to the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stations: Option<PathBuf>,
    /// A `.cli` file, for the climate source `file`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cli: Option<PathBuf>,
    /// Mean monthly precipitation, mm: a raster per month, with `{month}` in its name where 01 to 12 goes. With them
    /// the station is chosen by precipitation too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_precipitation: Option<RasterEntry>,
}

impl ClimateEntry {
    /// The rasters of mean precipitation, January first; none without them.
    pub fn months(&self) -> Vec<RasterEntry> {
        let entry = self.monthly_precipitation.as_ref();
        entry.map_or_else(Vec::new, |entry| (1..=12).map(|month| entry.of_month(month)).collect())
    }
}

impl RasterEntry {
    /// The raster of a month: its number in place of `{month}`.
    fn of_month(&self, month: u32) -> Self {
        let named = |text: &str| text.replace("{month}", &format!("{month:02}"));
        let mut entry = self.clone();
        entry.path = entry.path.map(|path| PathBuf::from(named(&path.to_string_lossy())));
        entry.source = entry.source.map(|source| source.with_locations(named));
        entry
    }

    /// Text that identifies the raster: its source, and the content of its files.
    pub(crate) fn identity(&self, data: &Path) -> Vec<String> {
        let source = self.source.as_ref().map(SourceConfig::document);
        let own = self.path.iter();
        let files = own.chain(self.source.iter().flat_map(SourceConfig::local_paths));
        let contents = files.map(|path| content(&data.join(path)));
        source.map(|source| source.to_string()).into_iter().chain(contents).collect()
    }

    /// Tells if there is something to read: a source over the network, or a file that exists.
    pub fn is_there(&self, data: &Path) -> bool {
        let exists = |path: &PathBuf| data.join(path).try_exists().unwrap_or(false);
        self.source.is_some() || self.path.as_ref().is_some_and(exists)
    }

    /// Reason why the raster cannot be read, if there is one; `key` is its section in the config.
    pub fn fault(entry: Option<&Self>, key: &str, data: &Path) -> Option<String> {
        match entry {
            Some(entry) if entry.is_there(data) => None,
            Some(Self { path: Some(path), .. }) => {
                let path = shown(&data.join(path), data);
                Some(format!(
                    "the raster {path}, which the config names under `[{key}]`, is not in the data folder"
                ))
            }
            _ => Some(format!("the config names no raster under `[{key}]`")),
        }
    }

    /// Source of the raster. Paths are taken as they are.
    pub fn source_config(&self) -> Result<SourceConfig, ConfigError> {
        let kind = match (&self.path, &self.source) {
            (Some(path), None) if path.is_dir() => SourceKind::Folder { path: path.clone() },
            (Some(path), None) => SourceKind::Files { paths: vec![path.clone()] },
            (None, Some(source)) => return Ok(source.clone()),
            _ => return Err(ConfigError::Value("give a raster either a `path` or a `source`".to_owned())),
        };
        // Messages reach browsers; where the server keeps its files does not concern them.
        let name = self.path.as_ref().and_then(|path| path.file_name());
        let name = name.map(|name| name.to_string_lossy().into_owned());
        Ok(SourceConfig { kind, name, crs: None, band: 1, limits: SizeLimits::default(), fallback: None })
    }
}
