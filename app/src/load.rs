//! Documents a page fetches.

use leptos::prelude::*;
use serde_json::Value;

use crate::browser::api::{self, Fault};
use crate::model::wire::Wire;
use crate::session::Session;

/// A document on its way.
#[derive(Clone, Debug, PartialEq)]
pub enum Load<T> {
    /// Not here yet.
    Pending,
    /// Here.
    Ready(T),
    /// Will not come.
    Failed(Fault),
}

impl<T> Load<T> {
    /// The document, when it is here.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Load::Ready(document) => Some(document),
            _ => None,
        }
    }
}

/// A document that can be fetched again; while that happens the old one stays.
pub struct Document<T: Send + Sync + 'static> {
    state: RwSignal<Load<T>>,
    requests: StoredValue<u32>,
    session: Session,
}

impl<T: Send + Sync + 'static> Clone for Document<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Document<T> {}

impl<T: Wire + Send + Sync + 'static> Document<T> {
    /// Nothing fetched yet.
    pub fn pending() -> Self {
        Self {
            state: RwSignal::new(Load::Pending),
            requests: StoredValue::new(0),
            session: Session::expect(),
        }
    }

    /// A document fetched from a path at once.
    pub fn fetched(path: String) -> Self {
        let document = Self::pending();
        document.fetch(path);
        document
    }

    /// Fetches it. Of several requests only the latest counts.
    pub fn fetch(self, path: String) {
        let Some(number) = self.requests.try_update_value(|requests| {
            *requests += 1;
            *requests
        }) else {
            return;
        };
        let take_in = move |answer: Result<Value, Fault>| {
            if self.requests.try_get_value() == Some(number) {
                self.take_in(answer.and_then(|mut value| api::take(&mut value)));
            }
        };
        fetch_then(path, Box::new(take_in));
    }

    fn take_in(self, answer: Result<T, Fault>) {
        match answer {
            Ok(document) => {
                self.state.try_set(Load::Ready(document));
            }
            Err(fault) => {
                self.session.notice(&fault);
                // A document that is here is better than a message about the one that is not.
                let has_old = self.state.try_with_untracked(|state| state.ready().is_some());
                if has_old != Some(true) || fault.status().is_some() {
                    self.state.try_set(Load::Failed(fault));
                }
            }
        }
    }

    /// Puts a document in place that came by another way.
    pub fn put(self, document: T) {
        self.requests.try_update_value(|requests| *requests += 1);
        self.state.try_set(Load::Ready(document));
    }

    /// Reads the state and follows it.
    pub fn with<R>(self, read: impl FnOnce(&Load<T>) -> R) -> R {
        self.state.with(read)
    }

    /// Reads the document, when it is here, and follows it.
    pub fn read<R>(self, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.state.with(|state| state.ready().map(read))
    }

    /// Reads the document as it is now.
    pub fn read_untracked<R>(self, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.state.try_with_untracked(|state| state.ready().map(read)).flatten()
    }

    /// Error when there is none.
    pub fn fault(self) -> Option<Fault> {
        self.state.with(|state| match state {
            Load::Failed(fault) => Some(fault.clone()),
            _ => None,
        })
    }

    /// True while it is loading.
    pub fn is_pending(self) -> bool {
        self.state.with(|state| matches!(state, Load::Pending))
    }
}

/// Fetches whatever document it is: the same code for all.
fn fetch_then(path: String, take_in: Box<dyn FnOnce(Result<Value, Fault>)>) {
    leptos::task::spawn_local(async move { take_in(api::get(&path).await) });
}
