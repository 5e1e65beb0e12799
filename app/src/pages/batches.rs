//! All batches.

use headwaters_domain::batch::BatchSummary;
use headwaters_domain::run::RunState;
use leptos::prelude::*;

use crate::browser::clock::{local_date_time, now_ms};
use crate::browser::page::set_title;
use crate::load::{Document, Load};
use crate::model::format::{ago, count, whole};
use crate::model::order::sorted_by_key;
use crate::ui::feedback::{Empty, FaultNote, Skeleton};
use crate::ui::icon::Icon;
use crate::ui::state_mark::{RunStateBadge, batch_state_label, batch_state_look, run_state_label};
use crate::ui::view::{dynamic, view};

/// Seconds between two looks at the list.
const REFRESH: std::time::Duration = std::time::Duration::from_secs(10);

/// The list of batches.
#[component]
pub fn BatchesPage() -> impl IntoView {
    set_title("Batches");
    let batches = Document::<Vec<BatchSummary>>::fetched("/api/batches".to_owned());
    let refresh = set_interval_with_handle(
        move || {
            if !crate::browser::page::is_hidden() {
                batches.fetch("/api/batches".to_owned());
            }
        },
        REFRESH,
    );
    on_cleanup(move || {
        if let Ok(refresh) = refresh {
            refresh.clear();
        }
    });
    let content = dynamic(move || {
        batches.with(|state| match state {
            Load::Pending => view! { <Skeleton lines=5/> },
            Load::Failed(fault) => view! { <FaultNote fault=fault.clone()/> },
            Load::Ready(list) if list.is_empty() => view! {
                <Empty title="No batches yet">
                    <p>
                        "A batch takes a file of watershed polygons and runs every watershed through the same tasks. "
                        <a href="/batches/new">"Create the first one"</a>"."
                    </p>
                </Empty>
            },
            Load::Ready(list) => table(list),
        })
    });
    view! {
        <div class="page">
            <div class="page-head">
                <h1>"Batches"</h1>
                <a href="/batches/new" class="button button-primary"><Icon name="plus"/>"New batch"</a>
            </div>
            {content}
        </div>
    }
}

fn table(batches: &[BatchSummary]) -> AnyView {
    let now_ms = now_ms();
    let newest_first = sorted_by_key(batches, |batch| std::cmp::Reverse(batch.created_ms));
    let rows = newest_first.iter().map(|batch| row(batch, now_ms)).collect_view();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Batches">
            <table class="table table-links">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="wide-column">"Runs"</th>
                        <th scope="col">"Config"</th>
                        <th scope="col">"Created"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(batch: &BatchSummary, now_ms: i64) -> AnyView {
    let name = batch.name.to_string();
    let counts: Vec<(RunState, u32)> = RunState::ALL
        .into_iter()
        .filter_map(|state| Some((state, *batch.counts.get(&state)?)))
        .filter(|(_, n)| *n > 0)
        .collect();
    let total: u32 = counts.iter().map(|(_, runs)| runs).sum();
    let in_words = counts
        .iter()
        .map(|(state, runs)| {
            format!("{} {}", whole(u64::from(*runs)), run_state_label(*state).to_lowercase())
        })
        .collect::<Vec<_>>()
        .join(", ");
    view! {
        <tr>
            <th scope="row"><a href=format!("/batches/{name}")>{name.clone()}</a></th>
            <td><RunStateBadge state=batch_state_look(batch.state) label=batch_state_label(batch.state)/></td>
            <td>
                <div class="run-summary">
                    <StackedBar counts=counts/>
                    <span>{if total == 0 { "none yet".to_owned() } else { format!("{}: {in_words}", count(u64::from(total), "run")) }}</span>
                </div>
            </td>
            <td>{batch.config.clone()}</td>
            <td>
                <time title=local_date_time(batch.created_ms)>{ago(batch.created_ms, now_ms)}</time>
                " by "{batch.created_by.clone()}
            </td>
        </tr>
    }
}

/// Runs per state as one bar; the numbers are beside it in words.
#[component]
pub fn StackedBar(
    /// Runs per state.
    counts: Vec<(RunState, u32)>,
) -> impl IntoView {
    const ORDER: [RunState; 6] = [
        RunState::Succeeded,
        RunState::Failed,
        RunState::Cancelled,
        RunState::Running,
        RunState::Pending,
        RunState::Idle,
    ];
    let part = move |state: RunState| {
        let (_, runs) = counts.iter().find(|(counted, runs)| *counted == state && *runs > 0)?;
        Some(
            view! { <span class=format!("bar-part fill-{}", state.slug()) style:flex-grow=runs.to_string()></span> },
        )
    };
    view! { <span class="stacked-bar" aria-hidden="true">{ORDER.into_iter().filter_map(part).collect_view()}</span> }
}
