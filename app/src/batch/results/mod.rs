//! Results of all runs: table, totals, map, export.

mod limits;
mod table;
mod value_map;

use headwaters_domain::results::ResultRow;
use headwaters_domain::run::RunState;
use leptos::prelude::*;

use super::context::Batch;
use crate::load::{Document, Load};
use crate::model::format::count;
use crate::ui::feedback::{Empty, FaultNote, Skeleton};
use crate::ui::icon::Icon;
use crate::ui::view::{dynamic, view};
use limits::Limits;
use table::ResultsTable;
use value_map::ValueMap;

/// Table and map of the figures, and links to take them along.
#[component]
pub fn ResultsView(batch: Batch) -> impl IntoView {
    let results = Document::<Vec<ResultRow>>::pending();
    let succeeded =
        Memo::new(move |_| batch.live.with(|ledger| (ledger.count(RunState::Succeeded), ledger.state)));
    // Figures change when runs finish; the effect also fetches at first.
    Effect::new(move || {
        succeeded.track();
        results.fetch(batch.api("/results"));
    });
    let with_results = move || {
        results
            .read(|rows| rows.iter().filter(|row| row.results.basin_area_km2.is_some()).count())
            .unwrap_or(0)
    };
    let stage = Memo::new(move |_| {
        results.with(|state| match state {
            Load::Pending => 0,
            Load::Failed(_) => 1,
            Load::Ready(_) => 2,
        }) + usize::from(with_results() > 0)
    });
    let content = dynamic(move || match stage.get() {
        0 => view! { <Skeleton lines=8/> },
        1 => results.fault().map(|fault| view! { <FaultNote fault=fault/> }).into_any(),
        2 => view! {
            <Empty title="No results yet"><p>"Results appear here as runs finish."</p></Empty>
        },
        _ => view! {
            <div class="results">
                <ValueMap batch=batch results=results/>
                <ResultsTable batch=batch results=results/>
                <Limits results=results/>
            </div>
        },
    });
    view! {
        <div class="page page-wide">
            <div class="page-head">
                <h2>"Results"</h2>
                <p class="quiet">{move || {
                    let all = results.read(Vec::len).unwrap_or(0);
                    (all > 0).then(|| format!("Results for {} of {}", with_results(), count(all as u64, "run")))
                }}</p>
                <div class="actions">
                    <a class="button" rel="external" download=format!("{}-results.csv", batch.name()) href=batch.api("/results.csv")>
                        <Icon name="download"/>"CSV"
                    </a>
                    <a class="button" rel="external" download=format!("{}-results.geojson", batch.name()) href=batch.api("/results.geojson")>
                        <Icon name="download"/>"GeoJSON"
                    </a>
                </div>
            </div>
            {content}
        </div>
    }
}
