//! The log of an attempt, followed while it grows.

use std::time::Duration;

use headwaters_domain::TaskKind;
use headwaters_domain::run::{LogChunk, RunRow};
use leptos::html;
use leptos::prelude::*;

use super::super::context::Batch;
use crate::browser::api::{self, Fault};
use crate::model::format::count;
use crate::model::log_lines::{matching_lines, pieces, severity};
use crate::ui::feedback::FaultNote;
use crate::ui::view::view;

/// Pause between two looks at a growing log.
const POLL: Duration = Duration::from_secs(1);
/// Lines shown; earlier ones are cut off.
const SHOWN_LINES: usize = 2_000;

/// A log being read.
#[derive(Clone, Copy)]
struct Tail {
    text: RwSignal<String>,
    complete: RwSignal<bool>,
    fault: RwSignal<Option<Fault>>,
    /// Counts changes of task or attempt: an answer to an older question is dropped.
    question: StoredValue<u32>,
}

/// Task and attempt choice, search, lines.
#[component]
pub fn LogView(batch: Batch, run_id: String, row: Memo<Option<RunRow>>) -> impl IntoView {
    let tail = Tail {
        text: RwSignal::new(String::new()),
        complete: RwSignal::new(false),
        fault: RwSignal::new(None),
        question: StoredValue::new(0),
    };
    let asked_task = batch.url.follow("task");
    let asked_attempt = batch.url.follow("attempt");
    let task =
        Memo::new(move |_| TaskKind::from_slug(&asked_task.get()).unwrap_or_else(|| interesting_task(row)));
    let latest = Memo::new(move |_| {
        row.with(|row| row.as_ref().and_then(|row| row.attempts.get(task.get().index()).copied()))
            .unwrap_or(0)
    });
    let attempt = Memo::new(move |_| {
        let latest = latest.get();
        asked_attempt
            .get()
            .parse::<u16>()
            .ok()
            .filter(|attempt| (1..=latest).contains(attempt))
            .unwrap_or(latest)
    });
    Effect::new(move || {
        let (task, attempt) = (task.get(), attempt.get());
        tail.text.set(String::new());
        tail.fault.set(None);
        tail.complete.set(attempt == 0);
        tail.question.update_value(|question| *question = question.wrapping_add(1));
        if attempt > 0 {
            let path = batch.run_api(&run_id, &format!("/log?task={}&attempt={attempt}", task.slug()));
            read_on(tail, tail.question.get_value(), path, 0);
        }
    });
    let choose_task = move |slug: String| batch.url.set(&[("task", &slug), ("attempt", "")]);
    let option = move |kind: TaskKind| {
        view! { <option value=kind.slug() prop:selected=move || task.get() == kind>{kind.label()}</option> }
    };
    view! {
        <div class="log-head">
            <label class="visually-hidden" for="log-task">"Task"</label>
            <select class="input" id="log-task" on:change:target=move |event| choose_task(event.target().value())>
                {TaskKind::ALL.into_iter().map(option).collect_view()}
            </select>
            <Show when=move || 1 < latest.get()>
                <label class="visually-hidden" for="log-attempt">"Attempt"</label>
                <select class="input" id="log-attempt" on:change:target=move |event| batch.url.set(&[("attempt", &event.target().value())])>
                    {move || (1..=latest.get()).rev().map(|number| view! {
                        <option value=number.to_string() prop:selected=move || attempt.get() == number>{format!("Attempt {number}")}</option>
                    }).collect_view()}
                </select>
            </Show>
            <span class="quiet" role="status">
                {move || if attempt.get() == 0 { "" } else if tail.complete.get() { "ended" } else { "running" }}
            </span>
        </div>
        {move || tail.fault.get().map(|fault| view! { <FaultNote fault=fault/> })}
        <Show
            when=move || 0 < attempt.get()
            fallback=|| view! { <p class="quiet">"This task has not started; there is no log yet."</p> }
        >
            <LogText tail=tail/>
        </Show>
    }
}

/// The task one probably wants to read: one that runs or failed, else the last that did anything.
fn interesting_task(row: Memo<Option<RunRow>>) -> TaskKind {
    use headwaters_domain::TaskState;
    row.with(|row| {
        let Some(row) = row else { return TaskKind::FetchDem };
        let find = |wanted: fn(TaskState) -> bool| {
            TaskKind::ALL
                .into_iter()
                .rev()
                .find(|kind| row.tasks.get(kind.index()).copied().is_some_and(wanted))
        };
        find(|state| state == TaskState::Running)
            .or_else(|| find(|state| state == TaskState::Failed))
            .or_else(|| find(TaskState::satisfies))
            .unwrap_or(TaskKind::FetchDem)
    })
}

/// Reads from `offset` to the present end, and again after a pause until the attempt has ended.
fn read_on(tail: Tail, question: u32, path: String, offset: u64) {
    leptos::task::spawn_local(async move {
        let answer = api::get::<LogChunk>(&format!("{path}&offset={offset}")).await;
        if tail.question.try_get_value() != Some(question) {
            return;
        }
        let (next_offset, ended) = match answer {
            Ok(chunk) => {
                if !chunk.text.is_empty() {
                    tail.text.try_update(|text| text.push_str(&chunk.text));
                }
                let moved = chunk.next_offset > offset;
                // The last piece may have been cut short: the end is reached when nothing more comes.
                (chunk.next_offset, chunk.complete && !moved)
            }
            Err(Fault::Unreachable) => (offset, false),
            Err(fault) => {
                tail.fault.try_set(Some(fault));
                return;
            }
        };
        if ended {
            tail.complete.try_set(true);
            return;
        }
        let pause = if next_offset > offset { Duration::from_millis(100) } else { POLL };
        set_timeout(move || read_on(tail, question, path, next_offset), pause);
    });
}

#[component]
fn LogText(tail: Tail) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    let (needle, only_matches, follows) =
        (RwSignal::new(String::new()), RwSignal::new(false), RwSignal::new(true));
    Effect::new(move || {
        tail.text.track();
        if follows.get() {
            request_animation_frame(move || {
                if let Some(Some(element)) = element.try_get_untracked() {
                    element.set_scroll_top(element.scroll_height());
                }
            });
        }
    });
    // Scrolling up pauses; coming back to the end goes on.
    let on_scroll = move |_| {
        let Some(element) = element.get_untracked() else { return };
        let at_end = element.scroll_top() + element.client_height() >= element.scroll_height() - 4;
        if follows.get_untracked() != at_end {
            follows.set(at_end);
        }
    };
    let lines = move || {
        let (needle, only_matches) = (needle.get(), only_matches.get());
        tail.text.with(|text| {
            let total = text.lines().count();
            let skipped = total.saturating_sub(SHOWN_LINES);
            let cut = (skipped > 0).then(|| view! { <div class="log-line quiet">{format!("({} above not shown)", count(skipped as u64, "line"))}</div> });
            let matches = if needle.is_empty() { Vec::new() } else { matching_lines(text, &needle) };
            let wanted = |position: &usize| !only_matches || needle.is_empty() || matches.binary_search(position).is_ok();
            let shown = text.lines().enumerate().skip(skipped).filter(|(position, _)| wanted(position));
            let line = |(position, line): (usize, &str)| {
                let class = match severity(line) {
                    Some("error") => "log-line log-error",
                    Some(_) => "log-line log-warning",
                    None => "log-line",
                };
                let text = pieces(line, &needle)
                    .into_iter()
                    .map(|piece| if piece.is_match { view! { <mark>{piece.text}</mark> } } else { piece.text.into_any() })
                    .collect_view();
                view! { <div class=class><span class="log-number">{position + 1}</span>{text}</div> }
            };
            view! { {cut} {shown.map(line).collect_view()} }
        })
    };
    let found = move || {
        needle.with(|needle| {
            if needle.is_empty() {
                String::new()
            } else {
                count(tail.text.with(|text| matching_lines(text, needle).len()) as u64, "matching line")
            }
        })
    };
    view! {
        <div class="log-head">
            <label class="visually-hidden" for="log-search">"Search the log"</label>
            <input
                class="input"
                type="search"
                id="log-search"
                placeholder="Search the log"
                prop:value=move || needle.get()
                on:input:target=move |event| needle.set(event.target().value())
            />
            <span class="quiet" role="status">{found}</span>
            <label class="inline-choice">
                <input type="checkbox" prop:checked=move || only_matches.get() on:change:target=move |event| only_matches.set(event.target().checked())/>
                "Matching lines only"
            </label>
            <label class="inline-choice">
                <input type="checkbox" prop:checked=move || follows.get() on:change:target=move |event| follows.set(event.target().checked())/>
                "Follow"
            </label>
        </div>
        <div class="log" node_ref=element on:scroll=on_scroll tabindex="0" role="log" aria-label="Log">
            {lines}
        </div>
    }
}
