//! The landscape tables of a batch: which are in use, and how to change them.

use headwaters_domain::{TableDocument, TableKind, TableOrigin};
use leptos::prelude::*;
use serde_json::Value;

use super::table_editor::TableEditor;
use crate::browser::api::{self, Fault};
use crate::browser::clock::local_date_time;
use crate::browser::upload::{Upload, put_file};
use crate::load::{Document, Load};
use crate::model::format::count;
use crate::ui::feedback::{FaultNote, Note, Skeleton, Toasts, Tone};
use crate::ui::icon::Icon;
use crate::ui::view::{dynamic, view};

/// Id of the panel's heading.
pub const HEADING: &str = "tables";

/// The tables of a batch being looked at.
#[derive(Clone, Copy)]
pub struct Tables {
    /// Documents of the server.
    pub documents: Document<Vec<TableDocument>>,
    /// The one that is open in the editor.
    pub edited: RwSignal<Option<TableKind>>,
    /// Path of the tables in the API.
    path: StoredValue<String>,
}

impl Tables {
    /// The tables of a batch.
    pub fn of(batch_path: &str) -> Self {
        let path = format!("{batch_path}/tables");
        let documents = Document::fetched(path.clone());
        Self { documents, edited: RwSignal::new(None), path: StoredValue::new(path) }
    }

    /// Address of one table's text.
    pub fn address(self, kind: TableKind) -> String {
        self.path.with_value(|path| format!("{path}/{}", kind.slug()))
    }

    /// Number of tables that are the batch's own.
    pub fn changed(self) -> usize {
        let own = |documents: &Vec<TableDocument>| {
            documents.iter().filter(|document| document.origin == TableOrigin::Batch).count()
        };
        self.documents.read(own).unwrap_or(0)
    }

    /// Takes in what the server answered to a change.
    pub fn take_in(self, answer: &mut Value) -> Result<(), Fault> {
        self.documents.put(api::take(answer)?);
        Ok(())
    }
}

/// All tables.
#[component]
pub fn TablesPanel(tables: Tables) -> impl IntoView {
    let content = dynamic(move || {
        tables.documents.with(|state| match state {
            Load::Pending => view! { <Skeleton lines=6/> },
            Load::Failed(fault) => view! { <FaultNote fault=fault.clone()/> }.into_any(),
            Load::Ready(documents) => view! {
                <ul class="table-list">
                    {documents.iter().cloned().map(|document| view! { <TableEntry tables=tables document=document/> }).collect_view()}
                </ul>
            },
        })
    });
    view! {
        <section class="panel control" aria-labelledby=HEADING>
            <div class="control-head"><h2 id=HEADING tabindex="-1">"Tables"</h2></div>
            <p class="quiet">
                "The values behind classes, soils and burn severity. Edit a table here, or download it, edit it in a spreadsheet and replace it; every row can name its source. A table with errors is refused, and the one in use is kept."
            </p>
            {content}
        </section>
    }
}

#[component]
fn TableEntry(tables: Tables, document: TableDocument) -> impl IntoView {
    let kind = document.kind;
    let label = kind.label();
    let upload = RwSignal::new(Upload::Idle);
    let toasts = Toasts::expect();
    let choose = move |event: web_sys::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            let take_in = move |answer: &mut Value| {
                tables.take_in(answer)?;
                toasts.say(Tone::Good, format!("{label}: replaced"));
                Ok(())
            };
            put_file(&tables.address(kind), file, None, upload, Box::new(take_in));
        }
        // Choosing the same file again must be an event too.
        input.set_value("");
    };
    let reset = move |_| {
        leptos::task::spawn_local(async move {
            match api::delete::<Vec<TableDocument>>(&tables.address(kind)).await {
                Ok(documents) => tables.documents.put(documents),
                Err(fault) => toasts.fault(&fault),
            }
        });
    };
    let is_open = move || tables.edited.get() == Some(kind);
    let toggle = move |_| tables.edited.update(|edited| *edited = (*edited != Some(kind)).then_some(kind));
    let refused = move || match upload.get() {
        Upload::Failed { fault, .. } => view! { <FaultNote fault=fault/> }.into_any(),
        _ => ().into_any(),
    };
    let edit_id = edit_button(kind);
    let file_id = format!("table-file-{}", kind.slug());
    let own = document.origin == TableOrigin::Batch;
    let from = origin(&document);
    let findings = document.findings;
    view! {
        <li class="table-entry">
            <div class="table-about">
                <h3>{label}</h3>
                <p class="field-hint">{kind.help()}</p>
                <p class="table-origin">{from}</p>
            </div>
            <div class="actions">
                <button type="button" class="button button-small" id=edit_id aria-expanded=move || if is_open() { "true" } else { "false" } aria-label=format!("Edit {label}") on:click=toggle>
                    "Edit"
                </button>
                <a class="button button-small" rel="external" download="" href=tables.address(kind) aria-label=format!("Download {label}")>
                    <Icon name="download"/>"CSV"
                </a>
                <span class="file-button">
                    <input class="visually-hidden" type="file" id=file_id.clone() accept=".csv,text/csv" aria-label=format!("Replace {label}") disabled=move || upload.with(Upload::is_busy) on:change=choose/>
                    <label class="button button-small" for=file_id><Icon name="upload"/>"Replace"</label>
                </span>
                {own.then(|| view! {
                    <button type="button" class="button button-small button-quiet" aria-label=format!("Use the default for {label}") on:click=reset>
                        "Use default"
                    </button>
                })}
            </div>
            {refused}
            {(!findings.is_empty()).then(|| view! {
                <Note tone=Tone::Attention>
                    {findings.into_iter().map(|finding| view! { <p>{finding}</p> }).collect_view()}
                </Note>
            })}
            {dynamic(move || if is_open() { view! { <TableEditor tables=tables kind=kind/> } } else { ().into_any() })}
        </li>
    }
}

/// Id of the button that opens a table's editor.
pub fn edit_button(kind: TableKind) -> String {
    format!("table-edit-{}", kind.slug())
}

/// Origin of a table, in a line.
fn origin(document: &TableDocument) -> String {
    let rows = document.rows.map_or_else(String::new, |rows| format!(", {}", count(rows.into(), "row")));
    match document.origin {
        TableOrigin::BuiltIn => format!("Built in{rows}"),
        TableOrigin::Config => format!("{} of the config{rows}", document.filename),
        TableOrigin::Batch => {
            let who = document.updated_by.as_deref().unwrap_or_default();
            let at = document.updated_ms.map(local_date_time).unwrap_or_default();
            format!("{}{rows}, changed {at} by {who}", document.filename)
        }
    }
}
