//! Watersheds coloured by a figure.

use std::collections::HashMap;
use std::sync::Arc;

use headwaters_domain::intake::MapFeature;
use headwaters_domain::results::{FigureDescriptor, FigurePlace, ResultRow};
use leptos::prelude::*;

use super::super::context::Batch;
use super::super::map::{Look, Looks, WatershedMap};
use crate::load::Document;
use crate::model::choropleth::classes_of;
use crate::model::results_table::{Column, number_text};
use crate::ui::view::view;

/// Key of the figure that the map shows first.
const FIRST_METRIC: &str = "sediment_t_ha_y";
/// Classes of the ramp in the style sheet.
const RAMP: [&str; 5] = ["ramp-0", "ramp-1", "ramp-2", "ramp-3", "ramp-4"];

/// The map, the choice of the figure, the legend.
#[component]
pub fn ValueMap(batch: Batch, results: Document<Vec<ResultRow>>) -> impl IntoView {
    let asked = batch.url.follow("metric");
    let metric = Memo::new(move |_| {
        let asked = asked.get();
        let choice = |key: &str| FigureDescriptor::at(FigurePlace::Map).find(|figure| figure.key == key);
        choice(&asked).or_else(|| choice(FIRST_METRIC))
    });
    let classes = Memo::new(move |_| {
        let metric = metric.get()?;
        results.read(|rows| classes_of(metric, rows)).flatten()
    });
    let features = Memo::new(move |_| -> Arc<Vec<MapFeature>> {
        batch.map.read(|features| Arc::new(features.clone())).unwrap_or_default()
    });
    let looks = Memo::new(move |_| -> Looks {
        let (Some(metric), classes) = (metric.get(), classes.get()) else { return Looks::default() };
        let index_of_key: HashMap<u32, u32> =
            batch.live.with(|ledger| ledger.rows.iter().map(|row| (row.key, row.index)).collect());
        let look = |row: &ResultRow| {
            let index = *index_of_key.get(&row.key)?;
            let value = metric.number(&row.results);
            let class = value
                .zip(classes.as_ref())
                .map_or("fill-none", |(value, classes)| RAMP[classes.colour(value)]);
            let label = format!("{}: {} {}", row.run_id, number_text(metric, value), metric.unit);
            Some((index, Look { class, label }))
        };
        Arc::new(
            results
                .read(|rows| rows.iter().filter_map(look).collect::<HashMap<u32, Look>>())
                .unwrap_or_default(),
        )
    });
    let outlets = Memo::new(move |_| {
        results
            .read(|rows| rows.iter().filter_map(|row| row.results.outlet).collect::<Vec<_>>())
            .unwrap_or_default()
    });
    let select = Callback::new(move |index: u32| {
        if let Some(run_id) = batch.run_of_feature(index) {
            batch.select(&run_id);
        }
    });
    let summary = move || {
        format!(
            "Map of the watersheds coloured by {}; the table has the same results.",
            metric.get().map(|metric| metric.label.to_lowercase()).unwrap_or_default()
        )
    };
    let option = move |column: Column| {
        view! { <option value=column.key prop:selected=move || metric.get() == Some(column)>{column.label}</option> }
    };
    let entry = |(class, label): (usize, String)| {
        view! { <li><span class=format!("swatch {}", RAMP[class]) aria-hidden="true"></span>{label}</li> }
    };
    view! {
        <section class="value-map" aria-label="Map of results">
            <WatershedMap
                features=features
                looks=looks
                outlets=outlets
                selected=Memo::new(move |_| batch.selected_feature())
                on_select=select
                summary=Memo::new(move |_| summary())
            />
            <div class="value-legend">
                <label class="field-label" for="metric">"Colour by"</label>
                <select class="input" id="metric" on:change:target=move |event| batch.url.set(&[("metric", &event.target().value())])>
                    {FigureDescriptor::at(FigurePlace::Map).map(option).collect_view()}
                </select>
                <ul class="legend">
                    {move || classes.get().map(|classes| classes.legend().into_iter().map(entry).collect_view())}
                    <li><span class="swatch fill-none" aria-hidden="true"></span>"no result"</li>
                </ul>
                <p class="quiet">{move || { metric.get().map(|metric| metric.unit).filter(|unit| !unit.is_empty()).map(|unit| format!("in {unit}")) }}</p>
            </div>
        </section>
    }
}
