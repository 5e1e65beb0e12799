//! Set-up: polygons, run ids, tasks; each step shows whether it is done.

mod findings;
mod run_panel;
mod template_editor;
mod template_preview;
mod watersheds;

use headwaters_domain::template::TemplateStatus;
use leptos::prelude::*;

use super::context::Batch;
use crate::ui::icon::Icon;
use crate::ui::view::view;
use run_panel::RunPanel;
use template_editor::TemplateEditor;
use watersheds::WatershedsStep;

/// The steps from an empty batch to a running one.
#[component]
pub fn SetupView(batch: Batch) -> impl IntoView {
    let has_file = Memo::new(move |_| batch.detail.read(|detail| detail.watersheds.is_some()) == Some(true));
    let template_ok = Memo::new(move |_| {
        batch.detail.read(|detail| detail.template_status == TemplateStatus::Ok) == Some(true)
    });
    let always = Memo::new(|_| true);
    let base = format!("/batches/{}/base", batch.name());
    view! {
        <div class="page steps">
            <Step number=1 title="Watersheds" done=has_file>
                <WatershedsStep batch=batch/>
            </Step>
            <Step number=2 title="Run IDs" done=template_ok>
                <Show
                    when=move || has_file.get()
                    fallback=|| view! { <p class="quiet">"Run IDs are made from the attributes of the watersheds. Upload the watersheds first."</p> }
                >
                    <TemplateEditor batch=batch/>
                </Show>
            </Step>
            <Step number=3 title="Base project" done=always>
                <p>
                    "Every run begins as a copy of the base project: burn severity, channels, land use, soils, climate and erosion settings. The config's defaults apply until you change them. "
                    <a href=base>"Open the base project"</a>
                </p>
            </Step>
            <Step number=4 title="Tasks and run" done=Memo::new(move |_| {
                batch.live.with(|ledger| 0 < ledger.progress().1)
            })>
                <RunPanel batch=batch/>
            </Step>
        </div>
    }
}

#[component]
fn Step(
    /// Position.
    number: usize,
    /// Heading.
    title: &'static str,
    /// True when nothing is left to do.
    done: Memo<bool>,
    /// Its content.
    children: Children,
) -> impl IntoView {
    let id = format!("step-{number}");
    let labelled_by = id.clone();
    view! {
        <section class="panel step" aria-labelledby=labelled_by>
            <h2 id=id>
                <span class="step-number" class:step-done=move || done.get()>
                    {move || if done.get() { view! { <Icon name="check"/> } } else { number.into_any() }}
                </span>
                {title}
                <span class="visually-hidden">{move || if done.get() { " (done)" } else { " (to do)" }}</span>
            </h2>
            {children()}
        </section>
    }
}
