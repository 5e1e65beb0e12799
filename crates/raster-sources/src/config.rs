//! Configuration of sources.

use std::fmt;
use std::path::PathBuf;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// A text that never appears in logs or messages. Only the config that workers read holds it, as it was given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// A raster source and its fallback.
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
/// Unknown fields are errors.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceConfig {
    /// Kind and location of the source.
    pub kind: SourceKind,
    /// Name for provenance and messages; the location when absent.
    pub name: Option<String>,
    /// Coordinate reference system of files that name none, or a wrong one.
    pub crs: Option<String>,
    /// Band of the files that holds the values, counted from 1.
    pub band: usize,
    /// Bounds on one request.
    pub limits: SizeLimits,
    /// A coarser source for data this one lacks; its use marks the result as degraded.
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

impl SourceConfig {
    /// The shortest document that reads as this source: fields at their defaults are left out.
    pub fn document(&self) -> Value {
        let mut fields = match serde_json::to_value(&self.kind) {
            Ok(Value::Object(fields)) => fields,
            // A kind is an object of texts.
            _ => Map::new(),
        };
        let SizeLimits { max_mcells, max_download_mb } = self.limits;
        let unless = |default: u32, value: u32| (value != default).then(|| Value::from(value));
        let standard = SizeLimits::default();
        let common = [
            ("name", self.name.as_deref().map(Value::from)),
            ("crs", self.crs.as_deref().map(Value::from)),
            ("band", (self.band != first_band()).then(|| Value::from(self.band))),
            ("max_mcells", unless(standard.max_mcells, max_mcells)),
            ("max_download_mb", unless(standard.max_download_mb, max_download_mb)),
            ("fallback", self.fallback.as_ref().map(|fallback| fallback.document())),
        ];
        fields.extend(common.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        Value::Object(fields)
    }

    /// Paths of local files and folders, those of the fallback included.
    pub fn local_paths(&self) -> Vec<&PathBuf> {
        let mut paths: Vec<&PathBuf> = match &self.kind {
            SourceKind::Folder { path } => vec![path],
            SourceKind::Files { paths } => paths.iter().collect(),
            _ => Vec::new(),
        };
        paths.extend(self.fallback.iter().flat_map(|fallback| fallback.local_paths()));
        paths
    }

    /// The same paths, to be changed.
    pub fn local_paths_mut(&mut self) -> Vec<&mut PathBuf> {
        let mut paths: Vec<&mut PathBuf> = match &mut self.kind {
            SourceKind::Folder { path } => vec![path],
            SourceKind::Files { paths } => paths.iter_mut().collect(),
            _ => Vec::new(),
        };
        paths.extend(self.fallback.iter_mut().flat_map(|fallback| fallback.local_paths_mut()));
        paths
    }

    /// The source with every location (paths, addresses, object keys, data sets, names) rewritten, its fallback's too.
    #[must_use]
    pub fn with_locations(mut self, rewrite: impl Fn(&str) -> String + Copy) -> Self {
        let rewrite_path = |path: &mut PathBuf| *path = PathBuf::from(rewrite(&path.to_string_lossy()));
        match &mut self.kind {
            SourceKind::Folder { path } => rewrite_path(path),
            SourceKind::Files { paths } => paths.iter_mut().for_each(rewrite_path),
            SourceKind::Cog { url } | SourceKind::Tiles { url } => *url = rewrite(url),
            SourceKind::Api { url, dataset, .. } => {
                *url = rewrite(url);
                *dataset = rewrite(dataset);
            }
            SourceKind::S3 { endpoint, bucket, key, .. } => {
                for location in [endpoint, bucket, key] {
                    *location = rewrite(location);
                }
            }
        }
        self.name = self.name.as_deref().map(rewrite);
        self.fallback = self.fallback.map(|fallback| Box::new(fallback.with_locations(rewrite)));
        self
    }
}

impl Serialize for SourceConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.document().serialize(serializer)
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
        #[serde(default, skip_serializing_if = "Option::is_none")]
        api_key: Option<Secret>,
        /// Environment variable that holds the key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
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
        #[serde(default = "default_region", skip_serializing_if = "is_default_region")]
        region: String,
        /// Credentials for buckets that are not public.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Credentials>,
    },
}

fn default_region() -> String {
    "us-east-1".into()
}

fn is_default_region(region: &String) -> bool {
    *region == default_region()
}

/// Credentials of an S3-compatible service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// Access key id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key: Option<Secret>,
    /// Environment variable that holds the access key id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_env: Option<String>,
    /// Secret access key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<Secret>,
    /// Environment variable that holds the secret access key; configs are kept with every run, so this is the better place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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

    /// Workers read the config that a submission wrote down, and keys of finished work name its sources.
    #[test]
    fn a_source_survives_being_written_down_and_its_document_has_no_defaults() {
        let texts = [
            r#"{"kind":"cog","max_mcells":3,"url":"https://example.org/a.tif"}"#,
            r#"{"bucket":"b","credentials":{"access_key":"a","secret_key_env":"S"},"endpoint":"https://example.org","key":"{nw}.tif","kind":"s3","name":"n"}"#,
            r#"{"crs":"EPSG:5070","fallback":{"band":2,"kind":"files","paths":["a.tif","b.tif"]},"kind":"folder","path":"dem"}"#,
            r#"{"api_key_env":"K","dataset":"d","dataset_parameter":"p","kind":"api","max_download_mb":9,"url":"https://example.org"}"#,
        ];
        for text in texts {
            let source: SourceConfig = serde_json::from_str(text).unwrap();
            assert_eq!(source.document().to_string(), text);
            assert_eq!(serde_json::from_value::<SourceConfig>(source.document()).unwrap(), source);
        }
        let written = r#"{"kind":"tiles","url":"https://example.org/{nw}","band":1,"max_mcells":200}"#;
        let source: SourceConfig = serde_json::from_str(written).unwrap();
        assert_eq!(source.document().to_string(), r#"{"kind":"tiles","url":"https://example.org/{nw}"}"#);
    }

    #[test]
    fn every_location_is_rewritten_and_every_local_path_found() {
        let text = r#"{"fallback":{"kind":"files","paths":["m/{month}.tif"]},"kind":"cog","url":"https://example.org/{month}.tif"}"#;
        let source: SourceConfig = serde_json::from_str(text).unwrap();
        let mut source = source.with_locations(|text| text.replace("{month}", "07"));
        assert_eq!(source.document().to_string(), text.replace("{month}", "07"));
        source.local_paths_mut().into_iter().for_each(|path| *path = PathBuf::from("/data").join(&*path));
        assert_eq!(source.local_paths(), [&PathBuf::from("/data/m/07.tif")]);
    }
}
