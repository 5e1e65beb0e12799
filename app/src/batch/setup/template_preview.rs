//! All run ids of a template, recomputed on every keystroke; only visible rows exist in the document.

use std::collections::HashMap;

use headwaters_domain::template::TemplateRow;
use leptos::prelude::*;

use crate::browser::api::capitalised;
use crate::ui::rows::RowScroll;
use crate::ui::view::view;
use headwaters_template::Evaluation;

/// Height of a row, px; the style sheet has the same.
const ROW_PX: f64 = 28.0;

/// The table of run ids.
#[component]
pub fn TemplatePreview(evaluation: Memo<Option<Evaluation>>) -> impl IntoView {
    let only_problems = RwSignal::new(false);
    let scroll = RowScroll::new(ROW_PX);
    let shared = Memo::new(move |_| {
        evaluation.with(|evaluation| {
            evaluation.as_ref().map(|evaluation| times_used(&evaluation.rows)).unwrap_or_default()
        })
    });
    let shown = Memo::new(move |_| {
        let only_problems = only_problems.get();
        evaluation.with(|evaluation| {
            let rows = evaluation.as_ref().map(|evaluation| evaluation.rows.as_slice()).unwrap_or_default();
            let wanted = |row: &TemplateRow| {
                !only_problems
                    || row.changed_from.is_some()
                    || shared.with(|shared| problem(row, shared).is_some())
            };
            (0..rows.len()).filter(|position| wanted(&rows[*position])).collect::<Vec<usize>>()
        })
    });
    let window = Memo::new(move |_| scroll.window(shown.with(Vec::len)));
    let body = move || {
        let window = window.get();
        evaluation.with(|evaluation| {
            let Some(evaluation) = evaluation else { return Vec::new() };
            shown.with(|shown| {
                let visible = shown.get(window.first..window.last.min(shown.len())).unwrap_or_default();
                shared.with(|shared| {
                    visible
                        .iter()
                        .enumerate()
                        .filter_map(|(offset, position)| {
                            Some((window.first + offset, evaluation.rows.get(*position)?))
                        })
                        .map(|(position, row)| preview_row(position, row, problem(row, shared)))
                        .collect::<Vec<AnyView>>()
                })
            })
        })
    };
    view! {
        <Show when=move || evaluation.with(Option::is_some)>
            <div class="preview-head">
                <h3>"All run IDs"</h3>
                <label class="inline-choice">
                    <input
                        type="checkbox"
                        prop:checked=move || only_problems.get()
                        on:change:target=move |event| only_problems.set(event.target().checked())
                    />
                    "Problems and changed IDs only"
                </label>
            </div>
            <div
                class="rows preview"
                role="table"
                aria-label="Run IDs"
                aria-rowcount=move || shown.with(Vec::len) + 1
                tabindex="0"
                node_ref=scroll.element
                on:scroll=move |_| scroll.measure()
            >
                <div class="row row-head preview-row" role="row" aria-rowindex="1">
                    <span role="columnheader">"#"</span>
                    <span role="columnheader">"Feature"</span>
                    <span role="columnheader">"Run ID"</span>
                    <span role="columnheader">"Changed from"</span>
                    <span role="columnheader">"Problem"</span>
                </div>
                <div class="rows-all" role="rowgroup" style:height=move || format!("{}px", shown.with(Vec::len) as f64 * ROW_PX)>
                    <div class="rows-window" role="presentation" style:transform=move || format!("translateY({}px)", window.get().offset_px)>
                        {body}
                    </div>
                </div>
            </div>
        </Show>
    }
}

fn preview_row(position: usize, row: &TemplateRow, problem: Option<String>) -> AnyView {
    view! {
        <div class="row preview-row" class:row-bad=problem.is_some() role="row" aria-rowindex=position + 2>
            <span role="cell" class="number">{row.index}</span>
            <span role="cell" class="clip">{row.feature_id.clone()}</span>
            <span role="cell" class="clip"><code>{row.run_id.clone()}</code></span>
            <span role="cell" class="clip attention">{row.changed_from.clone()}</span>
            <span role="cell" class="clip bad" title=problem.clone()>{problem.clone()}</span>
        </div>
    }
}

/// Number of features with each run id, ignoring case.
fn times_used(rows: &[TemplateRow]) -> HashMap<String, u32> {
    let mut used = HashMap::new();
    for run_id in rows.iter().filter_map(|row| row.run_id.as_ref()) {
        *used.entry(run_id.to_lowercase()).or_insert(0) += 1;
    }
    used.retain(|_, times| *times > 1);
    used
}

fn problem(row: &TemplateRow, shared: &HashMap<String, u32>) -> Option<String> {
    if let Some(error) = &row.error {
        return Some(capitalised(error));
    }
    let times = shared.get(&row.run_id.as_ref()?.to_lowercase())?;
    Some(format!("Used by {times} features"))
}
