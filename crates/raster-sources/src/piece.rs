//! Raster files that sources offer, and the trait behind all sources.

use std::sync::Arc;

use headwaters_raster::{Crs, GeoTiff, GridSpec, Limits, RangeRead, Raster, Sample, SampleType, Window};

use crate::budget::Budget;
use crate::config::SizeLimits;
use crate::{PieceRecord, SourceError};

/// A source of raster files.
pub trait RasterSource: Send + Sync {
    /// Name for messages and provenance.
    fn name(&self) -> &str;

    /// The files that may cover a target, the ones to prefer first. Downloads count against the budget.
    ///
    /// # Errors
    /// Everything that keeps the files from being opened. An area without data is no error here.
    fn pieces(&self, target: &GridSpec, budget: &Arc<Budget>) -> Result<Vec<Piece>, SourceError>;
}

/// A raster file that a source offers for a target, opened but not yet read.
pub struct Piece {
    /// Name and version for provenance.
    pub record: PieceRecord,
    /// The file.
    pub tiff: GeoTiff,
    /// Its shape and place.
    pub spec: GridSpec,
}

impl Piece {
    /// Values of a part of the file. Scale and offset that the file declares are applied to quantities;
    /// class numbers (integers) are taken as they are stored.
    pub(crate) fn read_window<T: Sample>(&self, window: Window) -> Result<Raster<T>, SourceError> {
        let values = self.tiff.read_window::<T>(window);
        let mut values = values.map_err(|error| SourceError::reading(&self.record.name, error))?;
        let quantity = matches!(T::TYPE, SampleType::F32 | SampleType::F64);
        if let Some(scaling) = self.tiff.scaling().filter(|_| quantity) {
            scaling.apply(&mut values);
        }
        Ok(values)
    }
}

/// Configured overrides of what files declare.
#[derive(Clone)]
pub(crate) struct Declared {
    /// Coordinate reference system in place of the files' own.
    pub crs: Option<Crs>,
    /// Band to read, counted from 1.
    pub band: usize,
}

/// Opens bytes as a piece, with the configured overrides.
pub(crate) fn open_piece(
    source: Arc<dyn RangeRead>,
    name: String,
    version: String,
    declared: &Declared,
    limits: SizeLimits,
) -> Result<Piece, SourceError> {
    let limits = Limits { cells: limits.cells(), ..Limits::default() };
    let tiff = GeoTiff::open(source, limits).and_then(|tiff| tiff.with_band(declared.band));
    let tiff = tiff.map_err(|error| SourceError::reading(&name, error))?;
    let tiff = match &declared.crs {
        Some(crs) => tiff.with_crs(crs.clone()),
        None => tiff,
    };
    let spec = tiff.spec().map_err(|error| SourceError::reading(&name, error))?;
    Ok(Piece { record: PieceRecord { name, version }, tiff, spec })
}
