//! Selection of tasks and runs, and the plan that follows.

use headwaters_domain::batch::{BatchDetail, TaskSelection};
use headwaters_domain::plan::RunFilter;
use headwaters_domain::{TaskKind, TaskSet};
use leptos::prelude::*;

use super::super::actions::{PlanSummary, RunButton};
use super::super::context::Batch;
use crate::browser::api::{self, Method};
use crate::session::Session;
use crate::ui::feedback::{Note, Toasts, Tone};
use crate::ui::field::Checkbox;
use crate::ui::view::view;
use headwaters_domain::batch::BatchState;

/// The panel.
#[component]
pub fn RunPanel(batch: Batch) -> impl IntoView {
    let active = move || batch.live.with(|ledger| ledger.state) == Some(BatchState::Active);
    view! {
        <div class="run-panel">
            <TaskChecklist batch=batch/>
            <div>
                <RunFilterChoice batch=batch/>
                <h3>"Planned work"</h3>
                <PlanSummary plan=batch.plan/>
                <Show
                    when=active
                    fallback=move || view! { <div class="actions"><RunButton batch=batch place="panel"/></div> }
                >
                    <Note tone=Tone::Plain>
                        <p>"The batch is running. Wait for it to finish, or cancel it, before you submit again."</p>
                    </Note>
                </Show>
            </div>
        </div>
    }
}

#[component]
fn TaskChecklist(batch: Batch) -> impl IntoView {
    let (toasts, session) = (Toasts::expect(), Session::expect());
    let selection = Memo::new(move |_| {
        batch.detail.read(|detail| (detail.tasks, detail.force_rebuild)).unwrap_or((TaskSet::ALL, false))
    });
    // What the user sees changes at once; the server's answer confirms it, or the old selection comes back.
    let store = move |tasks: TaskSet, force_rebuild: bool| {
        let path = batch.api("/tasks");
        if let Some(mut detail) = batch.detail.read_untracked(BatchDetail::clone) {
            (detail.tasks, detail.force_rebuild) = (tasks, force_rebuild);
            batch.detail.put(detail);
        }
        leptos::task::spawn_local(async move {
            let selection = TaskSelection { tasks, force_rebuild };
            match api::send::<_, BatchDetail>(Method::PUT, &path, &selection).await {
                Ok(detail) => batch.detail.put(detail),
                Err(fault) => {
                    session.notice(&fault);
                    toasts.fault(&fault);
                    batch.refresh();
                }
            }
        });
    };
    let task = move |kind: TaskKind| {
        view! {
            <Checkbox
                id=format!("task-{}", kind.slug())
                label=kind.label()
                checked=Memo::new(move |_| selection.get().0.contains(kind))
                on_change=Callback::new(move |present| {
                    let (tasks, force_rebuild) = selection.get_untracked();
                    store(tasks.with(kind, present), force_rebuild);
                })
            />
        }
    };
    let group = move |name: &'static str| {
        view! {
            <fieldset class="task-group">
                <legend>{name}</legend>
                {TaskKind::ALL.into_iter().filter(|kind| kind.group() == name).map(task).collect_view()}
            </fieldset>
        }
    };
    let mut groups: Vec<&'static str> = TaskKind::ALL.into_iter().map(TaskKind::group).collect();
    groups.dedup();
    view! {
        <div>
            <h3>"Tasks"</h3>
            <div class="task-groups">{groups.into_iter().map(group).collect_view()}</div>
            <Checkbox
                id="force-rebuild"
                label="Force rebuild"
                hint="Run selected tasks again although they are up to date"
                checked=Memo::new(move |_| selection.get().1)
                on_change=Callback::new(move |force| store(selection.get_untracked().0, force))
            />
        </div>
    }
}

/// Words of the filter's choices, in order.
const FILTERS: [(&str, &str); 4] = [
    ("all", "All runs"),
    ("incomplete", "Failed and incomplete"),
    ("one", "One run"),
    ("range", "A range of features"),
];

#[component]
fn RunFilterChoice(batch: Batch) -> impl IntoView {
    let filter = batch.run_filter;
    let kind = Memo::new(move |_| match filter.get() {
        RunFilter::All => "all",
        RunFilter::Incomplete => "incomplete",
        RunFilter::One { .. } => "one",
        RunFilter::Range { .. } => "range",
    });
    let last_index = move || batch.with_rows(|rows| rows.iter().map(|row| row.index).max().unwrap_or(0));
    let choose = move |slug: &str| {
        filter.set(match slug {
            "incomplete" => RunFilter::Incomplete,
            "one" => RunFilter::One { run_id: batch.url.get_untracked("run") },
            "range" => RunFilter::Range { first: 0, last: untrack(last_index) },
            _ => RunFilter::All,
        });
    };
    let choice = move |(slug, label): (&'static str, &'static str)| {
        let id = format!("filter-{slug}");
        view! {
            <div class="choice">
                <input
                    type="radio"
                    name="run-filter"
                    id=id.clone()
                    prop:checked=move || kind.get() == slug
                    on:change=move |_| choose(slug)
                />
                <label for=id>{label}</label>
            </div>
        }
    };
    let bound = move |pick: fn(u32, u32) -> u32,
                      place: fn(u32, (u32, u32)) -> (u32, u32),
                      id: &'static str,
                      label: &'static str| {
        view! {
            <div class="field field-inline">
                <label class="field-label" for=id>{label}</label>
                <input
                    class="input input-short"
                    type="number"
                    min="0"
                    id=id
                    prop:value=move || match filter.get() {
                        RunFilter::Range { first, last } => pick(first, last).to_string(),
                        _ => String::new(),
                    }
                    on:change:target=move |event| {
                        let Ok(index) = event.target().value().trim().parse::<u32>() else { return };
                        filter.update(|filter| {
                            if let RunFilter::Range { first, last } = filter {
                                (*first, *last) = place(index, (*first, *last));
                            }
                        });
                    }
                />
            </div>
        }
    };
    let one = move || {
        view! {
            <div class="field">
                <label class="field-label" for="filter-run-id">"Run ID"</label>
                <input
                    class="input"
                    id="filter-run-id"
                    list="run-ids"
                    autocomplete="off"
                    prop:value=move || match filter.get() {
                        RunFilter::One { run_id } => run_id,
                        _ => String::new(),
                    }
                    on:input:target=move |event| filter.set(RunFilter::One { run_id: event.target().value() })
                />
                <datalist id="run-ids">
                    {move || batch.with_rows(|rows| {
                        rows.iter().take(500).map(|row| view! { <option value=row.run_id.clone()></option> }).collect_view()
                    })}
                </datalist>
            </div>
        }
    };
    let range = move || {
        view! {
            <div class="field-pair">
                {bound(|first, _| first, |index, (_, last)| (index, last), "range-first", "First index")}
                {bound(|_, last| last, |index, (first, _)| (first, index), "range-last", "Last index")}
            </div>
        }
    };
    view! {
        <fieldset class="choices">
            <legend><h3>"Runs"</h3></legend>
            {FILTERS.into_iter().map(choice).collect_view()}
            {move || match kind.get() {
                "one" => one(),
                "range" => range(),
                _ => ().into_any(),
            }}
        </fieldset>
    }
}
