//! A data folder of version 0.1.0, opened by this program: what was done stays done, and what 0.1.0 did not know yet
//! works as in a new batch. How the folder was made stands in its README.

use std::path::Path;

use headwaters_domain::TaskState;
use headwaters_domain::run::{RunRow, RunState};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::support::{Options, TestServer, User, region};

/// Tasks that version 0.1.0 knew.
const TASKS: &[&str] = &[
    "fetch_dem",
    "build_channels",
    "find_outlet",
    "build_subcatchments",
    "abstract_watershed",
    "landuse",
    "soils",
    "climate",
    "wepp",
];

/// The run whose outlet 0.1.0 did not find; the others are done.
const FAILED: &str = "Valley-3";

const BATCH: &str = "/api/batches/fire";

/// A server on a copy of the folder, with `changes` made to its database before it starts.
async fn upgraded(options: Options, changes: &[&'static str]) -> TestServer {
    let data = tempfile::tempdir().expect("temporary folder");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/0.1.0");
    copy(&fixture.join("data"), data.path());
    // Folders of a batch that are empty or hold nothing a test needs.
    for folder in ["_base", "logs", "runs", "snapshots"] {
        std::fs::create_dir_all(data.path().join("batch/fire").join(folder)).expect("writable");
    }
    let dump = std::fs::read_to_string(fixture.join("headwaters.sql")).expect("the database as text");
    let file = data.path().join("headwaters.sqlite");
    let options_of_file =
        SqliteConnectOptions::new().filename(file).create_if_missing(true).foreign_keys(false);
    let mut database = SqliteConnection::connect_with(&options_of_file).await.expect("a database");
    let statements = std::iter::once(dump.as_str()).chain(changes.iter().copied());
    for statement in statements {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut database).await.expect("SQL");
    }
    database.close().await.expect("closed");
    TestServer::start_in(data, options).await
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("writable");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// The results that 0.1.0 gave.
fn results_then() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/0.1.0/results.json");
    serde_json::from_str(&std::fs::read_to_string(file).expect("results")).expect("JSON")
}

/// Every figure that 0.1.0 gave for the runs it finished is the same to the last digit; there may be new ones.
async fn assert_same_results(admin: &User) {
    let now = admin.get_json(&format!("{BATCH}/results")).await;
    let then = results_then();
    assert_eq!(now.as_array().map(Vec::len), then.as_array().map(Vec::len));
    let rows = now.as_array().expect("rows").iter().zip(then.as_array().expect("rows"));
    for (now, then) in rows.filter(|(_, then)| then["run_id"] != FAILED) {
        // The engine's name holds the version of the program.
        let figures = then.as_object().expect("figures").iter().filter(|(figure, _)| *figure != "engine");
        for (figure, value) in figures {
            assert_eq!(&now[figure], value, "{figure} of {}", then["run_id"]);
        }
    }
}

async fn plan(admin: &User) -> Value {
    let all = json!({ "filter": { "kind": "all" }, "tasks": TASKS, "force_rebuild": false });
    admin.post(&format!("{BATCH}/plan"), all).await.json().await.expect("JSON")
}

/// States of the tasks of the runs that 0.1.0 finished, as (task, state).
fn states_of_done_runs(rows: &[RunRow]) -> Vec<(&'static str, TaskState)> {
    let done = rows.iter().filter(|row| row.run_id != FAILED);
    done.flat_map(|row| TASKS.iter().copied().zip(row.tasks.iter().copied())).collect()
}

#[tokio::test]
async fn finished_work_is_shown_as_it_was_and_stays_done() {
    let server = upgraded(Options::default(), &[]).await;
    let admin = server.user("admin").await;
    for page in [
        "",
        "/controls",
        "/tables",
        "/runs",
        "/runs/Valley-0",
        "/runs/Valley-3",
        "/results.csv",
        "/results.geojson",
        "/history",
        "/watersheds/map",
        "/watersheds/template-inputs",
        "/choices/soils",
        "/choices/stations",
    ] {
        let answer = admin.get(&format!("{BATCH}{page}")).await;
        assert_eq!(answer.status(), StatusCode::OK, "{page}");
    }
    assert_same_results(&admin).await;

    assert_eq!(admin.run("fire", TASKS).await.status(), StatusCode::ACCEPTED);
    let rows = admin.snapshot("fire").await.runs;
    for (task, state) in states_of_done_runs(&rows) {
        assert_eq!(state, TaskState::Skipped, "{task}");
    }
    assert_same_results(&admin).await;
}

/// As if 0.1.0 had not known the controls: their pages would answer 500, for ever.
#[tokio::test]
async fn controls_that_0_1_0_did_not_know_can_be_read_and_changed() {
    let server = upgraded(Options::default(), &["delete from control where kind in ('soils', 'wepp')"]).await;
    let admin = server.user("admin").await;
    let before = plan(&admin).await;
    let controls = admin.get_json(&format!("{BATCH}/controls")).await;
    for kind in ["soils", "wepp"] {
        let control = controls.as_array().expect("controls").iter().find(|control| control["kind"] == kind);
        let control = control.unwrap_or_else(|| panic!("{kind} in {controls}"));
        let same = admin.request(Method::PUT, &format!("{BATCH}/controls/{kind}"));
        let same = same.header("if-match", format!("\"{}\"", control["version"])).json(&control["value"]);
        assert_eq!(same.send().await.expect("answer").status(), StatusCode::OK, "{kind}");
    }
    // What a batch made today would have is what this one was run with: the config says so.
    assert_eq!(plan(&admin).await, before);
    assert_eq!(before["tasks_to_run"], plan_of_failed_run());
    let history = admin.get_json(&format!("{BATCH}/history")).await;
    assert!(history.to_string().contains("batch_upgraded"), "{history}");
}

/// Tasks that the failed run has still to do.
fn plan_of_failed_run() -> usize {
    let found = TASKS.iter().position(|task| *task == "find_outlet").expect("the task that failed");
    TASKS.len() - found
}

/// As if 0.1.0 had not known the task: Run and Retry would answer "changed meanwhile", for ever.
#[tokio::test]
async fn a_task_that_0_1_0_did_not_know_is_run_with_what_follows_from_it() {
    let server = upgraded(Options::default(), &[WITHOUT_SOILS]).await;
    let admin = server.user("admin").await;
    for row in admin.snapshot("fire").await.runs {
        let expected = if row.run_id == FAILED { RunState::Failed } else { RunState::Succeeded };
        assert_eq!(row.state(), expected, "an upgrade changes no run's state: {}", row.run_id);
    }
    let batch = admin.get_json(BATCH).await;
    assert!(batch["tasks"].as_array().expect("tasks").contains(&json!("soils")), "{batch}");
    assert_eq!(admin.run("fire", TASKS).await.status(), StatusCode::ACCEPTED);
    let rows = admin.snapshot("fire").await.runs;
    for (task, state) in states_of_done_runs(&rows) {
        let repeated = matches!(task, "soils" | "wepp");
        assert_eq!(state == TaskState::Skipped, !repeated, "{task}: {state:?}");
    }
}

const WITHOUT_SOILS: &str = "
    delete from task where kind = 'soils';
    delete from attempt where kind = 'soils';
    delete from artefact where kind = 'soils';
    delete from counter where kind = 'soils';
    update batch set tasks = replace(tasks, '\"soils\",', '');";

/// The folder holds no files of the runs, so the task that is unknown here is the one that all others follow from.
#[tokio::test]
async fn runs_of_0_1_0_are_run_and_retried_with_the_same_results() {
    let without = "
        delete from task where kind = 'fetch_dem';
        delete from attempt where kind = 'fetch_dem';
        delete from artefact where kind = 'fetch_dem';
        delete from counter where kind = 'fetch_dem';
        update batch set tasks = replace(tasks, '\"fetch_dem\",', '');";
    let server = upgraded(Options { workers: 2, ..Options::default() }, &[without]).await;
    let admin = server.user("admin").await;

    let [lon, lat] = region::on_stream(3, 88);
    let outlet = json!({ "lon": lon, "lat": lat }).to_string();
    let given = admin.put(&format!("{BATCH}/runs/{FAILED}/outlet"), outlet).await;
    assert_eq!(given.status(), StatusCode::OK);
    let retried = admin.post(&format!("{BATCH}/retry"), Value::Null).await;
    assert_eq!(retried.status(), StatusCode::ACCEPTED);
    for row in admin.settled("fire").await.runs {
        assert_eq!(row.state(), RunState::Succeeded, "{}: {:?}", row.run_id, row.error_message);
    }

    admin.set_control("fire", "climate", "years", json!(4)).await;
    assert_eq!(admin.run("fire", TASKS).await.status(), StatusCode::ACCEPTED);
    admin.settled("fire").await;
    admin.set_control("fire", "climate", "years", json!(3)).await;
    assert_eq!(admin.run("fire", TASKS).await.status(), StatusCode::ACCEPTED);
    for row in admin.settled("fire").await.runs {
        assert_eq!(row.state(), RunState::Succeeded, "{}: {:?}", row.run_id, row.error_message);
    }
    assert_same_results(&admin).await;
}
