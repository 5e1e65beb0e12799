//! Everything on the map that is an SVG element.

use headwaters_domain::intake::FeatureOutcome;
use leptos::prelude::*;

use super::MapScene;
use crate::model::map_view::{graticule, project, scale_bar, unproject};
use crate::ui::view::view;

/// Longest scale bar, px.
const SCALE_BAR_PX: f64 = 120.0;

/// Polygons as paths: drawn once in the fitted view, moved by a transform.
#[component]
pub(super) fn SvgShapes(scene: MapScene) -> impl IntoView {
    let paths = Memo::new(move |_| {
        let Some(base) = scene.base.get() else { return Vec::new() };
        scene.shapes.with(|prepared| {
            let drawable = prepared.features.iter().zip(prepared.shapes.iter());
            drawable
                .filter_map(|((index, outcome), shape)| {
                    Some((*index, *outcome, shape.as_ref()?.path_data(base)))
                })
                .collect::<Vec<(u32, FeatureOutcome, String)>>()
        })
    });
    let transform = move || {
        let (view, base) = (scene.view()?, scene.base.get()?);
        let (factor, [dx, dy]) = view.relative_to(base);
        Some(format!("translate({dx:.2} {dy:.2}) scale({factor:.5})"))
    };
    let path = move |(index, outcome, data): (u32, FeatureOutcome, String)| {
        view! { <path class=move || format!("watershed {}", scene.class_of(index, outcome)) d=data></path> }
    };
    view! { <g transform=transform>{move || paths.get().into_iter().map(path).collect_view()}</g> }
}

/// Graticule, outlets, selection and scale bar.
#[component]
pub(super) fn Decoration(scene: MapScene) -> impl IntoView {
    let lines = move || {
        let (width, height) = scene.size_px.get();
        let graticule = scene.view().map(|view| graticule(view, width, height)).unwrap_or_default();
        let meridian = |(x, label): (f64, String)| {
            view! {
                <line class="graticule" x1=x x2=x y1="0" y2=height></line>
                <text class="graticule-label" x=x + 3.0 y="11">{label}</text>
            }
        };
        let parallel = |(y, label): (f64, String)| {
            view! {
                <line class="graticule" x1="0" x2=width y1=y y2=y></line>
                <text class="graticule-label" x="3" y=y - 3.0>{label}</text>
            }
        };
        view! {
            {graticule.meridians.into_iter().map(meridian).collect_view()}
            {graticule.parallels.into_iter().map(parallel).collect_view()}
        }
    };
    let outlets = move || {
        let view = scene.view()?;
        let marks = scene.outlets.with(|outlets| {
            outlets.iter().map(|outlet| view.to_screen(project(*outlet))).collect::<Vec<[f64; 2]>>()
        });
        Some(
            marks
                .into_iter()
                .map(|[x, y]| view! { <circle class="outlet" cx=x cy=y r="3"></circle> })
                .collect_view(),
        )
    };
    let selection = move || {
        let (view, index) = (scene.view()?, scene.selected.get()?);
        let data = scene.shapes.with(|prepared| {
            let position = prepared.features.iter().position(|(known, _)| *known == index)?;
            Some(prepared.shapes.get(position)?.as_ref()?.path_data(view))
        })?;
        Some(view! { <path class="watershed-selected" d=data></path> })
    };
    let bar = move || {
        let ((width, height), view) = (scene.size_px.get(), scene.view()?);
        let [_, latitude] = unproject(view.to_world([width / 2.0, height / 2.0]));
        let bar = scale_bar(view.ground_m_per_px(latitude), SCALE_BAR_PX)?;
        let (left, bottom) = (12.0, height - 12.0);
        let line = format!("M{left} {}v6h{:.1}v-6", bottom - 6.0, bar.length_px);
        Some(view! {
            <path class="scale-bar" d=line></path>
            <text class="scale-label" x=left + 4.0 y=bottom - 5.0>{bar.label}</text>
        })
    };
    view! { <g aria-hidden="true">{lines}{selection}{outlets}{bar}</g> }
}
