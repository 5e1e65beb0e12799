//! Remote rasters arrive whole and right from servers that misbehave, and cost no more than they must.

mod support;

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use headwaters_raster::{GridSpec, Resampling, Window};
use headwaters_raster_sources::cache::{DiskCache, list};
use headwaters_raster_sources::{
    Account, Environment, HttpOptions, Source, SourceConfig, SourceError, from_config,
};
use support::{Behaviour, NotedClock, Server, cog, spec, terrain};

struct Setting {
    server: Server,
    clock: Arc<NotedClock>,
    folder: tempfile::TempDir,
    environment: Environment,
}

fn setting() -> Setting {
    let folder = tempfile::tempdir().expect("folder");
    let cache = DiskCache::open(folder.path(), 100 << 20).expect("cache");
    let clock = Arc::new(NotedClock::default());
    let options = HttpOptions { timeout: Duration::from_secs(1), parallel: 3, ..HttpOptions::default() };
    let environment = Environment::with_clock(Some(Arc::new(cache)), options, clock.clone());
    Setting { server: Server::start(), clock, folder, environment }
}

fn source(setting: &Setting, toml: &str) -> Source {
    let config: SourceConfig = toml::from_str(toml).expect("valid configuration");
    from_config(&config, &setting.environment).expect("usable configuration")
}

/// A DEM of 1200 × 1200 cells on the server.
fn dem() -> GridSpec {
    spec(32611, 500_000.0, 4_400_000.0, 10.0, 1200, 1200)
}

/// Its file, made once.
fn dem_file() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| cog(&terrain(&dem())))
}

fn cog_source(setting: &Setting) -> Source {
    setting.server.put("/dem.tif", dem_file().to_vec());
    source(setting, &format!("kind = 'cog'\nurl = '{}'", setting.server.url("/dem.tif")))
}

/// A target on the DEM's own cells, so that the values must be the very same.
fn crop() -> (GridSpec, Window) {
    let window = Window { row: 300, col: 310, rows: 200, cols: 180 };
    (dem().window(window), window)
}

#[test]
fn a_crop_is_read_by_ranges_and_then_from_the_cache() {
    let setting = setting();
    let source = cog_source(&setting);
    let (target, window) = crop();
    let fetched = source.read(&target, Resampling::Bilinear).expect("read");
    let expected = terrain(&dem()).window(window).expect("inside");
    let pairs = fetched.raster.grid.as_slice().iter().zip(expected.grid.as_slice());
    assert!(pairs.clone().all(|(got, wanted)| (got - wanted).abs() < 1e-3));
    let whole = dem_file().len();
    let sent = setting.server.bytes_sent();
    println!("{sent} of {whole} bytes in {} requests", setting.server.requests().len());
    assert!(sent * 3 < whole, "{sent} of {whole} bytes for 2.5 % of the cells");
    assert!(setting.server.most_connections_at_once() <= 3);
    assert!(!fetched.provenance.degraded && fetched.provenance.resolution_m == Some(10.0));
    assert!(fetched.provenance.pieces[0].version.contains("edition-0"), "{:?}", fetched.provenance);

    setting.server.forget_requests();
    let again = source.read(&target, Resampling::Bilinear).expect("read");
    assert_eq!(again.provenance.checksum, fetched.provenance.checksum);
    assert_eq!(
        setting.server.requests().len(),
        1,
        "only the beginning is asked for, to see whether it changed"
    );
    assert!(!list(setting.folder.path()).expect("listed").is_empty());
}

/// Bytes of an unidentified version must not come out of a cache.
#[test]
fn nothing_is_cached_of_a_server_that_names_no_version() {
    let setting = setting();
    setting.server.forget_versions();
    let source = cog_source(&setting);
    let fetched = source.read(&crop().0, Resampling::Nearest).expect("read");
    assert!(list(setting.folder.path()).expect("listed").is_empty());
    // As long as before, but other elevations.
    let mut other = terrain(&dem());
    other.grid.as_mut_slice().iter_mut().for_each(|value| *value += 100.0);
    setting.server.put("/dem.tif", cog(&other));
    let again = source.read(&crop().0, Resampling::Nearest).expect("read again");
    assert_ne!(again.provenance.checksum, fetched.provenance.checksum);
}

#[test]
fn faulty_responses_are_retried_or_refused() {
    for behaviour in [
        Behaviour::Status(500, ""),
        Behaviour::Status(503, ""),
        Behaviour::Truncate,
        Behaviour::WrongLength,
        Behaviour::WrongRange,
        Behaviour::Silence,
        Behaviour::HangUp,
        Behaviour::Trickle,
    ] {
        let setting = setting();
        let source = cog_source(&setting);
        let (target, window) = crop();
        setting.server.script([behaviour.clone(), behaviour.clone()]);
        let fetched = source
            .read(&target, Resampling::Nearest)
            .unwrap_or_else(|error| panic!("{behaviour:?}: {error}"));
        assert_eq!(Some(fetched.raster.grid), terrain(&dem()).window(window).map(|raster| raster.grid));
        let sleeps = setting.clock.sleeps();
        assert!(sleeps.len() >= 2 && sleeps[1] > sleeps[0], "{behaviour:?}: waits grow, {sleeps:?}");
    }
}

#[test]
fn retry_after_is_honoured_up_to_a_limit() {
    let setting = setting();
    let source = cog_source(&setting);
    setting.server.script([Behaviour::Status(429, "Retry-After: 17")]);
    source.read(&crop().0, Resampling::Nearest).expect("read after waiting");
    assert_eq!(setting.clock.sleeps()[0], Duration::from_secs(17));

    setting.server.script([Behaviour::Status(429, "Retry-After: 86400")]);
    let error = source.read(&crop().0, Resampling::Nearest).expect_err("a day is too long");
    assert!(matches!(error, SourceError::Unavailable { attempts: 1, .. }) && error.is_transient(), "{error}");
}

#[test]
fn an_unreachable_server_is_given_up_and_a_refusal_is_not_retried() {
    let setting = setting();
    let source = cog_source(&setting);
    setting.server.script(vec![Behaviour::Status(502, ""); 5]);
    let error = source.read(&crop().0, Resampling::Nearest).expect_err("dead");
    assert!(matches!(error, SourceError::Unavailable { attempts: 5, .. }), "{error}");
    setting.server.forget_requests();
    setting.server.script([Behaviour::Status(403, "")]);
    let error = source.read(&crop().0, Resampling::Nearest).expect_err("forbidden");
    assert!(matches!(error, SourceError::Refused { status: 403, .. }) && !error.is_transient(), "{error}");
    assert_eq!(setting.server.requests().len(), 1);
}

#[test]
fn a_server_without_ranges_and_the_size_limit() {
    let setting = setting();
    let unlimited = cog_source(&setting);
    setting.server.forget_ranges();
    let fetched = unlimited.read(&crop().0, Resampling::Nearest).expect("read whole");
    assert_eq!(Some(fetched.raster.grid), terrain(&dem()).window(crop().1).map(|raster| raster.grid));
    let limited = format!("kind = 'cog'\nurl = '{}'\nmax_download_mb = 1", setting.server.url("/dem.tif"));
    let error = source(&setting, &limited).read(&crop().0, Resampling::Nearest).expect_err("too large");
    assert!(matches!(error, SourceError::TooLarge { .. }), "{error}");
}

/// The downloads of a run, in memory.
struct Ledger {
    limit: u64,
    lines: Mutex<Vec<i64>>,
}

impl Account for Ledger {
    fn limit(&self) -> u64 {
        self.limit
    }

    fn spent(&self) -> Result<u64, SourceError> {
        Ok(self.lines.lock().expect("lock").iter().sum::<i64>() as u64)
    }

    fn record(&self, bytes: i64, _: &str) -> Result<(), SourceError> {
        self.lines.lock().expect("lock").push(bytes);
        Ok(())
    }
}

/// Without it a run that reads twenty rasters may download twenty times its limit.
#[test]
fn reads_of_one_account_share_its_limit_whatever_they_read() {
    for ranges in [true, false] {
        let setting = setting();
        let other = Server::start();
        for server in [&setting.server, &other] {
            server.put("/dem.tif", dem_file().to_vec());
            server.forget_versions();
            if !ranges {
                server.forget_ranges();
            }
        }
        let read = |server: &Server, environment: &Environment| {
            let toml = format!(
                "kind = 'cog'\nurl = '{0}'\n[fallback]\nkind = 'cog'\nurl = '{0}'",
                server.url("/dem.tif")
            );
            let config: SourceConfig = toml::from_str(&toml).expect("valid configuration");
            let source = from_config(&config, environment).expect("usable configuration");
            source.read(&crop().0, Resampling::Nearest)
        };
        let account = |limit| {
            let ledger = Arc::new(Ledger { limit, lines: Mutex::default() });
            (ledger.clone(), setting.environment.clone().with_account(ledger))
        };
        let (ledger, environment) = account(u64::MAX);
        read(&setting.server, &environment).expect("read");
        let once = ledger.spent().expect("known");
        assert_eq!(once, setting.server.bytes_sent() as u64);

        let (ledger, environment) = account(once + once / 2);
        read(&setting.server, &environment).expect("within the limit");
        let error = read(&other, &environment).expect_err("spent");
        assert!(matches!(error, SourceError::AccountSpent { .. }), "no other source stands in: {error}");
        let limit = (once + once / 2) as f64 / f64::from(1 << 20);
        assert!(error.to_string().contains(&format!("the limit of {limit:.1} MiB")), "{error}");
        assert!(ledger.spent().expect("known") <= once + once / 2, "what was refused is not counted");
        // A server without ranges sends the whole file, and is hung up on when it says how long that is.
        assert!(!ranges || (other.bytes_sent() as u64) < once, "nothing is downloaded beyond the limit");
    }
}

#[test]
fn a_file_replaced_while_it_is_read_is_detected() {
    let setting = setting();
    let pieces = cog_source(&setting).pieces(&crop().0).expect("opened");
    setting.server.replace_files();
    let error = pieces[0].tiff.read_window::<f32>(Window { row: 900, col: 900, rows: 200, cols: 200 });
    assert!(error.expect_err("changed").to_string().contains("changed while it was being read"));
}

/// Two one-degree tiles of 0.005° cells, the western one at -121.
fn tiles(setting: &Setting) -> Source {
    for (name, west) in [("n40w121", -121.0), ("n40w120", -120.0)] {
        let tile = spec(4269, west, 40.0, 0.005, 200, 200);
        setting.server.put(&format!("/{name}/USGS_13_{name}.tif"), cog(&terrain(&tile)));
    }
    source(setting, &format!("kind = 'tiles'\nurl = '{}/{{nw}}/USGS_13_{{nw}}.tif'", setting.server.address))
}

#[test]
fn tiles_join_without_a_seam() {
    let setting = setting();
    let source = tiles(&setting);
    let target = spec(4269, -120.1, 39.9, 0.003, 40, 60);
    let fetched = source.read(&target, Resampling::Bilinear).expect("read");
    let one_piece = terrain(&spec(4269, -121.0, 40.0, 0.005, 200, 400));
    let expected = headwaters_raster::reproject(&one_piece, &target, Resampling::Bilinear).expect("fits");
    let worst = fetched.raster.grid.as_slice().iter().zip(expected.grid.as_slice());
    let worst = worst.map(|(got, wanted)| (got - wanted).abs()).fold(0.0, f32::max);
    assert!(worst < 0.05, "{worst} m at the seam");
    assert_eq!(fetched.provenance.pieces.len(), 2);
}

#[test]
fn an_area_beyond_the_tiles_is_reported() {
    let setting = setting();
    let source = tiles(&setting);
    let target = spec(4269, -119.2, 39.9, 0.005, 20, 80);
    let error = source.read(&target, Resampling::Bilinear).expect_err("half is missing");
    let SourceError::OutsideData { missing, .. } = &error else { panic!("{error}") };
    let bounds = missing.bounds().expect("outlined");
    assert!((missing.share - 0.5).abs() < 1e-9, "{missing}");
    assert!((bounds.west + 119.0).abs() < 1e-9 && (bounds.east + 118.8).abs() < 1e-9, "{bounds:?}");
    assert!(error.to_string().contains("leaves the data"), "{error}");
    let partial = source.read_partial(&target, Resampling::Bilinear).expect("half is there");
    assert_eq!(partial.missing.as_ref(), Some(missing));
    assert!(source.read_partial(&spec(4269, 10.0, 50.0, 0.005, 5, 5), Resampling::Nearest).is_err());
}

#[test]
fn the_fallback_source_is_used_and_marked_as_degraded() {
    let setting = setting();
    tiles(&setting);
    let coarse = spec(4326, -125.0, 45.0, 0.05, 200, 240);
    setting.server.put("/coarse.tif", cog(&terrain(&coarse)));
    let source = source(
        &setting,
        &format!(
            "kind = 'tiles'\nurl = '{0}/{{nw}}/USGS_13_{{nw}}.tif'\n[fallback]\nkind = 'cog'\nname = 'coarse DEM'\nurl = '{0}/coarse.tif'",
            setting.server.address
        ),
    );
    let inside =
        source.read(&spec(4269, -120.1, 39.9, 0.005, 20, 20), Resampling::Nearest).expect("fine data");
    assert!(!inside.provenance.degraded);
    let beyond = source.read(&spec(4269, -119.2, 39.9, 0.005, 20, 80), Resampling::Nearest).expect("filled");
    assert!(beyond.provenance.degraded && beyond.missing.is_none());
    let because = beyond.provenance.degraded_because.expect("a reason");
    assert!(because.contains("coarse DEM"), "{because}");
    setting.server.script(vec![Behaviour::Status(500, ""); 5]);
    let failed =
        source.read(&spec(4269, -120.1, 39.9, 0.005, 20, 20), Resampling::Nearest).expect("stands in");
    assert!(failed.provenance.degraded && failed.provenance.resolution_m.expect("known") > 5000.0);
}

/// A server that is dead costs half a minute of retries. A task first looks at the source's grid and then reads, and
/// reads again when its extent grows: it must wait once, and by name say whose data it has.
#[test]
fn an_unreachable_source_is_retried_by_the_first_read_only() {
    let setting = setting();
    setting.server.put("/coarse.tif", cog(&terrain(&spec(4326, -125.0, 45.0, 0.05, 200, 240))));
    let source = source(
        &setting,
        &format!(
            "kind = 'cog'\nurl = '{0}/fine.tif'\n[fallback]\nkind = 'cog'\nurl = '{0}/coarse.tif'",
            setting.server.address
        ),
    );
    let target = spec(4269, -120.1, 39.9, 0.005, 20, 20);
    setting.server.script(vec![Behaviour::Status(503, ""); 5]);
    let error = source.pieces(&target).err().expect("dead");
    assert!(matches!(error, SourceError::Unavailable { attempts: 5, .. }), "{error}");
    for _ in 0..2 {
        let fetched = source.read(&target, Resampling::Nearest).expect("stands in");
        let why = fetched.provenance.degraded_because.expect("a reason");
        assert!(why.contains("fine.tif") && why.contains("503"), "{why}");
    }
    let asked = |name: &str| setting.server.requests().iter().filter(|request| *request == name).count();
    assert_eq!(
        (asked("/fine.tif"), setting.clock.sleeps().len()),
        (5, 4),
        "five attempts, four waits between"
    );
    assert!(asked("/coarse.tif") >= 2);
}

#[test]
fn a_cutout_service_gets_its_parameters_and_keeps_its_key_secret() {
    let setting = setting();
    setting.server.put("/API/globaldem", cog(&terrain(&spec(4326, -121.0, 40.0, 0.005, 200, 200))));
    let toml = format!(
        "kind = 'api'\nurl = '{}'\ndataset_parameter = 'demtype'\ndataset = 'SRTMGL1'\napi_key = 'sesame'",
        setting.server.url("/API/globaldem")
    );
    let service = source(&setting, &toml);
    let target = spec(4326, -120.5, 39.5, 0.005, 10, 10);
    let fetched = service.read(&target, Resampling::Nearest).expect("read");
    let request = setting.server.requests().remove(0);
    for part in [
        "demtype=SRTMGL1",
        "south=39.447",
        "north=39.503",
        "west=-120.503",
        "east=-120.447",
        "outputFormat=GTiff",
        "API_Key=sesame",
    ] {
        assert!(request.contains(part), "{request} lacks {part}");
    }
    service.read(&target, Resampling::Nearest).expect("from the cache");
    assert_eq!(setting.server.requests().len(), 1);
    let kept = format!("{:?} {:?}", fetched.provenance, list(setting.folder.path()).expect("listed"));
    assert!(!kept.contains("sesame") && kept.contains("sha256"), "{kept}");

    setting.server.put("/API/globaldem", b"Error: key sesame is not valid".to_vec());
    let error =
        service.read(&spec(4326, -120.4, 39.5, 0.005, 10, 10), Resampling::Nearest).expect_err("text");
    assert!(error.to_string().contains("is not valid") && !error.to_string().contains("sesame"), "{error}");
    setting.server.script([Behaviour::Status(204, "")]);
    let error =
        service.read(&spec(4326, -120.3, 39.5, 0.005, 10, 10), Resampling::Nearest).expect_err("no data");
    assert!(matches!(error, SourceError::OutsideData { .. }), "{error}");
}

#[test]
fn buckets_are_addressed_path_style_and_signed_when_asked() {
    let setting = setting();
    setting
        .server
        .put("/dem-bucket/west/n40w121.tif", cog(&terrain(&spec(4269, -121.0, 40.0, 0.005, 200, 200))));
    let toml = format!(
        "kind = 's3'\nendpoint = '{}'\nbucket = 'dem-bucket'\nkey = 'west/{{nw}}.tif'",
        setting.server.address
    );
    let target = spec(4269, -120.5, 39.5, 0.005, 10, 10);
    source(&setting, &toml).read(&target, Resampling::Nearest).expect("anonymous");
    assert!(setting.server.requests().iter().all(|request| request == "/dem-bucket/west/n40w121.tif"));
    setting.server.forget_requests();
    let signed = format!("{toml}\ncredentials = {{ access_key = 'id', secret_key = 'hidden' }}");
    let fetched = source(&setting, &signed).read(&target, Resampling::Nearest).expect("signed");
    assert!(setting.server.requests()[0].contains("X-Amz-Signature="));
    assert!(!format!("{:?}", fetched.provenance).contains("X-Amz"));
    // Keys can stay out of the config: the variable is asked for when the source is made.
    let named =
        format!("{toml}\ncredentials = {{ access_key = 'id', secret_key_env = 'NO_SUCH_VARIABLE_9' }}");
    let half = format!("{toml}\ncredentials = {{ access_key = 'id' }}");
    for (text, expected) in [(named, "NO_SUCH_VARIABLE_9"), (half, "secret_key")] {
        let config: SourceConfig = toml::from_str(&text).expect("well-formed");
        let error = from_config(&config, &setting.environment).err().expect("no secret").to_string();
        assert!(error.contains(expected) && !error.contains("hidden"), "{error}");
    }
}
