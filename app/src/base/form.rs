//! The form of one control.

use headwaters_domain::controls::FieldDescriptor;
use leptos::prelude::*;

use super::control::Control;
use super::field_view::FieldView;
use super::heading_id;
use crate::browser::clock::{local_clock, local_date_time};
use crate::model::autosave::SaveState;
use crate::ui::feedback::{Note, Tone};
use crate::ui::view::{dynamic, view};

/// Heading, state of the autosave, fields.
#[component]
pub fn ControlForm(control: Control) -> impl IntoView {
    let kind = control.kind;
    let (id, labelled_by) = (heading_id(kind), heading_id(kind));
    let field = move |field: &'static FieldDescriptor| {
        view! {
            <Show when=move || control.value.with(|value| field.applies_to(value))>
                <FieldView control=control field=field/>
            </Show>
        }
    };
    view! {
        <section class="panel control" aria-labelledby=labelled_by on:focusout=move |_| control.flush()>
            <div class="control-head">
                <h2 id=id tabindex="-1">{kind.label()}</h2>
                <SaveLine control=control/>
            </div>
            <Conflict control=control/>
            {move || control.message().map(|message| view! { <Note tone=Tone::Bad><p>{message}</p></Note> })}
            <form class="form" on:submit=move |event| {
                event.prevent_default();
                control.flush();
            }>
                {kind.fields().iter().map(field).collect_view()}
            </form>
        </section>
    }
}

#[component]
fn SaveLine(control: Control) -> impl IntoView {
    let text = move || match control.state() {
        SaveState::Clean => {
            let (who, at_ms) = control.stored.get();
            ("quiet", format!("last changed {} by {who}", local_date_time(at_ms)))
        }
        SaveState::Waiting | SaveState::Saving => ("quiet", "saving…".to_owned()),
        SaveState::Invalid => ("bad", "not saved: correct the marked fields".to_owned()),
        SaveState::Saved(at_ms) => ("good", format!("saved {}", &local_clock(at_ms)[..5])),
        SaveState::Conflict => ("bad", "not saved: changed by somebody else".to_owned()),
        SaveState::Offline => ("attention", "offline, will retry".to_owned()),
        SaveState::Refused => ("bad", "not saved".to_owned()),
    };
    view! { <p class=move || format!("save-line {}", text().0) role="status">{move || text().1}</p> }
}

#[component]
fn Conflict(control: Control) -> impl IntoView {
    dynamic(move || {
        let conflict = (control.state() == SaveState::Conflict).then(|| {
            let theirs = control.theirs.get();
            let who = theirs.as_ref().map_or_else(
                || "Somebody else has changed these settings. Reload the page to see them.".to_owned(),
                |theirs| format!("{} changed these settings at {}. Yours are not saved.", theirs.updated_by, local_clock(theirs.updated_ms)),
            );
            let load = theirs.clone();
            view! {
                <Note tone=Tone::Attention>
                    <p>{who}</p>
                    {theirs.is_some().then(|| view! {
                        <div class="actions">
                            <button
                                type="button"
                                class="button button-small"
                                on:click=move |_| if let Some(theirs) = load.clone() { control.take(theirs) }
                            >
                                "Load theirs"
                            </button>
                            <button type="button" class="button button-small" on:click=move |_| control.overwrite()>
                                "Save mine over theirs"
                            </button>
                        </div>
                    })}
                </Note>
            }
        });
        conflict.into_any()
    })
}
