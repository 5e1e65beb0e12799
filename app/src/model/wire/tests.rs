//! Every document, read here and by serde.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::super::document;
use super::*;

/// A page would show nothing, or something wrong, if the two readings of a document differed.
fn reads_as_serde<T: Wire + Serialize + DeserializeOwned + PartialEq + Debug>(sample: Value) {
    let expected: T = serde_json::from_value(sample).expect("the sample is such a document");
    let text = serde_json::to_string(&expected).expect("plain data");
    assert_eq!(document::<T>(&text).as_ref(), Ok(&expected));

    let whole: Map<String, Value> = serde_json::from_str(&text).expect("an object");
    for (name, value) in &whole {
        let mut part = whole.clone();
        part.remove(name);
        let part = Value::Object(part);
        let read = document::<T>(&part.to_string());
        match serde_json::from_value::<T>(part) {
            Ok(expected) => assert_eq!(read, Ok(expected), "without {name}"),
            Err(_) if value.is_array() => {}
            Err(_) => assert!(read.is_err(), "{name} must not be missing"),
        }
    }
}

fn row() -> Value {
    json!({
        "key": 1, "index": 2, "run_id": "a", "area_km2": 3.5, "tasks": ["succeeded", "failed"], "attempts": [1, 2],
        "error_code": "e", "error_message": "m", "started_ms": 4, "ended_ms": -5, "outlet": [-118.1, 34.5]
    })
}

fn results() -> Value {
    json!({
        "basin_area_km2": 1.5, "outlet": [1.0, 2.0], "outlet_status": "ok", "polygon_overlap": 0.9, "hillslopes": 3,
        "channels": 4, "burned_fraction": 0.5, "climate_station": "s", "precipitation_mm_y": 600.0,
        "runoff_mm_y": 10.0, "sediment_t_ha_y": 0.1, "sediment_t_y": 20.0, "years": 30, "engine": "e",
        "executable_sha256": "ab", "outlet_discharge_mm_y": 9.5, "outlet_sediment_t_y": 21.0, "station_distance_km": 12.5, "max_balance_error_mm": 0.001, "inputs_sha256": "cd", "further_limits": ["l"]
    })
}

fn watersheds() -> Value {
    json!({
        "filename": "f", "replaced": true, "feature_count": 3, "accepted_count": 2, "repaired_count": 1,
        "rejected_count": 1, "bbox": [1.0, 2.0, 3.0, 4.0], "epsg": 4326, "epsg_source": "crs member",
        "attribute_schema": { "Name": "string" }, "samples": [{ "index": 0, "properties": { "a": [1, null] } }],
        "sha256": "s", "size_bytes": 9_007_199_254_740_991_u64, "uploaded_ms": 5, "uploaded_by": "me",
        "findings": [{
            "index": 1, "feature_id": "x", "outcome": "rejected", "code": "c", "message": "m", "at": [1.0, 2.0],
            "area_change_m2": [3.0, 4.0]
        }]
    })
}

fn report() -> Value {
    json!({
        "template": "t", "template_hash": "h", "resource_checksum": "r", "validation_hash": "v",
        "summary": {
            "total_features": 1, "errors": 2, "duplicate_run_ids": 3, "unique_run_ids": 4, "valid_run_ids": 5,
            "is_valid": false
        },
        "errors": [{ "index": 1, "feature_id": null, "error": "e" }],
        "duplicates": [{ "run_id": "a", "count": 2, "indexes": [0, 1] }],
        "preview": [{ "index": 0, "feature_id": "f", "run_id": "a", "changed_from": "A", "error": null }]
    })
}

fn summary() -> Value {
    json!({
        "name": "creek", "config": "demo", "created_by": "me", "created_ms": 1, "state": "failed",
        "counts": { "failed": 1, "succeeded": 27 }
    })
}

#[test]
fn batches_are_read() {
    let mut detail = summary();
    let more = json!({
        "watersheds": watersheds(), "template": "t", "template_report": report(), "template_status": "stale",
        "tasks": ["soils", "wepp"], "force_rebuild": true, "run_blocked": "why", "worker_slots": 2
    });
    let (Some(object), Value::Object(more)) = (detail.as_object_mut(), more) else { panic!("objects") };
    object.extend(more);
    reads_as_serde::<BatchSummary>(summary());
    reads_as_serde::<BatchDetail>(detail);
    reads_as_serde::<ConfigSummary>(json!({ "name": "n", "description": "d", "error": "e" }));
    reads_as_serde::<HistoryEntry>(json!({
        "seq": 1, "at_ms": 2, "who": "w", "address": "a", "event": "e", "reason": "r", "payload_hash": "p",
        "summary": "s"
    }));
    reads_as_serde::<Plan>(json!({ "runs": 1, "tasks_to_run": 2, "tasks_to_skip": 3, "runs_blocked": 4 }));
    for state in ["idle", "active", "completed", "failed", "cancelled"] {
        let mut summary = summary();
        summary["state"] = state.into();
        reads_as_serde::<BatchSummary>(summary);
    }
}

#[test]
fn watersheds_and_templates_are_read() {
    reads_as_serde::<WatershedsInfo>(watersheds());
    reads_as_serde::<TemplateReport>(report());
    reads_as_serde::<TemplateInputs>(json!({
        "sha256": "s", "features": [{ "index": 0, "id": 7, "properties": { "Name": "É", "area": 1e-7 } }]
    }));
    for outcome in ["accepted", "repaired", "rejected"] {
        let rings = json!([[[1.0, 2.0], [3.0, 4.0]], []]);
        reads_as_serde::<MapFeature>(json!({ "index": 0, "key": 5, "outcome": outcome, "rings": rings }));
    }
    for status in ["missing", "ok", "invalid", "stale"] {
        let read: Result<TemplateStatus, _> = document(&json!(status).to_string());
        assert_eq!(read.ok(), serde_json::from_value(json!(status)).ok());
    }
}

#[test]
fn runs_are_read() {
    reads_as_serde::<RunRow>(row());
    reads_as_serde::<RunDetail>(json!({
        "row": row(), "feature_id": "f", "properties": { "a": 1 },
        "tasks": [{
            "kind": "fetch_dem", "state": "retry_wait", "waiting_for": "w", "result": { "cells": 5 },
            "attempts": [{
                "number": 1, "outcome": "failed", "worker": "w", "started_ms": 1, "ended_ms": 2,
                "error": { "code": "c", "message": "m", "details": [1], "retryable": true }
            }]
        }],
        "artefacts": [{ "path": "p", "size_bytes": 3, "task": "wepp" }], "results": results(),
        "outlet_override": [1.0, 2.0]
    }));
    let mut result = results();
    for (name, value) in [("key", json!(1)), ("run_id", json!("a")), ("state", json!("failed"))] {
        result[name] = value;
    }
    result["polygon_area_km2"] = json!(4.5);
    reads_as_serde::<ResultRow>(result);
    reads_as_serde::<LogChunk>(json!({ "text": "t", "next_offset": 9, "complete": false }));
}

#[test]
fn accounts_controls_and_errors_are_read() {
    let user = json!({ "name": "n", "is_admin": true, "preferences": { "theme": "dark" } });
    reads_as_serde::<SessionInfo>(json!({
        "user": user, "batch_runner_enabled": true, "geojson_limit_bytes": 10, "version": "1"
    }));
    reads_as_serde::<TableDocument>(json!({
        "kind": "severity_colors", "origin": "batch", "filename": "mine.csv", "rows": 3, "sha256": "ab",
        "updated_by": "admin", "updated_ms": 1, "findings": ["`lava` has no row in Covers"],
    }));
    reads_as_serde::<ControlDocument>(json!({
        "kind": "sbs", "version": 2, "value": { "mode": "map" }, "defaults": {}, "updated_by": "me", "updated_ms": 1
    }));
    reads_as_serde::<SbsRaster>(json!({
        "filename": "f", "sha256": "s", "size_bytes": 1, "message": "m", "class_cells": [1, 2, 3, 4]
    }));
    reads_as_serde::<ApiError>(json!({ "error": {
        "code": "c", "message": "m", "details": { "a": 1 },
        "fields": [{ "path": "p", "code": "c", "message": "m" }]
    } }));
}

#[test]
fn a_document_of_another_version_is_refused_with_the_field_that_is_wrong() {
    let refused = document::<Plan>(r#"{"runs":1,"tasks_to_run":2.5,"tasks_to_skip":3,"runs_blocked":4}"#);
    assert_eq!(refused, Err("an integer is missing or of another kind".to_owned()));
    let refused = document::<Plan>(r#"{"runs":1}"#);
    assert_eq!(refused, Err("tasks_to_run is missing or of another kind".to_owned()));
    assert!(document::<Vec<Plan>>("<html>").is_err());
}
