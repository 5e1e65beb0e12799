//! Run, retry, plan: which tasks of which runs are put to work, from one snapshot of `_base`.

use headwaters_data_folder::{Layout, SBS_MAP, TABLES, table_file, write_atomically};
use headwaters_domain::controls::{ControlKind, Controls};
use headwaters_domain::plan::{Plan, RunFilter, RunRequest};
use headwaters_domain::{TableKind, TaskKind, TaskSet};
use headwaters_hash::{hash_parts, sha256_hex};
use headwaters_pipeline::config::Config;
use headwaters_pipeline::extent::{outlet_in_key, serves};
use headwaters_pipeline::{BaseInputs, registry};
use headwaters_scheduling::key::{KeyInputs, task_keys};
use headwaters_store::{Actor, BatchRecord, OwnTable, PlannedRun, RunRecord, StoreError, Submitted};
use rayon::prelude::*;

use crate::batches;
use crate::error::{ServiceError, ServiceResult};
use crate::services::Services;
use crate::tables::{self, TableText};

/// Times a submission is decided anew when a task changes between reading and writing.
const DECISIONS: usize = 5;

/// Keys of the tasks of a run.
type Keys = [String; TaskKind::ALL.len()];

/// Place of `fetch_dem` among the tasks.
const FETCH: usize = TaskKind::FetchDem.index();

/// The controls and the config a submission is made from.
struct Base {
    controls: Controls,
    config: Config,
    /// The tables its tasks read.
    tables: Vec<TableText>,
    /// What each task reads that is the same for all runs, as a hash.
    shared: Keys,
}

impl Base {
    async fn load(services: &Services, batch: &BatchRecord) -> ServiceResult<Self> {
        let controls = services.store.control_values(batch.id).await?;
        let config = services.configs.load(&batch.config).map_err(|error| {
            ServiceError::conflict("not_ready", format!("config {} cannot be used: {error}", batch.config))
        })?;
        let own = services.store.own_tables(batch.id).await?;
        let (layout, resources) = (services.layout.clone(), services.resources.clone());
        // Large rasters are read once to be known by their content.
        let hashed = tokio::task::spawn_blocking(move || {
            let tables = tables_read(&layout, &own, &config, &controls)?;
            let base = BaseInputs { controls: &controls, config: &config, resources: &resources };
            let shared = shared_inputs(&base, &tables)?;
            Ok::<_, ServiceError>(Self { controls, config, tables, shared })
        });
        hashed.await.map_err(|error| ServiceError::internal(&error))?
    }

    /// Keys the tasks of a run would have. Elevations that are there and serve the run's outlet keep the key they
    /// have, unless they are to be fetched anew.
    fn keys(&self, run: &Submitted, fetches_anew: bool) -> ServiceResult<Keys> {
        let polygon = sha256_hex(run.geometry.as_bytes());
        let outlet = run.outlet_override.as_deref().unwrap_or_default();
        let keys_for = |extent_outlet: Option<[f64; 2]>| {
            let extent_outlet = &extent_outlet.map(outlet_in_key).unwrap_or_default();
            task_keys(&KeyInputs { shared: &self.shared, polygon: &polygon, outlet, extent_outlet })
        };
        let given: Option<[f64; 2]> = run.outlet_override.as_deref().map(serde_json::from_str).transpose()?;
        if let Some(extent) = run.extent.as_ref().filter(|_| !fetches_anew) {
            let fetched_for = extent.outlet.map(|outlet| [outlet.longitude, outlet.latitude]);
            let keys = keys_for(fetched_for);
            let unchanged = run.done_keys[FETCH].as_ref() == Some(&keys[FETCH]);
            if unchanged && serves(extent, given) {
                return Ok(keys);
            }
        }
        Ok(keys_for(given))
    }

    /// Runs with the keys their tasks would have if `request` were carried out.
    fn with_keys(&self, runs: Vec<Submitted>, request: &RunRequest) -> ServiceResult<Vec<(Submitted, Keys)>> {
        let fetches_anew = request.force_rebuild && request.tasks.contains(TaskKind::FetchDem);
        let with_keys = |run: Submitted| self.keys(&run, fetches_anew).map(|keys| (run, keys));
        runs.into_par_iter().map(with_keys).collect()
    }
}

/// The tables that tasks read under these controls. A faulty one is found here, once, and not by every run.
fn tables_read(
    layout: &Layout,
    own: &[OwnTable],
    config: &Config,
    controls: &Controls,
) -> ServiceResult<Vec<TableText>> {
    let read = TableKind::ALL.into_iter().filter(|kind| !kind.read_by(controls).is_empty());
    let table = |kind: TableKind| {
        tables::checked(kind, own, config, layout.data()).map_err(|reason| {
            let message = format!("the table {} cannot be used: {reason}", kind.label());
            ServiceError::conflict("not_ready", message)
        })
    };
    read.map(table).collect()
}

/// Hash of what each task reads that is the same for all runs of a batch.
fn shared_inputs(base: &BaseInputs<'_>, tables: &[TableText]) -> ServiceResult<Keys> {
    let mut shared = Keys::default();
    for kind in TaskKind::ALL {
        let task = registry::task(kind);
        let mut parts = vec![task.version().to_string()];
        for control in ControlKind::ALL.into_iter().filter(|control| control.read_by().contains(kind)) {
            parts.extend(base.controls.key_document(control)?.map(|document| document.to_string()));
        }
        parts.extend(task.sources(base));
        let read = tables.iter().filter(|table| table.kind.read_by(base.controls).contains(kind));
        parts.extend(read.map(|table| table.text.clone()));
        parts.extend(task.programs(base));
        shared[kind.index()] = hash_parts(parts.iter().map(String::as_str));
    }
    Ok(shared)
}

/// What `request` would do, without doing it.
pub async fn plan(services: &Services, batch: &BatchRecord, request: &RunRequest) -> ServiceResult<Plan> {
    let base = Base::load(services, batch).await?;
    let mut runs = services.store.submittable(batch.id).await?;
    runs.retain(|run| request.filter.selects(&run.row));
    let mut plan = Plan::default();
    for (run, keys) in base.with_keys(runs, request)? {
        run.add_to_plan(&mut plan, request, &keys);
    }
    Ok(plan)
}

/// Puts runs to work. Refused while a run of the batch is active, or without a current, valid template.
pub async fn run(
    services: &Services,
    batch: &BatchRecord,
    request: &RunRequest,
    actor: &Actor,
) -> ServiceResult<Plan> {
    batches::refuse_while_active(batch)?;
    if let Some(reason) = batches::run_blocked(batch) {
        return Err(ServiceError::conflict("not_ready", reason));
    }
    let chosen = |run: &Submitted| request.filter.selects(&run.row);
    match submit(services, batch, request, &chosen, true, actor).await? {
        Some(plan) => Ok(plan),
        None => {
            Err(ServiceError::conflict("nothing_to_do", "the filter selects no runs, or no task is ticked"))
        }
    }
}

/// Runs what failed, was cancelled, could not start, or rests on an outlet that was changed since; what is done
/// stays. Does nothing when there is nothing of the kind, so that a second press is harmless.
pub async fn retry(
    services: &Services,
    batch: &BatchRecord,
    only: Option<&RunRecord>,
    actor: &Actor,
) -> ServiceResult<Plan> {
    use headwaters_domain::TaskState::{Cancelled, Failed, UpstreamFailed};
    let chosen = |run: &Submitted| {
        let states = || run.row.tasks.iter();
        let ended = states().all(|state| state.is_terminal());
        let unfinished = states().any(|state| matches!(state, Failed | Cancelled | UpstreamFailed));
        let concerned = only.is_none_or(|only| only.id == run.run);
        concerned && ended && (unfinished || run.outlet_is_stale)
    };
    let request = RunRequest { filter: RunFilter::Incomplete, tasks: TaskSet::ALL, force_rebuild: false };
    Ok(submit(services, batch, &request, &chosen, false, actor).await?.unwrap_or_default())
}

/// Submits the runs that `chosen` takes; `None` when it takes none, or no task is asked for.
async fn submit(
    services: &Services,
    batch: &BatchRecord,
    request: &RunRequest,
    chosen: &(dyn Fn(&Submitted) -> bool + Sync),
    exclusive: bool,
    actor: &Actor,
) -> ServiceResult<Option<Plan>> {
    let base = Base::load(services, batch).await?;
    let mut submission = None;
    for _ in 0..DECISIONS {
        let mut runs = services.store.submittable(batch.id).await?;
        runs.retain(chosen);
        if runs.is_empty() || request.tasks.is_empty() {
            return Ok(None);
        }
        let (plan, planned_runs) = decide(&base, runs, request, exclusive)?;
        if exclusive && plan.runs_blocked == plan.runs {
            let message = "a task that the selected ones need is neither selected nor done: tick it as well";
            return Err(ServiceError::conflict("not_ready", message).with_details(plan));
        }
        let submission = match submission {
            Some(submission) => submission,
            None => {
                let text = serde_json::to_string(request)?;
                let number = services.store.add_submission(batch.id, &text, actor).await?;
                write_snapshot(services, batch, number, &base)?;
                *submission.insert(number)
            }
        };
        match services.store.submit(batch.id, submission, &planned_runs, exclusive, actor).await {
            Ok(Some(())) => {
                services.published().await;
                return Ok(Some(plan));
            }
            Ok(None) => return Err(batches::busy(batch)),
            Err(StoreError::Moved) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(batches::busy(batch))
}

/// What the request means for each run.
fn decide(
    base: &Base,
    runs: Vec<Submitted>,
    request: &RunRequest,
    exclusive: bool,
) -> ServiceResult<(Plan, Vec<PlannedRun>)> {
    let mut plan = Plan::default();
    let planned = |(run, keys): (Submitted, Keys)| {
        // A retry repeats what its runs were submitted for, not tasks nobody ever asked for.
        let tasks = if exclusive { request.tasks } else { run.known_tasks() };
        let request = RunRequest { tasks, ..request.clone() };
        run.add_to_plan(&mut plan, &request, &keys);
        PlannedRun { submission: run.submission(&request, &keys), run, keys }
    };
    let planned_runs = base.with_keys(runs, request)?.into_iter().map(planned).collect();
    Ok((plan, planned_runs))
}

/// Freezes `_base` for the tasks of a submission.
fn write_snapshot(
    services: &Services,
    batch: &BatchRecord,
    submission: i64,
    base: &Base,
) -> ServiceResult<()> {
    let name = batch.name.as_str();
    let target = services.layout.snapshot(name, submission);
    let parent = services.layout.batch(name).join("snapshots");
    std::fs::create_dir_all(&parent)?;
    let fresh = tempfile::Builder::new().prefix(".new-").tempdir_in(&parent)?;
    let config = base.config.clone().resolved(services.layout.data());
    for (file, text) in [
        ("controls.json", serde_json::to_string_pretty(&base.controls)?),
        ("config.json", serde_json::to_string_pretty(&config)?),
    ] {
        write_atomically(&fresh.path().join(file), text.as_bytes())?;
        write_atomically(&services.layout.base(name).join(file), text.as_bytes())?;
    }
    std::fs::create_dir(fresh.path().join(TABLES))?;
    for table in &base.tables {
        write_atomically(&fresh.path().join(TABLES).join(table_file(table.kind)), table.text.as_bytes())?;
    }
    let uploaded = services.layout.resources(name).join(SBS_MAP);
    if uploaded.try_exists()? {
        // The upload is replaced by rename, never written into, so a link keeps the snapshot's content.
        std::fs::hard_link(&uploaded, fresh.path().join(SBS_MAP))?;
    }
    std::fs::rename(fresh.keep(), target)?;
    Ok(())
}
