//! Pages that only say something.

use leptos::prelude::*;

use crate::browser::page::set_title;
use crate::session::Session;
use crate::ui::view::view;

/// A notice in the middle of the page.
#[component]
fn Notice(
    /// Heading.
    title: &'static str,
    /// Explanation and next step.
    children: Children,
) -> impl IntoView {
    set_title(title);
    view! {
        <div class="page page-narrow notice">
            <h1>{title}</h1>
            {children()}
        </div>
    }
}

/// Signed in, but not an administrator.
#[component]
pub fn Forbidden() -> impl IntoView {
    view! {
        <Notice title="No access with this account">
            <p>"The batch runner is for administrators. You are signed in, but your account does not have that role."</p>
            <p>"Ask the operator of this server for the role, or sign out and use another account."</p>
        </Notice>
    }
}

/// The feature is switched off.
#[component]
pub fn FeatureOff() -> impl IntoView {
    view! {
        <Notice title="The batch runner is switched off">
            <p>"Your batches and their results are kept; they can be used again once it is switched on."</p>
            <p>"The operator of this server does that with "<code>"BATCH_RUNNER_ENABLED=true"</code>"."</p>
        </Notice>
    }
}

/// No such page.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Notice title="Page not found">
            <p><a href="/batches">"All batches"</a></p>
        </Notice>
    }
}

/// No such batch.
#[component]
pub fn NoSuchBatch(
    /// The name asked for.
    name: String,
) -> impl IntoView {
    view! {
        <Notice title="Batch not found">
            <p>"There is no batch named "<code>{name}</code>". "<a href="/batches">"All batches"</a></p>
        </Notice>
    }
}

/// The server does not answer.
#[component]
pub fn ServerAway() -> impl IntoView {
    let session = Session::expect();
    view! {
        <Notice title="The server cannot be reached">
            <p>"Batches continue to run without this page; nothing is lost."</p>
            <button type="button" class="button button-primary" on:click=move |_| session.ask()>"Try again"</button>
        </Notice>
    }
}
