//! The dashboard: grid, map and detail of the runs, sharing one selection and one filter.

mod failures;
mod filters;
mod grid;
mod grid_cells;
mod grid_row;
mod state_map;

use leptos::prelude::*;

use super::context::Batch;
use super::detail::DetailPane;
use crate::ui::feedback::{Empty, Skeleton};
use crate::ui::view::{dynamic, view};
use failures::FailureGroups;
use filters::GridFilters;
use grid::RunGrid;
use state_map::StateMap;

/// Panes, which become tabs in a narrow window.
const PANES: [(&str, &str); 3] = [("grid", "Runs"), ("map", "Map"), ("detail", "Detail")];

/// Three linked panes.
#[component]
pub fn Dashboard(batch: Batch) -> impl IntoView {
    let asked = batch.url.follow("pane");
    let run = batch.url.follow("run");
    let pane = Memo::new(move |_| {
        let asked = asked.get();
        // A link to a run shows the run, also where only one pane fits.
        let usual = if run.get().is_empty() { "grid" } else { "detail" };
        PANES.into_iter().map(|(slug, _)| slug).find(|slug| *slug == asked).unwrap_or(usual)
    });
    let button = move |(slug, label): (&'static str, &'static str)| {
        view! {
            <button
                type="button"
                class="tab"
                aria-pressed=move || (pane.get() == slug).to_string()
                on:click=move |_| batch.url.set(&[("pane", slug)])
            >
                {label}
            </button>
        }
    };
    let stage = Memo::new(move |_| (batch.live.has_data(), batch.live.with(|ledger| ledger.rows.is_empty())));
    let setup = move || batch.url.link(&[("view", "setup")]);
    dynamic(move || match stage.get() {
        (false, _) => view! { <div class="page"><Skeleton lines=10/></div> },
        (true, true) => view! {
            <div class="page">
                <Empty title="No runs yet">
                    <p>"Upload watersheds, validate the run IDs and press Run in the "<a href=setup>"set-up"</a>"."</p>
                </Empty>
            </div>
        },
        (true, false) => view! {
            <div class="pane-tabs" role="group" aria-label="Panes">{PANES.into_iter().map(button).collect_view()}</div>
            <div class=move || format!("panes panes-{}", pane.get())>
                <section class="pane pane-grid" aria-label="Runs">
                    <FailureGroups batch=batch/>
                    <GridFilters batch=batch/>
                    <RunGrid batch=batch/>
                </section>
                <section class="pane pane-map" aria-label="Map">
                    <StateMap batch=batch/>
                </section>
                <section class="pane pane-detail" aria-label="Detail">
                    <DetailPane batch=batch/>
                </section>
            </div>
        },
    })
}
