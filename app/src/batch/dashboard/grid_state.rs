//! State that the grid and its rows share.

use leptos::prelude::*;

use super::super::context::Batch;

/// State of the grid that its rows need.
#[derive(Clone, Copy)]
pub struct GridState {
    /// The batch.
    pub batch: Batch,
    /// Keys of the rendered runs, from the top.
    pub rendered: Memo<Vec<u32>>,
    /// Position of the first of them among all that are shown.
    pub first: Memo<usize>,
    /// Key and column of the cell the Tab key reaches.
    pub tab_stop: Memo<(u32, usize)>,
    /// Key and column of the cell the keyboard was in last.
    pub active: RwSignal<(u32, usize)>,
}
