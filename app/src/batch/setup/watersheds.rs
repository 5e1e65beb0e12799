//! The polygon file: upload, what is in it, what was wrong with it.

use std::collections::BTreeMap;

use headwaters_domain::intake::{FeatureSample, WatershedsInfo};
use leptos::prelude::*;
use serde_json::Value;

use super::super::context::Batch;
use super::findings::Findings;
use crate::browser::api::{self, Fault};
use crate::browser::clock::local_date_time;
use crate::browser::upload::{Upload, put_file};
use crate::model::format::{bytes, count, json_cell, lon_lat};
use crate::session::Session;
use crate::ui::feedback::{Note, Toasts, Tone};
use crate::ui::upload_zone::UploadZone;
use crate::ui::view::view;

/// Upload and report.
#[component]
pub fn WatershedsStep(batch: Batch) -> impl IntoView {
    let session = Session::expect();
    let toasts = Toasts::expect();
    let replaced = RwSignal::new(false);
    let state = RwSignal::new(Upload::Idle);
    let info = Memo::new(move |_| batch.detail.read(|detail| detail.watersheds.clone()).flatten());
    let send = Callback::new(move |file| {
        let take_in = move |answer: &mut Value| -> Result<(), Fault> {
            let info: WatershedsInfo = api::take(answer)?;
            let accepted = count(u64::from(info.accepted_count), "watershed");
            let note = if info.replaced { " The previous file is replaced." } else { "" };
            toasts.say(Tone::Good, format!("{} accepted: {accepted}.{note}", info.filename));
            replaced.try_set(info.replaced);
            batch.refresh();
            Ok(())
        };
        put_file(&batch.api("/watersheds"), file, session.geojson_limit_bytes(), state, Box::new(take_in));
    });
    Effect::new(move || {
        state.with(|state| {
            if let Upload::Failed { fault, .. } = state {
                session.notice(fault);
            }
        });
    });
    let label = move || {
        let text = if info.with(Option::is_some) {
            "a GeoJSON file to replace this one"
        } else {
            "a GeoJSON file of watershed polygons"
        };
        text.to_owned()
    };
    let hint = move || {
        // Megabytes of 1024 × 1024 bytes, as the setting and the server's refusal count them.
        let limit = session
            .geojson_limit_bytes()
            .map(|limit| format!(", at most {} MB", limit >> 20))
            .unwrap_or_default();
        format!(
            "A FeatureCollection of Polygons or MultiPolygons{limit}. Give every watershed attributes that name it. Longitude and latitude (WGS 84), or other coordinates with a crs member."
        )
    };
    let just_replaced = move || replaced.get() && state.with(|state| *state == Upload::Done);
    view! {
        {move || info.get().map(|info| view! { <WatershedsReport info=info just_replaced=just_replaced()/> })}
        <UploadZone
            id="watersheds-file"
            label=Memo::new(move |_| label())
            has_previous=Memo::new(move |_| info.with(Option::is_some))
            hint=Memo::new(move |_| hint())
            accept=".geojson,.json,application/geo+json"
            state=state
            on_file=send
        />
        <details class="disclosure">
            <summary>"Example of a file"</summary>
            <pre class="code">{EXAMPLE}</pre>
        </details>
    }
}

const EXAMPLE: &str = r#"{
  "type": "FeatureCollection",
  "features": [
    {
      "type": "Feature",
      "properties": { "name": "Upper Creek", "huc12": "180702010101" },
      "geometry": {
        "type": "Polygon",
        "coordinates": [[[-118.20, 34.30], [-118.10, 34.30], [-118.10, 34.38], [-118.20, 34.30]]]
      }
    }
  ]
}"#;

#[component]
fn WatershedsReport(info: WatershedsInfo, just_replaced: bool) -> impl IntoView {
    let [west, south, east, north] = info.bbox;
    let source = if info.epsg_source == "declared" { "named in the file" } else { "GeoJSON default" };
    let number = |label: &'static str, value: u32| view! { <div><dt>{label}</dt><dd>{value}</dd></div> };
    view! {
        {just_replaced.then(|| view! {
            <Note tone=Tone::Attention>
                <p>"This file replaced the previous one. Validate the run IDs again."</p>
            </Note>
        })}
        <div class="file-head">
            <p class="file-name">{info.filename.clone()}</p>
            <p class="quiet">
                {bytes(info.size_bytes)}" · uploaded "{local_date_time(info.uploaded_ms)}" by "{info.uploaded_by.clone()}
            </p>
        </div>
        <dl class="facts">
            {number("Features", info.feature_count)}
            {number("Accepted", info.accepted_count)}
            {number("Repaired", info.repaired_count)}
            {number("Rejected", info.rejected_count)}
            <div><dt>"Coordinates"</dt><dd>{format!("EPSG:{} ({source})", info.epsg)}</dd></div>
            <div><dt>"Extent"</dt><dd>{lon_lat([west, south])}" to "{lon_lat([east, north])}</dd></div>
            <div class="fact-wide"><dt>"SHA-256"</dt><dd><code class="hash">{info.sha256.clone()}</code></dd></div>
        </dl>
        <Findings findings=info.findings.clone()/>
        <AttributeTable schema=info.attribute_schema.clone() samples=info.samples.clone()/>
    }
}

/// Attributes as rows, sample features as columns: names are long and many, samples are few.
#[component]
fn AttributeTable(schema: BTreeMap<String, String>, samples: Vec<FeatureSample>) -> impl IntoView {
    let summary = format!("Attributes ({})", schema.len());
    let heads = samples
        .iter()
        .map(|sample| view! { <th scope="col">{format!("Feature {}", sample.index)}</th> })
        .collect_view();
    let rows = schema
        .into_iter()
        .map(|(name, kind)| {
            let cells = samples
                .iter()
                .map(|sample| sample.properties.get(&name).map_or_else(|| "–".to_owned(), json_cell))
                .map(|text| view! { <td class="clip" title=text.clone()>{text.clone()}</td> })
                .collect_view();
            view! { <tr><th scope="row"><code>{name}</code></th><td class="quiet">{kind}</td>{cells}</tr> }
        })
        .collect_view();
    view! {
        <details class="disclosure">
            <summary>{summary}</summary>
            <div class="table-scroll" tabindex="0" role="region" aria-label="Attributes">
                <table class="table table-dense">
                    <thead><tr><th scope="col">"Attribute"</th><th scope="col">"Type"</th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}
