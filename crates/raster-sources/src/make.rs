//! Construction of sources from their configuration.

use std::sync::Arc;

use headwaters_raster::Crs;

use crate::SourceError;
use crate::address::{Address, object_url};
use crate::api::CutoutService;
use crate::config::{Credentials, Secret, SourceConfig, SourceKind};
use crate::local::{LocalFiles, Selection};
use crate::piece::{Declared, RasterSource};
use crate::ranges::Remote;
use crate::tiles::{AddressOf, RemoteRasters, is_pattern};

/// The source itself, without its fallback.
pub(crate) fn make(config: &SourceConfig, remote: &Remote) -> Result<Box<dyn RasterSource>, SourceError> {
    let unusable = |error: &dyn std::fmt::Display| SourceError::Config(error.to_string());
    let crs = config.crs.as_deref().map(str::parse::<Crs>).transpose().map_err(|error| unusable(&error))?;
    let declared = Declared { crs, band: config.band };
    let limits = config.limits;
    let name = |location: String| config.name.clone().unwrap_or(location);
    let remote_rasters = |name: String, pattern: &str, address_of: AddressOf| -> Box<dyn RasterSource> {
        let pattern = pattern.to_owned();
        Box::new(RemoteRasters {
            name,
            pattern,
            address_of,
            remote: remote.clone(),
            declared: declared.clone(),
            limits,
        })
    };
    Ok(match &config.kind {
        SourceKind::Folder { path } => {
            let name = name(path.display().to_string());
            Box::new(LocalFiles::new(name, Selection::Folder(path.clone()), declared.clone(), limits))
        }
        SourceKind::Files { paths } => {
            let shown: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            let name = name(shown.join(", "));
            Box::new(LocalFiles::new(name, Selection::Files(paths.clone()), declared.clone(), limits))
        }
        SourceKind::Cog { url } | SourceKind::Tiles { url } => {
            check_url(url)?;
            if matches!(config.kind, SourceKind::Tiles { .. }) != is_pattern(url) {
                return Err(SourceError::Config(format!(
                    "{url}: tile addresses hold {{nw}}, {{NW}}, {{sw}} or {{SW}}, others do not"
                )));
            }
            let shown = Address::plain(url.clone()).name;
            remote_rasters(name(shown), url, Box::new(|url| Address::plain(url)))
        }
        SourceKind::Api { url, dataset_parameter, dataset, api_key, api_key_env } => {
            Box::new(CutoutService {
                name: name(format!("{url} {dataset}")),
                url: check_url(url)?,
                dataset_parameter: dataset_parameter.clone(),
                dataset: dataset.clone(),
                api_key: key(api_key.as_ref(), api_key_env.as_deref())?,
                remote: remote.clone(),
                declared: declared.clone(),
                limits,
            })
        }
        SourceKind::S3 { endpoint, bucket, key, region, credentials } => {
            let style = rusty_s3::UrlStyle::Path;
            let bucket = rusty_s3::Bucket::new(check_url(endpoint)?, style, bucket.clone(), region.clone())
                .map_err(|error| {
                SourceError::Config(format!("bucket {bucket} at {endpoint}: {error}"))
            })?;
            let shown = format!("{endpoint}/{}/{key}", bucket.name());
            let credentials = credentials.as_ref().map(signing_credentials).transpose()?;
            remote_rasters(name(shown), key, object_addresses(bucket, credentials))
        }
    })
}

/// Both keys, from the config or the environment.
fn signing_credentials(given: &Credentials) -> Result<rusty_s3::Credentials, SourceError> {
    let missing = |what: &str| SourceError::Config(format!("credentials: give `{what}` or `{what}_env`"));
    let access = key(given.access_key.as_ref(), given.access_key_env.as_deref())?;
    let secret = key(given.secret_key.as_ref(), given.secret_key_env.as_deref())?;
    let (access, secret) =
        (access.ok_or_else(|| missing("access_key"))?, secret.ok_or_else(|| missing("secret_key"))?);
    Ok(rusty_s3::Credentials::new(access.expose(), secret.expose()))
}

fn object_addresses(bucket: rusty_s3::Bucket, credentials: Option<rusty_s3::Credentials>) -> AddressOf {
    let (bucket, credentials) = (Arc::new(bucket), credentials.map(Arc::new));
    Box::new(move |key| match &credentials {
        Some(credentials) => Address::signed(bucket.clone(), credentials.clone(), key),
        None => Address::plain(object_url(&bucket, key)),
    })
}

fn check_url(text: &str) -> Result<url::Url, SourceError> {
    let unusable = |reason: String| SourceError::Config(format!("{text} is no usable address: {reason}"));
    let url = url::Url::parse(text).map_err(|error| unusable(error.to_string()))?;
    if ["http", "https"].contains(&url.scheme()) {
        Ok(url)
    } else {
        Err(unusable("it is neither http nor https".into()))
    }
}

fn key(given: Option<&Secret>, variable: Option<&str>) -> Result<Option<Secret>, SourceError> {
    match (given, variable) {
        (Some(key), _) => Ok(Some(key.clone())),
        (None, Some(variable)) => match std::env::var(variable) {
            Ok(key) => Ok(Some(Secret::new(key))),
            Err(_) => Err(SourceError::Config(format!(
                "environment variable {variable}, which should hold a key, is not set"
            ))),
        },
        (None, None) => Ok(None),
    }
}
