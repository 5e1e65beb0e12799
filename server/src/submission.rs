//! Run, retry, plan: which tasks of which runs are put to work, from one snapshot of `_base`.

use headwaters_domain::batch::BatchState;
use headwaters_domain::controls::{ControlKind, Controls};
use headwaters_domain::plan::{Plan, RunFilter, RunRequest};
use headwaters_domain::{TaskKind, TaskSet};
use headwaters_scheduling::key::{KeyInputs, hash_parts, task_keys};
use headwaters_scheduling::submit::Submission;

use crate::app::App;
use crate::batches;
use crate::config::Config;
use crate::error::{ApiFailure, ApiResult};
use crate::files::write_atomically;
use crate::store::{Actor, BatchRecord, RunRecord, Submitted};

/// The controls and the config a submission is made from.
struct Base {
    controls: Controls,
    config: Config,
    fingerprint: String,
}

impl Base {
    async fn load(app: &App, batch: &BatchRecord) -> ApiResult<Self> {
        let controls = app.store.control_values(batch.id).await?;
        let config = app.configs.load(&batch.config).map_err(|error| {
            ApiFailure::conflict("not_ready", format!("config {} cannot be used: {error}", batch.config))
        })?;
        let fingerprint = config.fingerprint(app.layout.data());
        Ok(Self { controls, config, fingerprint })
    }

    /// Keys the tasks of a run would have.
    fn keys(&self, run: &Submitted) -> ApiResult<[String; TaskKind::ALL.len()]> {
        let mut controls: [String; TaskKind::ALL.len()] = Default::default();
        for kind in TaskKind::ALL {
            let mut read = Vec::new();
            for control in ControlKind::ALL.into_iter().filter(|control| control.read_by().contains(kind)) {
                read.push(self.controls.document(control)?.to_string());
            }
            controls[kind.index()] = hash_parts(read.iter().map(String::as_str));
        }
        Ok(task_keys(&KeyInputs {
            versions: crate::tasks::VERSIONS,
            controls,
            config: &self.fingerprint,
            polygon: &crate::hash::hex(run.geometry.as_bytes()),
            outlet: run.outlet_override.as_deref().unwrap_or_default(),
        }))
    }
}

/// What `request` would do, without doing it.
pub async fn plan(app: &App, batch: &BatchRecord, request: &RunRequest) -> ApiResult<Plan> {
    let base = Base::load(app, batch).await?;
    let mut plan = Plan::default();
    for run in app.store.submittable(batch.id).await? {
        if request.filter.selects(&run.row) {
            run.add_to_plan(&mut plan, request, &base.keys(&run)?);
        }
    }
    Ok(plan)
}

/// Puts runs to work. Refused while a run of the batch is active, or without a current, valid template.
pub async fn run(app: &App, batch: &BatchRecord, request: &RunRequest, actor: &Actor) -> ApiResult<Plan> {
    batches::refuse_while_active(batch)?;
    if let Some(reason) = batches::run_blocked(batch) {
        return Err(ApiFailure::conflict("not_ready", reason));
    }
    let runs = app.store.submittable(batch.id).await?;
    let chosen: Vec<_> = runs.into_iter().filter(|run| request.filter.selects(&run.row)).collect();
    if chosen.is_empty() || request.tasks.is_empty() {
        return Err(ApiFailure::conflict(
            "nothing_to_do",
            "the filter selects no runs, or no task is ticked",
        ));
    }
    submit(app, batch, request, chosen, true, actor).await
}

/// Runs what failed, was cancelled or could not start again; what is done stays. Does nothing when nothing has
/// failed, so that a second press is harmless.
pub async fn retry(
    app: &App,
    batch: &BatchRecord,
    only: Option<&RunRecord>,
    actor: &Actor,
) -> ApiResult<Plan> {
    use headwaters_domain::TaskState::{Cancelled, Failed, UpstreamFailed};
    let runs = app.store.submittable(batch.id).await?;
    let unfinished = |run: &Submitted| {
        let states = || run.row.tasks.iter();
        let ended = states().all(|state| state.is_terminal());
        ended && states().any(|state| matches!(state, Failed | Cancelled | UpstreamFailed))
    };
    let concerned = |run: &Submitted| only.is_none_or(|only| only.id == run.run);
    let chosen: Vec<_> = runs.into_iter().filter(|run| concerned(run) && unfinished(run)).collect();
    if chosen.is_empty() {
        return Ok(Plan::default());
    }
    let request = RunRequest { filter: RunFilter::Incomplete, tasks: TaskSet::ALL, force_rebuild: false };
    submit(app, batch, &request, chosen, false, actor).await
}

async fn submit(
    app: &App,
    batch: &BatchRecord,
    request: &RunRequest,
    chosen: Vec<Submitted>,
    exclusive: bool,
    actor: &Actor,
) -> ApiResult<Plan> {
    let base = Base::load(app, batch).await?;
    let mut plan = Plan::default();
    let mut wishes: Vec<(i64, Submission, Vec<String>)> = Vec::with_capacity(chosen.len());
    for run in &chosen {
        let keys = base.keys(run)?;
        // A retry repeats what its runs were submitted for, not tasks nobody ever asked for.
        let submitted = TaskKind::ALL.into_iter().fold(TaskSet::NONE, |set, kind| {
            let known = run.row.tasks[kind.index()] != headwaters_domain::TaskState::Idle;
            set.with(kind, known)
        });
        let tasks = if exclusive { request.tasks } else { submitted };
        let request = RunRequest { tasks, ..request.clone() };
        run.add_to_plan(&mut plan, &request, &keys);
        wishes.push((run.run, run.submission(&request, &keys), keys.to_vec()));
    }
    if exclusive && plan.runs_blocked == plan.runs {
        let message = "a task that the selected ones need is neither selected nor done: tick it as well";
        return Err(ApiFailure::conflict("not_ready", message).with_details(plan));
    }
    let submission = app.store.add_submission(batch.id, &serde_json::to_string(request)?, actor).await?;
    write_snapshot(app, batch, submission, &base)?;
    let submitted = app.store.submit(batch.id, submission, &wishes, exclusive, actor).await?;
    if submitted.is_none() {
        let busy =
            BatchRecord { counts: [(headwaters_domain::run::RunState::Running, 1)].into(), ..batch.clone() };
        debug_assert_eq!(busy.state(), BatchState::Active);
        batches::refuse_while_active(&busy)?;
    }
    app.published().await;
    Ok(plan)
}

/// Freezes `_base` for the tasks of a submission.
fn write_snapshot(app: &App, batch: &BatchRecord, submission: i64, base: &Base) -> ApiResult<()> {
    let name = batch.name.as_str();
    let target = app.layout.snapshot(name, submission);
    let parent = app.layout.batch(name).join("snapshots");
    std::fs::create_dir_all(&parent)?;
    let fresh = tempfile::Builder::new().prefix(".new-").tempdir_in(&parent)?;
    let config = base.config.clone().resolved(app.layout.data());
    for (file, text) in [
        ("controls.json", serde_json::to_string_pretty(&base.controls)?),
        ("config.json", serde_json::to_string_pretty(&config)?),
    ] {
        write_atomically(&fresh.path().join(file), text.as_bytes())?;
        write_atomically(&app.layout.base(name).join(file), text.as_bytes())?;
    }
    let uploaded = app.layout.resources(name).join(crate::files::SBS_MAP);
    if uploaded.try_exists()? {
        // The upload is replaced by rename, never written into, so a link keeps the snapshot's content.
        std::fs::hard_link(&uploaded, fresh.path().join(crate::files::SBS_MAP))?;
    }
    std::fs::rename(fresh.keep(), target)?;
    Ok(())
}
