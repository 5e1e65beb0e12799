//! One control on the page: its document, its faults, its autosave.

use std::time::Duration;

use headwaters_domain::FieldError;
use headwaters_domain::controls::{ControlDocument, ControlKind, at, put};
use leptos::prelude::*;
use serde_json::Value;

use crate::browser::api::{self, Fault};
use crate::browser::clock::now_ms;
use crate::model::autosave::{Autosave, Next, Outcome, PAUSE_MS, RETRY_MS, SaveState};
use crate::model::wire::Wire;
use crate::session::Session;

/// A control being edited: handles to values that its page owns.
#[derive(Clone, Copy)]
pub struct Control {
    /// The control.
    pub kind: ControlKind,
    /// The document as edited.
    pub value: RwSignal<Value>,
    /// Defaults of the config.
    pub defaults: RwSignal<Value>,
    /// Document that another user stored, when there is a conflict.
    pub theirs: RwSignal<Option<ControlDocument>>,
    /// User who stored the document last, and the time.
    pub stored: RwSignal<(String, i64)>,
    /// Path of the batch in the API.
    pub batch: StoredValue<String>,
    /// Texts that are no value at all, by path, with the reason.
    unread: RwSignal<Vec<(String, String)>>,
    refused: RwSignal<Vec<FieldError>>,
    message: RwSignal<Option<String>>,
    version: StoredValue<u32>,
    save: RwSignal<Autosave>,
    session: Session,
}

/// Event of the autosave.
enum Step {
    Edited,
    Due(Option<u64>),
    Answered(Outcome),
}

impl Control {
    /// The control of a stored document.
    pub fn new(batch_path: &str, document: ControlDocument) -> Self {
        let control = Self {
            kind: document.kind,
            value: RwSignal::new(document.value),
            defaults: RwSignal::new(document.defaults),
            theirs: RwSignal::new(None),
            stored: RwSignal::new((document.updated_by, document.updated_ms)),
            batch: StoredValue::new(batch_path.to_owned()),
            unread: RwSignal::new(Vec::new()),
            refused: RwSignal::new(Vec::new()),
            message: RwSignal::new(None),
            version: StoredValue::new(document.version),
            save: RwSignal::new(Autosave::default()),
            session: Session::expect(),
        };
        let leaving = window_event_listener_untyped("visibilitychange", move |_| control.flush());
        on_cleanup(move || leaving.remove());
        control
    }

    /// The value at a path.
    pub fn get(self, path: &str) -> Value {
        self.value.with(|value| at(value, path).cloned().unwrap_or(Value::Null))
    }

    /// The default at a path.
    pub fn default_at(self, path: &str) -> Value {
        self.defaults.with(|defaults| at(defaults, path).cloned().unwrap_or(Value::Null))
    }

    /// Changes the value at a path.
    pub fn set(self, path: &str, value: Value) {
        self.unread.update(|unread| unread.retain(|(known, _)| known != path));
        self.value.update(|document| put(document, path, value));
        self.refused.update(|refused| refused.retain(|fault| !fault.path.starts_with(path)));
        self.step(Step::Edited);
    }

    /// Notes a text that is no value.
    pub fn set_unread(self, path: &str, reason: &str) {
        self.unread.update(|unread| {
            unread.retain(|(known, _)| known != path);
            unread.push((path.to_owned(), reason.to_owned()));
        });
        self.step(Step::Edited);
    }

    /// Error at a path.
    pub fn fault_at(self, path: &str) -> Option<String> {
        let unread = self
            .unread
            .with(|unread| unread.iter().find(|(known, _)| known == path).map(|(_, reason)| reason.clone()));
        unread.or_else(|| self.refused.with(|refused| message_at(refused, path)))
    }

    /// Message of the server about the document as a whole.
    pub fn message(self) -> Option<String> {
        self.message.get()
    }

    /// Number of fields that differ from the defaults.
    pub fn changed_fields(self) -> usize {
        let top_level = self.kind.fields().iter().filter(|field| field.is_top_level());
        self.value.with(|value| {
            self.defaults.with(|defaults| {
                top_level.filter(|field| at(value, field.path) != at(defaults, field.path)).count()
            })
        })
    }

    /// State of the autosave.
    pub fn state(self) -> SaveState {
        self.save.with(|save| save.state)
    }

    /// Saves what waits, now.
    pub fn flush(self) {
        self.step(Step::Due(None));
    }

    /// Takes a stored document, dropping what is edited here.
    pub fn take(self, document: ControlDocument) {
        self.version.set_value(document.version);
        self.stored.set((document.updated_by, document.updated_ms));
        self.defaults.set(document.defaults);
        self.value.set(document.value);
        self.unread.update(Vec::clear);
        self.refused.update(Vec::clear);
        self.theirs.set(None);
        self.message.set(None);
        self.save.set(Autosave::default());
    }

    /// Stores what is edited here over what somebody else stored.
    pub fn overwrite(self) {
        let Some(theirs) = self.theirs.get_untracked() else { return };
        self.version.set_value(theirs.version);
        self.theirs.set(None);
        self.save.set(Autosave::default());
        self.step(Step::Edited);
    }

    fn is_valid(self) -> bool {
        self.unread.with_untracked(Vec::is_empty)
    }

    fn step(self, step: Step) {
        // A timer may fire after the page has been left.
        if self.save.try_get_untracked().is_none() {
            return;
        }
        let is_valid = self.is_valid();
        let next = self.save.try_update(|save| match step {
            Step::Edited => save.edited(is_valid),
            Step::Due(edit) => save.due(edit, is_valid),
            Step::Answered(outcome) => save.answered(outcome, is_valid),
        });
        match next.unwrap_or(Next::Rest) {
            Next::Rest => {}
            Next::Pause(edit) => self.step_later(edit, PAUSE_MS),
            Next::RetryLater(edit) => self.step_later(edit, RETRY_MS),
            Next::Send => self.send(),
        }
    }

    fn step_later(self, edit: u64, wait_ms: u32) {
        set_timeout(move || self.step(Step::Due(Some(edit))), Duration::from_millis(wait_ms.into()));
    }

    fn send(self) {
        let path = self.batch.with_value(|batch| format!("{batch}/controls/{}", self.kind.slug()));
        let (value, version) = (self.value.get_untracked(), self.version.get_value());
        leptos::task::spawn_local(async move {
            let answer = api::put_if_match::<ControlDocument>(&path, &value, version).await;
            if self.save.try_get_untracked().is_none() {
                return;
            }
            self.message.set(None);
            let outcome = match answer {
                Ok(document) => {
                    self.version.set_value(document.version);
                    self.stored.set((document.updated_by, document.updated_ms));
                    Outcome::Stored(now_ms())
                }
                Err(fault) => self.failed(fault),
            };
            self.step(Step::Answered(outcome));
        });
    }

    fn failed(self, fault: Fault) -> Outcome {
        self.session.notice(&fault);
        match fault {
            Fault::Unreachable => Outcome::Unreachable,
            Fault::Refused { status: 412, error } => {
                self.theirs
                    .set(error.details.and_then(|mut details| ControlDocument::read(&mut details).ok()));
                Outcome::Changed
            }
            Fault::Refused { error, .. } => {
                self.refused.set(error.fields.clone());
                self.message.set(Some(api::capitalised(&error.message)));
                Outcome::Refused
            }
            Fault::Unreadable(_) => {
                self.message.set(Some(fault.message()));
                Outcome::Refused
            }
        }
    }
}

fn message_at(faults: &[FieldError], path: &str) -> Option<String> {
    faults.iter().find(|fault| fault.path == path).map(|fault| fault.message.clone())
}
