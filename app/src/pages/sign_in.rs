//! Signing in.

use leptos::prelude::*;

use crate::browser::actions::act;
use crate::browser::address::Address;
use crate::browser::page::set_title;
use crate::session::Session;
use crate::ui::feedback::{Note, Tone};
use crate::ui::field::{Field, TextInput};
use crate::ui::view::view;

/// Name and password.
#[component]
pub fn SignInPage() -> impl IntoView {
    set_title("Sign in");
    let session = Session::expect();
    let (name, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (busy, fault) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let address = Address::expect();
    // Only paths of this application: a link could otherwise lead anywhere after signing in.
    let next = move || {
        let wanted = address.get_untracked("next");
        if wanted.starts_with('/') && !wanted.starts_with("//") && !wanted.contains('\\') {
            wanted
        } else {
            "/batches".to_owned()
        }
    };
    Effect::new(move || {
        if session.user().is_some() {
            address.replace(&next());
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        if name.with_untracked(String::is_empty) || password.with_untracked(String::is_empty) {
            fault.set(Some("Give name and password.".to_owned()));
            return;
        }
        busy.set(true);
        fault.set(None);
        leptos::task::spawn_local(async move {
            let fields = [("name", &*name.get_untracked()), ("password", &*password.get_untracked())];
            let answer = act("sign_in", &fields).await;
            busy.try_set(false);
            match answer {
                Ok(()) => session.signed_in(),
                Err(error) => {
                    password.try_set(String::new());
                    fault.try_set(Some(error));
                    crate::browser::page::focus("password");
                }
            }
        });
    };
    view! {
        <div class="page page-narrow">
            <h1>"Sign in"</h1>
            <form class="form panel" on:submit=submit>
                <Field id="name" label="Name">
                    <TextInput id="name" value=name autocomplete="username"/>
                </Field>
                <Field id="password" label="Password">
                    <TextInput id="password" kind="password" value=password autocomplete="current-password"/>
                </Field>
                <div aria-live="assertive">
                    {move || fault.get().map(|fault| view! { <Note tone=Tone::Bad><p>{fault}</p></Note> })}
                </div>
                <div class="actions">
                    <button type="submit" class="button button-primary" disabled=move || busy.get()>
                        {move || if busy.get() { "Signing in…" } else { "Sign in" }}
                    </button>
                </div>
            </form>
        </div>
    }
}
