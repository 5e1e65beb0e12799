//! Settings: command line, then environment, then a TOML file, then defaults.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use headwaters_pipeline::{Resources, WeppExecutable};
use headwaters_services::UploadLimits;
use serde::Deserialize;

/// Settings as given: anything may be missing. Every field is also an environment variable.
#[derive(Args, Clone, Debug, Default)]
pub struct SettingsArgs {
    /// Data folder: database, batches, demo region, cache.
    #[arg(long, env = "HEADWATERS_DATA", global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Settings file (TOML) [default: `headwaters.toml` in the data folder].
    #[arg(long, env = "HEADWATERS_CONFIG", global = true, hide_short_help = true, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1].
    #[arg(long, env = "HEADWATERS_ADDR", global = true, hide_short_help = true)]
    pub addr: Option<IpAddr>,
    /// Port to listen on; 0 takes a free one [default: 8080].
    #[arg(long, env = "HEADWATERS_PORT", global = true, hide_short_help = true)]
    pub port: Option<u16>,
    /// Database [default: SQLite in the data folder].
    #[arg(long, env = "DATABASE_URL", global = true, hide_short_help = true, hide_env_values = true)]
    pub database_url: Option<String>,
    /// Redis [default: a private redis-server on a Unix socket in the data folder].
    #[arg(long, env = "REDIS_URL", global = true, hide_short_help = true, hide_env_values = true)]
    pub redis_url: Option<String>,
    /// Worker processes that `serve` starts; 0 when workers run elsewhere [default: one per core].
    #[arg(long, env = "HEADWATERS_WORKERS", global = true, hide_short_help = true)]
    pub workers: Option<u16>,
    /// Tasks each worker process runs at once [default: 1].
    #[arg(long, env = "HEADWATERS_SLOTS", global = true, hide_short_help = true)]
    pub slots: Option<u16>,
    /// `false` switches the batch runner off with a friendly message [default: true].
    #[arg(long, env = "BATCH_RUNNER_ENABLED", global = true, hide_short_help = true, action = clap::ArgAction::Set)]
    pub batch_runner_enabled: Option<bool>,
    /// Largest polygon upload, MB (1024 × 1024 bytes) [default: 10].
    #[arg(long, env = "BATCH_GEOJSON_MAX_MB", global = true, hide_short_help = true)]
    pub geojson_max_mb: Option<u64>,
    /// Largest burn-severity upload, MB [default: 100].
    #[arg(long, env = "BATCH_SBS_MAX_MB", global = true, hide_short_help = true)]
    pub sbs_max_mb: Option<u64>,
    /// `true` behind TLS: session cookies are then only sent over HTTPS [default: false].
    #[arg(long, env = "HEADWATERS_SECURE_COOKIES", global = true, hide_short_help = true, action = clap::ArgAction::Set)]
    pub secure_cookies: Option<bool>,
    /// Folder with a built frontend to serve instead of the embedded one.
    #[arg(long, env = "HEADWATERS_ASSETS", global = true, hide_short_help = true, value_name = "DIR")]
    pub assets: Option<PathBuf>,
    /// Seconds without a sign of life after which a worker's attempts are given to others [default: 30].
    #[arg(long, env = "HEADWATERS_LEASE_S", global = true, hide_short_help = true)]
    pub lease_s: Option<u64>,
    /// A WEPP hillslope executable, for the engine choices `external_wepp` and `both`.
    #[arg(long, env = "HEADWATERS_WEPP", global = true, hide_short_help = true, value_name = "FILE")]
    pub wepp: Option<PathBuf>,
    /// Memory that executable may use for a hillslope or a watershed, MB (Linux only) [default: 2048].
    #[arg(long, env = "HEADWATERS_WEPP_MEMORY_MB", global = true, hide_short_help = true)]
    pub wepp_memory_mb: Option<u64>,
    /// Longest time a batch may give it for a hillslope, seconds [default: 43200].
    #[arg(long, env = "HEADWATERS_WEPP_TIME_S", global = true, hide_short_help = true)]
    pub wepp_time_s: Option<u64>,
    /// Folder for rasters fetched over the network [default: `cache` in the data folder].
    #[arg(long, env = "HEADWATERS_CACHE", global = true, hide_short_help = true, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Largest size of that folder, GB [default: 20].
    #[arg(long, env = "HEADWATERS_CACHE_GB", global = true, hide_short_help = true)]
    pub cache_gb: Option<u64>,
}

/// The TOML file; the same names as the command line, with underscores.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SettingsFile {
    addr: Option<IpAddr>,
    port: Option<u16>,
    database_url: Option<String>,
    redis_url: Option<String>,
    workers: Option<u16>,
    slots: Option<u16>,
    batch_runner_enabled: Option<bool>,
    geojson_max_mb: Option<u64>,
    sbs_max_mb: Option<u64>,
    secure_cookies: Option<bool>,
    assets: Option<PathBuf>,
    lease_s: Option<u64>,
    wepp: Option<PathBuf>,
    wepp_memory_mb: Option<u64>,
    wepp_time_s: Option<u64>,
    cache: Option<PathBuf>,
    cache_gb: Option<u64>,
}

/// Settings in force.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Data folder.
    pub data: PathBuf,
    /// Address to listen on.
    pub addr: IpAddr,
    /// Port to listen on; 0 takes a free one.
    pub port: u16,
    /// Database.
    pub database_url: String,
    /// Redis; `None` starts a private one.
    pub redis_url: Option<String>,
    /// Worker processes to start.
    pub workers: u16,
    /// Tasks each of them runs at once.
    pub slots: u16,
    /// Whether the batch runner is on.
    pub batch_runner_enabled: bool,
    /// Largest polygon upload, bytes.
    pub geojson_limit_bytes: u64,
    /// Largest burn-severity upload, bytes.
    pub sbs_limit_bytes: u64,
    /// Whether session cookies are sent over HTTPS only.
    pub secure_cookies: bool,
    /// Folder with a built frontend.
    pub assets: Option<PathBuf>,
    /// Seconds of silence after which a lease ends.
    pub lease_s: u64,
    /// WEPP executable.
    pub wepp: Option<PathBuf>,
    /// Memory it may use, bytes.
    pub wepp_memory_bytes: u64,
    /// Longest time a batch may give it for a hillslope.
    pub wepp_time: Duration,
    /// Folder for fetched rasters.
    pub cache: PathBuf,
    /// Largest size of that folder, bytes.
    pub cache_bytes: u64,
}

const MEGABYTE: u64 = 1024 * 1024;

impl Settings {
    /// Puts together what was given; the data folder is created.
    pub fn assemble(args: SettingsArgs) -> anyhow::Result<Self> {
        let data = args.data.unwrap_or_else(|| PathBuf::from("data"));
        std::fs::create_dir_all(&data)
            .with_context(|| format!("create the data folder {}", data.display()))?;
        let data = data.canonicalize().with_context(|| format!("open the data folder {}", data.display()))?;
        let file = read_file(args.settings, &data)?;
        let default_database = || format!("sqlite://{}", data.join("headwaters.sqlite").display());
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u16);
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        Ok(Self {
            addr: args.addr.or(file.addr).unwrap_or(IpAddr::from([127, 0, 0, 1])),
            port: args.port.or(file.port).unwrap_or(8080),
            database_url: args.database_url.or(file.database_url).unwrap_or_else(default_database),
            redis_url: args.redis_url.or(file.redis_url),
            workers: args.workers.or(file.workers).unwrap_or(cores),
            slots: args.slots.or(file.slots).unwrap_or(1).max(1),
            batch_runner_enabled: args.batch_runner_enabled.or(file.batch_runner_enabled).unwrap_or(true),
            geojson_limit_bytes: args.geojson_max_mb.or(file.geojson_max_mb).unwrap_or(10) * MEGABYTE,
            sbs_limit_bytes: args.sbs_max_mb.or(file.sbs_max_mb).unwrap_or(100) * MEGABYTE,
            secure_cookies: args.secure_cookies.or(file.secure_cookies).unwrap_or(false),
            assets: args.assets.or(file.assets).map(absolute),
            lease_s: args.lease_s.or(file.lease_s).unwrap_or(30).max(2),
            wepp: args.wepp.or(file.wepp).map(absolute),
            wepp_memory_bytes: args
                .wepp_memory_mb
                .or(file.wepp_memory_mb)
                .unwrap_or(2048)
                .saturating_mul(MEGABYTE),
            wepp_time: Duration::from_secs(args.wepp_time_s.or(file.wepp_time_s).unwrap_or(43_200)),
            cache: args.cache.or(file.cache).map_or_else(|| data.join("cache"), absolute),
            cache_bytes: args.cache_gb.or(file.cache_gb).unwrap_or(20) * 1024 * MEGABYTE,
            data,
        })
    }

    /// Folders and programs that tasks may use.
    pub fn resources(&self) -> Resources {
        let wepp = self.wepp.as_ref().map(|path| WeppExecutable {
            path: path.clone(),
            memory_bytes: self.wepp_memory_bytes,
            max_time: self.wepp_time,
        });
        Resources { data: self.data.clone(), cache: self.cache.clone(), cache_bytes: self.cache_bytes, wepp }
    }

    /// Largest uploads.
    pub fn upload_limits(&self) -> UploadLimits {
        UploadLimits { geojson_bytes: self.geojson_limit_bytes, sbs_bytes: self.sbs_limit_bytes }
    }

    /// Time without a heartbeat after which a worker's leases end.
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_s)
    }

    /// Name and value of every setting in force, secrets hidden.
    pub fn effective(&self) -> Vec<(&'static str, String)> {
        let path =
            |path: &Option<PathBuf>| path.as_ref().map_or("-".to_owned(), |path| path.display().to_string());
        vec![
            ("data", self.data.display().to_string()),
            ("addr", self.addr.to_string()),
            ("port", self.port.to_string()),
            ("database_url", without_secret(&self.database_url)),
            ("redis_url", self.redis_url.as_deref().map_or("private".to_owned(), without_secret)),
            ("workers", self.workers.to_string()),
            ("slots", self.slots.to_string()),
            ("batch_runner_enabled", self.batch_runner_enabled.to_string()),
            ("geojson_max_mb", (self.geojson_limit_bytes / MEGABYTE).to_string()),
            ("sbs_max_mb", (self.sbs_limit_bytes / MEGABYTE).to_string()),
            ("secure_cookies", self.secure_cookies.to_string()),
            ("assets", path(&self.assets)),
            ("lease_s", self.lease_s.to_string()),
            ("wepp", path(&self.wepp)),
            ("wepp_memory_mb", (self.wepp_memory_bytes / MEGABYTE).to_string()),
            ("wepp_time_s", self.wepp_time.as_secs().to_string()),
            ("cache", self.cache.display().to_string()),
            ("cache_gb", (self.cache_bytes / MEGABYTE / 1024).to_string()),
        ]
    }
}

fn read_file(given: Option<PathBuf>, data: &std::path::Path) -> anyhow::Result<SettingsFile> {
    let required = given.is_some();
    let path = given.unwrap_or_else(|| data.join("headwaters.toml"));
    match std::fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).with_context(|| format!("settings file {}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => {
            Ok(SettingsFile::default())
        }
        Err(error) => Err(error).with_context(|| format!("settings file {}", path.display())),
    }
}

/// A URL without its password.
fn without_secret(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((credentials, host)) => {
            let user = credentials.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:***@{host}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_wins_over_the_file_and_the_file_over_the_default() {
        let data = tempfile::tempdir().expect("temporary folder");
        std::fs::write(data.path().join("headwaters.toml"), "port = 1\nworkers = 7\n").expect("writable");
        let args =
            SettingsArgs { data: Some(data.path().to_owned()), port: Some(2), ..SettingsArgs::default() };
        let settings = Settings::assemble(args).expect("valid");
        assert_eq!((settings.port, settings.workers, settings.slots), (2, 7, 1));
        assert_eq!((settings.wepp_time.as_secs(), settings.wepp_memory_bytes >> 20), (43_200, 2048));
    }

    #[test]
    fn a_misspelt_setting_is_an_error_and_passwords_are_hidden() {
        let data = tempfile::tempdir().expect("temporary folder");
        std::fs::write(data.path().join("headwaters.toml"), "prot = 1\n").expect("writable");
        let args = SettingsArgs { data: Some(data.path().to_owned()), ..SettingsArgs::default() };
        assert!(Settings::assemble(args).is_err());
        assert_eq!(without_secret("redis://u:secret@h:1/0"), "redis://u:***@h:1/0");
    }
}
