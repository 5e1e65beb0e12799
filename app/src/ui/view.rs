//! Views of one type: less WebAssembly.
//!
//! A view, closure or condition with a type of its own makes the compiler write all that renders it anew. `view!` makes elements of one type ([`super::element`]); closures and conditions
//! are boxed here, and everything behind the box exists once.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;

pub(crate) use headwaters_markup::view;

/// A part that is built anew whenever a signal it reads changes.
pub fn dynamic(part: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    erased(Arc::new(Mutex::new(part)))
}

fn erased(part: Arc<Mutex<dyn FnMut() -> AnyView + Send>>) -> AnyView {
    part.into_any()
}

/// Children while a condition holds, else what stands in for them; kept until the condition changes.
#[component]
pub fn Show(
    /// The condition.
    when: impl Fn() -> bool + Send + Sync + 'static,
    /// What is shown otherwise.
    #[prop(optional, into)]
    fallback: ViewFn,
    /// What is shown then.
    children: ChildrenFn,
) -> impl IntoView {
    shown(Box::new(when), children, fallback)
}

fn shown(when: Box<dyn Fn() -> bool + Send + Sync>, children: ChildrenFn, fallback: ViewFn) -> AnyView {
    let holds = Memo::new(move |_| when());
    dynamic(move || if holds.get() { children() } else { fallback.run() })
}
