//! Giving a run its outlet by hand.

use headwaters_domain::run::RunDetail;
use leptos::prelude::*;

use super::super::context::Batch;
use crate::browser::api::{self, Fault, Method};
use crate::load::Document;
use crate::model::format::lon_lat;
use crate::session::Session;
use crate::ui::feedback::{FaultNote, Toasts, Tone};
use crate::ui::field::{Field, TextInput};
use crate::ui::view::view;

/// Longitude and latitude, checked as they are typed.
#[component]
pub fn OutletForm(
    batch: Batch,
    run_id: String,
    /// Outlet given before.
    given: Option<[f64; 2]>,
    /// Outlet the run has found: what the form starts from.
    found: Option<[f64; 2]>,
    /// The run, fetched again after a change.
    detail: Document<RunDetail>,
) -> impl IntoView {
    let (toasts, session) = (Toasts::expect(), Session::expect());
    let start = given.or(found);
    let text =
        |axis: usize| RwSignal::new(start.map(|outlet| format!("{:.6}", outlet[axis])).unwrap_or_default());
    let (lon, lat) = (text(0), text(1));
    let fault = RwSignal::new(None::<Fault>);
    let wrong = |value: RwSignal<String>, limit: f64| move || value.with(|text| degree_fault(text, limit));
    let (wrong_lon, wrong_lat) = (wrong(lon, 180.0), wrong(lat, 90.0));
    let incomplete = move || {
        lon.with(String::is_empty)
            || lat.with(String::is_empty)
            || wrong_lon().is_some()
            || wrong_lat().is_some()
    };
    let path = StoredValue::new(batch.run_api(&run_id, "/outlet"));
    let change = move |outlet: Option<serde_json::Value>| {
        fault.set(None);
        leptos::task::spawn_local(async move {
            let path = path.get_value();
            let answer = match outlet {
                Some(outlet) => api::send::<_, RunDetail>(Method::PUT, &path, &outlet).await,
                None => api::send::<_, RunDetail>(Method::DELETE, &path, &()).await,
            };
            match answer {
                Ok(run) => {
                    toasts.say(Tone::Good, "Outlet saved. It is used the next time Find outlet runs.");
                    detail.put(run);
                }
                Err(refused) => {
                    session.notice(&refused);
                    fault.try_set(Some(refused));
                }
            }
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (Ok(lon), Ok(lat)) = (number_in(&lon.get_untracked()), number_in(&lat.get_untracked())) else {
            return;
        };
        change(Some(serde_json::json!({ "lon": lon, "lat": lat })));
    };
    let summary = given.map_or_else(
        || "Set the outlet by hand".to_owned(),
        |outlet| format!("Outlet set by hand: {}", lon_lat(outlet)),
    );
    view! {
        <details class="disclosure" open={given.is_some()}>
            <summary>{summary}</summary>
            <form class="form" on:submit=submit>
                <div class="field-pair">
                    <Field id="outlet-lon" label="Longitude (negative = west)" unit="°" error=Memo::new(move |_| wrong_lon())>
                        <TextInput id="outlet-lon" value=lon/>
                    </Field>
                    <Field id="outlet-lat" label="Latitude (negative = south)" unit="°" error=Memo::new(move |_| wrong_lat())>
                        <TextInput id="outlet-lat" value=lat/>
                    </Field>
                </div>
                {move || fault.get().map(|fault| view! { <FaultNote fault=fault/> })}
                <div class="actions">
                    <button type="submit" class="button button-small" disabled=incomplete>"Use this outlet"</button>
                    {given.is_some().then(|| view! {
                        <button type="button" class="button button-small" on:click=move |_| change(None)>"Remove and search again"</button>
                    })}
                </div>
            </form>
        </details>
    }
}

fn number_in(text: &str) -> Result<f64, std::num::ParseFloatError> {
    text.trim().replace('−', "-").parse()
}

fn degree_fault(text: &str, limit: f64) -> Option<String> {
    if text.trim().is_empty() {
        return None;
    }
    match number_in(text) {
        Ok(degrees) if degrees.abs() <= limit => None,
        Ok(_) => Some(format!("give degrees from −{limit} to {limit}")),
        Err(_) => Some("give decimal degrees, for example −118.25".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_checked_before_they_are_sent() {
        for good in ["", "-118.25", " −118.25 ", "180"] {
            assert_eq!(degree_fault(good, 180.0), None, "{good:?}");
        }
        for bad in ["118° 15′", "181", "NaN", "inf"] {
            assert!(degree_fault(bad, 180.0).is_some(), "{bad:?}");
        }
    }
}
