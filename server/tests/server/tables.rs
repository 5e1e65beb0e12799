//! The landscape tables of a batch: replaced, refused, used, reset.

use headwaters_domain::run::RunState;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{ALL_TASKS, Options, TestServer, User};

const TABLES: &str = "/api/batches/fire/tables";

async fn text(admin: &User, kind: &str) -> String {
    admin.get(&format!("{TABLES}/{kind}")).await.text().await.expect("a text")
}

/// The table of this kind in the list that the server answers.
fn listed<'a>(tables: &'a Value, kind: &str) -> &'a Value {
    let mut tables = tables.as_array().expect("a list of tables").iter();
    tables.find(|table| table["kind"] == kind).expect("listed")
}

async fn replace(admin: &User, kind: &str, content: String) -> Value {
    let response = admin.put(&format!("{TABLES}/{kind}?filename=mine.csv"), content).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.json().await.expect("JSON")
}

async fn plan(admin: &User) -> u64 {
    let all = json!({ "filter": { "kind": "all" }, "tasks": ALL_TASKS, "force_rebuild": false });
    let plan: Value = admin.post("/api/batches/fire/plan", all).await.json().await.expect("JSON");
    plan["tasks_to_run"].as_u64().expect("a number")
}

async fn sediment(admin: &User) -> f64 {
    admin.run("fire", &ALL_TASKS).await;
    for row in &admin.settled("fire").await.runs {
        assert_eq!(row.state(), RunState::Succeeded, "{}: {:?}", row.run_id, row.error_message);
    }
    let results = admin.get_json("/api/batches/fire/results").await;
    let rows = results.as_array().expect("rows").iter();
    rows.map(|row| row["sediment_t_y"].as_f64().expect("a number")).sum()
}

/// A user who has better ground-cover figures for the fire gets results made from them, and only what reads them is
/// computed again.
#[tokio::test]
async fn a_table_of_ones_own_changes_the_results_of_its_readers() {
    let server = TestServer::start(Options { workers: 2, ..Options::DEFAULT }).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let before = sediment(&admin).await;
    assert_eq!(plan(&admin).await, 0);

    // All ground covered, everywhere.
    let covers = text(&admin, "covers").await;
    let covered: Vec<String> = covers
        .lines()
        .map(|line| {
            let mut cells: Vec<&str> = line.split(',').collect();
            if !line.starts_with(['#']) && !line.starts_with("class,") && cells.len() > 4 {
                (cells[2], cells[3]) = ("1", "1");
            }
            cells.join(",")
        })
        .collect();
    let tables = replace(&admin, "covers", covered.join("\n")).await;
    assert_eq!(listed(&tables, "covers")["origin"], "batch");
    assert_eq!(listed(&tables, "covers")["updated_by"], "admin");
    assert_eq!(listed(&tables, "burn")["origin"], "built_in");
    // Land use checks classes against it, soils follow land use, erosion reads it: 3 tasks of 4 runs.
    assert_eq!(plan(&admin).await, 12);
    let after = sediment(&admin).await;
    assert!(after < 0.9 * before, "{before} t/y before, {after} after");

    let response = admin.request(Method::DELETE, &format!("{TABLES}/covers")).send().await.expect("answer");
    let tables: Value = response.json().await.expect("JSON");
    assert_eq!(listed(&tables, "covers")["origin"], "built_in");
    assert_eq!(sediment(&admin).await, before);
    let history = admin.get_json("/api/batches/fire/history").await.to_string();
    assert!(history.contains("table_changed") && history.contains("table_removed"), "{history}");
}

/// A faulty file is refused with its place and loses nothing; what does not fit together is said before anything fails.
#[tokio::test]
async fn a_faulty_table_is_refused_and_a_missing_class_is_announced() {
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let burn = text(&admin, "burn").await;
    for (content, place) in [
        (burn.replace("forest,forest,", "forest,tree,").into_bytes(), "line 3, group"),
        (b"class,group\n".to_vec(), "header"),
        (burn.lines().take(2).collect::<Vec<_>>().join("\n").into_bytes(), "at least one row"),
        (b"class\n\xfcber\n".to_vec(), "line 2: not UTF-8"),
    ] {
        let response = admin.put(&format!("{TABLES}/burn?filename=mine.csv"), content).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let body: Value = response.json().await.expect("the envelope");
        assert_eq!(body["error"]["code"], "table_refused");
        let message = body["error"]["message"].as_str().expect("a message");
        assert!(message.contains("mine.csv") && message.contains(place), "{message}");
    }
    assert_eq!(text(&admin, "burn").await, burn);
    assert_eq!(admin.get(&format!("{TABLES}/colours")).await.status(), StatusCode::NOT_FOUND);

    let ashes = burn.replace("forest high sev fire", "ashes");
    let tables = replace(&admin, "burn", ashes).await;
    let findings = listed(&tables, "burn")["findings"].to_string();
    assert!(findings.contains("`ashes` has no row in Covers"), "{findings}");
}

/// An operator's own tables hold for every batch of the config, until a batch has one of its own.
#[tokio::test]
async fn a_config_can_bring_tables_and_a_broken_one_stops_the_submission() {
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    let soils = "[controls.soils]";
    server.config("own", &[(soils, &format!("[tables]\nburn = \"valleys/burn.csv\"\n{soils}"))]);
    let file = server.data.path().join("valleys/burn.csv");
    std::fs::write(&file, headwaters_landscape::BurnTable::BUILT_IN).expect("writable");
    admin.ready_batch_of("fire", "own").await;
    let tables = admin.get_json(TABLES).await;
    assert_eq!(listed(&tables, "burn")["origin"], "config");
    assert_eq!(listed(&tables, "burn")["filename"], "valleys/burn.csv");

    std::fs::write(&file, "class\n").expect("writable");
    let tables = admin.get_json(TABLES).await;
    assert_eq!(listed(&tables, "burn")["rows"], Value::Null);
    let refused = admin.run("fire", &ALL_TASKS).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    let body: Value = refused.json().await.expect("the envelope");
    let message = body["error"]["message"].as_str().expect("a message");
    assert!(message.contains("Burned classes") && message.contains("valleys/burn.csv"), "{message}");
    replace(&admin, "burn", headwaters_landscape::BurnTable::BUILT_IN.to_owned()).await;
    assert_eq!(admin.run("fire", &ALL_TASKS).await.status(), StatusCode::ACCEPTED);
}
