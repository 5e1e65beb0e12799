//! Making a batch.

use headwaters_domain::BatchName;
use headwaters_domain::batch::{BatchDetail, BatchSummary, ConfigSummary, CreateBatch};
use leptos::prelude::*;

use crate::browser::address::Address;
use crate::browser::api::{self, Fault, Method};
use crate::browser::page::set_title;
use crate::load::{Document, Load};
use crate::session::Session;
use crate::ui::feedback::{FaultNote, Skeleton};
use crate::ui::field::{Field, TextInput};
use crate::ui::view::view;

/// Name and config.
#[component]
pub fn CreateBatchPage() -> impl IntoView {
    set_title("New batch");
    let session = Session::expect();
    let configs = Document::<Vec<ConfigSummary>>::fetched("/api/configs".to_owned());
    let existing = Document::<Vec<BatchSummary>>::fetched("/api/batches".to_owned());
    let (name, config) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (busy, fault) = (RwSignal::new(false), RwSignal::new(None::<Fault>));
    Effect::new(move || {
        let first = configs
            .read(|configs| configs.iter().find(|config| config.error.is_none()).map(|c| c.name.clone()));
        if let Some(first) = first.flatten().filter(|_| config.with_untracked(String::is_empty)) {
            config.set(first);
        }
    });
    let taken = move |name: &str| {
        existing.read(|batches| batches.iter().any(|batch| batch.name.as_str() == name)).unwrap_or(false)
    };
    let name_fault = move || {
        let name = name.get();
        if name.is_empty() {
            return None;
        }
        match BatchName::parse(&name) {
            Err(error) => Some(error.to_string()),
            Ok(_) if taken(&name) => Some("a batch with this name already exists".to_owned()),
            Ok(_) => None,
        }
    };
    let incomplete =
        move || name.with(String::is_empty) || name_fault().is_some() || config.with(String::is_empty);
    let address = Address::expect();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || incomplete() {
            return;
        }
        busy.set(true);
        fault.set(None);
        let wanted = CreateBatch { name: name.get_untracked(), config: config.get_untracked() };
        leptos::task::spawn_local(async move {
            let answer = api::send::<_, BatchDetail>(Method::POST, "/api/batches", &wanted).await;
            busy.try_set(false);
            match answer {
                Ok(batch) => address.go(&format!("/batches/{}", batch.summary.name)),
                Err(refused) => {
                    session.notice(&refused);
                    fault.try_set(Some(refused));
                }
            }
        });
    };
    view! {
        <div class="page page-narrow">
            <nav class="crumbs" aria-label="Breadcrumb"><a href="/batches">"Batches"</a></nav>
            <h1>"New batch"</h1>
            <form class="form panel" on:submit=submit>
                <Field
                    id="batch-name"
                    label="Name"
                    hint="3 to 29 lower-case letters, digits, hyphens and underscores, beginning with a letter or a digit. It cannot be changed later."
                    error=Memo::new(move |_| name_fault())
                >
                    <TextInput id="batch-name" value=name invalid=Memo::new(move |_| name_fault().is_some())/>
                </Field>
                {move || configs.with(|state| match state {
                    Load::Pending => view! { <Skeleton lines=3/> },
                    Load::Failed(fault) => view! { <FaultNote fault=fault.clone()/> },
                    Load::Ready(list) => view! { <ConfigChoice configs=list.clone() chosen=config/> },
                })}
                {move || fault.get().map(|fault| view! { <FaultNote fault=fault/> })}
                <div class="actions">
                    <button type="submit" class="button button-primary" disabled=move || busy.get() || incomplete()>
                        {move || if busy.get() { "Creating…" } else { "Create batch" }}
                    </button>
                    <a href="/batches" class="button">"Cancel"</a>
                </div>
            </form>
        </div>
    }
}

#[component]
fn ConfigChoice(configs: Vec<ConfigSummary>, chosen: RwSignal<String>) -> impl IntoView {
    let choice = move |config: ConfigSummary| {
        let id = format!("config-{}", config.name);
        let hint_id = format!("{id}-hint");
        let (name, value) = (config.name.clone(), config.name.clone());
        let broken = config.error.is_some();
        let is_chosen = {
            let name = name.clone();
            move || chosen.with(|chosen| *chosen == name)
        };
        view! {
            <div class="choice" class:choice-broken=broken>
                <input
                    type="radio"
                    name="config"
                    id=id.clone()
                    value=value.clone()
                    disabled=broken
                    aria-describedby=hint_id.clone()
                    prop:checked=is_chosen
                    on:change=move |_| chosen.set(value.clone())
                />
                <label for=id>{name}</label>
                <div id=hint_id>
                    <p class="field-hint">{config.description}</p>
                    {config.error.map(|error| view! { <p class="field-error">"Cannot be used: "{error}</p> })}
                </div>
            </div>
        }
    };
    view! {
        <fieldset class="choices">
            <legend class="field-label">"Config"</legend>
            <p class="field-hint">"Names the elevation model and the other sources, and sets the defaults of all controls."</p>
            {configs.into_iter().map(choice).collect_view()}
        </fieldset>
    }
}
