//! Search and the filters in force.

use leptos::prelude::*;

use super::super::context::Batch;
use crate::model::format::{sentence_case, whole};
use crate::model::run_query::RunQuery;
use crate::ui::icon::Icon;
use crate::ui::view::view;

/// The filter of a batch's runs, from the address.
pub fn query_of(batch: Batch) -> Memo<RunQuery> {
    Memo::new(move |_| RunQuery::from_parameters(|key| Some(batch.url.get(key))))
}

/// Search field, chips and the number of rows they leave.
#[component]
pub fn GridFilters(batch: Batch) -> impl IntoView {
    let query = query_of(batch);
    let numbers = Memo::new(move |_| {
        batch.live.with(|ledger| {
            let shown = query.with(|query| ledger.rows.iter().filter(|row| query.shows(row)).count());
            (shown, ledger.rows.len())
        })
    });
    let text = Memo::new(move |_| query.with(|query| query.text.clone()));
    let chip = move || {
        query.with(|query| query.error_code.clone()).map(|code| {
            view! {
                <button type="button" class="chip" on:click=move |_| batch.url.set(&[("error", "")])>
                    {sentence_case(&code)}<Icon name="close"/><span class="visually-hidden">"remove filter"</span>
                </button>
            }
        })
    };
    view! {
        <div class="filters">
            <label class="visually-hidden" for="run-search">"Search runs"</label>
            <input
                class="input"
                type="search"
                id="run-search"
                placeholder="Run ID or error"
                prop:value=move || text.get()
                on:input:target=move |event| batch.url.set(&[("q", &event.target().value())])
            />
            {chip}
            <Show when=move || query.with(RunQuery::is_filtered)>
                <button
                    type="button"
                    class="button button-small button-quiet"
                    on:click=move |_| batch.url.set(&[("q", ""), ("state", ""), ("error", "")])
                >
                    "Clear filters"
                </button>
            </Show>
            <p class="quiet filters-count" role="status">
                {move || {
                    let (shown, all) = numbers.get();
                    if shown == all { format!("{} runs", whole(all as u64)) } else { format!("{} of {} runs", whole(shown as u64), whole(all as u64)) }
                }}
            </p>
        </div>
    }
}
