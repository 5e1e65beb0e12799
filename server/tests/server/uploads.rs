//! Uploads, controls and templates.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Options, TestServer, region};

#[tokio::test]
async fn a_bad_upload_never_takes_the_place_of_a_good_file() {
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let stored = server.data.path().join("batch/fire/resources/watersheds.geojson");
    let before = std::fs::read(&stored).expect("stored");
    let path = "/api/batches/fire/watersheds?filename=new.geojson";
    let collection =
        |features: Value| json!({ "type": "FeatureCollection", "features": features }).to_string();
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    for (what, body) in [
        ("not JSON", "{".to_owned()),
        ("no collection", json!({ "type": "Feature" }).to_string()),
        ("no features", collection(json!([]))),
        (
            "only rejected features",
            collection(json!([{ "type": "Feature", "geometry": null, "properties": {} }])),
        ),
        ("deeply nested", deep),
    ] {
        let response = admin.put(path, body).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        let body: Value = response.json().await.expect("the envelope");
        assert_eq!(body["error"]["code"], "geojson_refused", "{what}");
    }
    // Announced as too large, and too large without saying so.
    let large = vec![b' '; 1024 * 1024 + 1];
    assert_eq!(admin.put(path, large.clone()).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>(large)]);
    let streamed = admin.request(Method::PUT, path).body(reqwest::Body::wrap_stream(chunks)).send().await;
    assert_eq!(streamed.expect("answer").status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(std::fs::read(&stored).expect("stored"), before);
    let left = std::fs::read_dir(server.data.path().join("incoming")).expect("folder").count();
    assert_eq!(left, 0, "no temporary file is left");
    let batch = admin.get_json("/api/batches/fire").await;
    assert_eq!(batch["template_status"], "ok");
    assert_eq!(batch["watersheds"]["filename"], "valleys.geojson");
}

#[tokio::test]
async fn replacing_the_polygons_makes_the_template_stale_and_blocks_run() {
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let mut polygons = region::polygons();
    polygons["features"].as_array_mut().expect("features").pop();
    let path = "/api/batches/fire/watersheds?filename=fewer.geojson";
    let info: Value = admin.put(path, polygons.to_string()).await.json().await.expect("JSON");
    assert_eq!((info["replaced"].as_bool(), info["feature_count"].as_u64()), (Some(true), Some(3)));
    let batch = admin.get_json("/api/batches/fire").await;
    assert_eq!(batch["template_status"], "stale");
    assert!(batch["run_blocked"].as_str().expect("a reason").contains("validate"));
    let response = admin.run("fire", &["fetch_dem"]).await;
    assert_eq!(response.status(), StatusCode::CONFLICT);
    let body: Value = response.json().await.expect("the envelope");
    assert_eq!(body["error"]["code"], "not_ready");
    let duplicate = admin.post("/api/batches/fire/template", json!({ "template": "same" })).await;
    let duplicate: Value = duplicate.json().await.expect("JSON");
    assert_eq!(duplicate["template_status"], "invalid");
    assert_eq!(duplicate["template_report"]["duplicates"][0]["count"], 3);
}

#[tokio::test]
async fn two_editors_of_one_control_cannot_overwrite_each_other() {
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let path = "/api/batches/fire/controls/channels";
    let write = async |version: Option<&str>, body: Value| {
        let mut request = admin.request(Method::PUT, path).json(&body);
        if let Some(version) = version {
            request = request.header("if-match", version);
        }
        let response = request.send().await.expect("answer");
        (response.status(), response.json::<Value>().await.expect("JSON"))
    };
    let good = json!({ "critical_source_area_ha": 6.0 });
    assert_eq!(write(None, good.clone()).await.0, StatusCode::PRECONDITION_REQUIRED);
    let (status, stored) = write(Some("\"1\""), good).await;
    assert_eq!((status, stored["version"].as_u64()), (StatusCode::OK, Some(2)));
    let (status, conflict) = write(Some("\"1\""), json!({ "critical_source_area_ha": 7.0 })).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(conflict["error"]["details"]["value"]["critical_source_area_ha"], 6.0);
    let (status, invalid) = write(Some("\"2\""), json!({ "critical_source_area_ha": -1.0 })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(invalid["error"]["fields"][0]["path"], "critical_source_area_ha");
    let (status, _) = write(Some("\"2\""), json!({ "typing_error": 1.0 })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}
