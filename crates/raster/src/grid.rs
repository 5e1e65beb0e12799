//! A rectangular array of cells, row 0 in the north.

/// Position of a cell: row 0 is the northernmost, column 0 the westernmost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Row, counted from the north.
    pub row: usize,
    /// Column, counted from the west.
    pub col: usize,
}

/// Row-major array of `rows` × `cols` values.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid<T> {
    rows: usize,
    cols: usize,
    data: Vec<T>,
}

impl<T> Grid<T> {
    /// Wraps row-major `data`. Returns `None` unless `data.len() == rows * cols`.
    pub fn from_vec(rows: usize, cols: usize, data: Vec<T>) -> Option<Self> {
        (rows.checked_mul(cols) == Some(data.len())).then_some(Self { rows, cols, data })
    }

    /// Builds a grid by asking `value` for every cell, row by row.
    pub fn from_fn(rows: usize, cols: usize, mut value: impl FnMut(Cell) -> T) -> Self {
        let data =
            (0..rows).flat_map(|row| (0..cols).map(move |col| Cell { row, col })).map(&mut value).collect();
        Self { rows, cols, data }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Returns true if the grid has no cells.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Row-major values.
    pub fn as_slice(&self) -> &[T] {
        &self.data
    }

    /// Row-major values, writable.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.data
    }

    /// Gives up the grid for its row-major values.
    pub fn into_vec(self) -> Vec<T> {
        self.data
    }

    /// Row-major index of `cell`. The cell must lie inside the grid.
    pub fn index(&self, cell: Cell) -> usize {
        debug_assert!(cell.row < self.rows && cell.col < self.cols);
        cell.row * self.cols + cell.col
    }

    /// Cell of a row-major index.
    pub fn cell(&self, index: usize) -> Cell {
        Cell { row: index / self.cols, col: index % self.cols }
    }

    /// Value of `cell`, or `None` outside the grid.
    pub fn get(&self, cell: Cell) -> Option<&T> {
        (cell.row < self.rows && cell.col < self.cols).then(|| &self.data[cell.row * self.cols + cell.col])
    }

    /// A grid of the same shape with every value mapped.
    pub fn map<U>(&self, value: impl FnMut(&T) -> U) -> Grid<U> {
        Grid { rows: self.rows, cols: self.cols, data: self.data.iter().map(value).collect() }
    }
}

impl<T: Clone> Grid<T> {
    /// A grid with the same value everywhere.
    pub fn filled(rows: usize, cols: usize, value: T) -> Self {
        Self { rows, cols, data: vec![value; rows * cols] }
    }
}

impl<T> std::ops::Index<Cell> for Grid<T> {
    type Output = T;

    fn index(&self, cell: Cell) -> &T {
        &self.data[cell.row * self.cols + cell.col]
    }
}

impl<T> std::ops::IndexMut<Cell> for Grid<T> {
    fn index_mut(&mut self, cell: Cell) -> &mut T {
        &mut self.data[cell.row * self.cols + cell.col]
    }
}
