//! A scrolling list of which only the visible rows exist.

use leptos::html;
use leptos::prelude::*;

use crate::browser::size::follow_size;
use crate::model::grid_window::{RowGeometry, RowWindow};

/// Scroll position and size of a list, and what follows from them.
#[derive(Clone, Copy)]
pub struct RowScroll {
    /// The scrolling element.
    pub element: NodeRef<html::Div>,
    scroll_px: RwSignal<f64>,
    viewport_px: RwSignal<f64>,
    row_px: f64,
}

impl RowScroll {
    /// A list at its top, with rows `row_px` high.
    pub fn new(row_px: f64) -> Self {
        let scroll = Self {
            element: NodeRef::new(),
            scroll_px: RwSignal::new(0.0),
            viewport_px: RwSignal::new(600.0),
            row_px,
        };
        follow_size(scroll.element, move || scroll.measure());
        scroll
    }

    /// Reads position and size from the document: on every scroll and after changes of the layout.
    pub fn measure(self) {
        let Some(Some(element)) = self.element.try_get_untracked() else { return };
        let (scroll_px, viewport_px) = (f64::from(element.scroll_top()), f64::from(element.client_height()));
        if self.scroll_px.try_get_untracked() != Some(scroll_px) {
            self.scroll_px.try_set(scroll_px);
        }
        if viewport_px > 0.0 && self.viewport_px.try_get_untracked() != Some(viewport_px) {
            self.viewport_px.try_set(viewport_px);
        }
    }

    /// The rows to render, of `rows` in all.
    pub fn window(self, rows: usize) -> RowWindow {
        self.geometry(rows).window(self.scroll_px.get(), self.viewport_px.get())
    }

    /// Most rows that are rendered at once.
    pub fn slots(self) -> usize {
        self.geometry(0).slots(self.viewport_px.get())
    }

    /// Whole rows in the viewport.
    pub fn page(self) -> usize {
        (self.viewport_px.get_untracked() / self.row_px) as usize
    }

    /// Scrolls as far as needed to show a row below a sticky heading of one row's height.
    pub fn reveal(self, row: usize, rows: usize) {
        let Some(Some(element)) = self.element.try_get_untracked() else { return };
        let viewport_px = (self.viewport_px.get_untracked() - self.row_px).max(self.row_px);
        if let Some(top) =
            self.geometry(rows).scroll_to_reveal(row, f64::from(element.scroll_top()), viewport_px)
        {
            element.set_scroll_top(top as i32);
            self.measure();
        }
    }

    fn geometry(self, rows: usize) -> RowGeometry {
        RowGeometry { row_px: self.row_px, rows }
    }
}
