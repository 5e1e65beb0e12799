//! One field of a control's form.

use leptos::prelude::*;
use serde_json::Value;

use super::control::Control;
use super::fields::{FieldSpec, Input};
use super::sbs_upload::SbsUpload;
use crate::load::Document;
use crate::model::wire::{Unread, Wire, field};
use crate::ui::field::{Checkbox, Choices, Field};
use crate::ui::view::view;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Label, input, hint, error, and the way back to the default.
#[component]
pub fn FieldView(control: Control, spec: &'static FieldSpec) -> impl IntoView {
    let id = field_id(control, spec.path);
    let path = spec.path;
    let input = match spec.input {
        Input::Flag => view! {
            <Checkbox
                id=id
                label=spec.label
                hint=spec.hint
                checked=Memo::new(move |_| control.get(path) == Value::Bool(true))
                on_change=Callback::new(move |checked: bool| control.set(path, checked.into()))
            />
        },
        Input::Choice(choices) => view! {
            <Choices
                name=id
                legend=spec.label
                choices=choices.to_vec()
                value=Memo::new(move |_| control.get(path).as_str().unwrap_or_default().to_owned())
                on_change=Callback::new(move |value: String| control.set(path, value.into()))
            />
            {hint_and_fault(control, spec)}
        },
        Input::Variant(variants) => {
            let choices: Vec<_> =
                variants.iter().map(|(value, label, hint, _)| (*value, *label, *hint)).collect();
            view! {
            <Choices
                name=id
                legend=spec.label
                choices=choices
                value=Memo::new(move |_| control.get(path).get("kind").and_then(Value::as_str).unwrap_or_default().to_owned())
                on_change=Callback::new(move |kind: String| {
                    let first = variants.iter().find(|(value, ..)| *value == kind).and_then(|(.., first)| serde_json::from_str(first).ok());
                    if let Some(first) = first {
                        control.set(path, first);
                    }
                })
            />
            }
        }
        Input::Months => view! {
            <fieldset class="months">
                <legend class="field-label">{spec.label}</legend>
                {MONTHS
                    .into_iter()
                    .enumerate()
                    .map(|(month, label)| view! { <TextField control=control path=format!("{path}.{month}") label=label input=Input::Number("") hint=""/> })
                    .collect_view()}
            </fieldset>
        },
        Input::Listed(source) => view! { <ListedField control=control spec=spec source=source/> },
        Input::SbsRaster => view! { <SbsUpload control=control/> },
        Input::Number(_) | Input::Whole(_) | Input::OptionalNumber(_) | Input::Numbers { .. } => {
            view! { <TextField control=control path=path.to_owned() label=spec.label input=spec.input hint=spec.hint/> }
        }
    };
    view! { <div class="control-field">{input}<BackToDefault control=control spec=spec/></div> }
}

fn field_id(control: Control, path: &str) -> String {
    format!("{}-{}", control.kind.slug(), path.replace('.', "-"))
}

fn hint_and_fault(control: Control, spec: &'static FieldSpec) -> AnyView {
    view! {
        {(!spec.hint.is_empty()).then(|| view! { <p class="field-hint">{spec.hint}</p> })}
        <p class="field-error" aria-live="polite">{move || control.fault_at(spec.path)}</p>
    }
}

/// Says that the value is not the default, and what the default is.
#[component]
fn BackToDefault(control: Control, spec: &'static FieldSpec) -> impl IntoView {
    let path = spec.path;
    let differs = Memo::new(move |_| !path.contains('.') && control.get(path) != control.default_at(path));
    let default_text = move || match spec.input {
        Input::Choice(choices) => {
            let value = control.default_at(path);
            choices
                .iter()
                .find(|(known, ..)| Some(*known) == value.as_str())
                .map(|(_, label, _)| (*label).to_owned())
        }
        Input::Flag => {
            Some(if control.default_at(path) == Value::Bool(true) { "on" } else { "off" }.to_owned())
        }
        Input::Number(unit) | Input::Whole(unit) | Input::OptionalNumber(unit) => {
            Some(format!("{} {unit}", text_of(&control.default_at(path))).trim().to_owned())
                .filter(|text| !text.is_empty())
        }
        _ => None,
    };
    view! {
        <Show when=move || differs.get() && !matches!(spec.input, Input::SbsRaster)>
            <p class="back-to-default">
                <span class="changed-mark">"changed"</span>
                {move || default_text().map(|text| format!(" default: {text} "))}
                <button type="button" class="link-like" on:click=move |_| control.set(path, control.default_at(path))>
                    "Use default"<span class="visually-hidden">" of "{spec.label}</span>
                </button>
            </p>
        </Show>
    }
}

/// Numbers, typed as text.
#[component]
fn TextField(
    control: Control,
    path: String,
    label: &'static str,
    input: Input,
    hint: &'static str,
) -> impl IntoView {
    let id = field_id(control, &path);
    let path = StoredValue::new(path);
    let value = Memo::new(move |_| path.with_value(|path| control.get(path)));
    let draft = RwSignal::new(text_of(&value.get_untracked()));
    // A value that comes from elsewhere (the default, somebody else) replaces what is typed.
    Effect::new(move || {
        let stored = value.get();
        if read_text(input, &draft.get_untracked()) != Ok(stored.clone()) {
            draft.set(text_of(&stored));
        }
    });
    let typed = move |text: String| {
        let read = read_text(input, &text);
        draft.set(text);
        path.with_value(|path| match read {
            Ok(value) => control.set(path, value),
            Err(reason) => control.set_unread(path, reason),
        });
    };
    let fault = move || path.with_value(|path| control.fault_at(path));
    let unit = match input {
        Input::Number(unit) | Input::Whole(unit) | Input::OptionalNumber(unit) => unit,
        _ => "",
    };
    let described = format!("{id}-hint {id}-error");
    view! {
        <Field id=id.clone() label=label unit=unit hint=hint error=Memo::new(move |_| fault())>
            <input
                class="input input-number"
                id=id
                inputmode="decimal"
                autocomplete="off"
                aria-describedby=described
                aria-invalid=move || fault().is_some().then_some("true")
                prop:value=move || draft.get()
                on:input:target=move |event| typed(event.target().value())
            />
        </Field>
    }
}

#[derive(Clone)]
struct Listed {
    value: String,
    label: String,
}

impl Wire for Listed {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        Ok(Self { value: field(value, "value")?, label: field(value, "label")? })
    }
}

/// A value out of a list of the server; the list may be long, so the browser's own completion is used.
#[component]
fn ListedField(control: Control, spec: &'static FieldSpec, source: &'static str) -> impl IntoView {
    let id = field_id(control, spec.path);
    let address = control.batch.with_value(|batch| format!("{batch}/choices/{source}"));
    let choices = Document::<Vec<Listed>>::fetched(address);
    let path = spec.path;
    let value = Memo::new(move |_| control.get(path).as_str().unwrap_or_default().to_owned());
    let fault = move || {
        let unknown = choices
            .read(|choices| !choices.is_empty() && !choices.iter().any(|choice| choice.value == value.get()));
        let unknown = (unknown == Some(true) && !value.with(String::is_empty))
            .then(|| "not in the list of this batch".to_owned());
        control.fault_at(path).or(unknown)
    };
    let label = move || {
        choices
            .read(|choices| {
                choices.iter().find(|choice| choice.value == value.get()).map(|choice| choice.label.clone())
            })
            .flatten()
    };
    let list_id = format!("{id}-list");
    let described = format!("{id}-hint {id}-error");
    view! {
        <Field id=id.clone() label=spec.label hint=spec.hint error=Memo::new(move |_| fault())>
            <input
                class="input"
                id=id
                list=list_id.clone()
                autocomplete="off"
                aria-describedby=described
                prop:value=move || value.get()
                on:change:target=move |event| control.set(path, event.target().value().into())
            />
            <datalist id=list_id>
                {move || choices.read(|choices| choices.iter().map(|choice| view! { <option value=choice.value.clone()>{choice.label.clone()}</option> }).collect_view())}
            </datalist>
        </Field>
        <p class="field-hint">{label}</p>
    }
}

/// A value as the field shows it.
fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Array(list) => list.iter().map(text_of).collect::<Vec<String>>().join(", "),
        Value::Number(number) => number
            .as_f64()
            .filter(|_| number.is_f64())
            .map_or_else(|| number.to_string(), |value| value.to_string()),
        Value::String(text) => text.clone(),
        other => crate::model::format::json_cell(other),
    }
}

/// The value a text stands for, or why it stands for none.
fn read_text(input: Input, text: &str) -> Result<Value, &'static str> {
    let text = text.trim();
    let number = |text: &str| match text.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Value::from(value)),
        _ => Err("give a number, with a point before decimals"),
    };
    match input {
        Input::OptionalNumber(_) if text.is_empty() => Ok(Value::Null),
        Input::Numbers { empty_is_null: true } if text.is_empty() => Ok(Value::Null),
        Input::Numbers { .. } if text.is_empty() => Ok(Value::Array(Vec::new())),
        Input::Numbers { .. } => {
            let list: Result<Vec<Value>, _> = text.split([',', ';']).map(number).collect();
            match (list, input) {
                (Ok(list), Input::Numbers { empty_is_null: true }) if list.len() != 3 => {
                    Err("give three numbers, separated by commas")
                }
                (Ok(list), _) => Ok(Value::Array(list)),
                (Err(_), _) => Err("give numbers, separated by commas"),
            }
        }
        Input::Whole(_) => text.parse::<u64>().map(Value::from).map_err(|_| "give a whole number"),
        _ => number(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_typed_is_read_exactly_or_refused_with_a_reason() {
        assert_eq!(read_text(Input::Number("m"), " 12.5 "), Ok(json!(12.5)));
        assert_eq!(read_text(Input::Whole(""), "30"), Ok(json!(30)));
        assert_eq!(read_text(Input::OptionalNumber("mm"), ""), Ok(Value::Null));
        assert_eq!(read_text(Input::Numbers { empty_is_null: true }, "1, 2,3.5"), Ok(json!([1.0, 2.0, 3.5])));
        assert_eq!(read_text(Input::Numbers { empty_is_null: false }, " "), Ok(json!([])));
        for (input, text) in [
            (Input::Number(""), ""),
            (Input::Number(""), "1,5"),
            (Input::Number(""), "inf"),
            (Input::Whole(""), "3.5"),
            (Input::Whole(""), "-1"),
            (Input::Numbers { empty_is_null: true }, "1,2"),
        ] {
            assert!(read_text(input, text).is_err(), "{text:?}");
        }
        for value in [json!(12.5), json!(10.0), json!(300.0)] {
            assert_eq!(read_text(Input::Number(""), &text_of(&value)), Ok(value), "shown and read back");
        }
    }
}
