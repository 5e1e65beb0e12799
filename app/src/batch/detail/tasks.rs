//! The run's tasks: states, reasons, attempts on a time axis.

use headwaters_domain::run::{RunDetail, TaskDetail};
use headwaters_domain::{TaskKind, TaskState};
use leptos::prelude::*;

use super::super::context::Batch;
use crate::browser::api::capitalised;
use crate::model::format::{duration_s, json_cell};
use crate::model::timeline::{Bar, timeline};
use crate::ui::state_mark::TaskStateBadge;
use crate::ui::view::view;

/// Timeline and list.
#[component]
pub fn Tasks(batch: Batch, run: RunDetail) -> impl IntoView {
    let tasks = run.tasks;
    view! {
        <Gantt batch=batch tasks=tasks.clone()/>
        <ol class="task-list">
            {tasks.into_iter().map(|task| view! { <TaskEntry batch=batch task=task/> }).collect_view()}
        </ol>
    }
}

#[component]
fn Gantt(batch: Batch, tasks: Vec<TaskDetail>) -> impl IntoView {
    let running = tasks.iter().any(|task| task.state == TaskState::Running);
    let names: Vec<&'static str> = tasks.iter().map(|task| task.kind.label()).collect();
    let line = Memo::new(move |_| {
        // The axis only moves while something runs.
        let now_ms = if running { batch.now_ms.get() } else { batch.now_ms.get_untracked() };
        timeline(&tasks, now_ms)
    });
    let bar = |bar: &Bar| {
        let title = format!("attempt {}: {}, {}", bar.attempt, bar.outcome, bar.length);
        view! {
            <span
                class=format!("gantt-bar bar-{}", bar.outcome)
                style:left=format!("{:.3}%", bar.from * 100.0)
                style:width=format!("{:.3}%", (bar.to - bar.from) * 100.0)
                title=title
            ></span>
        }
    };
    let rows = move || {
        line.with(|line| {
            names
                .iter()
                .enumerate()
                .map(|(task, name)| {
                    let bars = line.bars.iter().filter(|bar| bar.task == task);
                    let last = bars.clone().next_back().map(|bar| bar.length.clone());
                    view! {
                        <div class="gantt-row">
                            <span class="gantt-name">{*name}</span>
                            <span class="gantt-lane">{bars.map(bar).collect_view()}</span>
                            <span class="gantt-length number">{last}</span>
                        </div>
                    }
                })
                .collect_view()
        })
    };
    let ticks = move || {
        line.with(|line| {
            line.ticks
                .iter()
                .map(|(at, label)| view! { <span class="gantt-tick" style:left=format!("{:.3}%", at * 100.0)>{label.clone()}</span> })
                .collect_view()
        })
    };
    view! {
        <Show when=move || line.with(|line| !line.bars.is_empty())>
            <div class="gantt" aria-hidden="true">
                {rows.clone()}
                <div class="gantt-row gantt-axis"><span></span><span class="gantt-lane">{ticks}</span><span></span></div>
            </div>
        </Show>
    }
}

#[component]
fn TaskEntry(batch: Batch, task: TaskDetail) -> impl IntoView {
    let kind = task.kind;
    let result = task.result.as_ref().and_then(|result| result.as_object()).map(|entries| {
        entries
            .iter()
            .map(|(name, value)| view! { <div><dt>{name.replace('_', " ")}</dt><dd class="clip">{json_cell(value)}</dd></div> })
            .collect_view()
    });
    let attempts = task.attempts.iter().rev().map(|attempt| {
        let length = attempt.ended_ms.map(|ended_ms| duration_s((ended_ms - attempt.started_ms) as f64 / 1000.0));
        let text = format!("Attempt {}: {}{} on {}", attempt.number, attempt.outcome, length.map(|length| format!(" after {length}")).unwrap_or_default(), attempt.worker);
        let error = attempt.error.clone().map(|error| view! {
            <p class="bad">{capitalised(&error.message)}" "<code class="code-tag">{error.code}</code></p>
        });
        let number = attempt.number;
        view! {
            <li>
                {text}" "
                <button type="button" class="link-like" on:click=move |_| show_log(batch, kind, number)>"Log"</button>
                {error}
            </li>
        }
    });
    let attempts = attempts.collect_view();
    view! {
        <li class="task-entry">
            <div class="task-entry-head"><span class="strong">{kind.label()}</span><TaskStateBadge state=task.state/></div>
            {task.waiting_for.clone().map(|why| view! { <p class="quiet">{capitalised(&why)}</p> })}
            <ul class="attempts">{attempts}</ul>
            {result.map(|result| view! { <details class="disclosure"><summary>"Result"</summary><dl class="facts">{result}</dl></details> })}
        </li>
    }
}

fn show_log(batch: Batch, kind: TaskKind, attempt: u16) {
    batch.url.set(&[("tab", "log"), ("task", kind.slug()), ("attempt", &attempt.to_string())]);
}
