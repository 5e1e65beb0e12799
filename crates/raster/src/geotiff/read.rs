//! Reading cells.

use std::ops::Range;

use tiff_reader::Ifd;

use super::open::unreadable;
use super::{GeoTiff, GeoTiffError};
use crate::{AnyRaster, GeoTransform, Grid, Raster, Sample, SampleType, Window};

/// Cells decoded at a time, so that a large raster is never held twice.
const CELLS_PER_STRIPE: usize = 4 << 20;

/// Largest number of tile ranges announced to a source at once.
const PREFETCHED_BLOCKS: usize = 4096;

impl GeoTiff {
    /// Reads the whole raster as values of type `T`.
    ///
    /// Any stored type can be read as any `T`: floating-point targets round, integer targets need whole
    /// numbers in range. NaN cells become the nodata value of an integer raster.
    ///
    /// # Errors
    /// Damaged data, a missing or unsupported coordinate reference system, more cells than the limit, a value
    /// that `T` cannot hold.
    pub fn read<T: Sample>(&self) -> Result<Raster<T>, GeoTiffError> {
        self.read_window(Window { row: 0, col: 0, rows: self.rows(), cols: self.cols() })
    }

    /// Reads a part; only the tiles or strips it touches are fetched and decoded.
    ///
    /// # Errors
    /// As [`GeoTiff::read`], and a window that reaches beyond the raster.
    pub fn read_window<T: Sample>(&self, window: Window) -> Result<Raster<T>, GeoTiffError> {
        self.read_level(&self.base, self.transform(), window)
    }

    /// Windows of whole blocks that cover the raster from north to south, each of some million cells: a raster read by
    /// them is never held whole, and no block is decoded twice.
    pub fn stripes(&self) -> impl Iterator<Item = Window> {
        let (rows, cols) = (self.rows(), self.cols());
        let stripe = stripe_rows(cols, block_rows(&self.base));
        let window = move |row: usize| Window { row, col: 0, rows: stripe.min(rows - row), cols };
        (0..rows).step_by(stripe).map(window)
    }

    /// Reads a part of a reduced-resolution copy ([`GeoTiff::overviews`]); the window counts its cells.
    ///
    /// # Errors
    /// As [`GeoTiff::read_window`], and a copy that does not exist.
    pub fn read_overview<T: Sample>(
        &self,
        overview: usize,
        window: Window,
    ) -> Result<Raster<T>, GeoTiffError> {
        let missing = || GeoTiffError::Unreadable(format!("it has no overview {overview}"));
        let ifd = self.overviews.get(overview).ok_or_else(missing)?;
        self.read_level(ifd, self.overview_transform(overview).ok_or_else(missing)?, window)
    }

    /// Georeferencing of a reduced-resolution copy.
    pub fn overview_transform(&self, overview: usize) -> Option<GeoTransform> {
        let (base, ifd) = (self.transform(), self.overviews.get(overview)?);
        Some(GeoTransform {
            cell_width: base.cell_width * self.cols() as f64 / f64::from(ifd.width()),
            cell_height: base.cell_height * self.rows() as f64 / f64::from(ifd.height()),
            ..base
        })
    }

    /// Reads the whole raster in the type it is stored in.
    ///
    /// # Errors
    /// As [`GeoTiff::read`].
    pub fn read_any(&self) -> Result<AnyRaster, GeoTiffError> {
        Ok(match self.sample_type() {
            SampleType::U8 => AnyRaster::U8(self.read()?),
            SampleType::I8 => AnyRaster::I8(self.read()?),
            SampleType::U16 => AnyRaster::U16(self.read()?),
            SampleType::I16 => AnyRaster::I16(self.read()?),
            SampleType::U32 => AnyRaster::U32(self.read()?),
            SampleType::I32 => AnyRaster::I32(self.read()?),
            SampleType::U64 => AnyRaster::U64(self.read()?),
            SampleType::I64 => AnyRaster::I64(self.read()?),
            SampleType::F32 => AnyRaster::F32(self.read()?),
            SampleType::F64 => AnyRaster::F64(self.read()?),
        })
    }

    fn read_level<T: Sample>(
        &self,
        ifd: &Ifd,
        transform: GeoTransform,
        window: Window,
    ) -> Result<Raster<T>, GeoTiffError> {
        let crs = self.crs()?.clone();
        self.check_window(ifd, window)?;
        self.source.prefetch(&block_ranges(ifd, self.band, window))?;
        let values = match self.sample_type() {
            SampleType::U8 => self.values::<u8, T>(ifd, window),
            SampleType::I8 => self.values::<i8, T>(ifd, window),
            SampleType::U16 => self.values::<u16, T>(ifd, window),
            SampleType::I16 => self.values::<i16, T>(ifd, window),
            SampleType::U32 => self.values::<u32, T>(ifd, window),
            SampleType::I32 => self.values::<i32, T>(ifd, window),
            SampleType::U64 => self.values::<u64, T>(ifd, window),
            SampleType::I64 => self.values::<i64, T>(ifd, window),
            SampleType::F32 => self.values::<f32, T>(ifd, window),
            SampleType::F64 => self.values::<f64, T>(ifd, window),
        }?;
        let mismatch = || GeoTiffError::Unreadable("a block holds the wrong number of cells".into());
        let grid = Grid::from_vec(window.rows, window.cols, values.cells).ok_or_else(mismatch)?;
        Ok(Raster {
            grid,
            transform: transform.of_window(window),
            crs,
            nodata: values.nodata,
            colours: self.colours().cloned(),
        })
    }

    fn check_window(&self, ifd: &Ifd, window: Window) -> Result<(), GeoTiffError> {
        let (rows, cols) = (ifd.height() as usize, ifd.width() as usize);
        let past =
            |first: usize, count: usize, limit: usize| first.checked_add(count).is_none_or(|end| end > limit);
        if past(window.row, window.rows, rows) || past(window.col, window.cols, cols) {
            return Err(GeoTiffError::Window { window, rows, cols });
        }
        let limit = self.limits.cells;
        if window.rows.checked_mul(window.cols).is_none_or(|cells| cells > limit) {
            return Err(GeoTiffError::TooLarge { rows: window.rows, cols: window.cols, limit });
        }
        Ok(())
    }

    /// Decodes the window stripe by stripe, so that a declared size costs memory only as data arrive.
    fn values<S: Sample, T: Sample>(&self, ifd: &Ifd, window: Window) -> Result<Values<T>, GeoTiffError> {
        let nodata = self.nodata().and_then(parse_nodata::<S>);
        let mut conversion = Conversion::<S, T>::new(nodata);
        let mut cells: Vec<T> = Vec::new();
        let (first, block_rows) = (window.row, block_rows(ifd));
        let stripe = stripe_rows(window.cols, block_rows);
        let mut row = first;
        while row < first + window.rows {
            // Stripes end on block boundaries, so no block is decoded twice.
            let past = ((row / block_rows) * block_rows).saturating_add(stripe).min(first + window.rows);
            let decoded = self
                .tiff
                .read_band_window_from_ifd::<S>(ifd, self.band, row, window.col, past - row, window.cols)
                .map_err(unreadable)?;
            let (decoded, _) = decoded.into_raw_vec_and_offset();
            conversion.append(decoded, &mut cells, Window { row, ..window })?;
            row = past;
        }
        Ok(Values { cells, nodata: conversion.nodata })
    }
}

struct Values<T> {
    cells: Vec<T>,
    nodata: Option<T>,
}

/// From stored values of type `S` to wanted values of type `T`.
struct Conversion<S, T> {
    stored_nodata: Option<S>,
    nodata: Option<T>,
}

impl<S: Sample, T: Sample> Conversion<S, T> {
    fn new(stored_nodata: Option<S>) -> Self {
        // A nodata value that the target cannot hold is replaced by one it can.
        let nodata = stored_nodata.map(|value| convert(value).unwrap_or_else(T::missing));
        Self { stored_nodata, nodata }
    }

    fn append(&mut self, stored: Vec<S>, cells: &mut Vec<T>, window: Window) -> Result<(), GeoTiffError> {
        if S::TYPE == T::TYPE {
            let stored: Box<dyn std::any::Any> = Box::new(stored);
            // The types are the same, so the cast cannot fail.
            if let Ok(same) = stored.downcast::<Vec<T>>() {
                append_owned(cells, *same);
            }
            return Ok(());
        }
        cells.reserve(stored.len());
        for (index, value) in stored.into_iter().enumerate() {
            cells.push(match convert(value) {
                _ if self.stored_nodata == Some(value) => self.nodata.unwrap_or_else(T::missing),
                Some(value) => value,
                None if value.is_nan() => *self.nodata.get_or_insert_with(T::missing),
                None => {
                    return Err(GeoTiffError::Value {
                        value: value.to_real(),
                        row: window.row + index / window.cols,
                        col: window.col + index % window.cols,
                        wanted: T::type_name(),
                    });
                }
            });
        }
        Ok(())
    }
}

fn append_owned<T>(cells: &mut Vec<T>, mut more: Vec<T>) {
    if cells.is_empty() {
        *cells = more;
    } else {
        cells.append(&mut more);
    }
}

fn convert<S: Sample, T: Sample>(value: S) -> Option<T> {
    let is_float = matches!(S::TYPE, SampleType::F32 | SampleType::F64);
    if is_float { T::from_real(value.to_real()) } else { value.to_i128().and_then(T::from_i128) }
}

/// The nodata text as a stored value; values outside the stored type never occur and count as none.
fn parse_nodata<S: Sample>(text: &str) -> Option<S> {
    if let Ok(whole) = text.parse::<i128>() {
        return S::from_i128(whole);
    }
    match text.parse::<f64>() {
        Ok(value) => S::from_real(value),
        Err(_) => None,
    }
}

/// Rows decoded at a time: whole blocks.
fn stripe_rows(cols: usize, block_rows: usize) -> usize {
    (CELLS_PER_STRIPE / cols.max(1)).max(1).next_multiple_of(block_rows)
}

fn block_rows(ifd: &Ifd) -> usize {
    let rows = if ifd.is_tiled() { ifd.tile_height().unwrap_or(1) } else { ifd.rows_per_strip() };
    (rows.min(ifd.height()).max(1)) as usize
}

/// Byte ranges of the blocks a window touches, for sources that fetch them together.
fn block_ranges(ifd: &Ifd, band: usize, window: Window) -> Vec<Range<u64>> {
    let (width, offsets, counts) = if ifd.is_tiled() {
        (ifd.tile_width().unwrap_or(0) as usize, ifd.tile_offsets(), ifd.tile_byte_counts())
    } else {
        (ifd.width() as usize, ifd.strip_offsets(), ifd.strip_byte_counts())
    };
    let (Some(offsets), Some(counts)) = (offsets, counts) else { return Vec::new() };
    if width == 0 || window.rows == 0 || window.cols == 0 {
        return Vec::new();
    }
    let height = block_rows(ifd);
    let across = (ifd.width() as usize).div_ceil(width);
    // Bands stored one after the other (planar configuration 2) have their blocks one after the other.
    let down = (ifd.height() as usize).div_ceil(height);
    let first =
        if ifd.planar_configuration() == 2 { across.saturating_mul(down).saturating_mul(band) } else { 0 };
    let rows = window.row / height..=(window.row + window.rows - 1) / height;
    let cols = window.col / width..=(window.col + window.cols - 1) / width;
    let blocks = rows.flat_map(|row| {
        cols.clone().map(move |col| row.saturating_mul(across).saturating_add(col).saturating_add(first))
    });
    blocks
        .take(PREFETCHED_BLOCKS)
        .filter_map(|block| {
            let (offset, count) = (*offsets.get(block)?, *counts.get(block)?);
            (count > 0).then(|| Some(offset..offset.checked_add(count)?)).flatten()
        })
        .collect()
}
