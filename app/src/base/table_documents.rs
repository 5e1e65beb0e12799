//! Landscape tables of a batch, as the server lists them.

use headwaters_domain::{TableDocument, TableKind, TableOrigin};
use leptos::prelude::*;
use serde_json::Value;

use crate::browser::api::{self, Fault};
use crate::load::Document;

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

/// Id of the button that opens a table's editor.
pub fn edit_button(kind: TableKind) -> String {
    format!("table-edit-{}", kind.slug())
}
