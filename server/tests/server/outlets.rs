//! An outlet set by hand beyond the elevations of its run.

use headwaters_domain::run::RunState;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Options, TestServer, User, region, succeed};

const TASKS: [&str; 3] = ["fetch_dem", "build_channels", "find_outlet"];
const RUN: &str = "/api/batches/fire/runs/valley-0";
/// A row of the trunk stream, below all valleys.
const TRUNK_ROW: usize = 96;

/// Sets the outlet of the first valley.
async fn set_outlet(admin: &User, [lon, lat]: [f64; 2]) {
    let body = json!({ "lon": lon, "lat": lat }).to_string();
    assert_eq!(admin.put(&format!("{RUN}/outlet"), body).await.status(), StatusCode::OK);
}

/// Gives the outlet of the first valley back to the search.
async fn clear_outlet(admin: &User) {
    let cleared = admin.request(Method::DELETE, &format!("{RUN}/outlet")).send().await.expect("answer");
    assert_eq!(cleared.status(), StatusCode::OK);
}

async fn tasks_to_run(admin: &User) -> u64 {
    let all = json!({ "filter": { "kind": "all" }, "tasks": TASKS, "force_rebuild": false });
    let plan: Value = admin.post("/api/batches/fire/plan", all).await.json().await.expect("JSON");
    plan["tasks_to_run"].as_u64().unwrap_or_else(|| panic!("{plan}"))
}

async fn file(admin: &User, name: &str) -> Value {
    admin.get_json(&format!("{RUN}/files/{name}")).await
}

async fn checksum(admin: &User) -> Value {
    file(admin, "fetch_dem/elevation_provenance.json").await["checksum"].clone()
}

#[tokio::test]
async fn an_outlet_beyond_the_elevations_widens_them_and_only_then_are_they_fetched_anew() {
    let server = TestServer::start(Options { workers: 2, ..Options::DEFAULT }).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    succeed(&admin, "fire", &TASKS).await;
    let narrow = file(&admin, "fetch_dem/extent.json").await;
    assert_eq!(narrow["outlet"], Value::Null);
    for repeated in ["source", "resolution_m", "checksum"] {
        assert!(narrow.get(repeated).is_none(), "{repeated} is in elevation_provenance.json");
    }
    let found = admin.get_json(RUN).await["results"]["outlet"].clone();
    let own_checksum = checksum(&admin).await;

    // On the grid: nothing is fetched, whether it is given or taken back.
    set_outlet(&admin, region::on_stream(0, 60)).await;
    assert_eq!(tasks_to_run(&admin).await, 1);
    succeed(&admin, "fire", &TASKS).await;
    clear_outlet(&admin).await;
    assert_eq!(tasks_to_run(&admin).await, 1);

    // Two valleys further down the trunk stream: elevations, channels and outlet of this run, and no other's.
    let beyond = region::on_stream(2, TRUNK_ROW);
    set_outlet(&admin, beyond).await;
    let waiting = admin.get_json(RUN).await["tasks"][0]["waiting_for"].clone();
    assert!(waiting.as_str().expect("a reason").contains("outlet was changed"), "{waiting}");
    assert_eq!(tasks_to_run(&admin).await, 3);
    succeed(&admin, "fire", &TASKS).await;
    let wide = file(&admin, "fetch_dem/extent.json").await;
    assert_eq!(wide["outlet"]["widened"], true, "{wide}");
    assert!(wide["columns"].as_u64() > narrow["columns"].as_u64(), "{narrow} to {wide}");
    let run = admin.get_json(RUN).await;
    for (axis, wanted) in beyond.iter().enumerate() {
        let used = run["results"]["outlet"][axis].as_f64().expect("degrees");
        // A cell is 30 m, some 0.0003 degrees.
        assert!((used - wanted).abs() < 0.0006, "{run}");
    }
    // The margin of the polygon ends within the third valley; cut off there, every figure of the run would be too small.
    assert!(wide["enlargements"].as_u64() > narrow["enlargements"].as_u64(), "{wide}");
    let (area, whole) = (run["results"]["basin_area_km2"].as_f64(), region::basin_km2(2, TRUNK_ROW));
    assert!(area.is_some_and(|area| (area - whole).abs() < 1e-6), "{area:?} of {whole}");
    assert_eq!(tasks_to_run(&admin).await, 0);

    // Elsewhere on the wider grid: only the outlet is sought again. Fetched anew by force, the elevations are known for
    // what they are.
    set_outlet(&admin, region::on_stream(1, TRUNK_ROW)).await;
    assert_eq!(tasks_to_run(&admin).await, 1);
    let forced = json!({ "filter": { "kind": "all" }, "tasks": TASKS, "force_rebuild": true });
    let forced = admin.post("/api/batches/fire/run", forced).await;
    assert_eq!(forced.status(), StatusCode::ACCEPTED);
    admin.settled("fire").await;
    assert_eq!(tasks_to_run(&admin).await, 0);
    assert_ne!(checksum(&admin).await, own_checksum);

    // Taken back: the elevations are again those the polygon needs, and so is the outlet.
    clear_outlet(&admin).await;
    assert_eq!(tasks_to_run(&admin).await, 3);
    let retried = admin.post("/api/batches/fire/retry", Value::Null).await;
    assert_eq!(retried.status(), StatusCode::ACCEPTED);
    admin.settled("fire").await;
    assert_eq!(file(&admin, "fetch_dem/extent.json").await, narrow);
    assert_eq!(checksum(&admin).await, own_checksum);
    assert_eq!(admin.get_json(RUN).await["results"]["outlet"], found);

    // Hundreds of kilometres away: refused with the point and the limit, and mended by taking it back.
    let far = [beyond[0] + 5.0, beyond[1] + 5.0];
    set_outlet(&admin, far).await;
    admin.run("fire", &TASKS).await;
    let failed = admin.settled("fire").await;
    let failed = failed.runs.iter().find(|row| row.state() == RunState::Failed).expect("one");
    assert_eq!(failed.error_code.as_deref(), Some("outlet_override"), "{failed:?}");
    let message = failed.error_message.as_deref().expect("a reason");
    for part in [format!("{:.5}, {:.5}", far[0], far[1]), "km beyond".to_owned(), "10.0 km".to_owned()] {
        assert!(message.contains(&part), "{message}");
    }
    clear_outlet(&admin).await;
    succeed(&admin, "fire", &TASKS).await;
}

/// An outlet changed while its run waits belongs to the next submission. Were it used by this one, the run would pass
/// for done with the old outlet and hold the new.
#[tokio::test]
async fn a_run_seeks_the_outlet_it_was_submitted_with() {
    let mut server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let [submitted, later] = [region::on_stream(0, 60), region::on_stream(0, 70)];
    set_outlet(&admin, submitted).await;
    admin.run("fire", &TASKS).await;
    set_outlet(&admin, later).await;
    server.crash_and_restart(Options { workers: 2, ..Options::DEFAULT }).await;
    let admin = server.user("admin").await;
    admin.settled("fire").await;
    let given =
        |outlet: &Value| [&outlet["given"]["longitude"], &outlet["given"]["latitude"]].map(Value::as_f64);
    let used = file(&admin, "find_outlet/outlet.json").await;
    assert_eq!(given(&used), submitted.map(Some), "{used}");
    assert_eq!(tasks_to_run(&admin).await, 1, "the later outlet is still to be sought");
    set_outlet(&admin, submitted).await;
    assert_eq!(tasks_to_run(&admin).await, 0, "what was sought is what is given");
}
