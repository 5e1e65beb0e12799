//! Run, cancel, retry: each says what it will do before it does it.

use headwaters_domain::batch::BatchState;
use headwaters_domain::plan::Plan;
use headwaters_domain::{TaskState, run::RunRow};
use leptos::prelude::*;

use super::context::Batch;
use crate::browser::api::{self, Method};
use crate::model::format::count;
use crate::session::Session;
use crate::ui::dialog::Dialog;
use crate::ui::feedback::{Note, Toasts, Tone};
use crate::ui::icon::Icon;
use crate::ui::view::view;

/// The buttons of the batch's head.
#[component]
pub fn BatchActions(batch: Batch) -> impl IntoView {
    let active = move || batch.live.with(|ledger| ledger.state) == Some(BatchState::Active);
    let retryable = Memo::new(move |_| batch.live.with(|ledger| retry_counts(&ledger.rows)));
    let (asks_cancel, asks_retry) = (RwSignal::new(false), RwSignal::new(false));
    let (toasts, session) = (Toasts::expect(), Session::expect());
    let cancel = Callback::new(move |()| {
        leptos::task::spawn_local(async move {
            match api::call(Method::POST, &batch.api("/cancel")).await {
                Ok(()) => toasts.say(Tone::Good, "Cancelling: running tasks stop within seconds."),
                Err(fault) => {
                    session.notice(&fault);
                    toasts.fault(&fault);
                }
            }
        });
    });
    let retry = Callback::new(move |()| submit(batch, "/retry", None, toasts, session));
    let unfinished = move || {
        batch.live.with(|ledger| {
            let (ended, submitted) = ledger.progress();
            count(u64::from(submitted - ended), "run")
        })
    };
    view! {
        <div class="batch-actions">
            <Show when=move || 0 < retryable.get().0>
                <button type="button" class="button" on:click=move |_| asks_retry.set(true)>
                    <Icon name="retry"/>"Retry failed"
                </button>
            </Show>
            <Show when=active fallback=move || view! { <RunButton batch=batch place="head"/> }>
                <button type="button" class="button button-danger" on:click=move |_| asks_cancel.set(true)>
                    <Icon name="stop"/>"Cancel"
                </button>
            </Show>
        </div>
        <Dialog open=asks_cancel title="Cancel the batch?" confirm="Cancel the batch" dismiss="Keep running" dangerous=true on_confirm=cancel>
            <p>{unfinished}" will stop. Finished tasks keep their results; the others can be retried later."</p>
        </Dialog>
        <Dialog open=asks_retry title="Retry failed and cancelled tasks?" confirm="Retry" on_confirm=retry>
            <p>
                {move || {
                    let (runs, tasks) = retryable.get();
                    format!("{} of {} will run again, each from the task that failed. Finished tasks are kept.", count(tasks, "task"), count(runs, "run"))
                }}
            </p>
        </Dialog>
    }
}

/// The Run button with its question; disabled with the reason.
#[component]
pub fn RunButton(
    batch: Batch,
    /// Name of its place: there may be two on a page.
    place: &'static str,
) -> impl IntoView {
    let asks = RwSignal::new(false);
    let (toasts, session) = (Toasts::expect(), Session::expect());
    let blocked = Memo::new(move |_| run_blocked(batch));
    let run = Callback::new(move |()| {
        let request = untrack(|| batch.run_request());
        submit(batch, "/run", Some(request), toasts, session);
    });
    let id = format!("run-blocked-{place}");
    let described_by = id.clone();
    view! {
        <button
            type="button"
            class="button button-primary"
            disabled=move || blocked.with(Option::is_some)
            aria-describedby=described_by
            on:click=move |_| asks.set(true)
        >
            <Icon name="run"/>"Run…"
        </button>
        <Show when=move || blocked.with(Option::is_some)>
            <p class="blocked" id=id.clone()>{move || blocked.get()}</p>
        </Show>
        <Dialog open=asks title="Run the batch?" confirm="Run" on_confirm=run>
            <PlanSummary plan=batch.plan/>
        </Dialog>
    }
}

/// Reason why Run is disabled: the server's, or that no task would run.
fn run_blocked(batch: Batch) -> Option<String> {
    let servers = batch.detail.read(|detail| detail.run_blocked.clone()).flatten();
    if let Some(reason) = servers {
        return Some(api::capitalised(&reason));
    }
    let plan = batch.plan.get();
    if plan.runs == 0 {
        return Some("No run is selected.".to_owned());
    }
    (plan.tasks_to_run == 0).then(|| {
        "All selected tasks are up to date. To run them again, tick Force rebuild in the set-up.".to_owned()
    })
}

/// The numbers of a plan, as panel and question both show them.
#[component]
pub fn PlanSummary(
    /// The plan.
    plan: Memo<Plan>,
) -> impl IntoView {
    view! {
        <dl class="plan">
            <div><dt>"Runs"</dt><dd>{move || plan.get().runs}</dd></div>
            <div><dt>"Tasks to run"</dt><dd>{move || plan.get().tasks_to_run}</dd></div>
            <div><dt>"Up to date, skipped"</dt><dd>{move || plan.get().tasks_to_skip}</dd></div>
        </dl>
        <Show when=move || 0 < plan.get().runs_blocked>
            <Note tone=Tone::Attention>
                <p>
                    {move || count(u64::from(plan.get().runs_blocked), "run")}
                    " cannot finish: a task that they need is neither selected nor done."
                </p>
            </Note>
        </Show>
    }
}

/// Submits and tells what the server made of it.
fn submit(
    batch: Batch,
    path: &'static str,
    request: Option<headwaters_domain::plan::RunRequest>,
    toasts: Toasts,
    session: Session,
) {
    leptos::task::spawn_local(async move {
        match api::send::<_, Plan>(Method::POST, &batch.api(path), &request).await {
            Ok(plan) => {
                let (tasks, runs) = (count(plan.tasks_to_run.into(), "task"), count(plan.runs.into(), "run"));
                toasts.say(Tone::Good, format!("Submitted {tasks} of {runs}."));
                if batch.is_open() && batch.url.get_untracked("view") != "dashboard" {
                    batch.url.set(&[("view", "dashboard")]);
                }
                batch.refresh();
            }
            Err(fault) => {
                session.notice(&fault);
                toasts.fault(&fault);
                batch.refresh();
            }
        }
    });
}

/// Runs and tasks a retry would take.
fn retry_counts(rows: &[RunRow]) -> (u64, u64) {
    let again = |state: &&TaskState| {
        matches!(state, TaskState::Failed | TaskState::UpstreamFailed | TaskState::Cancelled)
    };
    rows.iter()
        .filter(|row| row.tasks.iter().all(|state| state.is_terminal()))
        .map(|row| row.tasks.iter().filter(again).count() as u64)
        .filter(|tasks| *tasks > 0)
        .fold((0, 0), |(runs, tasks), more| (runs + 1, tasks + more))
}
