//! Name, connection, progress and what can be done.

use headwaters_domain::batch::BatchState;
use headwaters_domain::run::RunState;
use leptos::prelude::*;

use super::actions::BatchActions;
use super::context::Batch;
use crate::browser::clock::local_clock;
use crate::model::eta::eta_text;
use crate::model::format::{percent, whole};
use crate::model::link::Badge;
use crate::model::run_query::RunQuery;
use crate::pages::batches::StackedBar;
use crate::ui::state_mark::{RunStateBadge, batch_state_label, batch_state_look, run_state_label};
use crate::ui::view::view;

/// The head of the batch page.
#[component]
pub fn BatchHeader(batch: Batch) -> impl IntoView {
    let config = move || batch.detail.read(|detail| detail.summary.config.clone());
    let state = Memo::new(move |_| {
        let live = batch.live.with(|ledger| ledger.state);
        live.or_else(|| batch.detail.read(|detail| detail.summary.state)).unwrap_or(BatchState::Idle)
    });
    view! {
        <header class="batch-head">
            <div class="batch-title">
                <nav class="crumbs" aria-label="Breadcrumb"><a href="/batches">"Batches"</a></nav>
                <div class="batch-name">
                    <h1>{batch.name()}</h1>
                    {move || {
                        let state = state.get();
                        view! { <RunStateBadge state=batch_state_look(state) label=batch_state_label(state)/> }
                    }}
                    <span class="quiet">"config "<code>{config}</code></span>
                    <LiveBadge batch=batch/>
                </div>
            </div>
            <BatchActions batch=batch/>
            <Progress batch=batch/>
        </header>
    }
}

/// Age of the data.
#[component]
fn LiveBadge(batch: Batch) -> impl IntoView {
    let from = |data_from_ms: Option<i64>| {
        data_from_ms.map_or_else(String::new, |at_ms| format!(", data from {}", local_clock(at_ms)))
    };
    let text = move || match batch.live.badge() {
        Badge::Connecting => ("live-connecting", "connecting".to_owned()),
        Badge::Live => ("live-on", "live".to_owned()),
        Badge::Reconnecting { data_from_ms } => ("live-off", format!("reconnecting{}", from(data_from_ms))),
        Badge::Paused { data_from_ms } => ("live-off", format!("paused{}", from(data_from_ms))),
    };
    view! {
        <span class=move || format!("live {}", text().0) role="status">
            <span class="live-dot" aria-hidden="true"></span>
            {move || text().1}
        </span>
    }
}

#[component]
fn Progress(batch: Batch) -> impl IntoView {
    let counts = Memo::new(move |_| {
        batch.live.with(|ledger| RunState::ALL.map(|state| (state, ledger.count(state))).to_vec())
    });
    let progress = Memo::new(move |_| batch.live.with(|ledger| ledger.progress()));
    let eta = Memo::new(move |_| batch.live.with(eta_text));
    let share = move || {
        let (ended, submitted) = progress.get();
        let text = percent(u64::from(ended), u64::from(submitted));
        if submitted == 0 {
            String::new()
        } else {
            format!("{text} · {} of {} runs ended", whole(ended.into()), whole(submitted.into()))
        }
    };
    let query = Memo::new(move |_| RunQuery::from_parameters(|key| Some(batch.url.get(key))));
    let filter = move |(state, runs): (RunState, u32)| {
        let pressed = move || query.with(|query| query.states.contains(&state)).to_string();
        let toggle = move |_| {
            let states = query.with_untracked(|query| query.states_parameter_after_click(state));
            batch.url.set(&[("view", "dashboard"), ("state", &states)]);
        };
        (runs > 0 || query.with(|query| query.states.contains(&state))).then(|| {
            view! {
                <button type="button" class=format!("count state-{}", state.slug()) aria-pressed=pressed on:click=toggle>
                    <span class=format!("mark mark-{}", state.slug()) aria-hidden="true"></span>
                    <span class="count-number">{whole(u64::from(runs))}</span>
                    {run_state_label(state).to_lowercase()}
                </button>
            }
        })
    };
    view! {
        <Show when=move || batch.live.with(|ledger| !ledger.rows.is_empty())>
            <div class="batch-progress">
                {move || view! { <StackedBar counts=counts.get()/> }}
                <div class="batch-counts">
                    <div class="counts" role="group" aria-label="Filter runs by state">
                        {move || counts.get().into_iter().map(filter).collect_view()}
                    </div>
                    <p class="eta">
                        {share}
                        {move || eta.with(|eta| (!eta.is_empty()).then(|| format!(" · {eta}")))}
                    </p>
                </div>
            </div>
        </Show>
    }
}
