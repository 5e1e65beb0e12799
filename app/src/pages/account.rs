//! The user's own account: password and theme.

use leptos::prelude::*;

use crate::browser::actions::act;
use crate::browser::page::set_title;
use crate::browser::theme;
use crate::ui::feedback::{Note, Toasts, Tone};
use crate::ui::field::{Choices, Field, TextInput};
use crate::ui::view::view;

/// Shortest password the form accepts; the server has the last word.
const SHORTEST_PASSWORD: usize = 12;

/// Password and theme.
#[component]
pub fn AccountPage() -> impl IntoView {
    set_title("Account");
    view! {
        <div class="page page-narrow">
            <h1>"Account"</h1>
            <ThemeForm/>
            <PasswordForm/>
        </div>
    }
}

#[component]
fn ThemeForm() -> impl IntoView {
    let toasts = Toasts::expect();
    let chosen = RwSignal::new(theme::current());
    let change = Callback::new(move |name: String| {
        theme::apply(&name);
        chosen.set(name.clone());
        leptos::task::spawn_local(async move {
            if let Err(error) = act("set_preferences", &[("theme", &name)]).await {
                let message = format!("The theme is saved on this computer only: {error}");
                toasts.say(Tone::Attention, message);
            }
        });
    });
    view! {
        <section class="panel">
            <h2>"Theme"</h2>
            <Choices name="theme" legend="Colours" choices=theme::THEMES.to_vec() value=chosen on_change=change/>
        </section>
    }
}

#[component]
fn PasswordForm() -> impl IntoView {
    let toasts = Toasts::expect();
    let [current, new, again] = [(); 3].map(|()| RwSignal::new(String::new()));
    let (busy, fault) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let too_short = move || {
        let length = new.with(|new| new.chars().count());
        (1..SHORTEST_PASSWORD)
            .contains(&length)
            .then(|| format!("use at least {SHORTEST_PASSWORD} characters"))
    };
    let differs = move || {
        let differs = !again.with(String::is_empty) && new.get() != again.get();
        differs.then(|| "the passwords differ".to_owned())
    };
    let incomplete = move || {
        current.with(String::is_empty)
            || new.with(String::is_empty)
            || too_short().is_some()
            || new.get() != again.get()
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || incomplete() {
            return;
        }
        busy.set(true);
        fault.set(None);
        leptos::task::spawn_local(async move {
            let (current_password, new_password) = (current.get_untracked(), new.get_untracked());
            let answer =
                act("change_password", &[("current", &current_password), ("new", &new_password)]).await;
            busy.try_set(false);
            match answer {
                Ok(()) => {
                    for field in [current, new, again] {
                        field.try_set(String::new());
                    }
                    toasts.say(Tone::Good, "Password changed; other sessions are signed out.");
                }
                Err(error) => {
                    fault.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <section class="panel">
            <h2>"Password"</h2>
            <form class="form" on:submit=submit>
                <Field id="current" label="Current password">
                    <TextInput id="current" kind="password" value=current autocomplete="current-password"/>
                </Field>
                <Field
                    id="new"
                    label="New password"
                    hint=format!("At least {SHORTEST_PASSWORD} characters")
                    error=Memo::new(move |_| too_short())
                >
                    <TextInput id="new" kind="password" value=new autocomplete="new-password"/>
                </Field>
                <Field id="again" label="Confirm new password" error=Memo::new(move |_| differs())>
                    <TextInput id="again" kind="password" value=again autocomplete="new-password"/>
                </Field>
                {move || fault.get().map(|fault| view! { <Note tone=Tone::Bad><p>{fault}</p></Note> })}
                <div class="actions">
                    <button type="submit" class="button button-primary" disabled=move || busy.get() || incomplete()>
                        "Change password"
                    </button>
                </div>
            </form>
        </section>
    }
}
