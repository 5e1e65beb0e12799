//! One row of the grid.

use headwaters_domain::run::{RunRow, RunState};
use headwaters_domain::{TaskKind, TaskState};
use leptos::prelude::*;

use super::grid::{COLUMNS, GridState, LEADING_COLUMNS, cell_id};
use crate::model::format::{duration_s, figure};
use crate::reactive::Memo;
use crate::ui::state_mark::{run_state_label, task_state_label};
use crate::ui::view::view;

/// A run: id, state, a cell per task, area, time.
#[component]
pub fn GridRow(state: GridState, key: u32) -> impl IntoView {
    let batch = state.batch;
    let row = Memo::new(move || batch.live.with(|ledger| ledger.by_key(key).cloned()));
    let run_id = row.with_untracked(|row| row.as_ref().map(|row| row.run_id.clone())).unwrap_or_default();
    let run_state = Memo::new(move || row.with(|row| row.as_ref().map_or(RunState::Idle, RunRow::state)));
    let position = move || state.positions.with(|positions| positions.get(&key).copied().unwrap_or(0));
    let selected = move || batch.selected.get() == Some(key);
    let select = {
        let run_id = run_id.clone();
        move |task: Option<TaskKind>| match task {
            None => batch.url.set(&[("run", &run_id), ("pane", "detail")]),
            Some(kind) => {
                batch.url.set(&[
                    ("run", &run_id),
                    ("pane", "detail"),
                    ("task", kind.slug()),
                    ("attempt", ""),
                    ("tab", "log"),
                ]);
            }
        }
    };
    let choose = select.clone();
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            let (_, column) = state.tab_stop.get_untracked();
            choose(column.checked_sub(LEADING_COLUMNS).and_then(|task| TaskKind::ALL.get(task).copied()));
        }
    };
    let on_click = move |event: leptos::ev::MouseEvent| {
        // Cells carry their column; one handler per row instead of thirteen.
        let column = crate::browser::page::data_of(&event, "column")
            .and_then(|column| column.parse::<usize>().ok())
            .unwrap_or(0);
        state.active.set((key, column));
        select(column.checked_sub(LEADING_COLUMNS).and_then(|task| TaskKind::ALL.get(task).copied()));
    };
    let tabindex =
        move |column: usize| move || if state.tab_stop.get() == (key, column) { "0" } else { "-1" };
    let task = move |kind: TaskKind| {
        let column = LEADING_COLUMNS + kind.index();
        let task_state = Memo::new(move || {
            row.with(|row| row.as_ref().and_then(|row| row.tasks.get(kind.index()).copied()))
                .unwrap_or(TaskState::Idle)
        });
        let attempt = move || {
            row.with(|row| row.as_ref().and_then(|row| row.attempts.get(kind.index()).copied())).unwrap_or(0)
        };
        let label = move || {
            let again = attempt();
            let attempts = if again > 1 { format!(", attempt {again}") } else { String::new() };
            format!("{}: {}{attempts}", kind.label(), task_state_label(task_state.get()))
        };
        view! {
            <span
                role="gridcell"
                id=cell_id(key, column)
                class=move || format!("task-cell state-{}", task_state.get().slug())
                aria-colindex=column + 1
                aria-label=label
                title=label
                data-column=column
                tabindex=tabindex(column)
            >
                <span class=move || format!("mark mark-{}", task_state.get().slug())></span>
            </span>
        }
    };
    let area = move || row.with(|row| row.as_ref().map(|row| figure(row.area_km2)));
    let time = move || {
        row.with(|row| {
            let row = row.as_ref()?;
            let started_ms = row.started_ms?;
            let until_ms =
                if run_state.get() == RunState::Running { batch.now_ms.get() } else { row.ended_ms? };
            Some(duration_s((until_ms - started_ms).max(0) as f64 / 1000.0))
        })
    };
    view! {
        <div
            class="row grid-row"
            class:row-selected=selected
            role="row"
            aria-rowindex=move || position() + 2
            aria-selected=move || selected().to_string()
            on:click=on_click
            on:keydown=on_key
        >
            <span role="rowheader" id=cell_id(key, 0) aria-colindex="1" class="clip run-id" data-column="0" tabindex=tabindex(0) title=run_id.clone()>
                {run_id.clone()}
            </span>
            <span
                role="gridcell"
                id=cell_id(key, 1)
                aria-colindex="2"
                class=move || format!("run-state state-{}", run_state.get().slug())
                data-column="1"
                tabindex=tabindex(1)
            >
                <span class=move || format!("mark mark-{}", run_state.get().slug()) aria-hidden="true"></span>
                {move || run_state_label(run_state.get())}
            </span>
            {TaskKind::ALL.into_iter().map(task).collect_view()}
            <span role="gridcell" id=cell_id(key, COLUMNS - 2) aria-colindex=COLUMNS - 1 class="number" data-column=COLUMNS - 2 tabindex=tabindex(COLUMNS - 2)>
                {area}
            </span>
            <span role="gridcell" id=cell_id(key, COLUMNS - 1) aria-colindex=COLUMNS class="number" data-column=COLUMNS - 1 tabindex=tabindex(COLUMNS - 1)>
                {time}
            </span>
        </div>
    }
}
