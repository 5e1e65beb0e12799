//! Views of one type: less WebAssembly.
//!
//! A view or closure with a type of its own makes the compiler write all that renders it anew. `view!` makes elements of
//! one type ([`super::element`]); closures are boxed here, and everything behind the box exists once.

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
