//! Watersheds coloured by the state of their run.

use std::collections::HashMap;
use std::sync::Arc;

use headwaters_domain::intake::{FeatureOutcome, MapFeature};
use headwaters_domain::run::RunState;
use leptos::prelude::*;

use super::super::context::Batch;
use super::super::map::{Look, Looks, WatershedMap};
use crate::load::Load;
use crate::model::format::count;
use crate::ui::feedback::FaultNote;
use crate::ui::state_mark::run_state_label;
use crate::ui::view::view;

/// Class of a run state's fill.
pub const fn fill_class(state: RunState) -> &'static str {
    match state {
        RunState::Idle => "fill-idle",
        RunState::Pending => "fill-pending",
        RunState::Running => "fill-running",
        RunState::Succeeded => "fill-succeeded",
        RunState::Failed => "fill-failed",
        RunState::Cancelled => "fill-cancelled",
    }
}

/// The map with its legend.
#[component]
pub fn StateMap(batch: Batch) -> impl IntoView {
    let features = Memo::new(move |_| -> Arc<Vec<MapFeature>> {
        batch.map.read(|features| Arc::new(features.clone())).unwrap_or_default()
    });
    let looks = Memo::new(move |_| {
        batch.live.with(|ledger| -> Looks {
            // By key, not by index: the polygons may be of a newer file than the runs.
            let look = |feature: &MapFeature| {
                let row = ledger.by_key(feature.key?)?;
                let state = row.state();
                let label = format!("{}: {}", row.run_id, run_state_label(state).to_lowercase());
                Some((feature.index, Look { class: fill_class(state), label }))
            };
            features
                .with(|features| Arc::new(features.iter().filter_map(look).collect::<HashMap<u32, Look>>()))
        })
    });
    let outlets = Memo::new(move |_| {
        batch.live.with(|ledger| ledger.rows.iter().filter_map(|row| row.outlet).collect::<Vec<_>>())
    });
    let select = Callback::new(move |index: u32| {
        if let Some(run_id) = batch.run_of_feature(index) {
            batch.url.set(&[("run", &run_id), ("pane", "detail")]);
        }
    });
    let present = Memo::new(move |_| {
        let states = batch.live.with(|ledger| {
            RunState::ALL.into_iter().filter(|state| ledger.count(*state) > 0).collect::<Vec<RunState>>()
        });
        let rejected = features.with(|features| {
            features.iter().filter(|feature| feature.outcome == FeatureOutcome::Rejected).count()
        });
        (states, rejected)
    });
    let summary = move || {
        let counts = batch.live.with(|ledger| {
            let of = |state| format!("{} {}", ledger.count(state), run_state_label(state).to_lowercase());
            RunState::ALL
                .into_iter()
                .filter(|state| ledger.count(*state) > 0)
                .map(of)
                .collect::<Vec<String>>()
                .join(", ")
        });
        format!("Map of the watersheds: {counts}. Every watershed is also a row of the grid.")
    };
    let fault = move || {
        batch.map.with(|state| match state {
            Load::Failed(fault) => Some(fault.clone()),
            _ => None,
        })
    };
    view! {
        {move || fault().map(|fault| view! { <FaultNote fault=fault/> })}
        <WatershedMap
            features=features
            looks=looks
            outlets=outlets
            selected=Memo::new(move |_| batch.selected_feature())
            on_select=select
            summary=Memo::new(move |_| summary())
        />
        <ul class="legend">
            {move || {
                let (states, rejected) = present.get();
                let entry = |state: RunState| view! {
                    <li><span class=format!("swatch {}", fill_class(state)) aria-hidden="true"></span>{run_state_label(state)}</li>
                };
                view! {
                    {states.into_iter().map(entry).collect_view()}
                    {(rejected > 0).then(|| view! {
                        <li><span class="swatch swatch-hatched" aria-hidden="true"></span>{count(rejected as u64, "rejected feature")}</li>
                    })}
                    <li><span class="swatch-outlet" aria-hidden="true"></span>"Outlet"</li>
                }
            }}
        </ul>
    }
}
