//! A place to drop a file, or to choose one.

use leptos::html;
use leptos::prelude::*;

use super::feedback::{FaultNote, Note, Tone};
use super::icon::Icon;
use crate::browser::upload::Upload;
use crate::model::format::{bytes, percent};
use crate::ui::view::view;

/// Label, hidden file input and drop target in one; reports progress and outcome in a live region.
#[component]
pub fn UploadZone(
    /// Id of the file input.
    id: &'static str,
    /// Description of the file to drop.
    #[prop(into)]
    label: Signal<String>,
    /// Description of accepted files.
    #[prop(into)]
    hint: Signal<String>,
    /// True when an earlier file is in use; a refused one does not replace it.
    has_previous: Memo<bool>,
    /// Accepted endings, as the `accept` attribute has them.
    accept: &'static str,
    /// The upload.
    state: RwSignal<Upload>,
    /// Called with the chosen file.
    on_file: Callback<web_sys::File>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    // Entering a child leaves its parent: only the difference of both counts tells whether the pointer is inside.
    let depth = RwSignal::new(0i32);
    let busy = move || state.with(Upload::is_busy);
    let take = move |files: Option<web_sys::FileList>| {
        if let Some(file) = files.and_then(|files| files.get(0)).filter(|_| !busy()) {
            on_file.run(file);
        }
    };
    let chosen = move |_| {
        let Some(element) = input.get_untracked() else { return };
        take(element.files());
        // Choosing the same file again must be an event too.
        element.set_value("");
    };
    let dropped = move |event: web_sys::DragEvent| {
        event.prevent_default();
        depth.set(0);
        take(event.data_transfer().and_then(|data| data.files()));
    };
    view! {
        <div
            class="drop-zone"
            class:drop-zone-over=move || 0 < depth.get()
            class:drop-zone-busy=busy
            on:dragenter=move |event| {
                event.prevent_default();
                depth.update(|depth| *depth += 1);
            }
            on:dragleave=move |_| depth.update(|depth| *depth -= 1)
            on:dragover=move |event| event.prevent_default()
            on:drop=dropped
        >
            <input
                class="visually-hidden"
                type="file"
                id=id
                accept=accept
                node_ref=input
                disabled=busy
                aria-describedby=format!("{id}-hint")
                on:change=chosen
            />
            <label class="drop-zone-label" for=id>
                <Icon name="upload"/>
                <span><span class="link-like">"Choose a file"</span>" or drop it here: "{move || label.get()}</span>
            </label>
            <p class="field-hint" id=format!("{id}-hint")>{move || hint.get()}</p>
            <div class="drop-zone-state" aria-live="polite">{move || outcome(state.get(), has_previous.get())}</div>
        </div>
    }
}

fn outcome(state: Upload, has_previous: bool) -> AnyView {
    match state {
        Upload::Idle | Upload::Done => ().into_any(),
        Upload::Sending { filename, sent, total } => {
            let share = percent(sent as u64, total as u64);
            view! {
                <p>{format!("Uploading {filename}: {share} of {}", bytes(total as u64))}</p>
                <progress class="progress" max=total value=sent aria-label="Upload"></progress>
            }
        }
        Upload::Checking { filename } => view! {
            <p>{format!("Checking {filename}")}</p>
            <progress class="progress" aria-label="Checking"></progress>
        },
        Upload::Failed { filename, fault } => {
            let fields = match &fault {
                crate::browser::api::Fault::Refused { error, .. } => error.fields.clone(),
                _ => Vec::new(),
            };
            let kept = if has_previous { "; previous file kept" } else { "" };
            view! {
                <p class="strong">{format!("{filename} was not accepted{kept}.")}</p>
                <FaultNote fault=fault/>
                {(!fields.is_empty())
                    .then(|| {
                        view! {
                            <Note tone=Tone::Bad>
                                <ul>
                                    {fields
                                        .into_iter()
                                        .map(|field| view! { <li><code>{field.path}</code>" "{field.message}</li> })
                                        .collect_view()}
                                </ul>
                            </Note>
                        }
                    })}
            }
        }
    }
}
