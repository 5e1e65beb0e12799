//! The address: which page is shown, and its query string as state, so that filters, order, selection and tabs
//! survive a reload and can be sent as a link.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::api::segment;
use crate::model::route::{self, Page, Pairs};

/// Path at which the application starts.
const BATCHES: &str = "/batches";

/// Reads and writes the address.
///
/// A signal remembers all its subscribers until it ends itself, also those that have ended. So what a page follows, the
/// query string, is a signal of the page; the application's own signal holds the path.
#[derive(Clone, Copy)]
pub struct Address {
    path: RwSignal<String>,
    pairs: RwSignal<Pairs>,
    /// Query string of the page that is shown.
    shown: StoredValue<RwSignal<Pairs>>,
}

impl Address {
    /// Puts the address into the context, follows the browser's history and takes over clicks on own links.
    pub fn provide() -> Self {
        let pairs = RwSignal::new(Vec::new());
        let address = Self { path: RwSignal::new(String::new()), pairs, shown: StoredValue::new(pairs) };
        address.read();
        if address.path.with_untracked(|path| path == "/") {
            address.replace(BATCHES);
        }
        provide_context(address);
        // For the application's whole life: the handles may go.
        let _ = window_event_listener_untyped("popstate", move |_| address.read());
        let _ = window_event_listener_untyped("click", move |event| address.take_over(&event));
        address
    }

    /// Puts the address into the context of a page: its query string ends with the page.
    pub fn provide_for_page(self) {
        let pairs = RwSignal::new(pairs_now());
        self.shown.set_value(pairs);
        provide_context(Self { pairs, ..self });
    }

    /// The address of the page, or of the application.
    pub fn expect() -> Self {
        expect_context()
    }

    /// The page that is shown.
    pub fn page(self) -> Page {
        self.path.with(|path| Page::at(path))
    }

    /// The value of a parameter; empty when it is absent.
    pub fn get(self, key: &str) -> String {
        self.pairs.with(|pairs| route::find(pairs, key))
    }

    /// The value of a parameter as it is now; empty when it is absent.
    pub fn get_untracked(self, key: &str) -> String {
        self.pairs.with_untracked(|pairs| route::find(pairs, key))
    }

    /// A parameter that is followed.
    pub fn follow(self, key: &'static str) -> Memo<String> {
        Memo::new(move |_| self.get(key))
    }

    /// Changes parameters; an empty value removes one. Does not add to the browser's history.
    pub fn set(self, changes: &[(&str, &str)]) {
        self.replace(&untrack(|| self.link(changes)));
    }

    /// The address with changed parameters, for links.
    pub fn link(self, changes: &[(&str, &str)]) -> String {
        // Another path is another page, with links of its own.
        self.path.with_untracked(|path| route::address(path, self.pairs.get(), changes, segment))
    }

    /// The address as it is now, for coming back to it.
    pub fn here(self) -> String {
        self.path.with_untracked(|path| route::address(path, pairs_now(), &[], segment))
    }

    /// Goes to an address of this application.
    pub fn go(self, address: &str) {
        if let Ok(history) = window().history()
            && history.push_state_with_url(&JsValue::NULL, "", Some(address)).is_ok()
        {
            self.read();
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    /// Goes to an address of this application in place of the present one.
    pub fn replace(self, address: &str) {
        if let Ok(history) = window().history()
            && history.replace_state_with_url(&JsValue::NULL, "", Some(address)).is_ok()
        {
            self.read();
        }
    }

    fn read(self) {
        let (path, pairs) = (window().location().pathname().unwrap_or_default(), pairs_now());
        let shown = self.shown.get_value();
        // A page that is on its way out has no query string any more.
        if shown.try_with_untracked(|known| *known != pairs) == Some(true) {
            shown.set(pairs);
        }
        if self.path.with_untracked(|known| *known != path) {
            self.path.set(path);
        }
    }

    /// A plain click on a link to another page of this application changes the page without loading it.
    fn take_over(self, event: &web_sys::Event) {
        let Some(click) = event.dyn_ref::<web_sys::MouseEvent>() else { return };
        let modified = click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key();
        if click.default_prevented() || click.button() != 0 || modified {
            return;
        }
        let target = click.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
        let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok()) else {
            return;
        };
        let elsewhere = window().location().origin().ok() != Some(link.origin());
        if elsewhere || link.has_attribute("download") || link.rel() == "external" || !link.hash().is_empty()
        {
            return;
        }
        event.prevent_default();
        self.go(&format!("{}{}", link.pathname(), link.search()));
    }
}

/// Query string of the window.
fn pairs_now() -> Pairs {
    route::pairs_of(&window().location().search().unwrap_or_default(), decoded)
}

fn decoded(text: &str) -> String {
    // A text that is no valid encoding stands for itself.
    js_sys::decode_uri_component(text).map_or_else(|_| text.to_owned(), String::from)
}
