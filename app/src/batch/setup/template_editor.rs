//! The run-id template: typing, completion, the first feature's value, the stored verdict.

use headwaters_domain::batch::BatchDetail;
use headwaters_domain::template::{TemplateStatus, TemplateSummary};
use headwaters_template::{Completion, Evaluation, TemplateError};
use leptos::html;
use leptos::prelude::*;

use super::super::context::Batch;
use super::template_preview::TemplatePreview;
use crate::browser::api::{self, Fault, Method, capitalised};
use crate::load::Load;
use crate::model::format::count;
use crate::session::Session;
use crate::ui::feedback::{FaultNote, Note, Skeleton, Tone};
use crate::ui::view::view;

/// Suggestions shown at once.
const SHOWN_COMPLETIONS: usize = 8;

/// Editor, preview and verdict.
#[component]
pub fn TemplateEditor(batch: Batch) -> impl IntoView {
    let stored = batch.detail.read_untracked(|detail| detail.template.clone()).unwrap_or_default();
    let text = RwSignal::new(stored);
    let evaluation = Memo::new(move |_| {
        let text = text.get();
        let evaluate = |inputs: &headwaters_domain::intake::TemplateInputs| {
            headwaters_template::evaluate(&text, &inputs.features)
        };
        if text.trim().is_empty() { None } else { batch.inputs.read(evaluate) }
    });
    let syntax = Memo::new(move |_| {
        let text = text.get();
        if text.trim().is_empty() { None } else { headwaters_template::check(text.trim()).err() }
    });
    view! {
        <TemplateText batch=batch text=text syntax=syntax/>
        <FirstValue evaluation=evaluation/>
        <Verdict batch=batch text=text evaluation=evaluation/>
        {move || batch.inputs.with(|state| match state {
            Load::Pending => Some(view! { <Skeleton lines=4/> }),
            Load::Failed(fault) => Some(view! { <FaultNote fault=fault.clone()/> }),
            Load::Ready(_) => None,
        })}
        <TemplatePreview evaluation=evaluation/>
    }
}

#[component]
fn TemplateText(batch: Batch, text: RwSignal<String>, syntax: Memo<Option<TemplateError>>) -> impl IntoView {
    let element = NodeRef::<html::Input>::new();
    let names = Memo::new(move |_| {
        let schema =
            batch.detail.read(|detail| detail.watersheds.as_ref().map(|info| info.attribute_schema.clone()));
        schema.flatten().unwrap_or_default().into_keys().collect::<Vec<String>>()
    });
    let offered = RwSignal::new(Vec::<Completion>::new());
    let active = RwSignal::new(0usize);
    let offer = move || {
        let Some(element) = element.get_untracked() else { return };
        let value = element.value();
        let cursor = byte_position(&value, element.selection_start().ok().flatten().unwrap_or(0));
        let mut found = names.with_untracked(|names| headwaters_template::completions(&value, cursor, names));
        // A word that is complete already needs no suggestion of itself.
        found.retain(|completion| value.get(completion.replace.clone()) != Some(completion.text.as_str()));
        found.truncate(SHOWN_COMPLETIONS);
        offered.set(found);
        active.set(0);
    };
    let accept = move |position: usize| {
        let chosen = offered.with_untracked(|offered| offered.get(position).cloned());
        let (Some(element), Some(chosen)) = (element.get_untracked(), chosen) else { return };
        let mut value = element.value();
        if value.get(chosen.replace.clone()).is_none() {
            return;
        }
        value.replace_range(chosen.replace.clone(), &chosen.text);
        let cursor = value[..chosen.replace.start + chosen.text.len()].encode_utf16().count() as u32;
        element.set_value(&value);
        text.set(value);
        offered.set(Vec::new());
        // The element is in the document, since it has just been used.
        let _ = element.focus();
        let _ = element.set_selection_range(cursor, cursor);
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let number = offered.with_untracked(Vec::len);
        match event.key().as_str() {
            "Enter" if number == 0 => event.prevent_default(),
            _ if number == 0 => return,
            "ArrowDown" => active.update(|active| *active = (*active + 1) % number),
            "ArrowUp" => active.update(|active| *active = (*active + number - 1) % number),
            "Enter" | "Tab" => accept(active.get_untracked()),
            "Escape" => offered.set(Vec::new()),
            _ => return,
        }
        event.prevent_default();
    };
    let option = move |(position, completion): (usize, Completion)| {
        view! {
            <li
                id=format!("completion-{position}")
                role="option"
                class="completion"
                aria-selected=move || (active.get() == position).to_string()
                on:mousedown=move |event| {
                    event.prevent_default();
                    accept(position);
                }
            >
                <code>{completion.text}</code>
                <span class="quiet">{completion.label}</span>
            </li>
        }
    };
    view! {
        <div class="field">
            <label class="field-label" for="template">"Template"</label>
            <div class="template-box">
                <input
                    id="template"
                    class="input template-input"
                    type="text"
                    spellcheck="false"
                    autocomplete="off"
                    autocapitalize="none"
                    role="combobox"
                    aria-autocomplete="list"
                    aria-controls="completions"
                    aria-expanded=move || (!offered.with(Vec::is_empty)).to_string()
                    aria-activedescendant=move || (!offered.with(Vec::is_empty)).then(|| format!("completion-{}", active.get()))
                    aria-describedby="template-hint template-error"
                    aria-invalid=move || syntax.with(Option::is_some).then_some("true")
                    node_ref=element
                    prop:value=move || text.get()
                    on:input:target=move |event| {
                        text.set(event.target().value());
                        offer();
                    }
                    on:click=move |_| offer()
                    on:keydown=on_key
                    on:blur=move |_| offered.set(Vec::new())
                />
                <ul id="completions" class="completions" role="listbox" aria-label="Suggestions" hidden=move || offered.with(Vec::is_empty)>
                    {move || offered.get().into_iter().enumerate().map(option).collect_view()}
                </ul>
            </div>
            <p class="field-hint" id="template-hint">
                "Text with fields in braces: "<code>"{name}"</code>", "<code>"{properties.huc12}"</code>", "
                <code>"{slug(name)}-{one_based_index:03d}"</code>". Functions: slug, lower, upper, title, zfill, replace."
            </p>
            <p class="field-error" id="template-error" aria-live="polite">
                {move || syntax.get().map(|error| error_in_place(&text.get(), &error))}
            </p>
        </div>
    }
}

/// The message with the part of the template it is about.
fn error_in_place(text: &str, error: &TemplateError) -> String {
    let part = text.trim().get(error.start..error.end).unwrap_or_default();
    let message = capitalised(&error.message);
    if part.is_empty() { message } else { format!("{message}: “{part}”") }
}

/// Byte position of a position counted in UTF-16 units, as the browser counts.
fn byte_position(text: &str, utf16_units: u32) -> usize {
    let mut units = 0;
    for (position, letter) in text.char_indices() {
        if units >= utf16_units {
            return position;
        }
        units += letter.len_utf16() as u32;
    }
    text.len()
}

#[component]
fn FirstValue(evaluation: Memo<Option<Evaluation>>) -> impl IntoView {
    let first = Memo::new(move |_| {
        evaluation
            .with(|evaluation| evaluation.as_ref().and_then(|evaluation| evaluation.rows.first().cloned()))
    });
    let text = move || {
        first.get().map(|row| {
            let whose = row.feature_id.unwrap_or_else(|| format!("feature {}", row.index));
            match (row.run_id, row.error) {
                (_, Some(error)) => view! { <span class="bad">{capitalised(&error)}</span> },
                (Some(run_id), None) => view! { <code class="first-value">{run_id}</code>" "<span class="quiet">"for "{whose}</span> },
                (None, None) => ().into_any(),
            }
        })
    };
    view! { <p class="template-first" aria-live="polite">"First run ID: "{text}</p> }
}

/// Summary of the browser, verdict of the server, and the button that validates.
#[component]
fn Verdict(batch: Batch, text: RwSignal<String>, evaluation: Memo<Option<Evaluation>>) -> impl IntoView {
    let session = Session::expect();
    let (busy, fault) = (RwSignal::new(false), RwSignal::new(None::<Fault>));
    let stored =
        Memo::new(move |_| batch.detail.read(|detail| (detail.template.clone(), detail.template_status)));
    let changed = move || {
        stored.with(|stored| stored.as_ref().is_none_or(|(template, _)| template.trim() != text.get().trim()))
    };
    let validate = move |_| {
        busy.set(true);
        fault.set(None);
        let body = serde_json::json!({ "template": text.get_untracked() });
        leptos::task::spawn_local(async move {
            let answer = api::send::<_, BatchDetail>(Method::POST, &batch.api("/template"), &body).await;
            busy.try_set(false);
            match answer {
                Ok(detail) => {
                    batch.detail.put(detail);
                    batch.map.fetch(batch.api("/watersheds/map"));
                }
                Err(refused) => {
                    session.notice(&refused);
                    fault.try_set(Some(refused));
                }
            }
        });
    };
    let counts = move || {
        evaluation.with(|evaluation| {
            evaluation.as_ref().map_or_else(String::new, |evaluation| summary_text(&evaluation.summary))
        })
    };
    view! {
        <p class="strong" aria-live="polite">{counts}</p>
        {move || verdict(stored.get(), changed())}
        {move || fault.get().map(|fault| view! { <FaultNote fault=fault/> })}
        <div class="actions">
            <button
                type="button"
                class="button button-primary"
                disabled=move || busy.get() || text.with(|text| text.trim().is_empty())
                on:click=validate
            >
                {move || if busy.get() { "Validating…" } else { "Validate" }}
            </button>
        </div>
    }
}

/// `13 watersheds: 10 unique run IDs; 2 watersheds share 1 run ID; 2 errors`.
fn summary_text(summary: &TemplateSummary) -> String {
    let watersheds = |number: u32| count(number.into(), "watershed");
    let run_ids = |number: u32, kind: &str| count(number.into(), &format!("{kind}run ID"));
    let alone = summary.unique_run_ids.saturating_sub(summary.duplicate_run_ids);
    let sharing = summary.valid_run_ids.saturating_sub(alone);
    let mut parts = vec![format!(
        "{}: {}",
        watersheds(summary.total_features),
        run_ids(summary.unique_run_ids, "unique ")
    )];
    if sharing > 0 {
        parts.push(format!("{} share {}", watersheds(sharing), run_ids(summary.duplicate_run_ids, "")));
    }
    if summary.errors > 0 {
        parts.push(count(summary.errors.into(), "error"));
    }
    parts.join("; ")
}

fn verdict(stored: Option<(String, TemplateStatus)>, changed: bool) -> Option<AnyView> {
    let (template, status) = stored?;
    if changed && status != TemplateStatus::Missing {
        return Some(view! {
            <Note tone=Tone::Attention>
                <p>"Not validated yet. Saved on the server: "<code>{template}</code></p>
            </Note>
        });
    }
    let note = match status {
        TemplateStatus::Missing => view! {
            <Note tone=Tone::Plain><p>"Validate checks and saves the template; a batch needs a valid one to run."</p></Note>
        },
        TemplateStatus::Ok => view! {
            <Note tone=Tone::Good><p>"Validated: every watershed has a unique run ID."</p></Note>
        },
        TemplateStatus::Invalid => view! {
            <Note tone=Tone::Bad><p>"Validated, but not usable: the rows marked below have an error or share a run ID."</p></Note>
        },
        TemplateStatus::Stale => view! {
            <Note tone=Tone::Attention><p>"Out of date: the watersheds have been replaced. Validate again."</p></Note>
        },
    };
    Some(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_how_many_watersheds_share_run_ids() {
        let mut summary = TemplateSummary {
            total_features: 13,
            errors: 2,
            duplicate_run_ids: 1,
            unique_run_ids: 10,
            valid_run_ids: 11,
            is_valid: false,
        };
        let text = "13 watersheds: 10 unique run IDs; 2 watersheds share 1 run ID; 2 errors";
        assert_eq!(summary_text(&summary), text);
        (summary.errors, summary.duplicate_run_ids) = (0, 0);
        (summary.unique_run_ids, summary.valid_run_ids) = (13, 13);
        assert_eq!(summary_text(&summary), "13 watersheds: 13 unique run IDs");
    }

    #[test]
    fn the_cursor_of_the_browser_finds_its_byte() {
        let text = "é𝄞{n}";
        let positions: Vec<usize> = (0..=6).map(|units| byte_position(text, units)).collect();
        assert_eq!(positions, [0, 2, 6, 6, 7, 8, 9]);
        assert_eq!(byte_position(text, 99), text.len());
    }
}
