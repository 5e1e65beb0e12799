//! The burn-severity raster of a batch.

use headwaters_domain::controls::{ControlDocument, FieldDescriptor, SbsRaster};
use leptos::prelude::*;
use serde_json::Value;

use super::control::Control;
use crate::browser::api::{self, Fault};
use crate::browser::upload::{Upload, put_file};
use crate::model::format::{bytes, number, whole};
use crate::model::wire::Wire;
use crate::ui::upload_zone::UploadZone;
use crate::ui::view::view;

/// Classes in the order of the counts, with the class of their colour.
const CLASSES: [(&str, &str); 4] =
    [("Unburned", "sbs-0"), ("Low", "sbs-1"), ("Moderate", "sbs-2"), ("High", "sbs-3")];

/// Upload, and what the stored raster contains.
#[component]
pub fn SbsUpload(control: Control, field: &'static FieldDescriptor) -> impl IntoView {
    let state = RwSignal::new(Upload::Idle);
    let send = Callback::new(move |file| {
        let path = control.batch.with_value(|batch| format!("{batch}/sbs-map"));
        let take_in = move |answer: &mut Value| -> Result<(), Fault> {
            control.take(api::take::<ControlDocument>(answer)?);
            Ok(())
        };
        put_file(&path, file, None, state, Box::new(take_in));
    });
    let raster = move || SbsRaster::read(&mut control.get(field.path)).ok();
    view! {
        {move || raster().map(|raster| view! { <RasterSummary raster=raster/> })}
        <UploadZone
            id="sbs-file"
            label="a GeoTIFF of burn severity"
            has_previous=Memo::new(move |_| raster().is_some())
            hint=field.help
            accept=".tif,.tiff,image/tiff"
            state=state
            on_file=send
        />
        <p class="field-error" aria-live="polite">{move || control.fault_at(field.path)}</p>
    }
}

#[component]
fn RasterSummary(raster: SbsRaster) -> impl IntoView {
    let total = raster.class_cells.iter().sum::<u64>().max(1);
    let row = |((label, class), cells): ((&'static str, &'static str), u64)| {
        let share = number(cells as f64 * 100.0 / total as f64, 1);
        view! {
            <tr>
                <th scope="row"><span class=format!("swatch {class}") aria-hidden="true"></span>{label}</th>
                <td class="number">{whole(cells)}</td>
                <td class="number">{share}" %"</td>
            </tr>
        }
    };
    view! {
        <p><span class="strong">{raster.filename}</span>" "<span class="quiet">{bytes(raster.size_bytes)}</span></p>
        <p class="quiet">{crate::browser::api::capitalised(&raster.message)}</p>
        <table class="table table-dense table-narrow">
            <thead><tr><th scope="col">"Class"</th><th scope="col" class="number">"Cells"</th><th scope="col" class="number">"Share"</th></tr></thead>
            <tbody>{CLASSES.into_iter().zip(raster.class_cells).map(row).collect_view()}</tbody>
        </table>
    }
}
