//! One field of a control's form.

use headwaters_domain::controls::{Choice, FieldDescriptor, FieldType};
use leptos::prelude::*;
use serde_json::Value;

use super::control::Control;
use super::sbs_upload::SbsUpload;
use crate::load::Document;
use crate::model::wire::{Unread, Wire, field as member};
use crate::ui::field::{Checkbox, Choices, Field};
use crate::ui::view::view;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Label, input, hint, error, and the way back to the default.
#[component]
pub fn FieldView(control: Control, field: &'static FieldDescriptor) -> impl IntoView {
    let id = field_id(control, field.path);
    let path = field.path;
    let input = match field.value {
        FieldType::Flag => view! {
            <Checkbox
                id=id
                label=field.label
                hint=field.help
                checked=Memo::new(move |_| control.get(path) == Value::Bool(true))
                on_change=Callback::new(move |checked: bool| control.set(path, checked.into()))
            />
        },
        FieldType::Choice { choices } => view! {
            <Choices
                name=id
                legend=field.label
                choices=texts(choices.iter())
                value=Memo::new(move |_| control.get(path).as_str().unwrap_or_default().to_owned())
                on_change=Callback::new(move |value: String| control.set(path, value.into()))
            />
            {hint_and_fault(control, field)}
        },
        FieldType::Variant { variants } => view! {
            <Choices
                name=id
                legend=field.label
                choices=texts(variants.iter().map(|variant| &variant.choice))
                value=Memo::new(move |_| control.get(path).get("kind").and_then(Value::as_str).unwrap_or_default().to_owned())
                on_change=Callback::new(move |kind: String| {
                    if let Some(variant) = variants.iter().find(|variant| variant.choice.value == kind) {
                        control.set(path, (variant.initial)());
                    }
                })
            />
            {hint_and_fault(control, field)}
        },
        FieldType::MonthlyFactors { min, max } => view! {
            <fieldset class="months">
                <legend class="field-label">{field.label}</legend>
                {MONTHS
                    .into_iter()
                    .enumerate()
                    .map(|(month, label)| view! { <TextField control=control path=format!("{path}.{month}") label=label value=FieldType::number("", min, max) hint=""/> })
                    .collect_view()}
            </fieldset>
        },
        FieldType::Listed { list } => view! { <ListedField control=control field=field list=list/> },
        FieldType::BurnSeverityRaster => view! { <SbsUpload control=control field=field/> },
        FieldType::Number { .. } | FieldType::Integer { .. } | FieldType::Numbers { .. } => {
            view! { <TextField control=control path=path.to_owned() label=field.label value=field.value hint=field.help/> }
        }
    };
    view! { <div class="control-field">{input}<BackToDefault control=control field=field/></div> }
}

/// Value, label and explanation of choices.
fn texts<'a>(choices: impl Iterator<Item = &'a Choice>) -> Vec<(&'static str, &'static str, &'static str)> {
    choices.map(|choice| (choice.value, choice.label, choice.help)).collect()
}

fn field_id(control: Control, path: &str) -> String {
    format!("{}-{}", control.kind.slug(), path.replace('.', "-"))
}

fn hint_and_fault(control: Control, field: &'static FieldDescriptor) -> AnyView {
    view! {
        <p class="field-hint">{field.help}</p>
        <p class="field-error" aria-live="polite">{move || control.fault_at(field.path)}</p>
    }
}

/// Note that the value is not the default, with the default and a button that restores it.
#[component]
fn BackToDefault(control: Control, field: &'static FieldDescriptor) -> impl IntoView {
    let path = field.path;
    let differs = Memo::new(move |_| field.is_top_level() && control.get(path) != control.default_at(path));
    let default_text = move || {
        let value = control.default_at(path);
        match field.value {
            FieldType::Choice { choices } => {
                let choice = choices.iter().find(|choice| Some(choice.value) == value.as_str());
                choice.map(|choice| choice.label.to_owned())
            }
            FieldType::Flag => Some(if value == Value::Bool(true) { "on" } else { "off" }.to_owned()),
            FieldType::Number { unit, .. } | FieldType::Integer { unit, .. } => {
                Some(format!("{} {unit}", text_of(&value)).trim().to_owned()).filter(|text| !text.is_empty())
            }
            _ => None,
        }
    };
    view! {
        <Show when=move || differs.get() && !matches!(field.value, FieldType::BurnSeverityRaster)>
            <p class="back-to-default">
                <span class="changed-mark">"changed"</span>
                {move || default_text().map(|text| format!(" default: {text} "))}
                <button type="button" class="link-like" on:click=move |_| control.set(path, control.default_at(path))>
                    "Use default"<span class="visually-hidden">" of "{field.label}</span>
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
    value: FieldType,
    hint: &'static str,
) -> impl IntoView {
    let id = field_id(control, &path);
    let path = StoredValue::new(path);
    let stored = Memo::new(move |_| path.with_value(|path| control.get(path)));
    let draft = RwSignal::new(text_of(&stored.get_untracked()));
    // A value that comes from elsewhere (the default, somebody else) replaces what is typed.
    Effect::new(move || {
        let stored = stored.get();
        if read_text(value, &draft.get_untracked()) != Ok(stored.clone()) {
            draft.set(text_of(&stored));
        }
    });
    let typed = move |text: String| {
        let read = read_text(value, &text);
        draft.set(text);
        path.with_value(|path| match read {
            Ok(value) => control.set(path, value),
            Err(reason) => control.set_unread(path, &reason),
        });
    };
    let fault = move || path.with_value(|path| control.fault_at(path));
    let described = format!("{id}-hint {id}-error");
    view! {
        <Field id=id.clone() label=label unit=value.unit() hint=hint error=Memo::new(move |_| fault())>
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
        Ok(Self { value: member(value, "value")?, label: member(value, "label")? })
    }
}

/// A value out of a list of the server; the list may be long, so the browser's own completion is used.
#[component]
fn ListedField(control: Control, field: &'static FieldDescriptor, list: &'static str) -> impl IntoView {
    let id = field_id(control, field.path);
    let address = control.batch.with_value(|batch| format!("{batch}/choices/{list}"));
    let choices = Document::<Vec<Listed>>::fetched(address);
    let path = field.path;
    let value = Memo::new(move |_| control.get(path).as_str().unwrap_or_default().to_owned());
    let fault = move || {
        let unknown = choices
            .read(|choices| !choices.is_empty() && !choices.iter().any(|choice| choice.value == value.get()));
        let unknown = (unknown == Some(true) && !value.with(String::is_empty))
            .then(|| "not in the list for this batch".to_owned());
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
        <Field id=id.clone() label=field.label hint=field.help error=Memo::new(move |_| fault())>
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

/// The value that a text stands for, or the reason why it stands for none.
fn read_text(value: FieldType, text: &str) -> Result<Value, String> {
    let text = text.trim();
    let number = |text: &str| match text.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Value::from(value)),
        _ => Err("give a number, with a point before decimals".to_owned()),
    };
    match value {
        FieldType::Number { optional: true, .. } | FieldType::Numbers { optional: true, .. }
            if text.is_empty() =>
        {
            Ok(Value::Null)
        }
        FieldType::Numbers { .. } if text.is_empty() => Ok(Value::Array(Vec::new())),
        FieldType::Numbers { count, .. } => {
            let list: Result<Vec<Value>, _> = text.split([',', ';']).map(number).collect();
            match list {
                Err(_) => Err("give numbers, separated by commas".to_owned()),
                Ok(list) => match count.filter(|count| *count != list.len()) {
                    Some(count) => Err(format!("give {count} numbers, separated by commas")),
                    None => Ok(Value::Array(list)),
                },
            }
        }
        FieldType::Integer { .. } => {
            text.parse::<u64>().map(Value::from).map_err(|_| "give a whole number".to_owned())
        }
        _ => number(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NUMBER: FieldType = FieldType::number("m", 0.0, 1e3);
    const INTEGER: FieldType = FieldType::integer("", 0, 99);
    const THREE: FieldType = FieldType::Numbers { count: Some(3), optional: true };
    const ANY: FieldType = FieldType::Numbers { count: None, optional: false };

    #[test]
    fn what_is_typed_is_read_exactly_or_refused_with_a_reason() {
        assert_eq!(read_text(NUMBER, " 12.5 "), Ok(json!(12.5)));
        assert_eq!(read_text(INTEGER, "30"), Ok(json!(30)));
        assert_eq!(read_text(FieldType::optional_number("mm", 0.0, 9.0), ""), Ok(Value::Null));
        assert_eq!(read_text(THREE, "1, 2,3.5"), Ok(json!([1.0, 2.0, 3.5])));
        assert_eq!(read_text(THREE, ""), Ok(Value::Null));
        assert_eq!(read_text(ANY, " "), Ok(json!([])));
        let faulty = [
            (NUMBER, ""),
            (NUMBER, "1,5"),
            (NUMBER, "inf"),
            (INTEGER, "3.5"),
            (INTEGER, "-1"),
            (THREE, "1,2"),
        ];
        for (value, text) in faulty {
            assert!(read_text(value, text).is_err(), "{text:?}");
        }
        for value in [json!(12.5), json!(10.0), json!(300.0)] {
            assert_eq!(read_text(NUMBER, &text_of(&value)), Ok(value), "shown and read back");
        }
    }
}
