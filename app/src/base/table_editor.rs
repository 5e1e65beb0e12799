//! A table as text, to be changed in place.

use headwaters_domain::{TableDocument, TableKind};
use leptos::prelude::*;

use super::table_documents::{Tables, edit_button};
use crate::browser::api::{self, Fault, segment};
use crate::browser::page::focus_soon;
use crate::ui::feedback::{FaultNote, Toasts, Tone};
use crate::ui::view::view;

/// Text area, save and close. The server judges the table; its message names line and column.
#[component]
pub fn TableEditor(tables: Tables, kind: TableKind) -> impl IntoView {
    let text = RwSignal::new(None::<String>);
    let fault = RwSignal::new(None::<Fault>);
    let busy = RwSignal::new(true);
    let toasts = Toasts::expect();
    let id = format!("table-text-{}", kind.slug());
    let area = id.clone();
    leptos::task::spawn_local(async move {
        let read = api::text(&tables.address(kind)).await;
        busy.try_set(false);
        match read {
            Ok(content) => {
                text.try_set(Some(content));
                focus_soon(area);
            }
            Err(why) => {
                fault.try_set(Some(why));
            }
        }
    });
    let save = move |_| {
        let Some(content) = text.get_untracked() else { return };
        busy.set(true);
        fault.set(None);
        let path = format!("{}?filename={}", tables.address(kind), segment(&format!("{}.csv", kind.slug())));
        leptos::task::spawn_local(async move {
            let stored = api::put_text::<Vec<TableDocument>>(&path, "text/csv", content).await;
            busy.try_set(false);
            match stored {
                Ok(documents) => {
                    toasts.say(Tone::Good, format!("{}: saved", kind.label()));
                    tables.documents.put(documents);
                    close(tables, kind);
                }
                Err(why) => {
                    fault.try_set(Some(why));
                }
            }
        });
    };
    view! {
        <div class="table-editor">
            <label class="field-label" for=id.clone()>{format!("{} as comma-separated values", kind.label())}</label>
            <textarea
                class="input table-text"
                id=id
                rows="14"
                wrap="off"
                spellcheck="false"
                aria-invalid=move || fault.with(Option::is_some).then_some("true")
                disabled=move || text.with(Option::is_none)
                prop:value=move || text.get().unwrap_or_default()
                on:input:target=move |event| text.set(Some(event.target().value()))
            ></textarea>
            {move || fault.get().map(|fault| view! { <FaultNote fault=fault/> })}
            <div class="actions">
                <button type="button" class="button button-primary" disabled=move || busy.get() on:click=save>"Save table"</button>
                <button type="button" class="button" on:click=move |_| close(tables, kind)>"Close"</button>
            </div>
        </div>
    }
}

/// Closes the editor; the focus goes back to the button that opened it.
fn close(tables: Tables, kind: TableKind) {
    tables.edited.try_set(None);
    focus_soon(edit_button(kind));
}
