//! Modal questions.

use crate::ui::view::view;
use leptos::html;
use leptos::prelude::*;

/// A modal dialog on top of the browser's own `<dialog>`: focus stays inside, Escape closes.
#[component]
pub fn Dialog(
    /// True while it is shown.
    open: RwSignal<bool>,
    /// Heading.
    #[prop(into)]
    title: Signal<String>,
    /// Label of the confirming button.
    #[prop(into)]
    confirm: Signal<String>,
    /// Label of the button that closes it without confirmation.
    #[prop(default = "Cancel")]
    dismiss: &'static str,
    /// True when confirming destroys or stops something.
    #[prop(optional)]
    dangerous: bool,
    /// Called on confirmation.
    on_confirm: Callback<()>,
    /// Explanation.
    children: ChildrenFn,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = element.get() else { return };
        let wanted = open.get();
        if wanted && !dialog.open() {
            // Fails only for an element that has left the document.
            let _ = dialog.show_modal();
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
    let accept = move |_| {
        open.set(false);
        on_confirm.run(());
    };
    view! {
        <dialog class="dialog" node_ref=element on:close=move |_| open.set(false) aria-labelledby="dialog-title">
            <Show when=move || open.get()>
                <h2 id="dialog-title">{move || title.get()}</h2>
                <div class="dialog-body">{children()}</div>
                <div class="actions actions-end">
                    <button type="button" class="button" on:click=move |_| open.set(false)>{dismiss}</button>
                    <button
                        type="button"
                        class=if dangerous { "button button-danger" } else { "button button-primary" }
                        on:click=accept
                        autofocus=true
                    >
                        {move || confirm.get()}
                    </button>
                </div>
            </Show>
        </dialog>
    }
}
