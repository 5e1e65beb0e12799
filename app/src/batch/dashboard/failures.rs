//! Equal failures as one card.

use leptos::prelude::*;

use super::super::context::Batch;
use crate::browser::api::{self, Method, capitalised};
use crate::model::failures::{FailureGroup, failure_groups};
use crate::model::format::{count, sentence_case};
use crate::session::Session;
use crate::ui::feedback::{Toasts, Tone};
use crate::ui::icon::Icon;
use crate::ui::view::view;

/// Cards of all groups, largest first.
#[component]
pub fn FailureGroups(batch: Batch) -> impl IntoView {
    let groups = Memo::new(move |_| batch.live.with(|ledger| failure_groups(&ledger.rows)));
    let summary = move || {
        groups.with(|groups| {
            let runs: usize = groups.iter().map(|group| group.keys.len()).sum();
            format!("{}, {}", count(runs as u64, "failed run"), count(groups.len() as u64, "cause"))
        })
    };
    view! {
        <Show when=move || groups.with(|groups| !groups.is_empty())>
            <details class="failures" open>
                <summary><Icon name="error"/>{summary}</summary>
                <ul>
                    {move || groups.get().into_iter().map(|group| view! { <FailureCard batch=batch group=group/> }).collect_view()}
                </ul>
            </details>
        </Show>
    }
}

#[component]
fn FailureCard(batch: Batch, group: FailureGroup) -> impl IntoView {
    let (toasts, session) = (Toasts::expect(), Session::expect());
    let busy = RwSignal::new(false);
    let (number, code, run_ids) = (group.keys.len() as u64, group.code.clone(), group.run_ids);
    let retry = move |_| {
        busy.set(true);
        let run_ids = run_ids.clone();
        leptos::task::spawn_local(async move {
            let mut retried = 0;
            for run_id in &run_ids {
                match api::call(Method::POST, &batch.run_api(run_id, "/retry")).await {
                    Ok(()) => retried += 1,
                    Err(fault) => {
                        session.notice(&fault);
                        toasts.fault(&fault);
                        break;
                    }
                }
            }
            busy.try_set(false);
            if retried > 0 {
                toasts.say(Tone::Good, format!("{} submitted again.", count(retried, "run")));
            }
        });
    };
    view! {
        <li class="failure">
            <div>
                <p><span class="strong">{format!("{number} × {}", sentence_case(&group.code))}</span></p>
                <p class="failure-message">{capitalised(&group.message)}</p>
            </div>
            <div class="actions">
                <button
                    type="button"
                    class="button button-small"
                    on:click=move |_| batch.url.set(&[("error", &code), ("state", "")])
                >
                    "Show"
                </button>
                <button type="button" class="button button-small" disabled=move || busy.get() on:click=retry>
                    {format!("Retry {number}")}
                </button>
            </div>
        </li>
    }
}
