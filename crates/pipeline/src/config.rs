//! Stored configs: which data a batch is made from, and the defaults of its controls.
//!
//! Shipped ones are embedded from `configs/`; a file of the same name in `<data>/configs` takes its place.

mod entries;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use entries::{ClimateEntry, CoverCodes, RasterEntry};
use headwaters_domain::TableKind;
use headwaters_domain::batch::ConfigSummary;
use headwaters_domain::controls::{ControlKind, Controls, LanduseMode, SbsMode, SoilMode};
use headwaters_raster_sources::{Environment, HttpOptions, from_config};
use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../configs"]
#[include = "*.toml"]
struct Shipped;

/// A stored config.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// One line.
    pub description: String,
    /// Cell size of the watersheds' grids, m.
    pub cell_size_m: f64,
    /// Most that the tasks of one run may download together, MiB. A source may have a lower limit for each of its reads.
    #[serde(default = "default_download_mb")]
    pub max_download_mb: u32,
    /// Elevation.
    pub dem: RasterEntry,
    /// Land cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landcover: Option<RasterEntry>,
    /// Soil keys and their table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soils: Option<RasterEntry>,
    /// Burn severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burn_severity: Option<RasterEntry>,
    /// Climate.
    #[serde(default)]
    pub climate: ClimateEntry,
    /// Landscape tables in place of the program's, relative to the data folder; those of soils and land cover stand with
    /// their rasters.
    #[serde(default)]
    pub tables: BTreeMap<TableKind, PathBuf>,
    /// Defaults of the controls.
    #[serde(default)]
    pub controls: Controls,
}

fn default_download_mb() -> u32 {
    2048
}

/// The built-in soil of batches whose config has no soil map.
const DEFAULT_SOIL: &str = "loam";

/// A path as messages show it: relative to the data folder; of a file elsewhere, its name only. Where the server
/// keeps its files does not concern those who read messages in browsers.
pub fn shown(path: &Path, data: &Path) -> String {
    let inside = path.strip_prefix(data).ok();
    let shown = inside.or_else(|| path.file_name().map(Path::new)).unwrap_or(path);
    shown.display().to_string()
}

/// Reason why a config cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ConfigError {
    /// No such file.
    #[error("there is no config `{0}`")]
    Unknown(String),
    /// Not TOML, or not a config.
    #[error("{0}")]
    Syntax(String),
    /// A value out of range.
    #[error("{0}")]
    Value(String),
    /// A file it names is missing.
    #[error("the file {path} is missing from the data folder ({what})")]
    Missing {
        /// What it is for.
        what: &'static str,
        /// Where it was looked for.
        path: String,
    },
}

/// The stored configs of a data folder.
#[derive(Clone, Debug)]
pub struct Catalogue {
    data: PathBuf,
}

impl Catalogue {
    /// The configs of a data folder.
    pub fn new(data: &Path) -> Self {
        Self { data: data.to_owned() }
    }

    /// Text of every config by name.
    fn texts(&self) -> BTreeMap<String, String> {
        let name_of = |file: &str| file.strip_suffix(".toml").map(str::to_owned);
        let mut texts: BTreeMap<String, String> = Shipped::iter()
            .filter_map(|file| {
                let text = String::from_utf8_lossy(&Shipped::get(&file)?.data).into_owned();
                Some((name_of(&file)?, text))
            })
            .collect();
        let own = std::fs::read_dir(self.data.join("configs")).into_iter().flatten().flatten();
        for entry in own {
            let name = entry.file_name().to_str().and_then(name_of);
            if let (Some(name), Ok(text)) = (name, std::fs::read_to_string(entry.path())) {
                texts.insert(name, text);
            }
        }
        texts
    }

    /// Every config, invalid ones with their error.
    pub fn list(&self) -> Vec<ConfigSummary> {
        let summary = |(name, text): (String, String)| match parse(&text) {
            Ok(config) => {
                let error = self.check(&config).err().map(|error| error.to_string());
                ConfigSummary { name, description: config.description, error }
            }
            Err(error) => ConfigSummary { name, description: String::new(), error: Some(error.to_string()) },
        };
        self.texts().into_iter().map(summary).collect()
    }

    /// The config with this name, if it is usable.
    pub fn load(&self, name: &str) -> Result<Config, ConfigError> {
        let text = self.texts().remove(name).ok_or_else(|| ConfigError::Unknown(name.to_owned()))?;
        let config = parse(&text)?;
        self.check(&config)?;
        Ok(config)
    }

    /// Checks that everything the config names is there.
    fn check(&self, config: &Config) -> Result<(), ConfigError> {
        let rasters = [
            ("elevation", Some(&config.dem)),
            ("land cover", config.landcover.as_ref()),
            ("soils", config.soils.as_ref()),
            ("burn severity", config.burn_severity.as_ref()),
        ];
        let months = config.climate.months();
        let months = months.iter().map(|entry| ("monthly precipitation", Some(entry)));
        let rasters = rasters.into_iter().chain(months);
        let required = rasters.filter_map(|(what, entry)| Some((what, entry?)));
        for (what, entry) in required.filter(|(_, entry)| !entry.optional) {
            entry.path.as_ref().map_or(Ok(()), |path| self.check_file(what, path))?;
            entry.table.as_ref().map_or(Ok(()), |table| self.check_file("table of its values", table))?;
        }
        for entry in config.clone().resolved(&self.data).rasters().filter(|entry| entry.source.is_some()) {
            let environment = Environment::new(None, HttpOptions::default());
            let made = from_config(&entry.source_config()?, &environment);
            made.map_err(|error| ConfigError::Value(error.to_string()))?;
        }
        config.tables.values().try_for_each(|path| self.check_file("a table", path))?;
        let climate = [&config.climate.stations, &config.climate.cli];
        climate.into_iter().flatten().try_for_each(|path| self.check_file("climate", path))
    }

    fn check_file(&self, what: &'static str, path: &Path) -> Result<(), ConfigError> {
        let path = self.data.join(path);
        if path.try_exists().unwrap_or(false) {
            return Ok(());
        }
        Err(ConfigError::Missing { what, path: shown(&path, &self.data) })
    }
}

impl Config {
    /// Every raster the config names.
    fn rasters(&self) -> impl Iterator<Item = &RasterEntry> {
        let (landcover, soils) = (self.landcover.as_ref(), self.soils.as_ref());
        let precipitation = self.climate.monthly_precipitation.as_ref();
        let entries = [Some(&self.dem), landcover, soils, self.burn_severity.as_ref(), precipitation];
        entries.into_iter().flatten()
    }

    /// The config's own table of this kind; that of an optional raster only while the raster is there.
    pub fn table(&self, kind: TableKind, data: &Path) -> Option<&Path> {
        let used = |entry: &&RasterEntry| entry.is_there(data) || !entry.optional;
        let path = match kind {
            TableKind::Soils => self.soils.as_ref().filter(used).and_then(|entry| entry.table.as_ref()),
            TableKind::Landcover => {
                self.landcover.as_ref().filter(used).and_then(|entry| entry.table.as_ref())
            }
            other => self.tables.get(&other),
        };
        path.map(PathBuf::as_path)
    }

    /// Controls of a new batch: the config's own, except that no control asks for a raster that is not there.
    pub fn starting_controls(&self, data: &Path) -> Controls {
        let mut controls = self.controls.clone();
        let there = |entry: &Option<RasterEntry>| entry.as_ref().is_some_and(|entry| entry.is_there(data));
        if !there(&self.landcover) {
            controls.landuse.mode = LanduseMode::Single;
        }
        if !there(&self.soils) {
            controls.soils.mode = SoilMode::Single;
            if controls.soils.single_soil.is_empty() {
                controls.soils.single_soil = DEFAULT_SOIL.to_owned();
            }
        }
        if !there(&self.burn_severity) && controls.sbs.mode == SbsMode::Config {
            controls.sbs.mode = SbsMode::Unburned;
        }
        controls
    }

    /// Rasters that the controls ask for and the config lacks, by control and reason.
    pub fn unmet(&self, controls: &Controls, data: &Path) -> Vec<(ControlKind, String)> {
        let wanted = [
            (
                ControlKind::Landuse,
                controls.landuse.mode == LanduseMode::Gridded,
                &self.landcover,
                "landcover",
                "choose a single land use class",
            ),
            (
                ControlKind::Soils,
                controls.soils.mode == SoilMode::Gridded,
                &self.soils,
                "soils",
                "choose a single soil",
            ),
            (
                ControlKind::Sbs,
                controls.sbs.mode == SbsMode::Config,
                &self.burn_severity,
                "burn_severity",
                "upload one, or choose unburned or uniform",
            ),
        ];
        let reason = |(kind, wanted, entry, key, advice): (_, bool, &Option<RasterEntry>, &str, &str)| {
            let fault = RasterEntry::fault(entry.as_ref(), key, data).filter(|_| wanted)?;
            Some((kind, format!("{fault}: put it there, or {advice}")))
        };
        wanted.into_iter().filter_map(reason).collect()
    }

    /// The config with every path made absolute, as workers need it.
    pub fn resolved(mut self, data: &Path) -> Self {
        let (landcover, soils) = (self.landcover.as_mut(), self.soils.as_mut());
        let precipitation = self.climate.monthly_precipitation.as_mut();
        let rasters = [Some(&mut self.dem), landcover, soils, self.burn_severity.as_mut(), precipitation];
        for entry in rasters.into_iter().flatten() {
            entry.path = entry.path.take().map(|path| data.join(path));
            entry.table = entry.table.take().map(|table| data.join(table));
            if let Some(source) = &mut entry.source {
                source.local_paths_mut().into_iter().for_each(|path| *path = data.join(&*path));
            }
        }
        let climate = [&mut self.climate.stations, &mut self.climate.cli];
        for path in climate.into_iter().flatten().chain(self.tables.values_mut()) {
            *path = data.join(&*path);
        }
        self
    }
}

/// Only a land cover has codes, and it has either known ones or a table.
fn check_codes(config: &Config) -> Result<(), ConfigError> {
    let others = [Some(&config.dem), config.soils.as_ref(), config.burn_severity.as_ref()];
    if others.into_iter().flatten().any(|entry| entry.classes.is_some()) {
        return Err(ConfigError::Value("`classes` belongs to `[landcover]` only".to_owned()));
    }
    let both = |entry: &RasterEntry| entry.classes.is_some() && entry.table.is_some();
    match config.landcover.as_ref().is_some_and(both) {
        true => Err(ConfigError::Value("[landcover]: give either `classes` or a `table`".to_owned())),
        false => Ok(()),
    }
}

/// The tables of soils and land cover stand with their rasters.
fn check_tables(config: &Config) -> Result<(), ConfigError> {
    match [TableKind::Soils, TableKind::Landcover].into_iter().find(|kind| config.tables.contains_key(kind)) {
        Some(kind) => {
            let slug = kind.slug();
            Err(ConfigError::Value(format!("[tables]: name this table as `table` under `[{slug}]`")))
        }
        None => Ok(()),
    }
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    let config: Config = toml::from_str(text).map_err(|error| ConfigError::Syntax(error.to_string()))?;
    if !(1.0..=1000.0).contains(&config.cell_size_m) {
        return Err(ConfigError::Value("cell_size_m: give a value from 1 to 1000 m".to_owned()));
    }
    for entry in config.rasters() {
        entry.source_config()?;
    }
    check_codes(&config)?;
    check_tables(&config)?;
    if let Some(fault) = config.controls.validate().first() {
        return Err(ConfigError::Value(format!("controls.{}: {}", fault.path, fault.message)));
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_configs_are_valid_and_an_invalid_one_is_listed_with_its_error() {
        for (name, text) in Catalogue::new(Path::new("/nonexistent")).texts() {
            assert!(parse(&text).is_ok(), "{name}: {:?}", parse(&text));
        }
        let data = tempfile::tempdir().expect("temporary folder");
        std::fs::create_dir(data.path().join("configs")).expect("writable");
        std::fs::write(data.path().join("configs/broken.toml"), "description = 3").expect("writable");
        let listed = Catalogue::new(data.path()).list();
        let broken = listed.iter().find(|config| config.name == "broken").expect("listed");
        assert!(broken.error.as_ref().is_some_and(|error| error.contains("description")));
        let demo = listed.iter().find(|config| config.name == "demo").expect("listed");
        assert!(demo.error.as_ref().is_some_and(|error| error.contains("missing")), "no demo region yet");
    }

    /// A misspelt table would be ignored, and the built-in one used.
    #[test]
    fn tables_are_named_by_their_kind() {
        let with = |tables: &str| {
            parse(&format!("description = \"\"\ncell_size_m = 10\n{tables}\n[dem]\npath = \"dem.tif\"\n"))
        };
        let config = with("tables.burn = \"burn.csv\"").expect("a config");
        let data = Path::new("data");
        assert_eq!(config.table(TableKind::Burn, data), Some(Path::new("burn.csv")));
        assert_eq!(config.table(TableKind::Covers, data), None);
        for refused in ["tables.soils = \"soils.csv\"", "tables.ashes = \"ashes.csv\""] {
            assert!(with(refused).is_err(), "{refused}");
        }
    }
}
