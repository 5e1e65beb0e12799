//! Events of the run, newest first.

use headwaters_domain::run::RunDetail;
use leptos::prelude::*;

use crate::browser::api::capitalised;
use crate::browser::clock::{local_clock, local_date_time};
use crate::model::order::sorted_by_key;
use crate::ui::view::view;

/// Starts and ends of all attempts.
#[component]
pub fn RunHistory(run: RunDetail) -> impl IntoView {
    let mut events: Vec<(i64, String)> = Vec::new();
    for task in &run.tasks {
        let name = task.kind.label();
        for attempt in &task.attempts {
            let number =
                if attempt.number > 1 { format!(" (attempt {})", attempt.number) } else { String::new() };
            events.push((attempt.started_ms, format!("{name}{number} started on {}", attempt.worker)));
            if let Some(ended_ms) = attempt.ended_ms {
                let why = attempt
                    .error
                    .as_ref()
                    .map(|error| format!(": {}", capitalised(&error.message)))
                    .unwrap_or_default();
                events.push((ended_ms, format!("{name}{number} {}{why}", attempt.outcome)));
            }
        }
    }
    if events.is_empty() {
        return view! { <p class="quiet">"No attempts yet."</p> };
    }
    // Stable: what ends and what starts in the same millisecond keep their order.
    let events = sorted_by_key(&events, |(at_ms, _)| *at_ms);
    let entry = |(at_ms, text): (i64, String)| {
        view! { <li><time title=local_date_time(at_ms)>{local_clock(at_ms)}</time>" "{text}</li> }
    };
    view! { <ol class="events" reversed>{events.into_iter().rev().map(entry).collect_view()}</ol> }
}
