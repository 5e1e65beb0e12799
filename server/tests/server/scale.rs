//! Ten thousand runs: submitted, looked at, cancelled and retried without anybody waiting for it.

use headwaters_domain::TaskKind;
use headwaters_domain::run::RunState;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{ALL_TASKS, Options, TestServer};

const RUNS: usize = 10_000;
const NO_WORKERS: Options = Options { geojson_max_mb: 10, ..Options::DEFAULT };

/// Small squares, side by side.
fn polygons() -> Value {
    let feature = |n: usize| {
        let (west, south) = (-123.0 + 0.01 * (n % 100) as f64, 40.0 + 0.01 * (n / 100) as f64);
        let (east, north) = (west + 0.008, south + 0.008);
        json!({
            "type": "Feature", "properties": { "n": n },
            "geometry": { "type": "Polygon", "coordinates":
                [[[west, south], [east, south], [east, north], [west, north], [west, south]]] },
        })
    };
    json!({ "type": "FeatureCollection", "features": (0..RUNS).map(feature).collect::<Vec<_>>() })
}

#[tokio::test]
async fn ten_thousand_runs_are_submitted_cancelled_and_retried_as_a_whole() {
    let server = TestServer::start(NO_WORKERS).await;
    let admin = server.user("admin").await;
    let clock = Stopwatch(std::time::Instant::now().into());
    let created = json!({ "name": "many", "config": "valleys" });
    assert_eq!(admin.post("/api/batches", created).await.status(), StatusCode::CREATED);
    let path = "/api/batches/many/watersheds?filename=many.geojson";
    assert_eq!(admin.put(path, polygons().to_string()).await.status(), StatusCode::OK);
    clock.lap("upload");
    let template = json!({ "template": "run-{n:05d}" });
    let stored = admin.post("/api/batches/many/template", template).await;
    assert_eq!(stored.status(), StatusCode::OK);
    clock.lap("validate");

    let all = json!({ "filter": { "kind": "all" }, "tasks": ALL_TASKS, "force_rebuild": false });
    let plan: Value = admin.post("/api/batches/many/plan", all).await.json().await.expect("JSON");
    assert_eq!((plan["runs"].as_u64(), plan["tasks_to_run"].as_u64()), (Some(10_000), Some(90_000)));
    clock.lap("plan");
    assert_eq!(admin.run("many", &ALL_TASKS).await.status(), StatusCode::ACCEPTED);
    clock.lap("submit");
    let snapshot = admin.snapshot("many").await;
    clock.lap("snapshot");
    assert_eq!(snapshot.counts.get(&RunState::Pending), Some(&10_000));
    assert!(
        snapshot
            .runs
            .iter()
            .all(|row| row.state() == RunState::Pending && row.tasks.len() == TaskKind::ALL.len())
    );
    // Run folders are made when a run's first task is dispatched, not before.
    let folders = std::fs::read_dir(server.data.path().join("batch/many/runs")).expect("readable").count();
    assert!(folders < 100, "{folders} folders");

    assert_eq!(admin.post("/api/batches/many/cancel", Value::Null).await.status(), StatusCode::ACCEPTED);
    clock.lap("cancel");
    let snapshot = admin.snapshot("many").await;
    assert_eq!(snapshot.counts.get(&RunState::Cancelled), Some(&10_000), "{:?}", snapshot.counts);
    let plan: Value = admin.post("/api/batches/many/retry", Value::Null).await.json().await.expect("JSON");
    clock.lap("retry");
    assert_eq!((plan["runs"].as_u64(), plan["tasks_to_run"].as_u64()), (Some(10_000), Some(90_000)));
    let snapshot = admin.snapshot("many").await;
    assert_eq!(snapshot.counts.get(&RunState::Pending), Some(&10_000), "{:?}", snapshot.counts);
    assert_eq!(admin.post("/api/batches/many/cancel", Value::Null).await.status(), StatusCode::ACCEPTED);
}

/// Prints how long each step took: nothing is asserted about it, other processes share the machine.
struct Stopwatch(std::cell::Cell<std::time::Instant>);

impl Stopwatch {
    fn lap(&self, what: &str) {
        let now = std::time::Instant::now();
        println!("{what}: {:.2} s", (now - self.0.replace(now)).as_secs_f64());
    }
}
