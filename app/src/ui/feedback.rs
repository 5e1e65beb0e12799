//! Telling the user what happened: notes in place, short messages at the edge.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::Icon;
use crate::browser::api::Fault;
use crate::ui::view::view;

/// Severity of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// For information.
    Plain,
    /// Something went well.
    Good,
    /// Something needs attention.
    Attention,
    /// Something went wrong.
    Bad,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Tone::Plain => "note note-plain",
            Tone::Good => "note note-good",
            Tone::Attention => "note note-attention",
            Tone::Bad => "note note-bad",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Tone::Plain => "info",
            Tone::Good => "check",
            Tone::Attention => "warning",
            Tone::Bad => "error",
        }
    }
}

/// A note in the flow of the page.
#[component]
pub fn Note(
    /// Severity.
    tone: Tone,
    /// Content.
    children: Children,
) -> impl IntoView {
    let role = if tone == Tone::Bad { "alert" } else { "note" };
    view! {
        <div class=tone.class() role=role>
            <Icon name=tone.icon()/>
            <div class="note-text">{children()}</div>
        </div>
    }
}

/// Error of a request, with its code for support.
#[component]
pub fn FaultNote(
    /// The fault.
    fault: Fault,
) -> impl IntoView {
    let code = fault.code().filter(|code| *code != "http").map(str::to_owned);
    view! {
        <Note tone=Tone::Bad>
            <p>{fault.message()}{code.map(|code| view! { " " <code class="code-tag">{code}</code> })}</p>
        </Note>
    }
}

/// A grey block where content will be.
#[component]
pub fn Skeleton(
    /// Number of lines.
    #[prop(default = 4)]
    lines: usize,
) -> impl IntoView {
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">"Loading"</span>
            {(0..lines).map(|_| view! { <span class="skeleton-line"></span> }).collect_view()}
        </div>
    }
}

/// A place without content yet, with the next step.
#[component]
pub fn Empty(
    /// Content that is missing.
    title: &'static str,
    /// Next step.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            <div class="empty-text">{children()}</div>
        </div>
    }
}

/// Short messages at the edge of the window.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<(u32, Tone, String)>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Puts the message list into the context.
    pub fn provide() -> Self {
        let toasts = Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
        provide_context(toasts);
        toasts
    }

    /// The message list of the application.
    pub fn expect() -> Self {
        expect_context()
    }

    /// Shows a message for a while.
    pub fn say(self, tone: Tone, message: impl Into<String>) {
        let number = self.next.with_value(|next| *next);
        self.next.set_value(number.wrapping_add(1));
        self.shown.update(|shown| shown.push((number, tone, message.into())));
        let seconds = if tone == Tone::Bad { 12 } else { 6 };
        set_timeout(move || self.dismiss(number), Duration::from_secs(seconds));
    }

    /// Says why a request failed.
    pub fn fault(self, fault: &Fault) {
        self.say(Tone::Bad, fault.message());
    }

    fn dismiss(self, number: u32) {
        self.shown.try_update(|shown| shown.retain(|(shown, ..)| *shown != number));
    }
}

/// The list itself; always in the document, so that screen readers announce additions.
#[component]
pub fn ToastList(
    /// The messages.
    toasts: Toasts,
) -> impl IntoView {
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {move || toasts.shown.get().into_iter().map(|toast| toast_view(toasts, toast)).collect_view()}
        </div>
    }
}

fn toast_view(toasts: Toasts, (number, tone, message): (u32, Tone, String)) -> AnyView {
    view! {
        <div class=tone.class()>
            <Icon name=tone.icon()/>
            <div class="note-text">{message}</div>
            <button
                type="button"
                class="icon-button"
                aria-label="Dismiss message"
                on:click=move |_| toasts.dismiss(number)
            >
                <Icon name="close"/>
            </button>
        </div>
    }
}
