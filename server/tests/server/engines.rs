//! The WEPP executable a server is started with, from the setting to the results.

use headwaters_domain::run::RunState;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{ALL_TASKS, Options, TestServer, eventually, wepp};

const WITH_WEPP: Options = Options { workers: 2, wepp: true, ..Options::DEFAULT };

#[tokio::test]
async fn the_executable_is_chosen_probed_run_and_named_in_the_results() {
    let server = TestServer::start(WITH_WEPP).await;
    let admin = server.user("admin").await;
    let engines = admin.get_json("/api/system").await["engines"].clone();
    let external = engines.as_array().expect("engines").iter().find(|e| e["choice"] == "external_wepp");
    let external = external.expect("offered");
    assert_eq!(external["executable"], "wepp", "no path of the server's");
    assert_eq!(external["version"], wepp::VERSION);

    admin.ready_batch("fire").await;
    admin.set_control("fire", "wepp", "engine", json!("external_wepp")).await;
    admin.run("fire", &ALL_TASKS).await;
    for row in &admin.settled("fire").await.runs {
        assert_eq!(row.state(), RunState::Succeeded, "{}: {:?}", row.run_id, row.error_message);
    }
    let results = admin.get_json("/api/batches/fire/results").await;
    for row in results.as_array().expect("rows") {
        let engine = row["engine"].as_str().expect("an engine");
        assert!(engine.contains("WEPP") && engine.contains(wepp::VERSION), "{engine}");
        for (field, expected) in
            [("runoff_mm_y", wepp::RUNOFF_MM_Y), ("sediment_t_ha_y", wepp::SEDIMENT_T_HA_Y)]
        {
            let value = row[field].as_f64().expect("a number");
            assert!((value / expected - 1.0).abs() < 1e-3, "{field}: {row}");
        }
    }
    let totals = admin.get_json("/api/batches/fire/runs/valley-0/files/wepp/totals.json").await;
    let executable = totals["engine"]["executable_sha256"].as_str().expect("a checksum");
    assert_eq!(executable.len(), 64);
    assert_eq!(results[0]["executable_sha256"], executable);
    let provenance = admin.get("/api/batches/fire/runs/valley-0/files/wepp/provenance.csv").await;
    let provenance = provenance.text().await.expect("text");
    for input in [",climate,", ",profile,", ",frost.txt,"] {
        let mut rows = provenance.lines().filter(|line| line.contains(input));
        assert!(rows.next().is_some_and(|row| row.contains(executable)), "{input} in {provenance}");
    }

    // The other choice keeps both engines apart in files of their own.
    admin.set_control("fire", "wepp", "engine", json!("both")).await;
    let all = json!({ "filter": { "kind": "all" }, "tasks": ALL_TASKS, "force_rebuild": false });
    let plan: Value = admin.post("/api/batches/fire/plan", all).await.json().await.expect("JSON");
    assert_eq!(plan["tasks_to_run"], 4, "the engine concerns erosion only: {plan}");
    admin.run("fire", &ALL_TASKS).await;
    admin.settled("fire").await;
    let comparison = admin.get("/api/batches/fire/runs/valley-0/files/wepp/comparison.csv").await;
    assert_eq!(comparison.status(), StatusCode::OK);
    let table = comparison.text().await.expect("text");
    assert!(table.starts_with("figure,embedded,external_wepp,difference"), "{table}");
    let path = "/api/batches/fire/runs/valley-0/files/wepp/";
    let rows = |table: String| table.lines().count() - 1;
    let deviations = admin.get(&format!("{path}deviations.csv")).await.text().await.expect("text");
    let hillslopes = admin.get(&format!("{path}hillslopes.csv")).await.text().await.expect("text");
    assert!(
        deviations.starts_with("hillslope,runoff_mm_y,reference_runoff_mm_y,runoff_ratio,"),
        "{deviations}"
    );
    assert_eq!(rows(deviations), rows(hillslopes));
    let table = admin.get_json(&format!("{path}deviations.json")).await;
    assert!(table["engine"]["name"].as_str().expect("a name").contains("Headwaters"), "{table}");
    let totals = admin.get_json(&format!("{path}totals.json")).await;
    assert!(!totals["limits"].as_array().expect("limits").is_empty(), "{totals}");

    // Two hillslopes of each watershed are enough for a check; totals of two are nobody's figures.
    admin.set_control("fire", "wepp", "comparison_sample", json!(2)).await;
    admin.set_control("fire", "wepp", "hourly_water_balance", json!(true)).await;
    admin.run("fire", &ALL_TASKS).await;
    admin.settled("fire").await;
    let deviations = admin.get(&format!("{path}deviations.csv")).await.text().await.expect("text");
    assert_eq!(rows(deviations), 2);
    assert_eq!(admin.get(&format!("{path}comparison.csv")).await.status(), StatusCode::NOT_FOUND);

    // The executable is told of the hourly water balance; the other engine says that it knows none.
    assert!(!provenance.contains("wepp_ui.txt"), "{provenance}");
    let provenance = admin.get(&format!("{path}provenance_external.csv")).await.text().await.expect("text");
    assert!(provenance.contains(",wepp_ui.txt,"), "{provenance}");
    let results = admin.get("/api/batches/fire/results.csv").await.text().await.expect("text");
    let told = results.lines().skip(1).filter(|row| row.contains("hourly water balance")).count();
    assert_eq!(told, results.lines().count() - 1, "{results}");
}

/// With routing, the executable is given all its own pass files and the channels, and the outlet's figures stand beside
/// the hillslopes'.
#[tokio::test]
async fn the_executable_routes_what_its_hillslopes_deliver_through_the_channels() {
    let server = TestServer::start(WITH_WEPP).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    admin.set_control("fire", "wepp", "engine", json!("external_wepp")).await;
    admin.set_control("fire", "wepp", "route_channels", json!(true)).await;
    admin.set_control("fire", "wepp", "hourly_water_balance", json!(true)).await;
    admin.run("fire", &ALL_TASKS).await;
    for row in &admin.settled("fire").await.runs {
        assert_eq!(row.state(), RunState::Succeeded, "{}: {:?}", row.run_id, row.error_message);
    }
    let results = admin.get_json("/api/batches/fire/results").await;
    for row in results.as_array().expect("rows") {
        assert_eq!(row["outlet_sediment_t_y"], wepp::OUTLET_SEDIMENT_T_Y, "{row}");
        assert!(
            row["sediment_t_y"].as_f64().is_some_and(|t| t > 0.0),
            "the hillslopes' own sum stays: {row}"
        );
    }
    let files = "/api/batches/fire/runs/valley-0/files/wepp";
    let channels = admin.get(&format!("{files}/channels.csv")).await.text().await.expect("a table");
    let channel_count = results[0]["channels"].as_u64().expect("channels");
    assert_eq!(channels.lines().count() as u64, 1 + channel_count, "{channels}");
    let totals = admin.get_json(&format!("{files}/totals.json")).await;
    for input in ["pw0.chn", "wepp_ui.txt"] {
        assert_eq!(totals["outlet"]["input_sha256"][input].as_str().map(str::len), Some(64), "{totals}");
    }
}

/// A cancelled batch does not wait until the executable has routed a large watershed.
#[tokio::test]
async fn routing_is_stopped_by_cancel() {
    let server = TestServer::start(WITH_WEPP).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    admin.set_control("fire", "wepp", "external_timeout_s", json!(3600)).await;
    admin.set_control("fire", "wepp", "engine", json!("external_wepp")).await;
    admin.set_control("fire", "wepp", "route_channels", json!(true)).await;
    let waiting = server.data.path().join("routing");
    wepp::hang_when_routing(server.data.path(), &waiting);
    admin.run("fire", &ALL_TASKS).await;
    eventually("channels are being routed", async || waiting.exists().then_some(())).await;
    admin.post("/api/batches/fire/cancel", Value::Null).await;
    admin.settled("fire").await;
    eventually("the executable is gone", async || {
        let started = std::fs::read_to_string(&waiting).ok()?;
        let alive = |pid: &str| std::path::Path::new("/proc").join(pid).exists();
        (!started.lines().any(alive)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_program_that_is_not_wepp_fails_the_task_and_says_so() {
    let server = TestServer::start(WITH_WEPP).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    admin.set_control("fire", "wepp", "engine", json!("external_wepp")).await;
    std::fs::write(server.data.path().join("wepp"), "#!/bin/sh\necho hello\n").expect("writable");
    let refused = admin.try_control("fire", "wepp", "engine", json!("both")).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "it is probed where it is chosen");
    let body: Value = refused.json().await.expect("the envelope");
    assert_eq!(body["error"]["fields"][0]["code"], "unusable_executable");
    admin.run("fire", &ALL_TASKS).await;
    for row in &admin.settled("fire").await.runs {
        assert_eq!(row.error_code.as_deref(), Some("external_wepp"), "{row:?}");
        let message = row.error_message.as_deref().expect("a reason");
        assert!(message.contains("not a WEPP executable"), "{message}");
        assert!(!message.contains(&server.data.path().display().to_string()), "{message}");
    }
    // The mended program is another input: a retry is enough.
    wepp::install(server.data.path());
    admin.post("/api/batches/fire/retry", Value::Null).await;
    for row in &admin.settled("fire").await.runs {
        assert_eq!(row.state(), RunState::Succeeded, "{}: {:?}", row.run_id, row.error_message);
    }
}

#[tokio::test]
async fn without_an_executable_the_choice_is_refused_where_it_is_made() {
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let refused = admin.try_control("fire", "wepp", "engine", json!("external_wepp")).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let body: Value = refused.json().await.expect("the envelope");
    assert_eq!(body["error"]["fields"][0]["code"], "no_executable");
}

/// An executable that waits for ever holds a worker no longer than the limit, and leaves no process behind.
#[tokio::test]
async fn a_hanging_executable_is_stopped_at_its_limit() {
    let server = TestServer::start(WITH_WEPP).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    admin.set_control("fire", "wepp", "external_timeout_s", json!(1)).await;
    admin.set_control("fire", "wepp", "engine", json!("external_wepp")).await;
    let program = server.data.path().join("wepp");
    let waiting = server.data.path().join("waiting");
    let script = format!("#!/bin/sh\necho $$ >> {}\nsleep 86399\n", waiting.display());
    std::fs::write(&program, script).expect("writable");
    admin.run("fire", &ALL_TASKS).await;
    for row in &admin.settled("fire").await.runs {
        assert_eq!(row.error_code.as_deref(), Some("external_wepp"), "{row:?}");
        let message = row.error_message.as_deref().expect("a reason");
        assert!(message.contains("1 s"), "{message}");
    }
    for pid in std::fs::read_to_string(waiting).expect("it was started").lines() {
        assert!(!std::path::Path::new("/proc").join(pid).exists(), "process {pid} lives on");
    }
}
