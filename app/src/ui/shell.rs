//! The frame around every page: skip link, header, navigation.

use leptos::prelude::*;

use super::icon::Icon;
use crate::browser::actions::act;
use crate::browser::address::Address;
use crate::model::route::{AdminPage, Page};
use crate::session::Session;
use crate::ui::view::view;

/// Header and main part of a page.
#[component]
pub fn Shell(
    /// The page.
    children: Children,
) -> impl IntoView {
    let session = Session::expect();
    let address = Address::expect();
    let current = move || (address.page() == Page::Admin(AdminPage::Batches)).then_some("page");
    let user = move || session.user().map(|user| user.name);
    let sign_out = move |_| {
        leptos::task::spawn_local(async move {
            // Signed out here in any case; a server that cannot be reached ends the session when it expires.
            let _ = act("sign_out", &[]).await;
            session.forget();
        });
    };
    view! {
        <header class="top">
        <a class="skip-link" href="#main" on:click=|event| {
            // The router would take a bare fragment for a navigation.
            event.prevent_default();
            crate::browser::page::focus("main");
        }>"Skip to content"</a>
            <a href="/batches" class="brand">
                <span class="brand-mark" aria-hidden="true"></span>
                "Headwaters"
            </a>
            <nav class="top-nav" aria-label="Main">
                <Show when=move || user().is_some()>
                    <a href="/batches" aria-current=current>"Batches"</a>
                </Show>
            </nav>
            <Show when=move || user().is_some()>
                <div class="top-user">
                    <a href="/account" class="quiet-link"><Icon name="user"/>{user}</a>
                    <button type="button" class="button button-quiet" on:click=sign_out>"Sign out"</button>
                </div>
            </Show>
        </header>
        <main id="main" tabindex="-1">{children()}</main>
    }
}
