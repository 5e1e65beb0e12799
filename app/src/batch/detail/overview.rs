//! Facts, errors and results of a run.

use headwaters_domain::TaskState;
use headwaters_domain::results::{FigureDescriptor, FigurePlace, RunResults};
use headwaters_domain::run::{RunDetail, RunState, TaskDetail};
use leptos::prelude::*;
use serde_json::{Value, json};

use super::super::context::Batch;
use super::outlet::OutletForm;
use crate::browser::api::{capitalised, segment};
use crate::load::Document;
use crate::model::format::{figure, json_cell, lon_lat};
use crate::model::results_table::run_text;
use crate::ui::feedback::{Note, Tone};
use crate::ui::view::view;

/// Facts, error, outlet, attributes.
#[component]
pub fn Overview(batch: Batch, run: RunDetail, detail: Document<RunDetail>) -> impl IntoView {
    let failure = run.tasks.iter().find(|task| task.state == TaskState::Failed).and_then(|task| {
        let error = task.attempts.last()?.error.clone()?;
        Some((task.kind.label(), error))
    });
    let waits = run.tasks.iter().filter_map(waiting).collect::<Vec<(&'static str, String)>>();
    let heading = match run.row.state() {
        RunState::Pending | RunState::Running => "Waiting tasks",
        _ => "Tasks that did not run",
    };
    let outdated = run.row.error_message.clone().filter(|_| run.row.state() == RunState::Succeeded);
    let done = run.row.tasks.iter().filter(|state| state.satisfies()).count();
    let attributes = run
        .properties
        .iter()
        .map(|(name, value)| view! { <div><dt><code>{name.clone()}</code></dt><dd>{json_cell(value)}</dd></div> })
        .collect_view();
    view! {
        {failure.map(|(task, error)| {
            let (map, details) = split_map(error.details);
            let details = details.and_then(|details| serde_json::to_string_pretty(&details).ok());
            let map = map.map(|map| (format!("{}-map.geojson", run.row.run_id), data_url(&map)));
            let advice = if error.retryable { "A retry may succeed." } else { "A retry will fail the same way until the input or a setting is changed." };
            view! {
                <Note tone=Tone::Bad>
                    <p><span class="strong">{task}" failed: "</span>{capitalised(&error.message)}" "<code class="code-tag">{error.code}</code></p>
                    <p>{advice}</p>
                    {map.map(|(name, url)| view! { <p><a class="button" download=name href=url>"Download the map (GeoJSON)"</a></p> })}
                    {details.map(|details| view! { <details><summary>"Details"</summary><pre class="code">{details}</pre></details> })}
                </Note>
            }
        })}
        {outdated.map(|why| view! { <Note tone=Tone::Attention><p>{capitalised(&why)}</p></Note> })}
        {(run.row.state() != RunState::Idle && !waits.is_empty()).then(|| view! {
            <Note tone=Tone::Plain>
                <p class="strong">{heading}</p>
                <ul>{waits.into_iter().map(|(task, why)| view! { <li>{task}": "{why}</li> }).collect_view()}</ul>
            </Note>
        })}
        <dl class="facts">
            <div><dt>"Feature"</dt><dd>{run.row.index}{run.feature_id.clone().map(|id| format!(" ({id})"))}</dd></div>
            <div><dt>"Polygon area"</dt><dd>{figure(run.row.area_km2)}" km²"</dd></div>
            <div><dt>"Tasks done"</dt><dd>{format!("{done} of {}", run.row.tasks.len())}</dd></div>
            <div><dt>"Outlet"</dt><dd>{run.row.outlet.map_or_else(|| "not found yet".to_owned(), lon_lat)}</dd></div>
        </dl>
        <OutletForm batch=batch run_id=run.row.run_id.clone() given=run.outlet_override found=run.row.outlet detail=detail/>
        <h3>"Attributes of the watershed"</h3>
        <dl class="facts">{attributes}</dl>
    }
}

/// The map that may come with the details of an error, and the other details.
fn split_map(details: Option<Value>) -> (Option<Value>, Option<Value>) {
    let Some(Value::Object(mut details)) = details else { return (None, details) };
    let map = details.remove("map");
    (map, Some(Value::Object(details)).filter(|rest| *rest != json!({})))
}

/// A document as an address of its own.
fn data_url(document: &Value) -> String {
    format!("data:application/geo+json,{}", segment(&document.to_string()))
}

fn waiting(task: &TaskDetail) -> Option<(&'static str, String)> {
    let why = task.waiting_for.clone()?;
    Some((task.kind.label(), why))
}

/// The run's results, one figure after the other.
#[component]
pub fn RunResultsList(results: RunResults) -> impl IntoView {
    let known = FigureDescriptor::at(FigurePlace::Run)
        .filter_map(|figure| Some((figure.label, run_text(figure, &results)?)));
    let known: Vec<(&'static str, String)> = known.collect();
    if known.is_empty() {
        return view! { <p class="quiet">"No results yet. They appear here as tasks finish."</p> };
    }
    let entry = |(label, text): (&'static str, String)| view! { <div><dt>{label}</dt><dd>{text}</dd></div> };
    view! { <dl class="facts facts-results">{known.into_iter().map(entry).collect_view()}</dl> }
}
