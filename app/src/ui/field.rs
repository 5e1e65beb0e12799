//! Form fields: a label, a control, a hint, an error; connected for assistive technology.

use crate::ui::view::view;
use leptos::prelude::*;

/// Label, hint and error around a control with the id `id`.
#[component]
pub fn Field(
    /// Id of the control inside.
    #[prop(into)]
    id: String,
    /// Label.
    #[prop(into)]
    label: String,
    /// Unit after the control.
    #[prop(optional)]
    unit: &'static str,
    /// Explanation.
    #[prop(optional, into)]
    hint: String,
    /// Error of its value.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The control; it should name `<id>-hint` and `<id>-error` in `aria-describedby`.
    children: Children,
) -> impl IntoView {
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    view! {
        <div class="field" class:field-bad=move || error.get().is_some()>
            <label class="field-label" for=id>{label}</label>
            <div class="field-control">
                {children()}
                {(!unit.is_empty()).then(|| view! { <span class="field-unit">{unit}</span> })}
            </div>
            {(!hint.is_empty()).then(|| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
            <p class="field-error" id=error_id aria-live="polite">{move || error.get()}</p>
        </div>
    }
}

/// A line of text.
#[component]
pub fn TextInput(
    /// Id.
    #[prop(into)]
    id: String,
    /// `text`, `password`, …
    #[prop(default = "text")]
    kind: &'static str,
    /// The browser's autofill hint.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Value.
    value: RwSignal<String>,
    /// True when its value has an error.
    #[prop(optional, into)]
    invalid: Signal<bool>,
) -> impl IntoView {
    let described = format!("{id}-hint {id}-error");
    view! {
        <input
            class="input"
            id=id
            type=kind
            autocomplete=autocomplete
            autocapitalize="none"
            spellcheck="false"
            aria-describedby=described
            aria-invalid=move || invalid.get().then_some("true")
            prop:value=move || value.get()
            on:input:target=move |event| value.set(event.target().value())
        />
    }
}

/// One of several values that exclude each other, as radio buttons with explanations.
#[component]
pub fn Choices(
    /// Name of the group, unique on the page.
    #[prop(into)]
    name: String,
    /// Legend.
    legend: &'static str,
    /// Value, label and explanation of each choice.
    choices: Vec<(&'static str, &'static str, &'static str)>,
    /// Chosen value.
    #[prop(into)]
    value: Signal<String>,
    /// Called with the new value.
    on_change: Callback<String>,
) -> impl IntoView {
    let choice = move |(slug, label, explanation): (&'static str, &'static str, &'static str)| {
        let id = format!("{name}-{slug}");
        let name = name.clone();
        let hint_id = format!("{id}-hint");
        view! {
            <div class="choice">
                <input
                    type="radio"
                    id=id.clone()
                    name=name
                    value=slug
                    aria-describedby=hint_id.clone()
                    prop:checked=move || value.get() == slug
                    on:change=move |_| on_change.run(slug.to_owned())
                />
                <label for=id>{label}</label>
                <p class="field-hint" id=hint_id>{explanation}</p>
            </div>
        }
    };
    view! {
        <fieldset class="choices">
            <legend class="field-label">{legend}</legend>
            {choices.into_iter().map(choice).collect_view()}
        </fieldset>
    }
}

/// A checkbox with its label.
#[component]
pub fn Checkbox(
    /// Id.
    #[prop(into)]
    id: String,
    /// Label.
    #[prop(into)]
    label: String,
    /// Explanation.
    #[prop(optional, into)]
    hint: String,
    /// True when it is ticked.
    #[prop(into)]
    checked: Signal<bool>,
    /// Called with the new state.
    on_change: Callback<bool>,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    view! {
        <div class="choice">
            <input
                type="checkbox"
                id=id.clone()
                aria-describedby=hint_id.clone()
                prop:checked=move || checked.get()
                on:change:target=move |event| on_change.run(event.target().checked())
            />
            <label for=id>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
        </div>
    }
}
