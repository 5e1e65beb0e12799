//! The documents, field by field.

use std::collections::BTreeMap;

use headwaters_domain::account::{Preferences, SessionInfo, SessionUser};
use headwaters_domain::batch::{
    BatchDetail, BatchState, BatchSummary, ConfigSummary, HistoryEntry, RunCounts,
};
use headwaters_domain::controls::{ControlDocument, ControlKind, SbsRaster};
use headwaters_domain::intake::{
    FeatureFinding, FeatureOutcome, FeatureSample, MapFeature, TemplateFeature, TemplateInputs,
    WatershedsInfo,
};
use headwaters_domain::live::{Delta, Frame, Pace, Snapshot};
use headwaters_domain::plan::Plan;
use headwaters_domain::results::{ResultRow, RunResults};
use headwaters_domain::run::{
    Artefact, AttemptDetail, LogChunk, RunDetail, RunRow, RunState, TaskDetail, TaskError,
};
use headwaters_domain::template::{
    DuplicateRunId, TemplateFault, TemplateReport, TemplateRow, TemplateStatus, TemplateSummary,
};
use headwaters_domain::{
    ApiError, BatchName, ErrorBody, FieldError, TableDocument, TableKind, TableOrigin, TaskKind, TaskSet,
    TaskState,
};
use serde_json::{Map, Value};

use super::{Unread, Wire, field, word};

/// Documents by their fields; those after `in` lie in the same object as the document's own.
macro_rules! documents {
    ($($type:ty { $($name:ident),* $(; in $inner:ident)? })*) => {
        $(impl Wire for $type {
            fn read(value: &mut Value) -> Result<Self, Unread> {
                Ok(Self {
                    $($name: field(value, stringify!($name))?,)*
                    $($inner: Wire::read(value)?,)?
                })
            }
        })*
    };
}

documents! {
    ApiError { error }
    Artefact { path, size_bytes, task }
    AttemptDetail { number, outcome, worker, started_ms, ended_ms, error }
    BatchDetail {
        watersheds, template, template_report, template_status, tasks, force_rebuild, run_blocked, worker_slots;
        in summary
    }
    BatchSummary { name, config, created_by, created_ms, state, counts }
    ConfigSummary { name, description, error }
    ControlDocument { kind, version, value, defaults, updated_by, updated_ms }
    Delta { from, seq, at_ms, state, counts, pace, runs }
    DuplicateRunId { run_id, count, indexes }
    ErrorBody { code, message, details, fields }
    FeatureFinding { index, feature_id, outcome, code, message, at, area_change_m2 }
    FeatureSample { index, properties }
    FieldError { path, code, message }
    HistoryEntry { seq, at_ms, who, address, event, reason, payload_hash, summary }
    LogChunk { text, next_offset, complete }
    MapFeature { index, key, outcome, rings }
    Pace { median_run_s, finished_runs, worker_slots }
    Plan { runs, tasks_to_run, tasks_to_skip, runs_blocked }
    Preferences { theme }
    ResultRow { key, run_id, state, polygon_area_km2; in results }
    RunDetail { row, feature_id, properties, tasks, artefacts, results, outlet_override }
    RunRow {
        key, index, run_id, area_km2, tasks, attempts, error_code, error_message, started_ms, ended_ms, outlet
    }
    SbsRaster { filename, sha256, size_bytes, message, class_cells }
    SessionInfo { user, batch_runner_enabled, geojson_limit_bytes, version }
    SessionUser { name, is_admin, preferences }
    Snapshot { epoch, seq, at_ms, state, counts, pace, runs }
    TableDocument { kind, origin, filename, rows, sha256, updated_by, updated_ms, findings }
    TaskDetail { kind, state, waiting_for, attempts, result }
    TaskError { code, message, details, retryable }
    TemplateFault { index, feature_id, error }
    TemplateFeature { index, id, properties }
    TemplateInputs { sha256, features }
    TemplateReport {
        template, template_hash, resource_checksum, validation_hash, summary, errors, duplicates, preview
    }
    TemplateRow { index, feature_id, run_id, changed_from, error }
    TemplateSummary {
        total_features, errors, duplicate_run_ids, unique_run_ids, valid_run_ids, is_valid
    }
    WatershedsInfo {
        filename, replaced, feature_count, accepted_count, repaired_count, rejected_count, bbox, epsg, epsg_source,
        attribute_schema, samples, sha256, size_bytes, uploaded_ms, uploaded_by, findings
    }
}

/// Values that are written as one of several words.
macro_rules! words {
    ($($type:ty, $what:literal, $read:expr;)*) => {
        $(impl Wire for $type {
            fn read(value: &mut Value) -> Result<Self, Unread> {
                $read(word(value)).ok_or(Unread($what))
            }
        })*
    };
}

words! {
    TaskKind, "a task", TaskKind::from_slug;
    TableKind, "a table", TableKind::from_slug;
    TableOrigin, "a table's origin", table_origin;
    TaskState, "a task's state", TaskState::from_slug;
    RunState, "a run's state", RunState::from_slug;
    ControlKind, "a control", ControlKind::from_slug;
    BatchState, "a batch's state", batch_state;
    FeatureOutcome, "an outcome", feature_outcome;
    TemplateStatus, "a template's status", template_status;
    BatchName, "a batch's name", |name| BatchName::parse(name).ok();
}

fn table_origin(word: &str) -> Option<TableOrigin> {
    Some(match word {
        "built_in" => TableOrigin::BuiltIn,
        "config" => TableOrigin::Config,
        "batch" => TableOrigin::Batch,
        _ => return None,
    })
}

fn batch_state(word: &str) -> Option<BatchState> {
    Some(match word {
        "idle" => BatchState::Idle,
        "active" => BatchState::Active,
        "completed" => BatchState::Completed,
        "failed" => BatchState::Failed,
        "cancelled" => BatchState::Cancelled,
        _ => return None,
    })
}

fn feature_outcome(word: &str) -> Option<FeatureOutcome> {
    Some(match word {
        "accepted" => FeatureOutcome::Accepted,
        "repaired" => FeatureOutcome::Repaired,
        "rejected" => FeatureOutcome::Rejected,
        _ => return None,
    })
}

fn template_status(word: &str) -> Option<TemplateStatus> {
    Some(match word {
        "missing" => TemplateStatus::Missing,
        "ok" => TemplateStatus::Ok,
        "invalid" => TemplateStatus::Invalid,
        "stale" => TemplateStatus::Stale,
        _ => return None,
    })
}

impl Wire for Frame {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        let kind: String = field(value, "type")?;
        match kind.as_str() {
            "snapshot" => Snapshot::read(value).map(Frame::Snapshot),
            "delta" => Delta::read(value).map(Frame::Delta),
            "beat" => Ok(Frame::Beat { seq: field(value, "seq")?, at_ms: field(value, "at_ms")? }),
            _ => Err(Unread("a frame of a known type")),
        }
    }
}

/// Read as serde reads it: a new figure has no line here.
impl Wire for RunResults {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        serde_json::from_value(value.take()).map_err(|_| Unread("the results of a run"))
    }
}

impl Wire for TaskSet {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        Vec::<TaskKind>::read(value).map(TaskSet::from)
    }
}

impl Wire for RunCounts {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        let mut counts = BTreeMap::new();
        for (state, mut count) in Map::read(value)? {
            let state = RunState::from_slug(&state).ok_or(Unread("a run's state"))?;
            counts.insert(state, u32::read(&mut count)?);
        }
        Ok(counts)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
