//! Grids with georeferencing.

use crate::{Bounds, Cell, Crs, GeoTransform, Grid, GridSpec, Sample, SampleType, Window};

/// Colours of class values: entry `n` is the red, green and blue of class `n`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColourTable {
    /// Red, green and blue, 0 to 255.
    pub entries: Vec<[u8; 3]>,
}

/// A grid of values with its georeferencing.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster<T> {
    /// The values, row 0 in the north.
    pub grid: Grid<T>,
    /// From cells to map coordinates.
    pub transform: GeoTransform,
    /// System of the map coordinates.
    pub crs: Crs,
    /// Value of cells without data. NaN is without data whatever stands here.
    pub nodata: Option<T>,
    /// Colours of the classes, for rasters that carry them.
    pub colours: Option<ColourTable>,
}

impl<T> Raster<T> {
    /// Wraps a grid; `None` when its shape is not that of the frame.
    pub fn new(grid: Grid<T>, spec: &GridSpec, nodata: Option<T>) -> Option<Self> {
        (grid.rows() == spec.rows && grid.cols() == spec.cols).then(|| Self {
            grid,
            transform: spec.transform,
            crs: spec.crs.clone(),
            nodata,
            colours: None,
        })
    }

    /// Shape and place.
    pub fn spec(&self) -> GridSpec {
        GridSpec {
            crs: self.crs.clone(),
            transform: self.transform,
            rows: self.grid.rows(),
            cols: self.grid.cols(),
        }
    }

    /// The box the raster covers.
    pub fn bounds(&self) -> Bounds {
        self.transform.bounds(self.grid.rows(), self.grid.cols())
    }

    /// A raster of the same place with every value mapped, without nodata and colours.
    pub fn map<U>(&self, value: impl FnMut(&T) -> U) -> Raster<U> {
        Raster {
            grid: self.grid.map(value),
            transform: self.transform,
            crs: self.crs.clone(),
            nodata: None,
            colours: None,
        }
    }
}

impl<T: Sample> Raster<T> {
    /// Returns true if a value means "no data" in this raster.
    pub fn is_nodata(&self, value: T) -> bool {
        value.is_nan() || self.nodata == Some(value)
    }

    /// Value of a cell; `None` outside the raster and for cells without data.
    pub fn value(&self, cell: Cell) -> Option<T> {
        self.grid.get(cell).copied().filter(|value| !self.is_nodata(*value))
    }

    /// Value at a map position; `None` outside the raster and for cells without data.
    pub fn value_at(&self, x: f64, y: f64) -> Option<T> {
        self.value(self.transform.cell_at(x, y, self.grid.rows(), self.grid.cols())?)
    }

    /// A copy of a part; `None` when the window reaches beyond the raster.
    pub fn window(&self, window: Window) -> Option<Self> {
        let inside = window.row.checked_add(window.rows)? <= self.grid.rows()
            && window.col.checked_add(window.cols)? <= self.grid.cols();
        inside.then(|| Self {
            grid: Grid::from_fn(window.rows, window.cols, |cell| {
                self.grid[Cell { row: cell.row + window.row, col: cell.col + window.col }]
            }),
            transform: self.transform.of_window(window),
            crs: self.crs.clone(),
            nodata: self.nodata,
            colours: self.colours.clone(),
        })
    }
}

/// A raster whose value type is known only when the file is read.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyRaster {
    /// Unsigned, 8 bits.
    U8(Raster<u8>),
    /// Signed, 8 bits.
    I8(Raster<i8>),
    /// Unsigned, 16 bits.
    U16(Raster<u16>),
    /// Signed, 16 bits.
    I16(Raster<i16>),
    /// Unsigned, 32 bits.
    U32(Raster<u32>),
    /// Signed, 32 bits.
    I32(Raster<i32>),
    /// Unsigned, 64 bits.
    U64(Raster<u64>),
    /// Signed, 64 bits.
    I64(Raster<i64>),
    /// Floating point, 32 bits.
    F32(Raster<f32>),
    /// Floating point, 64 bits.
    F64(Raster<f64>),
}

/// Evaluates the same expression for whichever raster is inside.
#[macro_export]
macro_rules! with_any_raster {
    ($any:expr, $raster:ident => $body:expr) => {
        match $any {
            $crate::AnyRaster::U8($raster) => $body,
            $crate::AnyRaster::I8($raster) => $body,
            $crate::AnyRaster::U16($raster) => $body,
            $crate::AnyRaster::I16($raster) => $body,
            $crate::AnyRaster::U32($raster) => $body,
            $crate::AnyRaster::I32($raster) => $body,
            $crate::AnyRaster::U64($raster) => $body,
            $crate::AnyRaster::I64($raster) => $body,
            $crate::AnyRaster::F32($raster) => $body,
            $crate::AnyRaster::F64($raster) => $body,
        }
    };
}

impl AnyRaster {
    /// Kind of the values.
    pub fn sample_type(&self) -> SampleType {
        fn of<T: Sample>(_: &Raster<T>) -> SampleType {
            T::TYPE
        }
        with_any_raster!(self, raster => of(raster))
    }

    /// Shape and place.
    pub fn spec(&self) -> GridSpec {
        with_any_raster!(self, raster => raster.spec())
    }
}
