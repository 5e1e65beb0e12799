//! Controls away from their defaults, from the request to the files of the runs.

use std::collections::BTreeSet;

use headwaters_domain::run::RunState;
use headwaters_raster::{GeoTiff, Raster};
use serde_json::{Value, json};

use crate::support::{Options, TestServer, User, figures, region, succeed};

const WITH_WORKERS: Options = Options { workers: 2, ..Options::DEFAULT };

/// Down to the profiles of the hillslopes.
const TERRAIN: [&str; 5] =
    ["fetch_dem", "build_channels", "find_outlet", "build_subcatchments", "abstract_watershed"];

/// Area of a cell of the test region, km².
const CELL_KM2: f64 = 30.0 * 30.0 / 1e6;

async fn run_of(admin: &User, batch: &str, valley: usize) -> Value {
    admin.get_json(&format!("/api/batches/{batch}/runs/valley-{valley}")).await
}

async fn file(admin: &User, batch: &str, valley: usize, name: &str) -> Value {
    admin.get_json(&format!("/api/batches/{batch}/runs/valley-{valley}/files/{name}")).await
}

async fn units(admin: &User, batch: &str, valley: usize) -> Raster<u32> {
    let path = format!("/api/batches/{batch}/runs/valley-{valley}/files/build_subcatchments/subwta.tif");
    let bytes = admin.get(&path).await.bytes().await.expect("content").to_vec();
    GeoTiff::from_bytes(bytes).and_then(|tiff| tiff.read()).expect("a raster of ids")
}

fn ids(units: &Raster<u32>) -> impl Iterator<Item = u32> {
    units.grid.as_slice().iter().copied().filter(|id| *id != 0)
}

/// The units of a run are numbered as TOPAZ numbers them (channels end in 4, hillslopes in 1, 2 and 3 beside their
/// channel, the outlet's channel is 24), and they are the basin: no cell is lost and none counted twice.
async fn assert_divided(admin: &User, batch: &str, valley: usize) {
    let run = run_of(admin, batch, valley).await;
    let units = units(admin, batch, valley).await;
    let close = |a: f64, b: f64| (a - b).abs() < 1e-6;
    let basin_km2 = run["results"]["basin_area_km2"].as_f64().expect("an area");
    assert!(close(ids(&units).count() as f64 * CELL_KM2, basin_km2), "{run}");
    let numbers: BTreeSet<u32> = ids(&units).collect();
    let (channels, hillslopes): (Vec<u32>, Vec<u32>) = numbers.iter().partition(|id| *id % 10 == 4);
    assert_eq!(channels.first(), Some(&24), "{numbers:?}");
    for id in &hillslopes {
        assert!(
            (1..=3).contains(&(id % 10)) && channels.contains(&(id / 10 * 10 + 4)),
            "{id} of {numbers:?}"
        );
    }
    assert_eq!(run["results"]["hillslopes"].as_u64(), Some(hillslopes.len() as u64), "{numbers:?}");
    assert_eq!(run["results"]["channels"].as_u64(), Some(channels.len() as u64), "{numbers:?}");
    let profiles = file(admin, batch, valley, "abstract_watershed/hillslopes.json").await;
    let profiles = profiles.as_array().expect("hillslopes");
    let areas: f64 = profiles.iter().map(|profile| profile["area_m2"].as_f64().expect("m²")).sum();
    let channel_cells = ids(&units).filter(|id| id % 10 == 4).count();
    assert!(close(areas / 1e6 + channel_cells as f64 * CELL_KM2, basin_km2), "{areas} m² of {basin_km2} km²");
    for profile in profiles {
        let positive = |field: &str| profile[field].as_f64().is_some_and(|value| value > 0.0);
        assert!(["length_m", "width_m", "slope_m_per_m"].into_iter().all(positive), "{profile}");
    }
}

/// A dam across every valley and a pit beside its stream: what each way of removing depressions makes of them still is
/// the valley, and what least-cost breaching may not reach is told instead of filled.
#[tokio::test]
async fn every_way_of_removing_depressions_leads_to_the_same_valleys() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    std::fs::write(server.data.path().join("valleys/dammed.tif"), region::dammed_dem()).expect("writable");
    server.config("dammed", &[("path = \"valleys/dem.tif\"", "path = \"valleys/dammed.tif\"")]);
    admin.ready_batch_of("dams", "dammed").await;
    let mut flows = BTreeSet::new();
    for conditioning in ["least_harm", "fill", "fill_epsilon", "breach", "breach_least_cost"] {
        admin.set_control("dams", "channels", "conditioning", json!(conditioning)).await;
        succeed(&admin, "dams", &TERRAIN).await;
        for overlap in figures(&admin, "dams", "polygon_overlap").await {
            assert!(overlap > 0.9, "{conditioning}: {overlap}");
        }
        for valley in 0..region::VALLEYS {
            assert_divided(&admin, "dams", valley).await;
            let outlet = file(&admin, "dams", valley, "find_outlet/outlet.json").await;
            assert!(
                outlet["status"] == "ok" || outlet["status"] == "needs_review",
                "{conditioning}: {outlet}"
            );
        }
        let path = "/api/batches/dams/runs/valley-0/files/build_channels/flow_accumulation.tif";
        flows.insert(admin.get(path).await.bytes().await.expect("content").to_vec());
    }
    assert!(flows.len() > 2, "the control reaches the flow: {} ways of five", flows.len());

    admin.set_control("dams", "channels", "breach_distance_m", json!(30.0)).await;
    admin.run("dams", &TERRAIN).await;
    for row in &admin.settled("dams").await.runs {
        assert_eq!((row.state(), row.error_code.as_deref()), (RunState::Failed, Some("delineation")));
        let message = row.error_message.as_deref().expect("a reason");
        assert!(message.contains("depression") && message.contains("choose another way"), "{message}");
    }
}

/// The slope file of a hillslope of the first valley.
async fn first_profile(admin: &User) -> String {
    let path = "/api/batches/fire/runs/valley-0/files/abstract_watershed/slope/hillslope_1.slp";
    admin.get(path).await.text().await.expect("text")
}

/// The original's search as the answer, its numbering, and single flowpaths as profiles.
#[tokio::test]
async fn the_original_s_outlet_numbering_and_profiles_can_be_had() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    succeed(&admin, "fire", &TERRAIN).await;
    let topaz = units(&admin, "fire", 0).await;
    let weighted = file(&admin, "fire", 0, "abstract_watershed/hillslopes.json").await;
    let profile = first_profile(&admin).await;

    admin.set_control("fire", "channels", "outlet_mode", json!("wbt")).await;
    admin.set_control("fire", "subcatchments", "numbering", json!("wbt")).await;
    succeed(&admin, "fire", &TERRAIN).await;
    for valley in 0..region::VALLEYS {
        assert_divided(&admin, "fire", valley).await;
        let outlet = file(&admin, "fire", valley, "find_outlet/outlet.json").await;
        assert_eq!(outlet["strategy"], "wbt", "{outlet}");
        assert_eq!(outlet["original_search"]["distance_m"].as_f64(), Some(0.0), "{outlet}");
        assert!(outlet["overlap"].as_f64().is_some_and(|overlap| overlap > 0.9), "{outlet}");
    }
    // Banks are numbered the other way round: 2 is the left one.
    let fork = units(&admin, "fire", 0).await;
    let pairs = topaz.grid.as_slice().iter().zip(fork.grid.as_slice());
    let banks = pairs.filter(|(own, _)| [2, 3].contains(&(**own % 10)));
    let (swapped, all) = banks.fold((0, 0), |(swapped, all), (own, fork)| {
        (swapped + usize::from(own % 10 + fork % 10 == 5), all + 1)
    });
    assert!(all > 100 && swapped * 10 > all * 9, "{swapped} of {all} cells");

    admin.set_control("fire", "channels", "outlet_mode", json!("best_overlap")).await;
    admin.set_control("fire", "subcatchments", "numbering", json!("topaz")).await;
    admin.set_control("fire", "subcatchments", "representative_flowpath", json!(true)).await;
    succeed(&admin, "fire", &TERRAIN).await;
    for valley in 0..region::VALLEYS {
        assert_divided(&admin, "fire", valley).await;
        let run = run_of(&admin, "fire", valley).await;
        let files = run["artefacts"].as_array().expect("artefacts").iter();
        let files: Vec<&str> = files.filter_map(|file| file["path"].as_str()).collect();
        assert!(!files.contains(&"abstract_watershed/flowpaths.parquet"), "a table of what was not used");
        let slopes =
            files.iter().filter(|path| path.starts_with("abstract_watershed/slope/hillslope_")).count();
        assert_eq!(Some(slopes as u64), run["results"]["hillslopes"].as_u64());
    }
    let single = file(&admin, "fire", 0, "abstract_watershed/hillslopes.json").await;
    let field = |profiles: &Value, field: &str| -> Vec<String> {
        profiles.as_array().expect("hillslopes").iter().map(|profile| profile[field].to_string()).collect()
    };
    for same in ["topaz_id", "area_m2"] {
        assert_eq!(field(&single, same), field(&weighted, same), "the hillslopes are the same");
    }
    assert_ne!(first_profile(&admin).await, profile, "their profiles are not");
}

/// Half a polygon without elevation fails where it lies and says which half; the other runs go on.
#[tokio::test]
async fn a_polygon_partly_outside_the_elevations_names_what_is_missing() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let ([west, north], [east, south]) = (region::on_stream(1, 0), region::on_stream(2, 40));
    // As far north of the elevations as south of their edge.
    let beyond = 2.0 * north - south;
    let outline = json!([[[west, south], [east, south], [east, beyond], [west, beyond], [west, south]]]);
    admin.reshape("fire", 2, outline).await;
    admin.run("fire", &TERRAIN).await;
    for row in &admin.settled("fire").await.runs {
        let expected = if row.run_id == "Valley-2" { RunState::Failed } else { RunState::Succeeded };
        assert_eq!(row.state(), expected, "{}: {:?}", row.run_id, row.error_message);
    }
    let run = run_of(&admin, "fire", 2).await;
    let error = &run["tasks"][0]["attempts"][0]["error"];
    assert_eq!(error["code"], "polygon_leaves_dem", "{run}");
    let message = error["message"].as_str().expect("a reason");
    let share: f64 = message.split(" %").next().and_then(|share| share.parse().ok()).expect("a share");
    assert!((share - 50.0).abs() < 3.0, "{message}");
    for corner in [west, east, north, beyond] {
        // Cells are 0.0003 degrees, and the figures have four decimals.
        let near = |step: i32| format!("{:.4}", corner + f64::from(step) * 1e-4);
        assert!((-6..=6).any(|step| message.contains(&near(step))), "{corner}: {message}");
    }
    let missing = &error["details"]["map"];
    assert_eq!(missing["type"], "MultiPolygon", "{error}");
}

/// A polygon that is no watershed fails, and its run has no files: where it and the basin part must come with the error.
#[tokio::test]
async fn a_polygon_that_is_no_watershed_comes_with_the_map_of_its_difference() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    // Across the divide between two valleys.
    let ([west, north], [east, south]) = (region::on_stream(1, 30), region::on_stream(2, 60));
    let outline = json!([[[west, south], [east, south], [east, north], [west, north], [west, south]]]);
    admin.reshape("fire", 2, outline).await;
    admin.run("fire", &TERRAIN[..3]).await;
    assert_eq!(admin.settled("fire").await.runs[2].state(), RunState::Failed);
    let run = run_of(&admin, "fire", 2).await;
    let error = &run["tasks"][2]["attempts"][0]["error"];
    assert!(
        ["not_a_watershed", "several_outlets"].contains(&error["code"].as_str().expect("a code")),
        "{error}"
    );
    let parts = error["details"]["map"]["features"].as_array().expect("a collection");
    let names: Vec<&str> = parts.iter().filter_map(|part| part["properties"]["what"].as_str()).collect();
    assert_eq!(names, ["missed", "extra"], "{error}");
    for part in parts {
        assert!(part["geometry"]["coordinates"].as_array().is_some_and(|rings| !rings.is_empty()), "{part}");
    }
}
