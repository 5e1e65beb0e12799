//! The results table.

use headwaters_domain::results::{FigureDescriptor, FigurePlace, ResultRow};
use leptos::prelude::*;

use super::super::context::Batch;
use crate::load::Document;
use crate::model::format::{count, lon_lat};
use crate::model::results_table::{Column, ResultsOrder, number_text};
use crate::ui::state_mark::run_state_label;
use crate::ui::view::view;

/// Rows rendered at once; the export has all of them.
const SHOWN_ROWS: usize = 500;

/// A row per run, totals at the end.
#[component]
pub fn ResultsTable(batch: Batch, results: Document<Vec<ResultRow>>) -> impl IntoView {
    let asked = batch.url.follow("order");
    let order = Memo::new(move |_| ResultsOrder::from_parameter(&asked.get()));
    let head = move |column: Option<Column>, label: &'static str, unit: &'static str| {
        let sorted = move || {
            let order = order.get();
            match (order.column == column, order.descending) {
                (false, _) => "none",
                (true, false) => "ascending",
                (true, true) => "descending",
            }
        };
        let click =
            move |_| batch.url.set(&[("order", &order.get_untracked().parameter_after_click(column))]);
        view! {
            <th scope="col" class=if column.is_some() { "number" } else { "" } aria-sort=sorted>
                <button type="button" class="sort" on:click=click>
                    {label}
                    {(!unit.is_empty()).then(|| view! { <span class="unit">{unit}</span> })}
                </button>
            </th>
        }
    };
    let rows = move || {
        let order = order.get();
        results.read(|rows| {
            let positions = order.apply(rows);
            positions
                .into_iter()
                .take(SHOWN_ROWS)
                .map(|position| result_row(batch, &rows[position]))
                .collect::<Vec<AnyView>>()
        })
    };
    let totals = move || {
        results.read(|rows| {
            columns()
                .map(|column| view! { <td class="number">{number_text(column, column.total_of(rows))}</td> })
                .collect_view()
        })
    };
    let all = move || results.read(Vec::len).unwrap_or(0);
    view! {
        <div class="table-scroll results-table" tabindex="0" role="region" aria-label="Results">
            <table class="table table-dense">
                <thead>
                    <tr>
                        {head(None, "Run", "")}
                        {columns().map(|column| head(Some(column), column.label, column.unit)).collect_view()}
                        <th scope="col">"Outlet"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row">"All runs"</th>
                        {totals}
                        <td></td>
                    </tr>
                </tfoot>
            </table>
        </div>
        <Show when=move || { SHOWN_ROWS < all() }>
            <p class="quiet">{format!("The first {} are shown; the exports have all.", count(SHOWN_ROWS as u64, "run"))}</p>
        </Show>
        <p class="quiet">"Totals are sums of areas, counts and loads, and area-weighted means otherwise. Sediment yield and load are what the hillslopes deliver to the channels; channel erosion and deposition are not included."</p>
    }
}

fn columns() -> impl Iterator<Item = Column> {
    FigureDescriptor::at(FigurePlace::Table)
}

fn result_row(batch: Batch, row: &ResultRow) -> AnyView {
    let run_id = row.run_id.clone();
    let chosen = run_id.clone();
    let selected = move || {
        batch.selected.get()
            == batch.live.with_untracked(|ledger| ledger.by_run_id(&chosen).map(|row| row.key))
            && batch.selected.get().is_some()
    };
    let target = run_id.clone();
    let cells = columns()
        .map(|column| view! { <td class="number">{number_text(column, column.number(&row.results))}</td> })
        .collect_view();
    let review = (row.results.outlet_status.as_deref() == Some("needs_review"))
        .then(|| view! { <span class="attention">" review"</span> });
    let slug = row.state.slug();
    view! {
        <tr class:row-selected=selected>
            <th scope="row" class="nowrap">
                <span class=format!("mark mark-{slug} state-{slug}") role="img" aria-label=run_state_label(row.state)></span>
                <a href=move || batch.url.link(&[("view", "dashboard"), ("run", &target), ("tab", "results"), ("pane", "detail")])>{run_id.clone()}</a>
            </th>
            {cells}
            <td class="nowrap">{row.results.outlet.map(lon_lat)}{review}</td>
        </tr>
    }
}
