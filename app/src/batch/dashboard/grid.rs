//! The runs × tasks grid: ten thousand rows, of which only the visible ones exist.

use headwaters_domain::TaskKind;
use leptos::prelude::*;

use super::super::context::Batch;
use super::filters::query_of;
use super::grid_cells::{COLUMNS, LEADING_COLUMNS, cell_id};
use super::grid_row::GridRow;
use crate::browser::page::focus_soon;
use crate::model::grid_window::Cell;
use crate::model::run_query::{RunQuery, RunSort};
use crate::ui::feedback::Empty;
use crate::ui::rows::RowScroll;
use crate::ui::view::view;

/// Height of a row, px; the style sheet has the same.
const ROW_PX: f64 = 28.0;

/// State of the grid that its rows need.
#[derive(Clone, Copy)]
pub struct GridState {
    /// The batch.
    pub batch: Batch,
    /// Keys of the rendered runs, from the top.
    pub rendered: Memo<Vec<u32>>,
    /// Position of the first of them among all that are shown.
    pub first: Memo<usize>,
    /// Key and column of the cell the Tab key reaches.
    pub tab_stop: Memo<(u32, usize)>,
    /// Key and column of the cell the keyboard was in last.
    pub active: RwSignal<(u32, usize)>,
}

/// The grid.
#[component]
pub fn RunGrid(batch: Batch) -> impl IntoView {
    let query = query_of(batch);
    let scroll = RowScroll::new(ROW_PX);
    let shown = Memo::new(move |_| {
        batch.live.with(|ledger| {
            let order = query.with(|query| query.apply(&ledger.rows));
            order.into_iter().map(|position| ledger.rows[position].key).collect::<Vec<u32>>()
        })
    });
    let window = Memo::new(move |_| scroll.window(shown.with(Vec::len)));
    let rendered = Memo::new(move |_| {
        let window = window.get();
        shown.with(|shown| shown.get(window.first..window.last.min(shown.len())).unwrap_or_default().to_vec())
    });
    let first = Memo::new(move |_| window.get().first);
    let slots = Memo::new(move |_| scroll.slots());
    let active = RwSignal::new((0, 0));
    let tab_stop = Memo::new(move |_| {
        let (key, column) = active.get();
        rendered.with(|keys| match keys.first() {
            Some(first) if !keys.contains(&key) => (*first, column),
            _ => (key, column),
        })
    });
    let state = GridState { batch, rendered, first, tab_stop, active };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let (key, column) = tab_stop.get_untracked();
        let rows = shown.with_untracked(Vec::len);
        let row = shown.with_untracked(|shown| shown.iter().position(|known| *known == key)).unwrap_or(0);
        let from = Cell { row, column };
        let with_control = event.ctrl_key() || event.meta_key();
        let Some(to) = from.after_key(&event.key(), with_control, rows, COLUMNS, scroll.page()) else {
            return;
        };
        event.prevent_default();
        let Some(key) = shown.with_untracked(|shown| shown.get(to.row).copied()) else { return };
        scroll.reveal(to.row, rows);
        active.set((key, to.column));
        focus_soon(cell_id(key, to.column));
    };
    view! {
        <div
            class="rows grid"
            role="grid"
            aria-label="Runs and tasks"
            aria-rowcount=move || shown.with(Vec::len) + 1
            aria-colcount=COLUMNS
            style:--tasks=TaskKind::ALL.len().to_string()
            node_ref=scroll.element
            on:scroll=move |_| scroll.measure()
            on:keydown=on_key
        >
            <GridHead batch=batch query=query/>
            <div class="rows-all" role="rowgroup" style:height=move || format!("{}px", shown.with(Vec::len) as f64 * ROW_PX)>
                <div class="rows-window" role="presentation" style:transform=move || format!("translateY({}px)", window.get().offset_px)>
                    {move || (0..slots.get()).map(|place| view! { <GridRow state=state place=place/> }).collect_view()}
                </div>
            </div>
        </div>
        <Show when=move || shown.with(Vec::is_empty)>
            <Empty title="No run matches the filters"><p>"Clear them to see all runs."</p></Empty>
        </Show>
    }
}

#[component]
fn GridHead(batch: Batch, query: Memo<RunQuery>) -> impl IntoView {
    let sortable = move |sort: RunSort, column: usize| {
        let order = move || {
            query.with(|query| match (query.sort == sort, query.descending) {
                (false, _) => "none",
                (true, false) => "ascending",
                (true, true) => "descending",
            })
        };
        let click = move |_| {
            let value = query.with_untracked(|query| query.sort_parameter_after_click(sort));
            batch.url.set(&[("sort", &value)]);
        };
        view! {
            <span role="columnheader" aria-colindex=column + 1 aria-sort=order>
                <button type="button" class="sort" on:click=click>{sort.label()}</button>
            </span>
        }
    };
    let task = |kind: TaskKind| {
        view! {
            <span role="columnheader" aria-colindex=LEADING_COLUMNS + kind.index() + 1 class="head-task" aria-label=kind.label() title=kind.label()>
                {kind.short_label()}
            </span>
        }
    };
    view! {
        <div class="row row-head grid-row" role="row" aria-rowindex="1">
            {sortable(RunSort::RunId, 0)}
            {sortable(RunSort::State, 1)}
            {TaskKind::ALL.into_iter().map(task).collect_view()}
            {sortable(RunSort::Area, COLUMNS - 2)}
            {sortable(RunSort::Duration, COLUMNS - 1)}
        </div>
    }
}
