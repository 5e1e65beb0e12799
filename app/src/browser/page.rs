//! Small things done to the document.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Sets the window's title.
pub fn set_title(title: &str) {
    document().set_title(&format!("{title} · Headwaters"));
}

/// Moves the focus to the element with this id, if it is there.
pub fn focus(id: &str) {
    if let Some(element) =
        document().get_element_by_id(id).and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok())
    {
        // A detached element cannot take the focus; there is nothing to do about it.
        let _ = element.focus();
    }
}

/// Id of the element that has the focus, if it lies in this one.
pub fn focused_in(element: &web_sys::Element) -> Option<String> {
    let focused = document().active_element()?;
    element.contains(Some(&focused)).then(|| focused.id())
}

/// Moves the focus once the page has been drawn again.
pub fn focus_soon(id: String) {
    request_animation_frame(move || focus(&id));
}

/// True when the tab is in the background.
pub fn is_hidden() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Hidden
}

/// The `data-<name>` of the element an event happened in, or of the nearest element around it that has one.
pub fn data_of(event: &web_sys::Event, name: &str) -> Option<String> {
    let element: web_sys::Element = event.target()?.dyn_into().ok()?;
    element.closest(&format!("[data-{name}]")).ok()??.get_attribute(&format!("data-{name}"))
}

/// Shows the reload notice of `index.html`: after a panic nothing on the page can be trusted to react.
pub fn show_crash(message: &str) {
    leptos::logging::error!("{message}");
    if let Some(notice) = document().get_element_by_id("crash") {
        // Without the attribute to remove there is nothing left to tell the user with.
        let _ = notice.remove_attribute("hidden");
    }
}
