//! The frame around every page: skip link, header, navigation.

use leptos::prelude::*;
use leptos_router::components::A;

use super::icon::Icon;
use crate::session::Session;

/// Header and main part of a page.
#[component]
pub fn Shell(
    /// The page.
    children: Children,
) -> impl IntoView {
    let session = Session::expect();
    let user = move || session.user().map(|user| user.name);
    let sign_out = move |_| {
        leptos::task::spawn_local(async move {
            // Signed out here in any case; a server that cannot be reached ends the session when it expires.
            let _ = headwaters_actions::sign_out().await;
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
            <A href="/batches" attr:class="brand">
                <span class="brand-mark" aria-hidden="true"></span>
                "Headwaters"
            </A>
            <nav class="top-nav" aria-label="Main">
                <Show when=move || user().is_some()>
                    <A href="/batches">"Batches"</A>
                </Show>
            </nav>
            <Show when=move || user().is_some()>
                <div class="top-user">
                    <A href="/account" attr:class="quiet-link"><Icon name="user"/>{user}</A>
                    <button type="button" class="button button-quiet" on:click=sign_out>"Sign out"</button>
                </div>
            </Show>
        </header>
        <main id="main" tabindex="-1">{children()}</main>
    }
}
