//! Files the run has published.

use headwaters_domain::TaskKind;
use headwaters_domain::run::{Artefact, RunDetail};
use leptos::prelude::*;

use super::super::context::Batch;
use crate::browser::api::segment;
use crate::model::format::bytes;
use crate::ui::view::view;

/// Files by task.
#[component]
pub fn Files(batch: Batch, run: RunDetail) -> impl IntoView {
    if run.artefacts.is_empty() {
        return view! { <p class="quiet">"No files yet. Every task publishes its files when it succeeds."</p> };
    }
    let base = batch.run_api(&run.row.run_id, "/files/");
    let of = move |kind: TaskKind| {
        let files: Vec<&Artefact> = run.artefacts.iter().filter(|file| file.task == kind).collect();
        let entry = |file: &Artefact| {
            let path = file.path.split('/').map(segment).collect::<Vec<String>>().join("/");
            let name = file.path.rsplit('/').next().unwrap_or_default().to_owned();
            view! {
                <tr>
                    <td><a href=format!("{base}{path}") download=name rel="external">{file.path.clone()}</a></td>
                    <td class="number">{bytes(file.size_bytes)}</td>
                </tr>
            }
        };
        (!files.is_empty()).then(|| {
            view! {
                <tbody>
                    <tr><th scope="rowgroup" colspan="2">{kind.label()}</th></tr>
                    {files.into_iter().map(entry).collect_view()}
                </tbody>
            }
        })
    };
    view! {
        <table class="table table-dense table-files">
            <thead class="visually-hidden"><tr><th scope="col">"File"</th><th scope="col">"Size"</th></tr></thead>
            {TaskKind::ALL.into_iter().map(of).collect_view()}
        </table>
    }
}
