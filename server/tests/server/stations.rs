//! Which station drives a watershed's weather, and what is recorded of the choice.

use headwaters_domain::run::RunState;
use headwaters_weather::{ClimateType, SyntheticSite, synthetic_station};
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Options, TestServer, User, region};

const TASKS: [&str; 6] =
    ["fetch_dem", "build_channels", "find_outlet", "build_subcatchments", "landuse", "climate"];

/// Runs a batch and gives what is recorded of the first watershed's stations.
async fn stations_of(admin: &User, batch: &str) -> String {
    assert_eq!(admin.run(batch, &TASKS).await.status(), StatusCode::ACCEPTED);
    for row in &admin.settled(batch).await.runs {
        assert_eq!(row.state(), RunState::Succeeded, "{}: {:?}", row.run_id, row.error_message);
    }
    let path = format!("/api/batches/{batch}/runs/valley-0/files/climate/stations.csv");
    admin.get(&path).await.text().await.expect("a table")
}

/// The nearer station can have another country's rain: with a climatology at hand the one that fits the watershed is
/// taken, and the reader of a report can see why.
#[tokio::test]
async fn monthly_precipitation_decides_between_stations_and_the_choice_is_recorded() {
    let server = TestServer::start(Options { workers: 2, ..Options::DEFAULT }).await;
    let admin = server.user("admin").await;
    let folder = server.data.path().join("valleys");
    // A little farther away, with a summer monsoon.
    let site = SyntheticSite {
        name: "TEST MONSOON".to_owned(),
        longitude_deg: -123.2,
        latitude_deg: 40.6,
        elevation_m: 500.0,
        climate: ClimateType::SemiaridMonsoon,
    };
    let monsoon = synthetic_station(&site);
    std::fs::write(folder.join("stations/monsoon.par"), monsoon.to_text().expect("valid")).expect("writable");
    for month in 0..12 {
        let mm = headwaters_weather::monthly_precipitation_mm(&monsoon, month).round() as u8;
        let raster = region::raster_by_valley(|_| mm.max(1));
        std::fs::write(folder.join(format!("rain_{:02}.tif", month + 1)), raster).expect("writable");
    }

    admin.ready_batch("near").await;
    let table = stations_of(&admin, "near").await;
    let first = |table: &str| table.lines().nth(1).expect("a station").to_owned();
    assert!(first(&table).starts_with("valleys,TEST VALLEYS,yes,"), "{table}");
    let rain = "[climate]\nmonthly_precipitation = { path = \"valleys/rain_{month}.tif\" }";
    server.config("rain", &[("[climate]", rain)]);
    admin.ready_batch_of("alike", "rain").await;
    let table = stations_of(&admin, "alike").await;
    assert!(first(&table).starts_with("monsoon,TEST MONSOON,yes,"), "{table}");
    let results = admin.get_json("/api/batches/alike/results").await;
    let km = results[0]["station_distance_km"].as_f64().expect("a distance");
    assert!((10.0..60.0).contains(&km), "{km} km");

    // A station chosen by hand is in the table too, with its distance.
    admin.set_control("alike", "climate", "station_id", json!("valleys")).await;
    admin.set_control("alike", "climate", "station", json!("fixed")).await;
    let table = stations_of(&admin, "alike").await;
    assert!(table.contains("valleys,TEST VALLEYS,yes,") && table.contains("MONSOON,no,"), "{table}");

    std::fs::remove_file(folder.join("rain_07.tif")).expect("removed");
    let listed = admin.get_json("/api/configs").await;
    let listed = listed.as_array().expect("configs").iter().find(|config| config["name"] == "rain");
    let error = listed.expect("listed")["error"].as_str().expect("an error");
    assert!(error.contains("rain_07.tif"), "{error}");
}

/// A source that cannot work is told where the config is chosen, not by 400 failed runs.
#[tokio::test]
async fn a_misspelt_or_unusable_source_is_told_in_the_list_of_configs() {
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    let dem = "path = \"valleys/dem.tif\"";
    let source = |fields: &str| format!("source = {{ kind = \"cog\", {fields} }}");
    for (name, fields, told) in [
        ("typo", "url = \"https://example.org/dem.tif\", max_mcels = 5", "max_mcels"),
        ("address", "url = \"example.org/dem.tif\"", "example.org"),
        ("system", "url = \"https://example.org/dem.tif\", crs = \"EPSG:1\"", "1"),
    ] {
        server.config(name, &[(dem, &source(fields))]);
        let listed = admin.get_json("/api/configs").await;
        let listed = listed.as_array().expect("configs").iter().find(|config| config["name"] == name);
        let error = listed.expect("listed")["error"].as_str().unwrap_or_default();
        assert!(error.contains(told), "{name}: {error:?}");
    }
}
