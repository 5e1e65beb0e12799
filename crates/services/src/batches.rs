//! What can be done with a batch, whoever asks: the API's handlers and the command line call these.

use std::collections::BTreeMap;

use headwaters_domain::batch::{BatchDetail, BatchState, CreateBatch};
use headwaters_domain::controls::{Climate, ControlDocument, ControlKind, Controls, StationChoice};
use headwaters_domain::extent::ExtentRecord;
use headwaters_domain::intake::WatershedsInfo;
use headwaters_domain::run::{RunDetail, TaskDetail};
use headwaters_domain::template::TemplateStatus;
use headwaters_domain::{BatchName, FieldError, TaskKind, TaskSet, TaskState};
use headwaters_pipeline::{engines, extent};
use headwaters_store::{Actor, BatchRecord, FeatureRecord, OUTLET_CHANGED, RunInput, WriteOutcome};

use crate::error::{ServiceError, ServiceResult};
use crate::services::Services;

/// Makes a batch and its folder.
pub async fn create(services: &Services, request: &CreateBatch, actor: &Actor) -> ServiceResult<BatchRecord> {
    let name = BatchName::parse(&request.name).map_err(|error| {
        ServiceError::fields("invalid_name", vec![FieldError::new("name", error.code(), error.to_string())])
    })?;
    let config = services.configs.load(&request.config).map_err(|error| {
        let message = error.to_string();
        ServiceError::fields("unknown_config", vec![FieldError::new("config", "unknown_config", message)])
    })?;
    let exists = || ServiceError::conflict("batch_exists", format!("there is a batch `{name}` already"));
    let controls = config.starting_controls(services.layout.data());
    let added = services.store.add_batch(&name, &request.config, &controls, actor).await?;
    let id = added.ok_or_else(exists)?;
    if let Err(error) = services.layout.create_batch(&name) {
        services.store.remove_new_batch(id).await?;
        let occupied = error.kind() == std::io::ErrorKind::AlreadyExists;
        return Err(if occupied { exists() } else { error.into() });
    }
    services.published().await;
    by_name(services, &name).await
}

async fn by_name(services: &Services, name: &BatchName) -> ServiceResult<BatchRecord> {
    let batch = services.store.batch(name).await?;
    batch.ok_or_else(|| ServiceError::not_found("no_such_batch", format!("there is no batch `{name}`")))
}

/// What the batch page needs at first.
pub async fn detail(services: &Services, batch: BatchRecord) -> ServiceResult<BatchDetail> {
    let workers = services.store.workers(services.alive_since_ms()).await?;
    Ok(BatchDetail {
        summary: batch.summary(),
        run_blocked: run_blocked(&batch).map(str::to_owned),
        template_status: batch.template_status(),
        watersheds: batch.watersheds,
        template: batch.template,
        template_report: batch.template_report,
        tasks: batch.tasks,
        force_rebuild: batch.force_rebuild,
        worker_slots: workers.iter().map(|worker| worker.slots as u32).sum(),
    })
}

/// Why Run is disabled, when it is.
pub fn run_blocked(batch: &BatchRecord) -> Option<&'static str> {
    if batch.watersheds.is_none() {
        return Some("upload watershed polygons first");
    }
    match batch.template_status() {
        TemplateStatus::Missing => Some("validate a run-id template first"),
        TemplateStatus::Invalid => {
            Some("the run-id template has errors or duplicates; fix it and validate again")
        }
        TemplateStatus::Stale => {
            Some("the polygons changed after the template was validated; validate it again")
        }
        TemplateStatus::Ok if batch.state() == BatchState::Active => Some("runs of this batch are active"),
        TemplateStatus::Ok => None,
    }
}

/// The current polygon file.
pub fn watersheds(batch: &BatchRecord) -> ServiceResult<&WatershedsInfo> {
    let missing = || ServiceError::not_found("no_watersheds", "no polygons have been uploaded yet");
    batch.watersheds.as_ref().ok_or_else(missing)
}

/// Refuses what would pull the ground from under active runs.
pub fn refuse_while_active(batch: &BatchRecord) -> ServiceResult<()> {
    if batch.state() == BatchState::Active { Err(busy(batch)) } else { Ok(()) }
}

/// 409: runs of the batch are active.
pub fn busy(batch: &BatchRecord) -> ServiceError {
    let message = "runs of this batch are active; wait for them or cancel them";
    ServiceError::conflict("batch_busy", message).with_details(&batch.counts)
}

/// Writes one control if its version is still `expected`.
pub async fn write_control(
    services: &Services,
    batch: &BatchRecord,
    kind: ControlKind,
    expected: u32,
    value: serde_json::Value,
    actor: &Actor,
) -> ServiceResult<ControlDocument> {
    let mut controls = services.store.control_values(batch.id).await?;
    let uploaded = controls.sbs.map.clone();
    controls.set_document(kind, value).map_err(|error| {
        ServiceError::fields("invalid_control", vec![FieldError::new("", "wrong_shape", error.to_string())])
    })?;
    // The raster is set by its upload alone; a form that was loaded before the upload must not unset it.
    controls.sbs.map = uploaded;
    let prefix = format!("{}.", kind.slug());
    let own = |fault: FieldError| {
        let path = fault.path.strip_prefix(&prefix)?.to_owned();
        Some(FieldError { path, ..fault })
    };
    let mut faults: Vec<FieldError> = controls.validate().into_iter().filter_map(own).collect();
    faults.extend(check_against_server(services, &controls, kind).await?);
    if let Ok(config) = services.configs.load(&batch.config) {
        let unmet = config.unmet(&controls, services.layout.data()).into_iter();
        let own = unmet.filter(|(concerned, _)| *concerned == kind);
        faults.extend(own.map(|(_, reason)| FieldError::new("mode", "missing_raster", reason)));
    }
    if !faults.is_empty() {
        return Err(ServiceError::fields("invalid_control", faults));
    }
    let value = controls.document(kind)?;
    store_control(services, batch, kind, expected, &value, actor).await
}

/// Stores a checked control document.
pub async fn store_control(
    services: &Services,
    batch: &BatchRecord,
    kind: ControlKind,
    expected: u32,
    value: &serde_json::Value,
    actor: &Actor,
) -> ServiceResult<ControlDocument> {
    match services.store.write_control(batch.id, kind, expected, value, actor).await? {
        WriteOutcome::Stored(document) => {
            services.published().await;
            Ok(document)
        }
        WriteOutcome::Changed(current) => {
            let message =
                format!("{} changed this meanwhile (version {})", current.updated_by, current.version);
            Err(ServiceError::changed("control_changed", message).with_details(current))
        }
    }
}

/// Faults only the server can see.
async fn check_against_server(
    services: &Services,
    controls: &Controls,
    kind: ControlKind,
) -> ServiceResult<Vec<FieldError>> {
    use headwaters_domain::controls::EngineChoice;
    let mut faults = Vec::new();
    if kind == ControlKind::Wepp && controls.wepp.engine != EngineChoice::Embedded {
        let resources = services.resources.clone();
        let probed = tokio::task::spawn_blocking(move || engines::probe(&resources)).await;
        match probed.map_err(|error| ServiceError::internal(&error))? {
            None => {
                let message = "this server has no WEPP executable; start it with --wepp FILE";
                faults.push(FieldError::new("engine", "no_executable", message));
            }
            Some(Err(reason)) => faults.push(FieldError::new("engine", "unusable_executable", reason)),
            Some(Ok(_)) => {}
        }
    }
    if kind == ControlKind::Climate {
        let Climate { station, station_id, .. } = &controls.climate;
        if *station == StationChoice::Fixed && station_id.len() > 64 {
            faults.push(FieldError::new("station_id", "unknown", "choose a station from the list"));
        }
    }
    Ok(faults)
}

/// Validates a template, stores the report, and makes the runs agree with it when it is valid.
pub async fn set_template(
    services: &Services,
    batch: &BatchRecord,
    template: &str,
    actor: &Actor,
) -> ServiceResult<BatchRecord> {
    refuse_while_active(batch)?;
    let sha256 = watersheds(batch)?.sha256.clone();
    let features: BTreeMap<u32, FeatureRecord> = services
        .store
        .features(batch.id)
        .await?
        .into_iter()
        .map(|feature| (feature.index, feature))
        .collect();
    let inputs = services.store.template_features(batch.id).await?;
    let (report, rows) = headwaters_template::report(template.trim(), &inputs, &sha256);
    let mut runs = Vec::new();
    for row in rows {
        if let (Some(run_id), Some(feature)) = (row.run_id, features.get(&row.index)) {
            runs.push(RunInput {
                index: row.index,
                run_id,
                feature_id: row.feature_id,
                properties: feature.properties.clone(),
                geometry: feature.geometry.clone().unwrap_or_default(),
                area_km2: feature.area_m2 / 1e6,
            });
        }
    }
    services.store.set_template(batch.id, &report, &runs, actor).await?;
    services.published().await;
    by_name(services, &batch.name).await
}

/// Everything about one run.
pub async fn run_detail(services: &Services, batch: &BatchRecord, run_id: &str) -> ServiceResult<RunDetail> {
    let missing = || ServiceError::not_found("no_such_run", format!("there is no run `{run_id}`"));
    let run = services.store.run(batch.id, run_id).await?.ok_or_else(missing)?;
    let row = services.store.run_row(batch.id, run.id).await?.ok_or_else(missing)?;
    let ahead = services.store.queue_depth().await?;
    let ahead = ahead.iter().find(|(state, _)| state == "queued").map_or(0, |(_, count)| *count);
    let mut tasks = services.store.task_details(run.id).await?;
    let outdated = match row.error_code.as_deref() {
        Some(OUTLET_CHANGED) => {
            let first = first_of_outlet(&tasks, run.outlet_override);
            TaskSet::NONE.with(first, true).with_descendants()
        }
        _ => TaskSet::NONE,
    };
    for task in &mut tasks {
        task.waiting_for = match outdated.contains(task.kind) && task.state.satisfies() {
            true => Some("the outlet was changed after this was made: retry the run".to_owned()),
            false => waiting_for(task, &row.tasks, ahead),
        };
    }
    Ok(RunDetail {
        row,
        feature_id: run.feature_id,
        properties: run.properties,
        tasks,
        artefacts: services.store.artefacts(run.id).await?,
        results: run.results,
        outlet_override: run.outlet_override,
    })
}

/// The first task that a changed outlet concerns: the elevations are fetched anew when they do not serve it.
fn first_of_outlet(tasks: &[TaskDetail], outlet: Option<[f64; 2]>) -> TaskKind {
    let fetched = tasks.iter().find(|task| task.kind == TaskKind::FetchDem);
    let result = fetched.and_then(|task| task.result.clone());
    match result.and_then(|result| serde_json::from_value::<ExtentRecord>(result).ok()) {
        Some(extent) if !extent::serves(&extent, outlet) => TaskKind::FetchDem,
        _ => TaskKind::FindOutlet,
    }
}

/// Why a task is not running, when it waits.
fn waiting_for(task: &TaskDetail, states: &[TaskState], queued: i64) -> Option<String> {
    let parents = |wanted: fn(TaskState) -> bool| {
        let names = task.kind.parents().iter().filter(move |parent| wanted(states[parent.index()]));
        names.map(|parent: &TaskKind| parent.label()).collect::<Vec<_>>().join(", ")
    };
    match task.state {
        TaskState::Blocked => Some(format!("needs {}", parents(|state| !state.satisfies()))),
        TaskState::Ready => Some("waits for a place in the queue".to_owned()),
        TaskState::Queued => Some(format!("{queued} tasks are in the queue; waits for a worker")),
        TaskState::RetryWait => Some("pauses before the next attempt".to_owned()),
        TaskState::UpstreamFailed => {
            Some(format!("could not run: {} did not succeed", parents(|state| !state.satisfies())))
        }
        _ => None,
    }
}
