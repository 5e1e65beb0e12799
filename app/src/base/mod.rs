//! The base project: every run begins as a copy of its settings.

mod control;
mod field_view;
mod form;
mod sbs_upload;
mod table_editor;
mod tables;

use headwaters_domain::controls::{ControlDocument, ControlKind};
use leptos::prelude::*;

use crate::browser::address::Address;
use crate::browser::api::segment;
use crate::browser::page::{focus_soon, set_title};
use crate::load::{Document, Load};
use crate::model::autosave::SaveState;
use crate::model::format::count;
use crate::pages::notices::NoSuchBatch;
use crate::ui::feedback::{FaultNote, Skeleton};
use crate::ui::view::{dynamic, view};
use control::Control;
use form::ControlForm;
use tables::{Tables, TablesPanel};

/// The base project of a batch.
#[component]
pub fn BasePage(
    /// Name of the batch.
    name: String,
) -> impl IntoView {
    set_title(&format!("Base project of {name}"));
    let path = format!("/api/batches/{}", segment(&name));
    let documents = Document::<Vec<ControlDocument>>::fetched(format!("{path}/controls"));
    // Once: afterwards the forms keep their own documents.
    let stage = Memo::new(move |_| documents.with(stage_of));
    let back = format!("/batches/{name}");
    let missing = name.clone();
    let content = dynamic(move || match stage.get() {
        0 => view! { <Skeleton lines=10/> },
        1 => {
            let documents = documents.read_untracked(Vec::clone).unwrap_or_default();
            view! { <Controls path=path.clone() documents=documents/> }
        }
        404 => view! { <NoSuchBatch name=missing.clone()/> },
        _ => documents.fault().map(|fault| view! { <FaultNote fault=fault/> }).into_any(),
    });
    view! {
        <div class="page page-wide">
            <nav class="crumbs" aria-label="Breadcrumb">
                <a href="/batches">"Batches"</a>
                <a href=back>{name}</a>
            </nav>
            <h1>"Base project"</h1>
            <p class="quiet lead">
                "Every run begins as a copy of these settings. Changes are saved as you make them and take effect with the next submission; tasks that read a changed setting run again."
            </p>
            {content}
        </div>
    }
}

fn stage_of<T>(state: &Load<T>) -> u16 {
    match state {
        Load::Pending => 0,
        Load::Ready(_) => 1,
        Load::Failed(fault) => fault.status().unwrap_or(2),
    }
}

#[component]
fn Controls(path: String, documents: Vec<ControlDocument>) -> impl IntoView {
    let url = Address::expect();
    let controls: Vec<Control> =
        documents.into_iter().map(|document| Control::new(&path, document)).collect();
    let tables = Tables::of(&path);
    if let Some(asked) = ControlKind::from_slug(&url.get_untracked("control")) {
        focus_soon(heading_id(asked));
    }
    let entry = move |control: Control| {
        let kind = control.kind;
        let changed = move || control.changed_fields();
        let words = move || match (control.state(), changed()) {
            (SaveState::Invalid | SaveState::Refused, _) => "has errors".to_owned(),
            (SaveState::Conflict, _) => "conflict".to_owned(),
            (SaveState::Offline, _) => "not saved yet".to_owned(),
            (_, 0) => "defaults".to_owned(),
            (_, fields) => count(fields as u64, "change"),
        };
        view! {
            <li>
                <a
                    href=format!("#{}", heading_id(kind))
                    class="toc-entry"
                    class:toc-set=move || 0 < changed()
                    class:toc-bad=move || matches!(control.state(), SaveState::Invalid | SaveState::Refused | SaveState::Conflict)
                    on:click=move |event| {
                        event.prevent_default();
                        url.set(&[("control", kind.slug())]);
                        crate::browser::page::focus(&heading_id(kind));
                    }
                >
                    <span class="toc-light" aria-hidden="true"></span>
                    <span>{kind.label()}</span>
                    <span class="toc-state">{words}</span>
                </a>
            </li>
        }
    };
    view! {
        <div class="base">
            <nav class="toc" aria-label="Settings">
                <ul>
                    {controls.iter().copied().map(entry).collect_view()}
                    <li><TablesLink tables=tables/></li>
                </ul>
            </nav>
            <div class="base-forms">
                {controls.into_iter().map(|control| view! { <ControlForm control=control/> }).collect_view()}
                <TablesPanel tables=tables/>
            </div>
        </div>
    }
}

/// The way to the tables, with how many of them are the batch's own.
#[component]
fn TablesLink(tables: Tables) -> impl IntoView {
    let words = move || match tables.changed() {
        0 => "defaults".to_owned(),
        own => count(own as u64, "change"),
    };
    view! {
        <a
            href=format!("#{}", tables::HEADING)
            class="toc-entry"
            class:toc-set=move || 0 < tables.changed()
            on:click=move |event| {
                event.prevent_default();
                crate::browser::page::focus(tables::HEADING);
            }
        >
            <span class="toc-light" aria-hidden="true"></span>
            <span>"Tables"</span>
            <span class="toc-state">{words}</span>
        </a>
    }
}

/// Id of a control's heading.
fn heading_id(kind: ControlKind) -> String {
    format!("control-{}", kind.slug())
}
