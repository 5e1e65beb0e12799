//! One batch: its set-up, its dashboard, its results, its history.

mod actions;
mod context;
mod dashboard;
mod detail;
mod header;
mod history;
mod map;
mod results;
mod setup;

use headwaters_domain::batch::BatchState;
use leptos::prelude::*;

pub use context::Batch;

use crate::browser::page::set_title;
use crate::load::Load;
use crate::pages::notices::NoSuchBatch;
use crate::ui::feedback::{FaultNote, Skeleton};
use crate::ui::view::{dynamic, view};
use dashboard::Dashboard;
use header::BatchHeader;
use history::HistoryView;
use results::ResultsView;
use setup::SetupView;

/// One batch.
#[component]
pub fn BatchPage(
    /// Its name.
    name: String,
) -> impl IntoView {
    let batch = Batch::provide(&name);
    let title = name.clone();
    Effect::new(move || set_title(&batch.title(&title)));
    // The page is built once; afterwards its parts follow the documents themselves.
    let stage = Memo::new(move |_| {
        batch.detail.with(|state| match state {
            Load::Pending => Stage::Loading,
            Load::Ready(_) => Stage::Here,
            Load::Failed(fault) if fault.status() == Some(404) => Stage::Missing,
            Load::Failed(_) => Stage::Broken,
        })
    });
    dynamic(move || match stage.get() {
        Stage::Loading => view! { <div class="page"><Skeleton lines=8/></div> },
        Stage::Missing => view! { <NoSuchBatch name=name.clone()/> },
        Stage::Broken => {
            let fault = batch.detail.fault();
            view! { <div class="page">{fault.map(|fault| view! { <FaultNote fault=fault/> })}</div> }
        }
        Stage::Here => view! { <BatchViews batch=batch/> },
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Loading,
    Missing,
    Broken,
    Here,
}

/// A part of the batch page, named in the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    Setup,
    Dashboard,
    Results,
    History,
}

impl View {
    const ALL: [(View, &'static str, &'static str); 4] = [
        (View::Setup, "setup", "Set-up"),
        (View::Dashboard, "dashboard", "Dashboard"),
        (View::Results, "results", "Results"),
        (View::History, "history", "History"),
    ];

    fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, named, _)| *named == slug).map(|(view, ..)| view)
    }
}

#[component]
fn BatchViews(batch: Batch) -> impl IntoView {
    let asked = batch.url.follow("view");
    // A batch that has never run opens on its set-up; later the dashboard is what one comes for. The choice is made
    // once, so that the page does not change under the user's hands when the first run starts.
    let first = batch.detail.read_untracked(|detail| detail.summary.state);
    let opening = if first == Some(BatchState::Idle) { View::Setup } else { View::Dashboard };
    let shown = Memo::new(move |_| View::from_slug(&asked.get()).unwrap_or(opening));
    let tab = move |(view, slug, label): (View, &'static str, &'static str)| {
        let current = move || (shown.get() == view).then_some("page");
        view! {
            <a
                class="tab"
                href=move || batch.url.link(&[("view", slug)])
                aria-current=current
            >
                {label}
            </a>
        }
    };
    let base = format!("/batches/{}/base", batch.name());
    view! {
        <div class="batch" class:batch-fills-window=move || shown.get() == View::Dashboard>
            <BatchHeader batch=batch/>
            <nav class="tabs" aria-label="Parts of the batch">
                {View::ALL.into_iter().map(tab).collect_view()}
                <a href=base class="tab">"Base project"</a>
            </nav>
            {move || match shown.get() {
                View::Setup => view! { <SetupView batch=batch/> },
                View::Dashboard => view! { <Dashboard batch=batch/> },
                View::Results => view! { <ResultsView batch=batch/> },
                View::History => view! { <HistoryView batch=batch/> },
            }}
        </div>
    }
}
