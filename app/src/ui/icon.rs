//! Icons. Their shapes are masks in the style sheet (`style/icons.css`), so one empty element suffices.

use crate::ui::view::view;
use leptos::prelude::*;

/// An icon that only repeats what the text beside it says.
#[component]
pub fn Icon(
    /// Name of the mask: the class `icon-<name>`.
    name: &'static str,
) -> impl IntoView {
    view! { <span class=format!("icon icon-{name}") aria-hidden="true"></span> }
}
