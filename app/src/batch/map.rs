//! The map of the watersheds: drawing, panning, zooming, picking. What the colours mean is the caller's business.

mod canvas;
mod overlay;

use std::collections::HashMap;
use std::sync::Arc;

use headwaters_domain::intake::{FeatureOutcome, MapFeature};
use leptos::html;
use leptos::prelude::*;

use crate::browser::size::follow_size;
use crate::model::map_view::{Extent, LonLat, Shape, View, hit};
use crate::ui::icon::Icon;
use crate::ui::view::view;
use canvas::CanvasShapes;
use overlay::{Decoration, SvgShapes};

/// Above this number polygons are drawn on a canvas instead of as elements.
const MOST_ELEMENTS: usize = 500;
/// Movement of the pointer below which a press is a click, px.
const CLICK_PX: f64 = 4.0;

/// Colour and label of one polygon.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Class that gives the colour (as `color` of the style sheet).
    pub class: &'static str,
    /// Name and value, for the pointer's label.
    pub label: String,
}

/// Looks by feature index.
pub type Looks = Arc<HashMap<u32, Look>>;

/// Content of a map: handles to values that the map's owner owns.
#[derive(Clone, Copy)]
pub struct MapScene {
    shapes: Memo<Prepared>,
    looks: Memo<Looks>,
    outlets: Memo<Vec<LonLat>>,
    selected: Memo<Option<u32>>,
    size_px: RwSignal<(f64, f64)>,
    base: Memo<Option<View>>,
    moved: RwSignal<Option<View>>,
}

/// Polygons ready to be drawn.
#[derive(Clone, Default)]
struct Prepared {
    features: Arc<Vec<(u32, FeatureOutcome)>>,
    shapes: Arc<Vec<Option<Shape>>>,
}

impl PartialEq for Prepared {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.features, &other.features)
    }
}

impl MapScene {
    fn view(self) -> Option<View> {
        self.moved.get().or_else(|| self.base.get())
    }

    fn class_of(self, index: u32, outcome: FeatureOutcome) -> &'static str {
        let class = self.looks.with(|looks| looks.get(&index).map(|look| look.class));
        class.unwrap_or(if outcome == FeatureOutcome::Rejected { "fill-rejected" } else { "fill-none" })
    }

    fn label_of(self, index: u32) -> String {
        let label = self.looks.with(|looks| looks.get(&index).map(|look| look.label.clone()));
        label.unwrap_or_else(|| {
            let rejected = self.shapes.with(|shapes| {
                shapes
                    .features
                    .iter()
                    .any(|(known, outcome)| *known == index && *outcome == FeatureOutcome::Rejected)
            });
            format!("feature {index}{}", if rejected { ": rejected, not run" } else { "" })
        })
    }

    fn index_at(self, x_px: f64, y_px: f64) -> Option<u32> {
        let view = untrack(|| self.view())?;
        self.shapes.with_untracked(|prepared| {
            let position = hit(&prepared.shapes, view.to_world([x_px, y_px]))?;
            prepared.features.get(position).map(|(index, _)| *index)
        })
    }

    fn zoom(self, factor: f64, around_px: Option<[f64; 2]>) {
        let (width, height) = self.size_px.get_untracked();
        let (Some(view), Some(base)) = untrack(|| (self.view(), self.base.get())) else { return };
        let scale = (view.scale * factor).clamp(base.scale * 0.5, base.scale * 60.0);
        let around_px = around_px.unwrap_or([width / 2.0, height / 2.0]);
        self.moved.set(Some(view.zoomed(scale / view.scale, around_px)));
    }
}

/// A map.
#[component]
pub fn WatershedMap(
    /// The polygons.
    features: Memo<Arc<Vec<MapFeature>>>,
    /// Their looks.
    looks: Memo<Looks>,
    /// Outlets to mark.
    outlets: Memo<Vec<LonLat>>,
    /// Index of the selected feature.
    selected: Memo<Option<u32>>,
    /// Called with the index of a clicked feature.
    on_select: Callback<u32>,
    /// Description of the map in words.
    summary: Memo<String>,
) -> impl IntoView {
    let shapes = Memo::new(move |_| features.with(|features| prepare(features)));
    let size_px = RwSignal::new((0.0, 0.0));
    let base = Memo::new(move |_| {
        let (width, height) = size_px.get();
        let extents = shapes.with(|prepared| {
            prepared.shapes.iter().flatten().map(|shape| shape.extent).reduce(Extent::union)
        });
        extents.filter(|_| width > 0.0 && height > 0.0).map(|extent| View::fit(extent, width, height, 28.0))
    });
    let moved = RwSignal::new(None);
    let scene = MapScene { shapes, looks, outlets, selected, size_px, base, moved };
    let frame = NodeRef::<html::Div>::new();
    follow_size(frame, move || {
        let Some(Some(frame)) = frame.try_get_untracked() else { return };
        let size = (f64::from(frame.client_width()), f64::from(frame.client_height()));
        if size_px.try_get_untracked().is_some_and(|known| known != size) {
            size_px.set(size);
        }
    });
    let hovered = RwSignal::new(None::<u32>);
    // Where the pointer went down, and the view at that moment.
    let pressed = RwSignal::new(None::<([f64; 2], View)>);
    let position = move |event: &web_sys::MouseEvent| {
        let frame = frame.get_untracked().map(|frame| frame.get_bounding_client_rect());
        frame
            .map(|rect| [f64::from(event.client_x()) - rect.left(), f64::from(event.client_y()) - rect.top()])
    };
    let on_down = move |event: web_sys::PointerEvent| {
        if event.button() == 0 {
            pressed.set(position(&event).zip(untrack(|| scene.view())));
        }
    };
    let on_move = move |event: web_sys::PointerEvent| {
        let Some(at) = position(&event) else { return };
        match pressed.get_untracked() {
            Some((from, view)) if far(from, at) => {
                scene.moved.set(Some(view.panned([at[0] - from[0], at[1] - from[1]])))
            }
            _ => {
                let index = scene.index_at(at[0], at[1]);
                if hovered.get_untracked() != index {
                    hovered.set(index);
                }
            }
        }
    };
    let on_up = move |event: web_sys::PointerEvent| {
        let (Some((from, _)), Some(at)) = (pressed.get_untracked(), position(&event)) else { return };
        pressed.set(None);
        if let Some(index) = scene.index_at(at[0], at[1]).filter(|_| !far(from, at)) {
            on_select.run(index);
        }
    };
    let on_wheel = move |event: web_sys::WheelEvent| {
        event.prevent_default();
        let factor = (-event.delta_y() * 0.0015).exp().clamp(0.5, 2.0);
        scene.zoom(factor, position(&event));
    };
    let large = Memo::new(move |_| shapes.with(|prepared| prepared.features.len() > MOST_ELEMENTS));
    view! {
        <div
            class="map"
            class:map-pointing=move || hovered.get().is_some()
            node_ref=frame
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=on_up
            on:pointerleave=move |_| {
                hovered.set(None);
                pressed.set(None);
            }
            on:wheel=on_wheel
        >
            <Show when=move || large.get()><CanvasShapes scene=scene/></Show>
            <svg class="map-svg" role="img" aria-label=move || summary.get()>
                <defs>
                    <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                        <rect class="hatch-ground" width="6" height="6"/>
                        <line class="hatch-line" x1="0" y1="0" x2="0" y2="6"/>
                    </pattern>
                </defs>
                <Show when=move || !large.get()><SvgShapes scene=scene/></Show>
                <Decoration scene=scene/>
            </svg>
            <p class="map-label" aria-hidden="true">
                {move || hovered.get().or_else(|| selected.get()).map(|index| scene.label_of(index))}
            </p>
            <div class="map-buttons">
                <button type="button" class="icon-button" aria-label="Zoom in" on:click=move |_| scene.zoom(1.6, None)>
                    <Icon name="plus"/>
                </button>
                <button type="button" class="icon-button" aria-label="Zoom out" on:click=move |_| scene.zoom(1.0 / 1.6, None)>
                    <Icon name="minus"/>
                </button>
                <button type="button" class="icon-button" aria-label="Show all watersheds" on:click=move |_| scene.moved.set(None)>
                    <Icon name="fit"/>
                </button>
            </div>
        </div>
    }
}

fn far(from: [f64; 2], to: [f64; 2]) -> bool {
    (to[0] - from[0]).hypot(to[1] - from[1]) > CLICK_PX
}

fn prepare(features: &[MapFeature]) -> Prepared {
    Prepared {
        features: Arc::new(features.iter().map(|feature| (feature.index, feature.outcome)).collect()),
        shapes: Arc::new(features.iter().map(|feature| Shape::new(&feature.rings)).collect()),
    }
}
