//! What an administrator writes to name a source.

use std::fmt;
use std::path::PathBuf;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A text that never appears in logs or messages.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// A raster source, with what to do when it fails.
///
/// ```toml
/// kind = "tiles"
/// url = "https://elevation.example.org/{nw}/USGS_13_{nw}.tif"
/// max_download_mb = 512
///
/// [fallback]
/// kind = "files"
/// paths = ["dem/coarse.tif"]
/// ```
///
/// A field that no source of this kind has is an error.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceConfig {
    /// Where the rasters are.
    pub kind: SourceKind,
    /// Name for provenance and messages; the location when absent.
    pub name: Option<String>,
    /// Coordinate reference system of files that name none, or a wrong one.
    pub crs: Option<String>,
    /// Band of the files that holds the values, counted from 1.
    pub band: usize,
    /// Bounds on one request.
    pub limits: SizeLimits,
    /// A coarser source for what this one cannot give; its use marks the result as degraded.
    pub fallback: Option<Fallback>,
}

/// The fields that every kind of source has, beside its limits.
#[derive(Deserialize)]
struct Common {
    name: Option<String>,
    crs: Option<String>,
    #[serde(default = "first_band")]
    band: usize,
    fallback: Option<Fallback>,
}

impl<'de> Deserialize<'de> for SourceConfig {
    /// The fields lie in one object. They are divided here, because serde's own `flatten` would swallow misspelt ones.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        fn read<T: DeserializeOwned, E: Error>(fields: Map<String, Value>) -> Result<T, E> {
            serde_json::from_value(Value::Object(fields)).map_err(E::custom)
        }
        let mut fields = Map::deserialize(deserializer)?;
        let mut taken = |names: &[&str]| -> Map<String, Value> {
            names.iter().filter_map(|name| fields.remove_entry(*name)).collect()
        };
        let common: Common = read(taken(&["name", "crs", "band", "fallback"]))?;
        let limits = read(taken(&["max_mcells", "max_download_mb"]))?;
        let Common { name, crs, band, fallback } = common;
        Ok(Self { kind: read(fields)?, name, crs, band, limits, fallback })
    }
}

fn first_band() -> usize {
    1
}

/// The source behind another.
pub type Fallback = Box<SourceConfig>;

/// Bounds on one request.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct SizeLimits {
    /// Most cells of the target grid and of the source window, in millions.
    pub max_mcells: u32,
    /// Most bytes that may be downloaded, in MiB.
    pub max_download_mb: u32,
}

impl Default for SizeLimits {
    /// 200 million cells and 1 GiB.
    fn default() -> Self {
        Self { max_mcells: 200, max_download_mb: 1024 }
    }
}

impl SizeLimits {
    pub(crate) fn cells(self) -> usize {
        self.max_mcells as usize * 1_000_000
    }

    pub(crate) fn bytes(self) -> u64 {
        u64::from(self.max_download_mb) << 20
    }
}

/// Kinds of sources.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SourceKind {
    /// Every GeoTIFF in a folder (not below it), as one mosaic. Where files overlap, the first by name wins.
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// GeoTIFF files as one mosaic. Where files overlap, the first in the list wins.
    Files {
        /// The files.
        paths: Vec<PathBuf>,
    },
    /// One Cloud Optimized GeoTIFF behind HTTP, read by ranges.
    Cog {
        /// Its address.
        url: String,
    },
    /// One-degree tiles behind HTTP, read by ranges.
    Tiles {
        /// Address with `{nw}` (or `{NW}`, `{sw}`, `{SW}`) where the name of the corner goes, such as
        /// `n35w119` for the tile whose north-west corner is 35° N, 119° W.
        url: String,
    },
    /// A service that cuts a GeoTIFF out of a data set on request, as OpenTopography does.
    Api {
        /// Address without parameters, such as `https://portal.opentopography.org/API/globaldem`.
        url: String,
        /// Name of the parameter that selects the data set (`demtype`, `datasetName`).
        dataset_parameter: String,
        /// The data set, such as `SRTMGL1` or `USGS10m`.
        dataset: String,
        /// Key for the service.
        #[serde(default)]
        api_key: Option<Secret>,
        /// Environment variable that holds the key.
        #[serde(default)]
        api_key_env: Option<String>,
    },
    /// Objects in an S3-compatible bucket, addressed path-style and read by ranges. Signed (SigV4) when
    /// credentials are given, anonymous otherwise.
    S3 {
        /// Address of the service, such as `https://s3.us-west-2.amazonaws.com`.
        endpoint: String,
        /// The bucket.
        bucket: String,
        /// Key of the object; with `{nw}` and the like, of one-degree tiles.
        key: String,
        /// Region that signatures name.
        #[serde(default = "default_region")]
        region: String,
        /// Credentials for buckets that are not public.
        #[serde(default)]
        credentials: Option<Credentials>,
    },
}

fn default_region() -> String {
    "us-east-1".into()
}

/// Credentials of an S3-compatible service.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// Access key id.
    #[serde(default)]
    pub access_key: Option<Secret>,
    /// Environment variable that holds the access key id.
    #[serde(default)]
    pub access_key_env: Option<String>,
    /// Secret access key.
    #[serde(default)]
    pub secret_key: Option<Secret>,
    /// Environment variable that holds the secret access key; configs are kept with every run, so this is the better place.
    #[serde(default)]
    pub secret_key_env: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A misspelt limit or coordinate system that is ignored would show in the results only.
    #[test]
    fn a_misspelt_field_is_refused_at_any_depth() {
        let read = |text: &str| toml::from_str::<SourceConfig>(text).map_err(|error| error.to_string());
        let good = "kind = \"cog\"\nurl = \"https://example.org/a.tif\"\nmax_mcells = 3\n";
        let source = read(good).unwrap();
        assert_eq!((source.limits.max_mcells, source.limits.max_download_mb, source.band), (3, 1024, 1));
        let within = format!("{good}[fallback]\nkind = \"files\"\npaths = [\"b.tif\"]\n");
        assert!(read(&within).unwrap().fallback.is_some());
        for (text, field) in [
            (format!("{good}csr = \"EPSG:4326\"\n"), "csr"),
            (format!("{within}max_mcels = 1\n"), "max_mcels"),
            (good.replace("url", "address"), "address"),
            (good.replace("cog", "cogs"), "cogs"),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.contains(field), "{error}");
        }
    }
}
