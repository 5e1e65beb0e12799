//! Uploads and the findings they give.

use geo::{BooleanOps, MultiPolygon};
use headwaters_domain::intake::FeatureOutcome;
use headwaters_intake::{Intake, Limits, Refusal, area_m2, validate};
use proptest::prelude::*;
use serde_json::{Value, json};

fn intake(file: &Value) -> Result<Intake, Refusal> {
    validate(file.to_string().as_bytes(), &Limits::default())
}

fn polygon(rings: Value) -> Value {
    json!({"type": "Feature", "properties": {"Name": "x"}, "geometry": {"type": "Polygon", "coordinates": rings}})
}

fn collection(features: Vec<Value>) -> Value {
    json!({"type": "FeatureCollection", "features": features})
}

fn square(west: f64, south: f64, size: f64) -> Value {
    let (east, north) = (west + size, south + size);
    json!([[west, south], [east, south], [east, north], [west, north], [west, south]])
}

#[test]
fn structural_faults_refuse_the_file_and_say_where() {
    let refused = |bytes: &[u8]| validate(bytes, &Limits::default()).expect_err("not a usable file");
    let broken = refused(b"{\"type\": \"FeatureCollection\",\n \"features\": [");
    assert_eq!((broken.code, broken.at.map(|at| at.0)), ("not_json", Some(2)));
    assert!(refused(b"{\"type\":\"FeatureCollection\",\"features\":[NaN]}").message.contains("NaN"));
    assert_eq!(refused(b"[1,2]").code, "not_a_feature_collection");
    assert_eq!(refused(b"{\"type\":\"Feature\"}").code, "not_a_feature_collection");
    assert_eq!(refused(b"\xff\xfe").code, "not_utf8");
    assert_eq!(refused(b"").code, "not_json");
    for (file, code) in [
        (json!({"type": "FeatureCollection"}), "no_features"),
        (collection(vec![]), "no_features"),
        (
            collection(vec![json!({"type": "Feature", "geometry": null, "properties": null})]),
            "no_usable_features",
        ),
        (collection(vec![polygon(json!([square(400_000.0, 3_800_000.0, 900.0)]))]), "impossible_coordinates"),
        (
            json!({"type": "FeatureCollection", "crs": "EPSG:4267", "features": [polygon(json!([square(1.0, 1.0, 1.0)]))]}),
            "unsupported_crs",
        ),
    ] {
        assert_eq!(intake(&file).expect_err("not a usable file").code, code);
    }
    let swapped = collection(vec![polygon(json!([square(44.0, -121.0, 0.1)]))]);
    assert!(intake(&swapped).expect_err("latitude first").message.contains("swapped"));
}

#[test]
fn faults_of_single_features_are_reported_together_and_the_rest_is_kept() {
    let file = collection(vec![
        polygon(json!([square(-120.0, 39.0, 0.05)])),
        json!({"type": "Feature", "id": 7, "properties": {}, "geometry": {"type": "Point", "coordinates": [-120, 39]}}),
        polygon(json!([[[-120, 39], [-119.9, 39], [-119.9, 39.1], [-120, 39.1]]])),
        polygon(json!([[[-120, 39], [-119.9, 39.1], [-119.9, 39], [-120, 39.1], [-120, 39]]])),
        polygon(json!([[[-120, 39], [-119.9, 39], [-119.8, 39], [-120, 39]]])),
        json!({"type": "Feature", "properties": {"Name": "no"}, "geometry": null}),
    ]);
    let huge = file.to_string().replace("39.1]]]", "1e999]]]");
    let found = intake(&file).expect("one good feature is enough");
    let codes: Vec<(u32, &str)> =
        found.findings.iter().map(|finding| (finding.index, finding.code.as_str())).collect();
    let wanted = [
        (1, "wrong_geometry_type"),
        (2, "unclosed_ring"),
        (3, "self_crossing"),
        (4, "zero_area"),
        (5, "no_geometry"),
    ];
    assert_eq!(codes, wanted);
    assert_eq!(found.findings[0].feature_id.as_deref(), Some("7"));
    let crossing = found.findings[2].at.expect("a crossing has a place");
    assert!((crossing[0] + 119.95).abs() < 1e-9 && (crossing[1] - 39.05).abs() < 1e-9);
    assert_eq!((found.features.len(), found.count(FeatureOutcome::Accepted)), (6, 1));
    assert!(!found.features[3].outline.is_empty(), "a rejected feature can still be drawn");
    let found =
        validate(huge.as_bytes(), &Limits::default()).expect("one feature's number is that feature's fault");
    assert!(found.findings.iter().any(|finding| finding.code == "non_finite_number"));
}

#[test]
fn faults_that_do_not_change_the_watershed_are_repaired_and_reported() {
    // Two squares joined in a corner by one ring; a spike; a doubled part of a multipolygon; a sliver ring.
    let touching = json!([[
        [-120, 39],
        [-119.9, 39],
        [-119.9, 39.1],
        [-119.8, 39.1],
        [-119.8, 39.2],
        [-119.9, 39.2],
        [-119.9, 39.1],
        [-120, 39.1],
        [-120, 39]
    ]]);
    let spike = json!([[
        [-120, 39],
        [-119.9, 39],
        [-119.8, 39],
        [-119.9, 39],
        [-119.9, 39.1],
        [-120, 39.1],
        [-120, 39]
    ]]);
    let sliver = json!([square(-120.0, 39.0, 0.1), [[-119.95, 39.05], [-119.94, 39.05], [-119.95, 39.05]]]);
    let neighbours = json!({"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon",
        "coordinates": [[square(-120.0, 39.0, 0.1)], [square(-119.9, 39.0, 0.1)]]}});
    let file = collection(vec![polygon(touching), polygon(spike), polygon(sliver), neighbours]);
    let found = intake(&file).expect("all are usable");
    let codes: Vec<&str> = found.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["self_touching", "overlapping_edges", "slivers_removed", "overlapping_edges"]);
    for (feature, finding) in found.features.iter().zip(&found.findings) {
        let [before, after] = finding.area_change_m2.expect("a repair shows both areas");
        assert!((before / after - 1.0).abs() < 0.01 && (feature.area_m2 / after - 1.0).abs() < 1e-9);
    }
}

#[test]
fn holes_and_parts_that_touch_in_a_point_are_accepted_unchanged() {
    let hole = json!([
        square(-120.0, 39.0, 0.1),
        [[-119.97, 39.02], [-119.97, 39.05], [-119.94, 39.05], [-119.97, 39.02]]
    ]);
    let outside = json!([square(-120.0, 39.0, 0.1), square(-119.0, 39.0, 0.01)]);
    let corner = json!({"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon",
        "coordinates": [[square(-120.0, 39.0, 0.1)], [square(-119.9, 39.1, 0.1)]]}});
    let found = intake(&collection(vec![polygon(hole), corner, polygon(outside)])).expect("two are usable");
    let outcomes: Vec<FeatureOutcome> = found.features.iter().map(|feature| feature.outcome).collect();
    assert_eq!(outcomes, [FeatureOutcome::Accepted, FeatureOutcome::Accepted, FeatureOutcome::Rejected]);
    assert_eq!(found.findings[0].code, "hole_outside");
}

#[test]
fn a_projected_file_gives_the_same_watershed_as_a_geographic_one() {
    let utm = json!({"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32611"}},
        "features": [polygon(json!([square(380_000.0, 3_800_000.0, 3000.0)]))]});
    let found = intake(&utm).expect("UTM is understood");
    assert_eq!((found.epsg, found.epsg_source), (32611, "declared"));
    assert!(
        (found.bbox[0] + 118.304).abs() < 0.01 && (found.bbox[1] - 34.334).abs() < 0.01,
        "{:?}",
        found.bbox
    );
    // A 3 km square; the scale factor of UTM here is 0.99977.
    assert!((found.features[0].area_m2 / 9.0e6 - 1.0).abs() < 1e-3);
}

#[test]
fn the_schema_lists_the_properties_of_the_features() {
    let feature = |properties: Value| json!({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [square(1.0, 1.0, 0.1)]}});
    let found = intake(&collection(vec![
        feature(json!({"a": 1, "b": null, "c": "x", "d": 1})),
        feature(json!({"a": 2.5, "b": true, "c": 3, "d": 2})),
    ]))
    .expect("usable");
    let schema: Vec<(&str, &str)> =
        found.attribute_schema.iter().map(|(name, kind)| (name.as_str(), kind.as_str())).collect();
    assert_eq!(schema, [("a", "number"), ("b", "boolean"), ("c", "mixed"), ("d", "integer")]);
    assert_eq!(found.samples.len(), 2);
}

#[test]
fn real_polygon_files_are_accepted_completely() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/terrain");
    let Ok(cases) = std::fs::read_dir(folder) else {
        println!("skipped: no shared data");
        return;
    };
    let mut features = 0;
    for case in cases.flatten() {
        for file in std::fs::read_dir(case.path()).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if !name.starts_with("watersheds") {
                continue;
            }
            let bytes = std::fs::read(file.path()).expect("readable");
            let found =
                validate(&bytes, &Limits::default()).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            let rejected = found.count(FeatureOutcome::Rejected);
            println!(
                "{:?} {name}: {} features, {} repaired, {rejected} rejected",
                case.file_name(),
                found.features.len(),
                found.count(FeatureOutcome::Repaired)
            );
            for finding in &found.findings {
                println!("  {}: {} {:?}", finding.index, finding.message, finding.area_change_m2);
            }
            assert_eq!(rejected, 0, "{name}: these are all real watersheds");
            features += found.features.len();
        }
    }
    assert!(features > 100);
}

proptest! {
    #[test]
    fn accepted_geometry_is_always_normal(points in prop::collection::vec((-1000_i32..1000, -1000_i32..1000), 3..14)) {
        let mut ring: Vec<[f64; 2]> = points.iter().map(|(x, y)| [f64::from(*x) / 5000.0, 40.0 + f64::from(*y) / 5000.0]).collect();
        ring.push(ring[0]);
        if let Ok(found) = intake(&collection(vec![polygon(json!([ring]))])) {
            let geometry = found.features[0].geometry.clone().expect("usable");
            let normal = geometry.union(&MultiPolygon::<f64>(vec![]));
            let (ours, theirs) = (found.features[0].area_m2, area_m2(&normal));
            prop_assert!((ours / theirs - 1.0).abs() < 1e-4, "{ours} against {theirs}");
        }
    }

    #[test]
    fn no_upload_makes_the_server_fall_over(cut in 0..400_usize, noise in "[\\[\\]{},:\"0-9eE.-]{0,6}") {
        let file = collection(vec![polygon(json!([square(-120.0, 39.0, 0.05)])), polygon(json!([square(-120.2, 39.0, 0.05)]))]).to_string();
        let cut = cut.min(file.len());
        let damaged = format!("{}{noise}{}", &file[..cut], &file[cut..]);
        let _answered = validate(damaged.as_bytes(), &Limits::default());
    }
}
