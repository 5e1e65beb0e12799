//! The audit trail of the batch.

use headwaters_domain::batch::HistoryEntry;
use leptos::prelude::*;

use super::context::Batch;
use crate::browser::api::{self, Fault};
use crate::browser::clock::{local_clock, local_date_time};
use crate::model::format::sentence_case;
use crate::session::Session;
use crate::ui::feedback::{FaultNote, Skeleton};
use crate::ui::view::view;

/// Entries in an answer; fewer mean that there are no older ones.
const PAGE: usize = 100;

/// Entries with actor, time, address and event; newest first, older pages on demand.
#[component]
pub fn HistoryView(batch: Batch) -> impl IntoView {
    let session = Session::expect();
    let entries = RwSignal::new(Vec::<HistoryEntry>::new());
    let (busy, complete, fault) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None::<Fault>));
    let more = move || {
        let before = entries.with_untracked(|entries| entries.last().map(|entry| entry.seq));
        let path =
            batch.api(&before.map_or_else(|| "/history".to_owned(), |seq| format!("/history?before={seq}")));
        busy.set(true);
        fault.set(None);
        leptos::task::spawn_local(async move {
            match api::get::<Vec<HistoryEntry>>(&path).await {
                Ok(page) => {
                    complete.try_set(page.len() < PAGE);
                    entries.try_update(|entries| entries.extend(page));
                }
                Err(refused) => {
                    session.notice(&refused);
                    fault.try_set(Some(refused));
                }
            }
            busy.try_set(false);
        });
    };
    more();
    let row = |entry: HistoryEntry| {
        let hash = entry.payload_hash.map(|hash| {
            let short = hash.get(..12).unwrap_or(&hash).to_owned();
            view! { <code class="code-tag" title=hash>{short}</code> }
        });
        view! {
            <tr>
                <td class="nowrap"><time title=local_clock(entry.at_ms)>{local_date_time(entry.at_ms)}</time></td>
                <td class="nowrap">{entry.who}{entry.address.map(|address| view! { <span class="quiet">" "{address}</span> })}</td>
                <td class="nowrap">{sentence_case(&entry.event)}</td>
                <td>{entry.summary}{entry.reason.map(|reason| view! { <span class="quiet">" "{reason}</span> })}" "{hash}</td>
            </tr>
        }
    };
    view! {
        <div class="page">
            <h2>"History"</h2>
            {move || fault.get().map(|fault| view! { <FaultNote fault=fault/> })}
            <Show when=move || busy.get() && entries.with(Vec::is_empty)><Skeleton lines=6/></Show>
            <div class="table-scroll" tabindex="0" role="region" aria-label="History">
                <table class="table table-dense">
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col">"Who"</th>
                            <th scope="col">"Event"</th>
                            <th scope="col" class="wide-column">"What"</th>
                        </tr>
                    </thead>
                    <tbody>{move || entries.get().into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            <Show when=move || !complete.get() && !entries.with(Vec::is_empty)>
                <button type="button" class="button" disabled=move || busy.get() on:click=move |_| more()>"Older entries"</button>
            </Show>
        </div>
    }
}
