//! The query string as state: filters, order, selection and tabs survive a reload and can be sent as a link.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

type Navigate = Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// Reads and writes the query string of the current page.
#[derive(Clone, Copy)]
pub struct UrlState {
    path: Memo<String>,
    pairs: Memo<Vec<(String, String)>>,
    navigate: StoredValue<Navigate>,
}

impl UrlState {
    /// The state of the page a component is on.
    pub fn of_page() -> Self {
        let location = use_location();
        let query = location.query;
        let pairs = Memo::new(move |_| {
            query.with(|query| {
                query.clone().into_iter().map(|(key, value)| (key.into_owned(), value)).collect()
            })
        });
        let navigate: Navigate = Arc::new(use_navigate());
        Self { path: location.pathname, pairs, navigate: StoredValue::new(navigate) }
    }

    /// The value of a parameter; empty when it is absent.
    pub fn get(self, key: &str) -> String {
        self.pairs.with(|pairs| find(pairs, key))
    }

    /// The value of a parameter as it is now; empty when it is absent or the page is gone.
    pub fn get_untracked(self, key: &str) -> String {
        self.pairs.try_with_untracked(|pairs| find(pairs, key)).unwrap_or_default()
    }

    /// A parameter that is followed.
    pub fn follow(self, key: &'static str) -> Memo<String> {
        Memo::new(move |_| self.get(key))
    }

    /// Changes parameters; an empty value removes one. Does not add to the browser's history.
    pub fn set(self, changes: &[(&str, &str)]) {
        let (Some(path), Some(pairs)) = (self.path.try_get_untracked(), self.pairs.try_get_untracked())
        else {
            return;
        };
        let address = address(&path, pairs, changes);
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        if let Some(navigate) = self.navigate.try_get_value() {
            navigate(&address, options);
        }
    }

    /// The address with changed parameters, for links.
    pub fn link(self, changes: &[(&str, &str)]) -> String {
        address(&self.path.get(), self.pairs.get(), changes)
    }
}

fn find(pairs: &[(String, String)], key: &str) -> String {
    pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()).unwrap_or_default()
}

fn address(path: &str, mut pairs: Vec<(String, String)>, changes: &[(&str, &str)]) -> String {
    for (key, value) in changes {
        match pairs.iter_mut().find(|(name, _)| name == key) {
            Some(pair) => pair.1 = (*value).to_owned(),
            None => pairs.push(((*key).to_owned(), (*value).to_owned())),
        }
    }
    let encoded = |text: &str| String::from(js_sys::encode_uri_component(text));
    let kept = pairs.iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<String> =
        kept.map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}
