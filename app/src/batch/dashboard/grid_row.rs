//! One row of the grid. Rows are not made anew when the grid is scrolled: they show other runs.

use headwaters_domain::TaskKind;
use headwaters_domain::run::RunState;
use leptos::html;
use leptos::prelude::*;

use super::grid_cells::{COLUMNS, LEADING_COLUMNS, cell_id, cells_html};
use super::grid_state::GridState;
use crate::browser::page::{data_of, focus, focused_in};
use crate::model::format::duration_s;
use crate::ui::view::view;

/// The run at a place of the rendered part: id, state, a cell per task, area, time.
#[component]
pub fn GridRow(
    /// The grid around it.
    state: GridState,
    /// Place, from the top of the rendered part.
    place: usize,
) -> impl IntoView {
    let batch = state.batch;
    let key = Memo::new(move |_| state.rendered.with(|keys| keys.get(place).copied()));
    let row = Memo::new(move |_| {
        let key = key.get()?;
        batch.live.with(|ledger| ledger.by_key(key).cloned())
    });
    let tab_stop = Memo::new(move |_| {
        let (stop, column) = state.tab_stop.get();
        (key.get() == Some(stop)).then_some(column)
    });
    let cells = Memo::new(move |_| {
        let tab_stop = tab_stop.get();
        row.with(|row| row.as_ref().map_or_else(String::new, |row| cells_html(row, tab_stop)))
    });
    let element = NodeRef::<html::Div>::new();
    Effect::new(move || {
        let (cells, Some(element)) = (cells.get(), element.get()) else { return };
        let focused = focused_in(&element);
        element.set_inner_html(&cells);
        if let Some(focused) = focused {
            focus(&focused);
        }
    });
    let select = move |column: usize| {
        let Some(run_id) = row.with_untracked(|row| row.as_ref().map(|row| row.run_id.clone())) else {
            return;
        };
        match column.checked_sub(LEADING_COLUMNS).and_then(|task| TaskKind::ALL.get(task)) {
            None => batch.url.set(&[("run", &run_id), ("pane", "detail")]),
            Some(kind) => {
                let task = [("task", kind.slug()), ("attempt", ""), ("tab", "log")];
                batch.url.set(&[&[("run", &*run_id), ("pane", "detail")], &task[..]].concat());
            }
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            select(state.tab_stop.get_untracked().1);
        }
    };
    let on_click = move |event: leptos::ev::MouseEvent| {
        let column = data_of(&event, "column").and_then(|column| column.parse().ok()).unwrap_or(0);
        if let Some(key) = key.get_untracked() {
            state.active.set((key, column));
        }
        select(column);
    };
    let time = move || {
        row.with(|row| {
            let row = row.as_ref()?;
            let started_ms = row.started_ms?;
            let until_ms = if row.state() == RunState::Running { batch.now_ms.get() } else { row.ended_ms? };
            Some(duration_s((until_ms - started_ms).max(0) as f64 / 1000.0))
        })
    };
    let selected = move || key.get().is_some_and(|key| batch.selected.get() == Some(key));
    let is_tab_stop = move || if tab_stop.get() == Some(COLUMNS - 1) { "0" } else { "-1" };
    view! {
        <div
            class="row grid-row"
            class:row-selected=selected
            role="row"
            hidden=move || key.get().is_none()
            aria-rowindex=move || state.first.get() + place + 2
            aria-selected=move || selected().to_string()
            on:click=on_click
            on:keydown=on_key
        >
            <div class="grid-cells" role="presentation" node_ref=element></div>
            <span
                role="gridcell"
                id=move || key.get().map(|key| cell_id(key, COLUMNS - 1))
                aria-colindex=COLUMNS
                class="number"
                data-column=COLUMNS - 1
                tabindex=is_tab_stop
            >
                {time}
            </span>
        </div>
    }
}
