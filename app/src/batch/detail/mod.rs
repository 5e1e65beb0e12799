//! Everything about the selected run.

mod files;
mod log;
mod outlet;
mod overview;
mod run_history;
mod tasks;

use std::sync::Arc;
use std::time::Duration;

use headwaters_domain::run::{RunDetail, RunRow, RunState};
use leptos::prelude::*;

use super::context::Batch;
use crate::browser::api::{self, Method};
use crate::load::Document;
use crate::session::Session;
use crate::ui::feedback::{Empty, FaultNote, Skeleton, Toasts, Tone};
use crate::ui::icon::Icon;
use crate::ui::state_mark::RunStateBadge;
use crate::ui::view::{dynamic, view};
use files::Files;
use log::LogView;
use overview::{Overview, RunResultsList};
use run_history::RunHistory;
use tasks::Tasks;

/// Pause before a changed run is fetched again: several tasks often change together.
const REFETCH: Duration = Duration::from_millis(300);

/// Tabs of the pane.
const TABS: [(&str, &str); 6] = [
    ("overview", "Overview"),
    ("tasks", "Tasks"),
    ("log", "Log"),
    ("files", "Files"),
    ("results", "Results"),
    ("history", "History"),
];

/// The pane; empty until a run is selected.
#[component]
pub fn DetailPane(batch: Batch) -> impl IntoView {
    dynamic(move || match batch.selected.get() {
        None => view! {
            <Empty title="No run selected">
                <p>"Choose one in the grid or on the map to see its tasks, log, files and results."</p>
            </Empty>
        },
        Some(key) => view! { <SelectedRun batch=batch key=key/> },
    })
}

#[component]
fn SelectedRun(batch: Batch, key: u32) -> impl IntoView {
    let row = Memo::new(move |_| batch.live.with(|ledger| ledger.by_key(key).cloned()));
    let run_id: Arc<str> =
        row.with_untracked(|row| row.as_ref().map(|row| row.run_id.as_str().into())).unwrap_or_default();
    let detail = fetch_with_row(batch, run_id.clone(), row);
    let asked = batch.url.follow("tab");
    let tab = Memo::new(move |_| {
        let asked = asked.get();
        TABS.into_iter().map(|(slug, _)| slug).find(|slug| *slug == asked).unwrap_or("overview")
    });
    let tab_button = move |(slug, label): (&'static str, &'static str)| {
        view! {
            <button
                type="button"
                role="tab"
                class="tab"
                id=format!("tab-{slug}")
                aria-controls="run-panel"
                aria-selected=move || (tab.get() == slug).to_string()
                tabindex=move || if tab.get() == slug { "0" } else { "-1" }
                on:click=move |_| batch.url.set(&[("tab", slug)])
            >
                {label}
            </button>
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let at = TABS.iter().position(|(slug, _)| *slug == tab.get_untracked()).unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % TABS.len(),
            "ArrowLeft" => (at + TABS.len() - 1) % TABS.len(),
            "Home" => 0,
            "End" => TABS.len() - 1,
            _ => return,
        };
        event.prevent_default();
        batch.url.set(&[("tab", TABS[to].0)]);
        crate::browser::page::focus_soon(format!("tab-{}", TABS[to].0));
    };
    let named = run_id.clone();
    let content = dynamic(move || {
        let run_id = named.to_string();
        match tab.get() {
            "tasks" => with_detail(detail, move |run| view! { <Tasks batch=batch run=run/> }),
            "log" => view! { <LogView batch=batch run_id=run_id row=row/> },
            "files" => with_detail(detail, move |run| view! { <Files batch=batch run=run/> }),
            "results" => with_detail(detail, |run| {
                view! { <RunResultsList results=run.results.clone()/> }
            }),
            "history" => with_detail(detail, |run| view! { <RunHistory run=run/> }),
            _ => with_detail(detail, move |run| {
                view! { <Overview batch=batch run=run detail=detail/> }
            }),
        }
    });
    view! {
        <div class="run-head">
            <h2 class="run-title">{run_id.to_string()}</h2>
            {move || row.with(|row| row.as_ref().map(RunRow::state)).map(|state| view! { <RunStateBadge state=state/> })}
            <RunActions batch=batch run_id=run_id.to_string() row=row/>
        </div>
        <div class="tabs tabs-small" role="tablist" aria-label="Run details" on:keydown=on_key>
            {TABS.into_iter().map(tab_button).collect_view()}
        </div>
        <div class="run-panel-body" id="run-panel" role="tabpanel" tabindex="0" aria-labelledby=move || format!("tab-{}", tab.get())>
            {content}
        </div>
    }
}

/// The run's document, fetched again whenever its row in the ledger changes.
fn fetch_with_row(batch: Batch, run_id: Arc<str>, row: Memo<Option<RunRow>>) -> Document<RunDetail> {
    let path = batch.run_api(&run_id, "");
    let detail = Document::<RunDetail>::fetched(path.clone());
    let mut before: Option<Option<RunRow>> = None;
    Effect::new(move || {
        let now = row.get();
        if before.replace(now.clone()).is_some_and(|before| before != now) {
            let (path, seen) = (path.clone(), now.clone());
            set_timeout(
                move || {
                    // A later change has its own timer.
                    if row.try_get_untracked() == Some(seen) {
                        detail.fetch(path);
                    }
                },
                REFETCH,
            );
        }
    });
    detail
}

fn with_detail(
    detail: Document<RunDetail>,
    show: impl Fn(RunDetail) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let run = Memo::new(move |_| detail.read(RunDetail::clone));
    dynamic(move || {
        if let Some(run) = run.get() {
            return show(run);
        }
        match detail.fault() {
            Some(fault) => view! { <FaultNote fault=fault/> },
            None => view! { <Skeleton lines=6/> },
        }
    })
}

#[component]
fn RunActions(batch: Batch, run_id: String, row: Memo<Option<RunRow>>) -> impl IntoView {
    let (toasts, session) = (Toasts::expect(), Session::expect());
    let state = Memo::new(move |_| {
        row.with(|row| {
            row.as_ref().map_or((RunState::Idle, false), |row| (row.state(), row.error_code.is_some()))
        })
    });
    let path = StoredValue::new((batch.run_api(&run_id, "/retry"), batch.run_api(&run_id, "/cancel")));
    let call = move |path: String, done: &'static str| {
        leptos::task::spawn_local(async move {
            match api::call(Method::POST, &path).await {
                Ok(()) => toasts.say(Tone::Good, done),
                Err(fault) => {
                    session.notice(&fault);
                    toasts.fault(&fault);
                }
            }
        });
    };
    dynamic(move || match state.get() {
        (RunState::Pending | RunState::Running, _) => view! {
            <button type="button" class="button button-small" on:click=move |_| call(path.get_value().1, "Cancelling the run.")>
                <Icon name="stop"/>"Cancel run"
            </button>
        },
        // What succeeded but has a reason to be made again, such as another outlet, is offered too.
        (RunState::Failed | RunState::Cancelled, _) | (RunState::Succeeded, true) => view! {
            <button type="button" class="button button-small" on:click=move |_| call(path.get_value().0, "Run submitted again.")>
                <Icon name="retry"/>"Retry run"
            </button>
        },
        (RunState::Idle | RunState::Succeeded, _) => ().into_any(),
    })
}
