//! Where a batch's data come from: shipped configs, files of the data folder, uploads, and what an admin sets.

use headwaters_domain::run::RunState;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{ALL_TASKS, Options, TestServer, User, region};

const WITH_WORKERS: Options = Options { workers: 2, geojson_max_mb: 1, enabled: true };
const CLIMATE: [&str; 7] = [
    "fetch_dem",
    "build_channels",
    "find_outlet",
    "build_subcatchments",
    "abstract_watershed",
    "landuse",
    "climate",
];

async fn succeed(admin: &User, batch: &str, tasks: &[&str]) {
    let response = admin.run(batch, tasks).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED, "{}", response.text().await.unwrap_or_default());
    for row in &admin.settled(batch).await.runs {
        assert_eq!(row.state(), RunState::Succeeded, "{}: {:?}", row.run_id, row.error_message);
    }
}

async fn figures(admin: &User, batch: &str, field: &str) -> Vec<f64> {
    let results = admin.get_json(&format!("/api/batches/{batch}/results")).await;
    let rows = results.as_array().expect("rows").iter();
    rows.map(|row| row[field].as_f64().unwrap_or_else(|| panic!("{field} in {row}"))).collect()
}

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
    succeed(&admin, "fire", &CLIMATE).await;
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
        succeed(&admin, "fire", &CLIMATE).await;
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
    succeed(&admin, "first", &CLIMATE).await;
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
