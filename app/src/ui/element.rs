//! Elements as data: what `view!` makes of a tag.
//!
//! One type for all elements keeps the WebAssembly small, see `headwaters_markup`. Rendering follows Leptos: live
//! attributes are render effects, and a view that is built anew where an element of the same shape stands updates it in
//! place, so that focus and scroll position stay.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use leptos::ev::{EventDescriptor, Targeted};
use leptos::html::ElementType;
use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::html::node_ref::NodeRefContainer;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use super::attribute::{Attached, Attribute, IntoValue, Place, Value};

const SVG: &str = "http://www.w3.org/2000/svg";
/// Tags that live in the name space of SVG.
const SVG_TAGS: [&str; 9] = ["svg", "g", "path", "line", "text", "rect", "circle", "defs", "pattern"];

type Handler = Box<dyn FnMut(web_sys::Event)>;
type Reference = Box<dyn FnOnce(&web_sys::Element) + Send>;

/// An element to be built.
pub struct Element {
    tag: &'static str,
    attributes: Vec<Attribute>,
    listeners: Vec<(Cow<'static, str>, SendWrapper<Handler>)>,
    reference: Option<Reference>,
    children: Vec<AnyView>,
}

/// An element in the document.
pub struct ElementState {
    tag: &'static str,
    element: web_sys::Element,
    attributes: Vec<Attached>,
    listeners: Vec<Listener>,
    children: Vec<AnyViewState>,
}

/// A listener whose handler can be exchanged.
struct Listener {
    element: web_sys::Element,
    event: Cow<'static, str>,
    handler: Rc<RefCell<Handler>>,
    closure: Closure<dyn FnMut(web_sys::Event)>,
}

impl Element {
    /// An element without attributes and children.
    #[inline(never)]
    pub fn new(tag: &'static str) -> Self {
        let (attributes, listeners, children) = (Vec::new(), Vec::new(), Vec::new());
        Self { tag, attributes, listeners, reference: None, children }
    }

    /// Adds an attribute that is a text for good.
    #[inline(never)]
    pub fn fixed(&mut self, name: &'static str, text: &'static str) {
        self.add(Place::Attribute(name), text.into_value());
    }

    /// Adds an attribute: `None` and `false` leave it out, `true` is the empty text.
    pub fn attribute(&mut self, name: &'static str, value: impl IntoValue) {
        self.add(Place::Attribute(name), value.into_value());
    }

    /// Adds a class that is there under a condition.
    pub fn class(&mut self, name: &'static str, value: impl IntoValue) {
        self.add(Place::Class(name), value.into_value());
    }

    /// Adds a property of its style.
    pub fn style(&mut self, name: &'static str, value: impl IntoValue) {
        self.add(Place::Style(name), value.into_value());
    }

    /// Sets a property of the DOM object.
    pub fn property(&mut self, name: &'static str, value: impl IntoValue) {
        self.add(Place::Property(name), value.into_value());
    }

    /// Fills a reference with the element.
    pub fn node_ref<E: ElementType>(&mut self, node_ref: NodeRef<E>)
    where
        NodeRef<E>: NodeRefContainer<E>,
    {
        self.reference = Some(Box::new(move |element| node_ref.load(element)));
    }

    /// Listens to an event. The handler runs outside of any reactive owner: contexts have to be taken beforehand.
    pub fn on<E>(&mut self, event: E, mut handler: impl FnMut(E::EventType) + 'static)
    where
        E: EventDescriptor,
        E::EventType: JsCast,
    {
        self.listen(event.name(), Box::new(move |event| handler(event.unchecked_into())));
    }

    /// Listens to an event of a field.
    pub fn on_target<E, T>(&mut self, event: E, mut handler: impl FnMut(Targeted<E::EventType, T>) + 'static)
    where
        E: EventDescriptor,
        E::EventType: JsCast,
    {
        self.on(event, move |event| handler(Targeted::from(event)));
    }

    /// Adds a text at the end.
    #[inline(never)]
    pub fn text(&mut self, text: &'static str) {
        self.children.push(text.into_any());
    }

    /// Adds a child at the end.
    #[inline(never)]
    pub fn child(&mut self, child: AnyView) {
        self.children.push(child);
    }

    /// The element as a view.
    #[inline(never)]
    pub fn into_view(self) -> AnyView {
        self.into_any()
    }

    #[inline(never)]
    fn listen(&mut self, event: Cow<'static, str>, handler: Handler) {
        self.listeners.push((event, SendWrapper::new(handler)));
    }

    #[inline(never)]
    fn add(&mut self, place: Place, value: Value) {
        self.attributes.push(Attribute { place, value });
    }

    /// Whether an element in the document differs in nothing but values.
    fn fits(&self, state: &ElementState) -> bool {
        self.tag == state.tag
            && self.children.len() == state.children.len()
            && self.attributes.len() == state.attributes.len()
            && self.listeners.len() == state.listeners.len()
            && self.attributes.iter().zip(&state.attributes).all(|(new, old)| new.fits(old))
            && self.listeners.iter().zip(&state.listeners).all(|((event, _), old)| *event == old.event)
    }
}

impl Listener {
    fn attach(event: Cow<'static, str>, handler: Handler, element: &web_sys::Element) -> Self {
        let handler = Rc::new(RefCell::new(handler));
        let called = Rc::clone(&handler);
        let closure = Closure::<dyn FnMut(web_sys::Event)>::new(move |event| (called.borrow_mut())(event));
        // It fails for no event name at all.
        let _ = element.add_event_listener_with_callback(&event, closure.as_ref().unchecked_ref());
        Self { element: element.clone(), event, handler, closure }
    }
}

/// A browser may still send what it has queued (`close`, `scroll`) to an element that is gone: nothing is left to hear it.
impl Drop for Listener {
    fn drop(&mut self) {
        let closure = self.closure.as_ref().unchecked_ref();
        let _ = self.element.remove_event_listener_with_callback(&self.event, closure);
    }
}

impl Render for Element {
    type State = ElementState;

    fn build(self) -> ElementState {
        let document = document();
        let element = match SVG_TAGS.contains(&self.tag) {
            true => document.create_element_ns(Some(SVG), self.tag),
            false => document.create_element(self.tag),
        };
        // Only a name that no tag can have is refused.
        let Ok(element) = element else { unreachable!("{}", self.tag) };
        let attributes = self.attributes.into_iter().map(|attribute| attribute.attach(&element)).collect();
        let listeners = self.listeners.into_iter();
        let listeners =
            listeners.map(|(event, handler)| Listener::attach(event, handler.take(), &element)).collect();
        if let Some(reference) = self.reference {
            reference(&element);
        }
        let build = |child: AnyView| {
            let mut child = child.build();
            child.mount(&element, None);
            child
        };
        let children = self.children.into_iter().map(build).collect();
        ElementState { tag: self.tag, element, attributes, listeners, children }
    }

    fn rebuild(self, state: &mut ElementState) {
        if !self.fits(state) {
            let mut new = self.build();
            state.insert_before_this(&mut new);
            state.unmount();
            *state = new;
            return;
        }
        let element = &state.element;
        for (new, old) in self.attributes.into_iter().zip(&mut state.attributes) {
            new.replace(old, element);
        }
        for ((_, handler), old) in self.listeners.into_iter().zip(&state.listeners) {
            *old.handler.borrow_mut() = handler.take();
        }
        if let Some(reference) = self.reference {
            reference(element);
        }
        for (new, old) in self.children.into_iter().zip(&mut state.children) {
            new.rebuild(old);
        }
    }
}

impl Mountable for ElementState {
    fn unmount(&mut self) {
        self.element.remove();
    }

    fn mount(&mut self, parent: &web_sys::Element, marker: Option<&web_sys::Node>) {
        // It fails when the marker has left the parent, and then the view is on its way out too.
        let _ = parent.insert_before(&self.element, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let Some(parent) = self.element.parent_element() else { return false };
        child.mount(&parent, Some(&self.element));
        true
    }

    fn elements(&self) -> Vec<web_sys::Element> {
        vec![self.element.clone()]
    }
}

leptos::tachys::no_attrs!(Element);

/// There is no server-side rendering: the traits ask for these, nothing calls them.
impl RenderHtml for Element {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> ElementState {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::view::view;

    #[test]
    fn a_variable_of_the_view_may_have_any_name() {
        let element = "note";
        let built: AnyView = view! { <p class=element>{element}</p> };
        assert_eq!(built.as_type_id(), std::any::TypeId::of::<Element>());
    }
}
