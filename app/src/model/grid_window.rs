//! Virtual rows of a long table: those that exist in the document, and moves of the keyboard.

/// The rows to render: `first..last`, shifted down by `offset_px`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowWindow {
    /// First rendered row.
    pub first: usize,
    /// One past the last rendered row.
    pub last: usize,
    /// Distance of the first rendered row from the top of the table, px.
    pub offset_px: f64,
}

/// Geometry of a table with rows of equal height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowGeometry {
    /// Height of a row, px.
    pub row_px: f64,
    /// Number of rows.
    pub rows: usize,
}

/// Rows rendered beyond each edge, so that a fast scroll does not show blank space.
const OVERSCAN: usize = 10;
/// The window moves by this many rows at once: elements are reused for other rows only every so often.
const STEP: usize = 5;

impl RowGeometry {
    /// Height of all rows, px.
    pub fn height_px(self) -> f64 {
        self.rows as f64 * self.row_px
    }

    /// The rows to render for a viewport of `viewport_px` scrolled by `scroll_px`.
    pub fn window(self, scroll_px: f64, viewport_px: f64) -> RowWindow {
        let scroll_px = if scroll_px.is_finite() { scroll_px.clamp(0.0, self.height_px()) } else { 0.0 };
        let top = (scroll_px / self.row_px) as usize;
        let first = (top.saturating_sub(OVERSCAN) / STEP * STEP).min(self.rows);
        let last = (first + self.slots(viewport_px)).min(self.rows);
        RowWindow { first, last, offset_px: first as f64 * self.row_px }
    }

    /// Most rows that are rendered at once in a viewport of `viewport_px`.
    pub fn slots(self, viewport_px: f64) -> usize {
        (viewport_px.max(0.0) / self.row_px).ceil() as usize + 1 + 2 * OVERSCAN + STEP
    }

    /// Scroll position at which `row` is fully visible; `None` when it already is.
    pub fn scroll_to_reveal(self, row: usize, scroll_px: f64, viewport_px: f64) -> Option<f64> {
        let top = row as f64 * self.row_px;
        let bottom = top + self.row_px;
        if top < scroll_px {
            Some(top)
        } else if bottom > scroll_px + viewport_px {
            Some(bottom - viewport_px)
        } else {
            None
        }
    }
}

/// A cell of the grid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Row, 0-based.
    pub row: usize,
    /// Column, 0-based.
    pub column: usize,
}

impl Cell {
    /// The cell a key leads to in a grid of `rows` × `columns`; `None` when the key does not move.
    pub fn after_key(
        self,
        key: &str,
        with_control: bool,
        rows: usize,
        columns: usize,
        page: usize,
    ) -> Option<Self> {
        if rows == 0 || columns == 0 {
            return None;
        }
        let (last_row, last_column) = (rows - 1, columns - 1);
        let Cell { row, column } = Cell { row: self.row.min(last_row), column: self.column.min(last_column) };
        let moved = match key {
            "ArrowUp" => Cell { row: row.saturating_sub(1), column },
            "ArrowDown" => Cell { row: (row + 1).min(last_row), column },
            "ArrowLeft" => Cell { row, column: column.saturating_sub(1) },
            "ArrowRight" => Cell { row, column: (column + 1).min(last_column) },
            "PageUp" => Cell { row: row.saturating_sub(page.max(1)), column },
            "PageDown" => Cell { row: (row + page.max(1)).min(last_row), column },
            "Home" if with_control => Cell { row: 0, column: 0 },
            "End" if with_control => Cell { row: last_row, column: last_column },
            "Home" => Cell { row, column: 0 },
            "End" => Cell { row, column: last_column },
            _ => return None,
        };
        Some(moved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_is_visible_is_rendered_and_little_else(
            rows in 0usize..20_000, scroll in 0.0f64..700_000.0, viewport in 0.0f64..2_000.0,
        ) {
            let geometry = RowGeometry { row_px: 28.0, rows };
            let window = geometry.window(scroll, viewport);
            let visible = |row: usize| {
                let top = row as f64 * 28.0;
                top < scroll + viewport && top + 28.0 > scroll
            };
            prop_assert!(window.first <= window.last && window.last <= rows);
            prop_assert!((0..window.first).chain(window.last..rows).all(|row| !visible(row)));
            prop_assert!(window.last - window.first <= (viewport / 28.0) as usize + 3 + 2 * OVERSCAN + STEP);
        }

        #[test]
        fn the_keyboard_never_leaves_the_grid(
            keys in prop::collection::vec(
                prop::sample::select(vec!["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"]), 0..50),
            rows in 1usize..40, control: bool,
        ) {
            let mut cell = Cell::default();
            for key in keys {
                cell = cell.after_key(key, control, rows, 13, 7).expect("every one of these moves");
                prop_assert!(cell.row < rows && cell.column < 13);
            }
        }
    }

    #[test]
    fn revealing_a_row_scrolls_no_further_than_needed() {
        let geometry = RowGeometry { row_px: 20.0, rows: 100 };
        assert_eq!(geometry.scroll_to_reveal(5, 0.0, 200.0), None);
        assert_eq!(geometry.scroll_to_reveal(10, 0.0, 200.0), Some(20.0));
        assert_eq!(geometry.scroll_to_reveal(3, 100.0, 200.0), Some(60.0));
        assert_eq!(Cell::default().after_key("a", false, 3, 3, 1), None);
        assert_eq!(Cell::default().after_key("End", false, 0, 3, 1), None, "an empty grid has no cells");
    }
}
