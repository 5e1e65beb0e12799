//! Who may do what.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Options, TestServer, User};

/// Every route of docs/api.md that needs an admin.
const ADMIN_ROUTES: [(&str, &str); 34] = [
    ("GET", "/api/system"),
    ("GET", "/api/configs"),
    ("GET", "/api/batches/fire/choices/soils"),
    ("GET", "/api/batches/fire/choices/landuse-classes"),
    ("GET", "/api/batches/fire/choices/stations"),
    ("GET", "/api/batches/fire/tables"),
    ("GET", "/api/batches/fire/tables/covers"),
    ("PUT", "/api/batches/fire/tables/covers?filename=a.csv"),
    ("DELETE", "/api/batches/fire/tables/covers"),
    ("GET", "/api/batches"),
    ("POST", "/api/batches"),
    ("GET", "/api/batches/fire"),
    ("GET", "/api/batches/fire/controls"),
    ("PUT", "/api/batches/fire/controls/soils"),
    ("PUT", "/api/batches/fire/sbs-map?filename=a.tif"),
    ("PUT", "/api/batches/fire/watersheds?filename=a.geojson"),
    ("GET", "/api/batches/fire/watersheds/map"),
    ("GET", "/api/batches/fire/watersheds/template-inputs"),
    ("POST", "/api/batches/fire/template"),
    ("PUT", "/api/batches/fire/tasks"),
    ("POST", "/api/batches/fire/plan"),
    ("POST", "/api/batches/fire/run"),
    ("POST", "/api/batches/fire/retry"),
    ("POST", "/api/batches/fire/cancel"),
    ("GET", "/api/batches/fire/runs"),
    ("GET", "/api/batches/fire/runs/valley-0"),
    ("POST", "/api/batches/fire/runs/valley-0/retry"),
    ("POST", "/api/batches/fire/runs/valley-0/cancel"),
    ("DELETE", "/api/batches/fire/runs/valley-0/outlet"),
    ("GET", "/api/batches/fire/runs/valley-0/log?task=wepp&attempt=1"),
    ("GET", "/api/batches/fire/results"),
    ("GET", "/api/batches/fire/results.csv"),
    ("GET", "/api/batches/fire/results.geojson"),
    ("GET", "/api/batches/fire/history"),
];

fn method(name: &str) -> Method {
    Method::from_bytes(name.as_bytes()).expect("a method")
}

async fn status(user: &User, verb: &str, path: &str) -> (StatusCode, Value) {
    let response = user.request(method(verb), path).send().await.expect("answer");
    let status = response.status();
    (status, response.json().await.unwrap_or(Value::Null))
}

#[tokio::test]
async fn every_route_is_closed_to_strangers_and_to_users_without_the_role() {
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let guest = server.user("guest").await;
    for (verb, path) in ADMIN_ROUTES {
        let (stranger, body) = status(&server.anonymous(), verb, path).await;
        assert_eq!(stranger, StatusCode::UNAUTHORIZED, "{verb} {path}");
        assert_eq!(body["error"]["code"], "not_signed_in", "{verb} {path}");
        let (without_role, body) = status(&guest, verb, path).await;
        assert_eq!(without_role, StatusCode::FORBIDDEN, "{verb} {path}");
        assert_eq!(body["error"]["code"], "not_admin", "{verb} {path}");
        let (allowed, _) = status(&admin, verb, path).await;
        let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::INTERNAL_SERVER_ERROR];
        assert!(!refused.contains(&allowed), "{verb} {path}: {allowed}");
        assert_ne!(allowed, StatusCode::METHOD_NOT_ALLOWED, "{verb} {path}");
        if verb != "GET" {
            let foreign = admin.request(method(verb), path).header("sec-fetch-site", "cross-site");
            let code = foreign.send().await.expect("answer").status();
            assert_eq!(code, StatusCode::FORBIDDEN, "{verb} {path} from another site");
        }
    }
    for open in ["/healthz", "/readyz", "/api/session", "/", "/batches/fire"] {
        let response = server.anonymous().get(open).await;
        assert_eq!(response.status(), StatusCode::OK, "{open}");
        let policy = response.headers().get("content-security-policy").expect("a policy");
        assert!(policy.to_str().expect("text").contains("default-src 'self'"));
    }
    assert_eq!(server.anonymous().get("/assets/missing.js").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_session_ends_with_sign_out_and_with_a_new_password() {
    let server = TestServer::start(Options::default()).await;
    let first = server.user("admin").await;
    let second = server.user("admin").await;
    let changed = first
        .form("/api/action/change_password", "current=password+of+admin&new=another+long+one".to_owned())
        .await;
    assert_eq!(changed.status(), StatusCode::OK);
    assert!(changed.headers().contains_key("set-cookie"), "the session is rotated");
    assert_eq!(second.get("/api/batches").await.status(), StatusCode::UNAUTHORIZED, "other sessions end");
    let guest = server.user("guest").await;
    assert_eq!(guest.get_json("/api/session").await["user"]["name"], "guest");
    guest.form("/api/action/sign_out", String::new()).await;
    assert_eq!(guest.get_json("/api/session").await["user"], Value::Null);
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let server = TestServer::start(Options::default()).await;
    let stranger = server.anonymous();
    let mut last = StatusCode::OK;
    for attempt in 0..8 {
        last = stranger
            .form("/api/action/sign_in", format!("name=admin&password=guess{attempt}"))
            .await
            .status();
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_switched_off_batch_runner_says_so() {
    let server = TestServer::start(Options { enabled: false, ..Options::default() }).await;
    let admin = server.user("admin").await;
    let (code, body) = status(&admin, "GET", "/api/batches").await;
    assert_eq!(
        (code, body["error"]["code"].as_str()),
        (StatusCode::FORBIDDEN, Some("batch_runner_disabled"))
    );
    assert_eq!(admin.get_json("/api/session").await["batch_runner_enabled"], json!(false));
}

#[tokio::test]
async fn hostile_names_reach_no_file() {
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    for name in ["..", "../x", "_base", "RUNS", "a", "con", "fire/../x", "fire\u{0}", "<b>"] {
        let (code, _) = {
            let response = admin.post("/api/batches", json!({ "name": name, "config": "valleys" })).await;
            (response.status(), ())
        };
        assert_eq!(code, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
    }
    let again = admin.post("/api/batches", json!({ "name": "fire", "config": "valleys" })).await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
    let unknown = admin.post("/api/batches", json!({ "name": "other", "config": "../../x" })).await;
    assert_eq!(unknown.status(), StatusCode::UNPROCESSABLE_ENTITY);
    for path in ["..%2F..%2F..%2Fqueue.json", "%2Fetc%2Fpasswd", "wepp%2F..%2F..%2Fx", ".hidden", "a%00b"] {
        let response = admin.get(&format!("/api/batches/fire/runs/valley-0/files/{path}")).await;
        assert!(response.status().is_client_error(), "{path}: {}", response.status());
    }
    for filename in ["..%2Fx.geojson", ".x.geojson", "x.exe", "a%2Fb.json", "x%00.json"] {
        let path = format!("/api/batches/fire/watersheds?filename={filename}");
        assert!(admin.put(&path, "{}").await.status().is_client_error(), "{filename}");
    }
}
