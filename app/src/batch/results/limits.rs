//! Processes that the engines behind the results do not represent.

use headwaters_domain::results::ResultRow;
use leptos::prelude::*;
use serde_json::Value;

use crate::load::Document;
use crate::model::wire::{Unread, Wire, field};
use crate::ui::view::{dynamic, view};

/// An engine as the server knows it.
struct Engine {
    name: String,
    limits: Vec<String>,
}

impl Wire for Engine {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        Ok(Self { name: field(value, "name")?, limits: field(value, "limits")? })
    }
}

struct Engines(Vec<Engine>);

impl Wire for Engines {
    fn read(value: &mut Value) -> Result<Self, Unread> {
        Ok(Self(field(value, "engines")?))
    }
}

/// Limits of an engine: its standing ones and those that the results add, each once.
fn limits_of(engine: &Engine, rows: &[ResultRow]) -> Vec<String> {
    let mut limits = engine.limits.clone();
    for row in rows.iter().filter(|row| row.results.is_made_by(&engine.name)) {
        for limit in row.results.further_limits.iter().flatten() {
            if !limits.contains(limit) {
                limits.push(limit.clone());
            }
        }
    }
    limits
}

/// The declared limits of the engines that made these results.
#[component]
pub fn Limits(results: Document<Vec<ResultRow>>) -> impl IntoView {
    let engines = Document::<Engines>::fetched("/api/system".to_owned());
    dynamic(move || {
        let made_by = |engine: &Engine| {
            results.read(|rows| rows.iter().any(|row| row.results.is_made_by(&engine.name))) == Some(true)
        };
        let told = engines.read(|Engines(engines)| {
            let used = engines.iter().filter(|engine| made_by(engine));
            let told = |engine: &Engine| {
                let limits = results.read(|rows| limits_of(engine, rows)).unwrap_or_default();
                view! {
                    <p class="strong">{engine.name.clone()}</p>
                    <ul>{limits.into_iter().map(|limit| view! { <li>{limit}</li> }).collect_view()}</ul>
                }
            };
            used.map(told).collect::<Vec<_>>()
        });
        match told.filter(|told| !told.is_empty()) {
            Some(told) => {
                view! { <details class="quiet limits"><summary>"Processes that these results do not include"</summary>{told}</details> }
            }
            None => ().into_any(),
        }
    })
}
