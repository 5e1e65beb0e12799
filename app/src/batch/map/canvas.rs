//! Many polygons on a canvas. Colours come from the style sheet through a probe element.

use std::collections::HashMap;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::MapScene;
use crate::model::map_view::Shape;
use crate::ui::view::view;

/// The polygons; drawn again when the view, a look or the size changes.
#[component]
pub(super) fn CanvasShapes(scene: MapScene) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let probe = NodeRef::<html::Span>::new();
    let paths_of = move |_: Option<&Vec<Option<String>>>| {
        let Some(base) = scene.base.get() else { return Vec::new() };
        let data = |shape: &Option<Shape>| shape.as_ref().map(|shape| shape.path_data(base));
        scene.shapes.with(|prepared| prepared.shapes.iter().map(data).collect())
    };
    // Thousands of paths take longer to compare than to draw again.
    let paths = Memo::new_with_compare(paths_of, |_, _| true);
    Effect::new(move || {
        let (Some(canvas), Some(probe)) = (canvas.get(), probe.get()) else { return };
        paths.with(|paths| draw(scene, &canvas, &probe, paths));
    });
    view! {
        <canvas class="map-canvas" node_ref=canvas></canvas>
        <span class="visually-hidden" node_ref=probe aria-hidden="true"></span>
    }
}

fn draw(
    scene: MapScene,
    canvas: &web_sys::HtmlCanvasElement,
    probe: &web_sys::HtmlSpanElement,
    paths: &[Option<String>],
) -> Option<()> {
    let ((width, height), view, base) = (scene.size_px.get(), scene.view()?, scene.base.get()?);
    let density = window().device_pixel_ratio();
    canvas.set_width((width * density) as u32);
    canvas.set_height((height * density) as u32);
    let context = canvas.get_context("2d").ok()??.dyn_into::<web_sys::CanvasRenderingContext2d>().ok()?;
    let (factor, [dx, dy]) = view.relative_to(base);
    context.set_transform(factor * density, 0.0, 0.0, factor * density, dx * density, dy * density).ok()?;
    context.set_line_width(0.6 / factor);
    context.set_stroke_style_str(&colour(probe, "map-outline"));
    let mut colours: HashMap<&'static str, String> = HashMap::new();
    scene.shapes.with(|prepared| {
        for ((index, outcome), data) in prepared.features.iter().zip(paths) {
            let Some(path) = data.as_ref().and_then(|data| web_sys::Path2d::new_with_path_string(data).ok())
            else {
                continue;
            };
            let class = scene.class_of(*index, *outcome);
            let colour = colours.entry(class).or_insert_with(|| colour(probe, class));
            context.set_fill_style_str(colour);
            context.fill_with_path_2d_and_winding(&path, web_sys::CanvasWindingRule::Evenodd);
            context.stroke_with_path(&path);
        }
    });
    Some(())
}

/// The text colour an element of this class has.
fn colour(probe: &web_sys::HtmlSpanElement, class: &str) -> String {
    probe.set_class_name(&format!("visually-hidden {class}"));
    let style = window().get_computed_style(probe).ok().flatten();
    style.and_then(|style| style.get_property_value("color").ok()).unwrap_or_else(|| "gray".to_owned())
}
