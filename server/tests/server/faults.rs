//! What a batch survives.

use std::process::Command;

use headwaters_domain::run::RunState;
use headwaters_domain::{TaskKind, TaskState};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::sqlite::SqlitePoolOptions;

use crate::support::{ALL_TASKS, Options, TestServer, eventually};

const WITH_WORKERS: Options = Options { workers: 2, ..Options::DEFAULT };

/// What must hold of the database after any run, whatever happened.
async fn check_history(server: &TestServer) {
    let url = format!("sqlite://{}", server.data.path().join("headwaters.sqlite").display());
    let pool = SqlitePoolOptions::new().connect(&url).await.expect("the database");
    let scalar = async |sql: &'static str| -> i64 {
        sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    };
    assert_eq!(scalar("select max(seq) - min(seq) + 1 - count(*) from event").await, 0, "seq has gaps");
    let doubles =
        "select count(*) from (select run_id, kind, attempt from event where event = 'task_succeeded'
                   group by run_id, kind, attempt having count(*) > 1)";
    assert_eq!(scalar(doubles).await, 0, "an attempt succeeded twice");
    let miscounted = "select count(*) from (
        select batch_id, kind, state, n from counter where n <> 0
        except
        select run.batch_id, task.kind, task.state, count(*) from task join run on run.id = task.run_id
        where run.current = 1 group by run.batch_id, task.kind, task.state)";
    assert_eq!(scalar(miscounted).await, 0, "counters differ from a recount");
    let unended = "select count(*) from task where state not in
        ('idle', 'succeeded', 'skipped', 'failed', 'upstream_failed', 'cancelled')";
    assert_eq!(scalar(unended).await, 0, "a task never ended");
}

fn all_succeeded(snapshot: &headwaters_domain::live::Snapshot) {
    for row in &snapshot.runs {
        assert_eq!(row.state(), RunState::Succeeded, "{}: {:?}", row.run_id, row.error_message);
    }
}

#[tokio::test]
async fn a_killed_worker_and_an_emptied_redis_cost_time_but_no_work() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.slow_batch("fire").await;
    assert_eq!(admin.run("fire", &ALL_TASKS).await.status(), StatusCode::ACCEPTED);
    let busy = admin.run("fire", &ALL_TASKS).await;
    if busy.status() == StatusCode::CONFLICT {
        let body: Value = busy.json().await.expect("the envelope");
        assert_eq!(body["error"]["code"], "batch_busy");
        assert!(body["error"]["details"].is_object());
    }
    let pid = eventually("a busy worker", async || {
        let system = admin.get_json("/api/system").await;
        system["workers"].as_array()?.iter().find(|worker| worker["busy"] != 0)?["pid"].as_i64()
    })
    .await;
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().expect("kill").success());
    server.redis(&["FLUSHALL"]);
    all_succeeded(&admin.settled("fire").await);
    check_history(&server).await;
}

#[tokio::test]
async fn a_worker_that_wakes_up_too_late_changes_nothing() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.slow_batch("fire").await;
    admin.run("fire", &ALL_TASKS).await;
    let signal = |name: &str, pid: i64| {
        let status = Command::new("kill").args([name, &pid.to_string()]).status().expect("kill");
        assert!(status.success());
    };
    let pid = eventually("a busy worker", async || {
        let system = admin.get_json("/api/system").await;
        system["workers"].as_array()?.iter().find(|worker| worker["busy"] != 0)?["pid"].as_i64()
    })
    .await;
    signal("-STOP", pid);
    // The other worker finishes everything once the lease of the sleeping one is over.
    let snapshot = admin.settled("fire").await;
    signal("-CONT", pid);
    all_succeeded(&snapshot);
    // The sleeper comes back as an ordinary worker.
    eventually("both workers", async || {
        let system = admin.get_json("/api/system").await;
        (system["workers"].as_array()?.len() == 2).then_some(())
    })
    .await;
    check_history(&server).await;
    assert_eq!(admin.snapshot("fire").await.runs, snapshot.runs);
}

#[tokio::test]
async fn a_server_that_crashes_finishes_the_batch_after_its_restart() {
    let mut server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.slow_batch("fire").await;
    admin.run("fire", &ALL_TASKS).await;
    eventually("something runs", async || {
        let snapshot = admin.snapshot("fire").await;
        let running = snapshot.runs.iter().any(|row| row.tasks.contains(&TaskState::Running));
        let done = snapshot.runs.iter().any(|row| row.tasks.contains(&TaskState::Succeeded));
        (running || done).then_some(())
    })
    .await;
    server.crash_and_restart(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    all_succeeded(&admin.settled("fire").await);
    check_history(&server).await;
}

#[tokio::test]
async fn cancel_is_final_and_a_late_result_changes_nothing() {
    // No worker: every message to the scheduler is ours.
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    admin.run("fire", &["fetch_dem"]).await;
    let (_, epoch) = server.queue();
    let jobs = format!("{{headwaters:{epoch}}}:jobs");
    let job = eventually("a job in the stream", async || {
        let text = server.redis(&["XRANGE", &jobs, "-", "+", "COUNT", "1"]);
        let json = text.lines().find(|line| line.starts_with('{'))?.to_owned();
        serde_json::from_str::<Value>(&json).ok()
    })
    .await;
    let report = |worker: &str, outcome: Value| {
        let message = json!({ "id": job["id"], "worker": worker, "outcome": outcome }).to_string();
        server.redis(&["XADD", &format!("{{headwaters:{epoch}}}:results"), "*", "m", &message]);
    };
    let run_id = job["run_id"].as_str().expect("text").to_owned();
    let state = async || {
        let run = admin.get_json(&format!("/api/batches/fire/runs/{run_id}")).await;
        run["tasks"][TaskKind::FetchDem.index()]["state"].as_str().expect("text").to_owned()
    };
    report("first", json!({ "type": "started", "entry": "0-1" }));
    eventually("the lease", async || (state().await == "running").then_some(())).await;
    // A second worker got the same delivery; its result must not count.
    report("second", json!({ "type": "finished", "result": {}, "figures": {} }));
    let cancelled: Value =
        admin.post("/api/batches/fire/cancel", Value::Null).await.json().await.expect("JSON");
    assert_eq!(cancelled["cancelled"], 4);
    report("first", json!({ "type": "stopped" }));
    eventually("the cancelled task", async || (state().await == "cancelled").then_some(())).await;
    report("first", json!({ "type": "finished", "result": {}, "figures": {} }));
    eventually("the late results in the history", async || {
        let history = admin.get_json("/api/batches/fire/history").await;
        let late = history.as_array()?.iter().filter(|entry| entry["event"] == "late_result").count();
        (late >= 2).then_some(())
    })
    .await;
    assert_eq!(state().await, "cancelled");
    check_history(&server).await;
}

#[tokio::test]
async fn a_running_batch_stops_within_seconds_of_cancel() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.slow_batch("fire").await;
    admin.run("fire", &ALL_TASKS).await;
    eventually("something runs", async || {
        let snapshot = admin.snapshot("fire").await;
        snapshot.runs.iter().any(|row| row.tasks.contains(&TaskState::Running)).then_some(())
    })
    .await;
    admin.post("/api/batches/fire/cancel", Value::Null).await;
    let snapshot = admin.settled("fire").await;
    assert!(snapshot.runs.iter().any(|row| row.state() == RunState::Cancelled));
    check_history(&server).await;
    // And it can be taken up again.
    let retried = admin.post("/api/batches/fire/retry", Value::Null).await;
    assert_eq!(retried.status(), StatusCode::ACCEPTED);
    admin.post("/api/batches/fire/cancel", Value::Null).await;
    admin.settled("fire").await;
}
