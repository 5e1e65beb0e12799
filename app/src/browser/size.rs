//! Sizes of elements, followed.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Calls `changed` when the referenced element is laid out first and whenever its size changes, also from or to
/// nothing; until the current owner is cleaned up.
pub fn follow_size(element: NodeRef<html::Div>, changed: impl Fn() + 'static) {
    let changed = Closure::<dyn Fn()>::new(changed);
    // Only browsers older than the application's WebAssembly have no such observer.
    let Ok(observer) = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref()) else { return };
    let observer = StoredValue::new_local(Observer { observer, _changed: changed });
    Effect::new(move || {
        let element = element.get();
        observer.try_with_value(|observer| {
            observer.observer.disconnect();
            if let Some(element) = &element {
                observer.observer.observe(element);
            }
        });
    });
}

/// An observer with the closure it calls; silent once it is dropped.
struct Observer {
    observer: web_sys::ResizeObserver,
    _changed: Closure<dyn Fn()>,
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
