//! Where a batch's data come from: shipped configs, files of the data folder, uploads, and what an admin sets.

use headwaters_domain::run::RunState;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::http::FileServer;
use crate::support::{ALL_TASKS, CLIMATE_TASKS, Options, TestServer, User, figures, region, succeed};

const WITH_WORKERS: Options = Options { workers: 2, ..Options::DEFAULT };

#[tokio::test]
async fn the_shipped_config_for_own_files_runs_with_elevation_and_stations_alone() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    let data = server.data.path();
    let listed = admin.get_json("/api/configs").await;
    let own = listed.as_array().expect("configs").iter().find(|config| config["name"] == "local-rasters");
    let error = own.expect("shipped")["error"].as_str().expect("nothing is there yet");
    assert!(error.contains("rasters/dem.tif") && !error.contains(&data.display().to_string()), "{error}");

    let rasters = data.join("rasters");
    std::fs::create_dir_all(&rasters).expect("writable");
    std::fs::copy(data.join("valleys/dem.tif"), rasters.join("dem.tif")).expect("a copy");
    std::fs::rename(data.join("valleys/stations"), rasters.join("stations")).expect("moved");
    admin.ready_batch_of("bare", "local-rasters").await;
    admin.set_control("bare", "climate", "years", json!(2)).await;
    succeed(&admin, "bare", &ALL_TASKS).await;
    assert!(figures(&admin, "bare", "burned_fraction").await.iter().all(|share| *share == 0.0));

    // Asking for what is not there is refused where it is asked, with the key and the file.
    for (kind, mode, key, file) in [
        ("landuse", "gridded", "[landcover]", "rasters/landcover.tif"),
        ("soils", "gridded", "[soils]", "rasters/soils.tif"),
        ("sbs", "config", "[burn_severity]", "rasters/burn_severity.tif"),
    ] {
        let response = admin.try_control("bare", kind, "mode", json!(mode)).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{kind}");
        let body: Value = response.json().await.expect("the envelope");
        let fault = &body["error"]["fields"][0];
        let message = fault["message"].as_str().expect("a message");
        assert_eq!(fault["path"], "mode");
        assert!(message.contains(key) && message.contains(file) && message.contains("choose"), "{message}");
        assert!(!message.contains(&data.display().to_string()), "{message}");
    }

    // A raster that disappears later fails the task that needs it, in the same words.
    std::fs::copy(data.join("valleys/landcover.tif"), rasters.join("landcover.tif")).expect("a copy");
    admin.set_control("bare", "landuse", "mode", json!("gridded")).await;
    std::fs::remove_file(rasters.join("landcover.tif")).expect("removed");
    admin.run("bare", &ALL_TASKS).await;
    for row in &admin.settled("bare").await.runs {
        assert_eq!(row.state(), RunState::Failed);
        let message = row.error_message.as_deref().expect("a reason");
        assert!(message.contains("rasters/landcover.tif") && message.contains("[landcover]"), "{message}");
        assert!(!message.contains(&data.display().to_string()), "{message}");
    }
}

#[tokio::test]
async fn uploaded_severity_and_precipitation_factors_reach_the_results() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    // Unburned, low, moderate and high: one valley each.
    let severity = region::raster_by_valley(|valley| valley as u8 + 1);
    let response = admin.put("/api/batches/fire/sbs-map?filename=mine.tif", severity).await;
    assert_eq!(response.status(), StatusCode::OK, "{}", response.text().await.unwrap_or_default());
    let stored: Value = response.json().await.expect("JSON");
    assert_eq!((stored["value"]["mode"].as_str(), stored["version"].as_u64()), (Some("map"), Some(2)));
    assert_eq!(stored["value"]["map"]["filename"], "mine.tif");
    let cells = stored["value"]["map"]["class_cells"].as_array().expect("counts");
    assert!(cells.iter().all(|count| count.as_u64() > Some(3000)), "{cells:?}");
    succeed(&admin, "fire", &CLIMATE_TASKS).await;
    let burned = figures(&admin, "fire", "burned_fraction").await;
    for (valley, share) in burned.iter().enumerate() {
        // Ridges belong to both neighbours.
        assert!((share - f64::from(u8::from(valley >= 2))).abs() < 0.1, "valley {valley}: {share}");
    }

    // A file that is none leaves the good one in place.
    let refused = admin.put("/api/batches/fire/sbs-map?filename=bad.tif", "no raster").await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let body: Value = refused.json().await.expect("the envelope");
    assert_eq!(body["error"]["code"], "sbs_unusable");
    let message = body["error"]["message"].as_str().expect("a message");
    assert!(message.contains("bad.tif") && !message.contains("incoming"), "{message}");

    let plain = figures(&admin, "fire", "precipitation_mm_y").await;
    for scaling in
        [json!({ "kind": "scalar", "factor": 2.0 }), json!({ "kind": "monthly", "factors": vec![2.0; 12] })]
    {
        admin.set_control("fire", "climate", "scaling", scaling.clone()).await;
        succeed(&admin, "fire", &CLIMATE_TASKS).await;
        let doubled = figures(&admin, "fire", "precipitation_mm_y").await;
        for (plain, doubled) in plain.iter().zip(&doubled) {
            assert!((doubled / plain - 2.0).abs() < 0.02, "{scaling}: {plain} to {doubled}");
        }
    }
}

#[tokio::test]
async fn a_climate_file_and_a_soil_map_with_its_table_are_used_as_they_are() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    let folder = server.data.path().join("valleys");
    admin.ready_batch("first").await;
    succeed(&admin, "first", &CLIMATE_TASKS).await;
    let weather = admin.get("/api/batches/first/runs/valley-0/files/climate/climate.cli").await;
    std::fs::write(folder.join("own.cli"), weather.text().await.expect("text")).expect("writable");
    std::fs::write(folder.join("soils.tif"), region::raster_by_valley(|valley| 10 + valley as u8 / 2))
        .expect("writable");
    let table = "soil,name,bottom_depth_mm,sand_pct,clay_pct,organic_matter_pct\n\
                 10,Coarse,300,70,8,3\n10,Coarse,900,75,6,1\n11,Fine,600,20,35,4\n";
    std::fs::write(folder.join("soils.csv"), table).expect("writable");
    let text = std::fs::read_to_string(server.data.path().join("configs/valleys.toml")).expect("config");
    let text = text.replace("stations = \"valleys/stations\"", "cli = \"valleys/own.cli\"");
    let (before, _) = text.split_once("[controls.soils]").expect("the soils come last");
    let text = format!(
        "{before}[controls.climate]\nsource = \"file\"\n\
         [soils]\npath = \"valleys/soils.tif\"\ntable = \"valleys/soils.csv\"\n"
    );
    std::fs::write(server.data.path().join("configs/own-files.toml"), text).expect("writable");

    admin.ready_batch_of("second", "own-files").await;
    succeed(&admin, "second", &ALL_TASKS).await;
    let generated = figures(&admin, "first", "precipitation_mm_y").await[0];
    for precipitation in figures(&admin, "second", "precipitation_mm_y").await {
        assert!((precipitation / generated - 1.0).abs() < 1e-6, "{generated} to {precipitation}");
    }
    for (valley, name) in [(0, "Coarse"), (3, "Fine")] {
        let path = format!("/api/batches/second/runs/valley-{valley}/files/soils/soils.json");
        let soils = admin.get_json(&path).await;
        let soils = soils.as_array().expect("soils");
        assert!(!soils.is_empty() && soils.iter().all(|soil| soil["name"] == name), "{soils:?}");
    }
}

#[tokio::test]
async fn an_outlet_set_by_hand_is_used_by_the_next_run_and_given_back_when_cleared() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let tasks = ["fetch_dem", "build_channels", "find_outlet"];
    succeed(&admin, "fire", &tasks).await;
    let found = admin.get_json("/api/batches/fire/runs/valley-1").await["results"]["outlet"].clone();
    let wanted = region::on_stream(1, 50);
    let path = "/api/batches/fire/runs/valley-1/outlet";
    let nonsense = json!({ "lon": 500.0, "lat": 0.0 }).to_string();
    assert_eq!(admin.put(path, nonsense).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let body = json!({ "lon": wanted[0], "lat": wanted[1] }).to_string();
    assert_eq!(admin.put(path, body).await.status(), StatusCode::OK);

    let all = json!({ "filter": { "kind": "all" }, "tasks": tasks, "force_rebuild": false });
    let plan: Value = admin.post("/api/batches/fire/plan", all).await.json().await.expect("JSON");
    assert_eq!(plan["tasks_to_run"], 1, "only the outlet of that run is sought again: {plan}");
    succeed(&admin, "fire", &tasks).await;
    let run = admin.get_json("/api/batches/fire/runs/valley-1").await;
    assert_eq!(run["results"]["outlet_status"], "needs_review", "half of the polygon is left out");
    for (axis, wanted) in wanted.iter().enumerate() {
        let used = run["results"]["outlet"][axis].as_f64().expect("degrees");
        // A cell is 30 m, some 0.0003 degrees.
        assert!((used - wanted).abs() < 0.0006, "{run}");
    }

    // What was asked for, how far it was moved, and what the original's search says are on record.
    let files = "/api/batches/fire/runs/valley-1/files/find_outlet";
    let record = admin.get_json(&format!("{files}/outlet.json")).await;
    assert_eq!(
        (record["given"]["longitude"].as_f64(), &record["strategy"]),
        (Some(wanted[0]), &json!("override"))
    );
    assert!(record["given"]["moved_m"].as_f64().is_some_and(|moved_m| moved_m < 60.0), "{record}");
    assert!(
        record["original_search"]["distance_m"].as_f64().is_some_and(|apart_m| apart_m > 0.0),
        "{record}"
    );
    let audit = admin.get_json(&format!("{files}/original_outlet.geojson")).await;
    assert_eq!(audit["features"][0]["properties"]["row"], record["original_search"]["row"]);

    // Set again on a run that is done: it is offered as incomplete, with the reason, and a retry suffices.
    let further = region::on_stream(1, 60);
    let body = json!({ "lon": further[0], "lat": further[1] }).to_string();
    assert_eq!(admin.put(path, body).await.status(), StatusCode::OK);
    let run = admin.get_json("/api/batches/fire/runs/valley-1").await;
    assert_eq!(run["row"]["error_code"], "outlet_changed", "{run}");
    assert!(run["row"]["error_message"].as_str().expect("a reason").contains("retry"), "{run}");
    let waiting = |task: usize| run["tasks"][task]["waiting_for"].as_str().unwrap_or_default().to_owned();
    assert!(waiting(1).is_empty() && waiting(2).contains("outlet was changed"), "{run}");
    let open = json!({ "filter": { "kind": "incomplete" }, "tasks": tasks, "force_rebuild": false });
    let plan: Value = admin.post("/api/batches/fire/plan", open).await.json().await.expect("JSON");
    assert_eq!((plan["runs"].as_u64(), plan["tasks_to_run"].as_u64()), (Some(1), Some(1)), "{plan}");
    let retry = "/api/batches/fire/runs/valley-1/retry";
    let plan: Value = admin.post(retry, Value::Null).await.json().await.expect("JSON");
    assert_eq!((plan["runs"].as_u64(), plan["tasks_to_run"].as_u64()), (Some(1), Some(1)), "{plan}");
    let settled = admin.settled("fire").await;
    assert!(settled.runs.iter().all(|row| row.error_code.is_none()), "{:?}", settled.runs);
    let plan: Value = admin.post(retry, Value::Null).await.json().await.expect("JSON");
    assert_eq!(plan["runs"], 0, "a second press does nothing: {plan}");

    // A place without a channel in reach fails the run; retrying after a correction is enough.
    let far = json!({ "lon": found[0].as_f64().expect("degrees") + 5.0, "lat": found[1] }).to_string();
    assert_eq!(admin.put(path, far).await.status(), StatusCode::OK);
    admin.run("fire", &tasks).await;
    let failed = admin.settled("fire").await;
    let failed = failed.runs.iter().find(|row| row.state() == RunState::Failed).expect("one");
    assert_eq!(failed.error_code.as_deref(), Some("outlet_override"), "{failed:?}");
    let cleared = admin.request(reqwest::Method::DELETE, path).send().await.expect("answer");
    assert_eq!(cleared.status(), StatusCode::OK);
    let retried = admin.post("/api/batches/fire/retry", Value::Null).await;
    assert_eq!(retried.status(), StatusCode::ACCEPTED);
    for row in &admin.settled("fire").await.runs {
        assert_eq!(row.state(), RunState::Succeeded, "{}: {:?}", row.run_id, row.error_message);
    }
    let run = admin.get_json("/api/batches/fire/runs/valley-1").await;
    assert_eq!(run["results"]["outlet"], found);
}

async fn tasks_to_run(admin: &User, batch: &str) -> u64 {
    let all = json!({ "filter": { "kind": "all" }, "tasks": ALL_TASKS, "force_rebuild": false });
    let path = format!("/api/batches/{batch}/plan");
    let plan: Value = admin.post(&path, all).await.json().await.expect("JSON");
    plan["tasks_to_run"].as_u64().unwrap_or_else(|| panic!("{plan}"))
}

#[tokio::test]
async fn a_replaced_source_repeats_its_readers_and_what_follows_and_nothing_else() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    let folder = server.data.path().join("valleys");
    admin.ready_batch("fire").await;
    succeed(&admin, "fire", &ALL_TASKS).await;
    assert_eq!(tasks_to_run(&admin, "fire").await, 0);
    // Copied over with the same content: another date, the same data.
    let dem = std::fs::read(folder.join("dem.tif")).expect("readable");
    std::fs::write(folder.join("dem.tif"), &dem).expect("writable");
    assert_eq!(tasks_to_run(&admin, "fire").await, 0, "a file is known by its content");
    std::fs::write(folder.join("landcover.tif"), region::raster_by_valley(|_| 52)).expect("writable");
    assert_eq!(tasks_to_run(&admin, "fire").await, 4 * 3, "land use, soils and erosion");
    let station = folder.join("stations/valleys.par");
    std::fs::copy(&station, folder.join("stations/second.par")).expect("a copy");
    assert_eq!(tasks_to_run(&admin, "fire").await, 4 * 4, "and climate");
    // Files under `source` lie in the data folder too, and are known by their content.
    let listed = "source = { kind = \"files\", paths = [\"valleys/dem.tif\"] }";
    server.config("listed", &[("path = \"valleys/dem.tif\"", listed)]);
    admin.ready_batch_of("listed", "listed").await;
    succeed(&admin, "listed", &["fetch_dem"]).await;
    let all = json!({ "filter": { "kind": "all" }, "tasks": ["fetch_dem"], "force_rebuild": false });
    let plan: Value = admin.post("/api/batches/listed/plan", all.clone()).await.json().await.expect("JSON");
    assert_eq!(plan["tasks_to_run"], 0);
    std::fs::copy(folder.join("landcover.tif"), folder.join("dem.tif")).expect("replaced");
    let plan: Value = admin.post("/api/batches/listed/plan", all).await.json().await.expect("JSON");
    assert_eq!(plan["tasks_to_run"], 4);
    std::fs::write(folder.join("dem.tif"), dem).expect("writable");
    // A source nobody asked for concerns nobody.
    server.config("valleys", &[("[climate]", "[soils]\npath = \"none.tif\"\noptional = true\n[climate]")]);
    assert_eq!(tasks_to_run(&admin, "fire").await, 4 * 4);
}

#[tokio::test]
async fn vegetation_types_are_read_with_the_codes_the_config_names() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    let folder = server.data.path().join("valleys");
    // LANDFIRE's mixed conifer and big sagebrush.
    let values = region::classes_by_valley(|valley| [3028, 3028, 3080, 3080][valley]);
    std::fs::write(folder.join("evt.tif"), values).expect("writable");
    let cover = "path = \"valleys/landcover.tif\"";
    let evt = "path = \"valleys/evt.tif\"\nclasses = \"landfire_evt\"";
    server.config("evt", &[(cover, evt)]);
    server.config("wrong-codes", &[(cover, "path = \"valleys/evt.tif\"")]);
    server.config("own-codes", &[(cover, "path = \"valleys/evt.tif\"\ntable = \"valleys/evt.csv\"")]);
    server.config("misspelt", &[(cover, "path = \"valleys/evt.tif\"\nclasses = \"landfire\"")]);
    std::fs::write(folder.join("evt.csv"), "value,class\n3028,bare\n3080,bare\n").expect("writable");
    let listed = admin.get_json("/api/configs").await;
    let misspelt = listed.as_array().expect("configs").iter().find(|config| config["name"] == "misspelt");
    let error = misspelt.expect("listed")["error"].as_str().expect("an error");
    assert!(error.contains("landfire_evt"), "{error}");

    let tasks = &CLIMATE_TASKS[..6];
    for (batch, classes) in [("evt", ["forest", "shrub"]), ("own-codes", ["bare", "bare"])] {
        admin.ready_batch_of(batch, batch).await;
        admin.set_control(batch, "sbs", "mode", json!("unburned")).await;
        succeed(&admin, batch, tasks).await;
        for (valley, class) in [(0, classes[0]), (3, classes[1])] {
            let path = format!("/api/batches/{batch}/runs/valley-{valley}/files/landuse/landuse.json");
            let landuse = admin.get_json(&path).await;
            let landuse = landuse.as_array().expect("hillslopes");
            assert!(!landuse.is_empty() && landuse.iter().all(|row| row["class"] == class), "{landuse:?}");
        }
    }
    admin.ready_batch_of("wrong", "wrong-codes").await;
    admin.run("wrong", tasks).await;
    for row in &admin.settled("wrong").await.runs {
        assert_eq!(row.error_code.as_deref(), Some("unmapped_landcover"), "{row:?}");
        let message = row.error_message.as_deref().expect("a reason");
        let code = if row.run_id.as_str() < "Valley-2" { "3028 (" } else { "3080 (" };
        assert!(message.contains(code) && message.contains("landfire_evt"), "{message}");
    }
}

#[tokio::test]
async fn elevation_and_land_cover_are_read_from_the_network() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    let folder = server.data.path().join("valleys");
    let file = |name: &str| std::fs::read(folder.join(name)).expect("readable");
    let files = [("/dem.tif", file("dem.tif")), ("/landcover.tif", file("landcover.tif"))];
    let web = FileServer::start(files.into());
    let source = |name: &str| {
        format!("source = {{ kind = \"cog\", url = \"{}/{name}\", name = \"bucket {name}\" }}", web.address)
    };
    let local = |name: &str| format!("path = \"valleys/{name}\"");
    let changes = ["dem.tif", "landcover.tif"].map(|name| (local(name), source(name)));
    let changes = changes.each_ref().map(|(from, to)| (from.as_str(), to.as_str()));
    server.config("network", &changes);
    let missing = (changes[0].0, &*source("nothing.tif"));
    server.config("missing", &[missing]);

    admin.ready_batch_of("near", "valleys").await;
    succeed(&admin, "near", &ALL_TASKS).await;
    admin.ready_batch_of("far", "network").await;
    succeed(&admin, "far", &ALL_TASKS).await;
    assert!(web.ranges() > 0, "ranges, not whole files");
    for field in ["basin_area_km2", "runoff_mm_y", "sediment_t_y"] {
        assert_eq!(figures(&admin, "far", field).await, figures(&admin, "near", field).await, "{field}");
    }
    let log = admin.get_json("/api/batches/far/runs/valley-0/log?task=fetch_dem&attempt=1").await;
    let log = log["text"].as_str().expect("text");
    assert!(log.contains("bucket dem.tif") && log.contains("checksum"), "{log}");

    admin.ready_batch_of("lost", "missing").await;
    admin.run("lost", &["fetch_dem"]).await;
    for row in &admin.settled("lost").await.runs {
        assert_eq!(row.state(), RunState::Failed);
        let message = row.error_message.as_deref().expect("a reason");
        assert!(message.contains("nothing.tif"), "{message}");
    }

    // With another source behind it the run goes on, and says so.
    let spare = format!(
        "source = {{ kind = \"cog\", url = \"{0}/nothing.tif\", fallback = {{ kind = \"cog\", url = \"{0}/dem.tif\" }} }}",
        web.address
    );
    server.config("spare", &[(changes[0].0, &*spare)]);
    admin.ready_batch_of("spare", "spare").await;
    succeed(&admin, "spare", &["fetch_dem"]).await;
    let path = "/api/batches/spare/runs/valley-0/files/fetch_dem/elevation_provenance.json";
    let provenance = admin.get_json(path).await;
    let why = provenance["degraded_because"].as_str().expect("a reason");
    assert!(provenance["degraded"] == true && why.contains("nothing.tif"), "{provenance}");
}

/// An operator sees what fills the disk, and can make room while the server runs.
#[tokio::test]
async fn the_cache_can_be_listed_and_cleaned_from_the_command_line() {
    use headwaters_raster_sources::cache::DiskCache;
    let server = TestServer::start(Options::default()).await;
    let cache = DiskCache::open(server.data.path().join("cache"), 1 << 30).expect("opens");
    for (key, bytes) in [("dem, first page", vec![1; 3 << 20]), ("dem, second page", vec![2; 100])] {
        cache.put(key, &bytes, jiff::Timestamp::now()).expect("stored");
    }
    assert_eq!(server.command(&["cache", "ls"]).lines().count(), 2);
    assert_eq!(server.command(&["cache", "clean", "--unused-days", "1"]).trim(), "removed 0 files, 0 bytes");
    let kept = server.command(&["cache", "clean", "--down-to-mb", "1"]);
    assert_eq!(kept.trim(), "removed 1 files, 3145728 bytes");
    assert!(server.command(&["cache", "ls"]).contains("dem, second page"));
    assert_eq!(server.command(&["cache", "clean"]).trim(), "removed 1 files, 100 bytes");
    assert_eq!(server.command(&["cache", "ls"]), "");
}
