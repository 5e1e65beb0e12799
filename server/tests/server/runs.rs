//! Batches that run: the real tasks, on the test region.

use headwaters_domain::run::RunState;
use headwaters_domain::{TaskKind, TaskState};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{ALL_TASKS, Options, TestServer, eventually, region};

const WITH_WORKERS: Options = Options { workers: 2, ..Options::DEFAULT };

#[tokio::test]
async fn polygons_become_erosion_results_and_a_second_run_has_nothing_to_do() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let all = json!({ "filter": { "kind": "all" }, "tasks": ALL_TASKS, "force_rebuild": false });
    let plan: Value = admin.post("/api/batches/fire/plan", all.clone()).await.json().await.expect("JSON");
    assert_eq!(
        (plan["runs"].as_u64(), plan["tasks_to_run"].as_u64()),
        (Some(4), Some(4 * ALL_TASKS.len() as u64))
    );
    assert_eq!(admin.run("fire", &ALL_TASKS).await.status(), StatusCode::ACCEPTED);
    let snapshot = admin.settled("fire").await;
    for row in &snapshot.runs {
        assert_eq!(row.state(), RunState::Succeeded, "{}: {:?}", row.run_id, row.error_message);
        assert!(row.outlet.is_some() && row.started_ms <= row.ended_ms);
    }

    let results = admin.get_json("/api/batches/fire/results").await;
    for row in results.as_array().expect("rows") {
        assert!(row["polygon_overlap"].as_f64().expect("overlap") > 0.9, "{row}");
        assert!(row["hillslopes"].as_u64().expect("hillslopes") >= 3, "{row}");
        assert!(row["burned_fraction"].as_f64().expect("burned") > 0.1, "{row}");
        assert!(row["precipitation_mm_y"].as_f64().expect("mm/y") > 100.0, "{row}");
        let (runoff, sediment) = (row["runoff_mm_y"].as_f64(), row["sediment_t_y"].as_f64());
        assert!(runoff.is_some_and(|runoff| runoff >= 0.0) && sediment.is_some_and(|t| t >= 0.0), "{row}");
        assert_eq!(row["years"], 3);
        assert!(!row["engine"].as_str().expect("engine").to_lowercase().starts_with("wepp"));
        assert!(row["max_balance_error_mm"].as_f64().is_some_and(|mm| mm <= 0.1), "{row}");
        assert_eq!(row["inputs_sha256"].as_str().map(str::len), Some(64), "{row}");
    }
    let csv = admin.get("/api/batches/fire/results.csv").await.text().await.expect("text");
    assert_eq!(csv.lines().count(), 1 + region::VALLEYS);
    assert!(csv.lines().skip(1).all(|line| line.contains("not WEPP")), "the limits go with the figures");
    let geojson: Value = admin.get("/api/batches/fire/results.geojson").await.json().await.expect("JSON");
    assert_eq!(geojson["features"].as_array().expect("features").len(), region::VALLEYS);
    assert!(!geojson["engine_limits"].as_array().expect("limits").is_empty());

    let run = admin.get_json("/api/batches/fire/runs/valley-1").await;
    let artefacts = run["artefacts"].as_array().expect("artefacts");
    for wanted in [
        "fetch_dem/dem.tif",
        "build_channels/slope.tif",
        "build_channels/stream_order.tif",
        "build_subcatchments/subwta.tif",
        "landuse/burn_severity.tif",
        "wepp/hillslopes.csv",
    ] {
        assert!(artefacts.iter().any(|artefact| artefact["path"] == wanted), "{wanted}");
        let file = admin.get(&format!("/api/batches/fire/runs/valley-1/files/{wanted}")).await;
        assert_eq!(file.status(), StatusCode::OK, "{wanted}");
    }
    let files = "/api/batches/fire/runs/valley-1/files";
    let tables = ["find_outlet/original_outlet.geojson", "abstract_watershed/flowpaths.parquet"];
    let structure = ["build_subcatchments/structure.json", "build_subcatchments/netw.tsv"];
    let provenance = ["fetch_dem/elevation_provenance.json", "landuse/land_cover_provenance.json"];
    for wanted in tables.iter().chain(&structure).chain(&provenance) {
        assert!(artefacts.iter().any(|artefact| artefact["path"] == *wanted), "{wanted}");
    }
    let provenance = admin.get_json(&format!("{files}/fetch_dem/elevation_provenance.json")).await;
    for wanted in ["source", "resolution_m", "checksum", "fetched_at"] {
        assert!(!provenance[wanted].is_null(), "{wanted} of {provenance}");
    }
    let in_metres = admin.get_json(&format!("{files}/build_subcatchments/subcatchments_utm.geojson")).await;
    let crs = in_metres["crs"]["properties"]["name"].as_str().expect("a system");
    assert!(crs.starts_with("urn:ogc:def:crs:EPSG::326"), "{crs}");
    let log = admin.get_json("/api/batches/fire/runs/valley-1/log?task=wepp&attempt=1").await;
    assert!(log["complete"] == true && log["text"].as_str().expect("text").contains("done"));

    // The same again: everything is skipped, and the results stay.
    assert_eq!(admin.run("fire", &ALL_TASKS).await.status(), StatusCode::ACCEPTED);
    let again = admin.settled("fire").await;
    assert!(again.runs.iter().all(|row| row.tasks.iter().all(|task| *task == TaskState::Skipped)));
    assert_eq!(
        admin.get_json("/api/batches/fire/results").await[0]["runoff_mm_y"],
        results[0]["runoff_mm_y"]
    );

    // A change of the soils repeats soils and erosion only.
    admin.set_control("fire", "soils", "initial_saturation", json!(0.5)).await;
    let plan: Value = admin.post("/api/batches/fire/plan", all).await.json().await.expect("JSON");
    assert_eq!((plan["tasks_to_run"].as_u64(), plan["tasks_to_skip"].as_u64()), (Some(8), Some(28)));

    let mirror = server.data.path().join("batch/fire/batch_runner.nodb");
    let written = eventually("the mirror", async || {
        let text = std::fs::read_to_string(&mirror).ok()?;
        let mirror: Value = serde_json::from_str(&text).ok()?;
        (mirror["state"] == "completed").then_some(mirror)
    })
    .await;
    assert_eq!(written["state_version"], 1);
    let history = admin.get_json("/api/batches/fire/history").await;
    assert!(history.as_array().expect("entries").iter().any(|entry| entry["event"] == "batch_ended"));
}

/// The run's page links to the files it lists, so each must be there; what it does not list (the config may hold the
/// keys of data sources) is nobody's business.
#[tokio::test]
async fn every_listed_file_of_a_run_is_served_and_no_other() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    admin.run("fire", &ALL_TASKS).await;
    admin.settled("fire").await;
    let run = admin.get_json("/api/batches/fire/runs/valley-1").await;
    let files = "/api/batches/fire/runs/valley-1/files";
    let artefacts = run["artefacts"].as_array().expect("artefacts");
    assert!(TaskKind::ALL.iter().all(|kind| artefacts.iter().any(|file| file["task"] == kind.slug())));
    for artefact in artefacts {
        let path = artefact["path"].as_str().expect("a path");
        let file = admin.get(&format!("{files}/{path}")).await;
        assert_eq!(file.status(), StatusCode::OK, "{path}");
        assert_eq!(Some(file.bytes().await.expect("content").len() as u64), artefact["size_bytes"].as_u64());
    }
    let folder = server.data.path().join("batch/fire/runs/Valley-1");
    std::fs::write(folder.join("wepp/stray.csv"), "x").expect("writable");
    let unlisted = ["config.json", "controls.json", "run.json", "watershed.geojson", "logs/wepp-1.log"];
    for path in unlisted.into_iter().chain(["wepp/stray.csv"]) {
        assert!(folder.join(path).is_file(), "{path}");
        let refused = admin.get(&format!("{files}/{path}")).await;
        assert_eq!(refused.status(), StatusCode::NOT_FOUND, "{path}");
        let body: Value = refused.json().await.expect("the envelope");
        assert_eq!(body["error"]["code"], "no_such_file", "{path}");
    }
}

#[tokio::test]
async fn a_run_that_cannot_succeed_says_why_hurts_no_other_and_can_be_retried() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    // One polygon far outside the elevation data, beside three good ones.
    let outside =
        json!([[[-120.0, 45.0], [-119.98, 45.0], [-119.98, 45.02], [-120.0, 45.02], [-120.0, 45.0]]]);
    admin.reshape("fire", 2, outside).await;
    admin.run("fire", &ALL_TASKS).await;
    let snapshot = admin.settled("fire").await;
    for row in &snapshot.runs {
        let expected = if row.run_id == "Valley-2" { RunState::Failed } else { RunState::Succeeded };
        assert_eq!(row.state(), expected, "{}: {:?}", row.run_id, row.error_message);
    }
    let failed = snapshot.runs.iter().find(|row| row.state() == RunState::Failed).expect("one");
    assert_eq!(failed.tasks[TaskKind::FetchDem.index()], TaskState::Failed);
    assert_eq!(failed.tasks[TaskKind::Wepp.index()], TaskState::UpstreamFailed);
    let message = failed.error_message.as_deref().expect("a reason");
    assert!(message.contains("elevation") || message.contains("data"), "{message}");
    let plan: Value = admin.post("/api/batches/fire/retry", Value::Null).await.json().await.expect("JSON");
    assert_eq!(plan["runs"], 1, "only the failed run is tried again");
    let snapshot = admin.settled("fire").await;
    let failed = snapshot.runs.iter().find(|row| row.state() == RunState::Failed).expect("still");
    assert_eq!(failed.attempts[TaskKind::FetchDem.index()], 2);
}

#[tokio::test]
async fn leaving_out_a_needed_task_is_refused_with_a_reason() {
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let response = admin.run("fire", &["soils", "wepp"]).await;
    assert_eq!(response.status(), StatusCode::CONFLICT);
    let body: Value = response.json().await.expect("the envelope");
    assert_eq!(body["error"]["code"], "not_ready");
    assert_eq!(body["error"]["details"]["runs_blocked"], 4);
}
