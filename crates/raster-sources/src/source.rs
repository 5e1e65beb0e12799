//! Configured sources: reading, fallback and provenance.

use std::sync::{Arc, OnceLock};

use headwaters_raster::{GridSpec, Raster, Resampling, Sample};

use crate::budget::{Account, Budget};
use crate::cache::DiskCache;
use crate::config::{SizeLimits, SourceConfig};
use crate::http::Http;
use crate::make::make;
use crate::mosaic::{Mosaic, assemble, overlay};
use crate::piece::{Piece, RasterSource};
use crate::provenance::checksum;
use crate::ranges::Remote;
use crate::{Clock, Fetched, HttpOptions, MissingArea, PieceRecord, Provenance, SourceError, SystemClock};

/// Nodata value of elevations that [`Source::read`] gives.
const ELEVATION_NODATA: f32 = -9999.0;

/// Nodata value of classes that [`Source::read_classes`] gives.
const CLASS_NODATA: i32 = i32::MIN;

/// Client, cache, account and clock shared by all sources of a process.
#[derive(Clone)]
pub struct Environment {
    remote: Remote,
    account: Option<Arc<dyn Account>>,
    clock: Arc<dyn Clock>,
}

impl Environment {
    /// An environment with a disk cache (or none) and the machine's clock.
    pub fn new(cache: Option<Arc<DiskCache>>, options: HttpOptions) -> Self {
        Self::with_clock(cache, options, Arc::new(SystemClock))
    }

    /// An environment with the given clock, for tests.
    pub fn with_clock(cache: Option<Arc<DiskCache>>, options: HttpOptions, clock: Arc<dyn Clock>) -> Self {
        let remote = Remote { http: Arc::new(Http::new(options, clock.clone())), cache };
        Self { remote, account: None, clock }
    }

    /// The same, with downloads that count against an account beside the limits of each read.
    #[must_use]
    pub fn with_account(self, account: Arc<dyn Account>) -> Self {
        Self { account: Some(account), ..self }
    }
}

/// A configured source with its fallback.
pub struct Source {
    source: Box<dyn RasterSource>,
    limits: SizeLimits,
    fallback: Option<Box<Source>>,
    /// Reason for which the source was given up after all retries: its fallback is then read at once.
    given_up: OnceLock<String>,
    account: Option<Arc<dyn Account>>,
    clock: Arc<dyn Clock>,
}

/// Result of one read, before provenance is added.
struct Gathered<T> {
    mosaic: Mosaic<T>,
    records: Vec<PieceRecord>,
    degraded_because: Option<String>,
}

/// Makes a source from its configuration. Nothing is opened or fetched yet.
///
/// # Errors
/// Unusable addresses and coordinate systems, an API key variable that is not set.
pub fn from_config(config: &SourceConfig, environment: &Environment) -> Result<Source, SourceError> {
    let fallback =
        config.fallback.as_deref().map(|fallback| from_config(fallback, environment)).transpose()?;
    Ok(Source {
        source: make(config, &environment.remote)?,
        limits: config.limits,
        fallback: fallback.map(Box::new),
        given_up: OnceLock::new(),
        account: environment.account.clone(),
        clock: environment.clock.clone(),
    })
}

impl Source {
    /// Wraps any implementation of [`RasterSource`].
    pub fn new(source: Box<dyn RasterSource>, limits: SizeLimits, environment: &Environment) -> Self {
        let (account, clock) = (environment.account.clone(), environment.clock.clone());
        Self { source, limits, fallback: None, given_up: OnceLock::new(), account, clock }
    }

    /// Name for messages.
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// Returns true if there is a fallback source.
    pub fn has_fallback(&self) -> bool {
        self.fallback.is_some()
    }

    fn budget(&self) -> Arc<Budget> {
        Arc::new(Budget::new(self.limits.bytes(), self.account.clone()))
    }

    /// The source's own files that may cover a target, opened but not read; none of its fallback. A source that does not
    /// respond here is not tried again on reading if it has a fallback.
    ///
    /// # Errors
    /// As [`RasterSource::pieces`].
    pub fn pieces(&self, target: &GridSpec) -> Result<Vec<Piece>, SourceError> {
        self.source.pieces(target, &self.budget()).inspect_err(|error| self.note(error))
    }

    /// Records that a server does not respond: its retries took time already, and a task reads more than once.
    fn note(&self, error: &SourceError) {
        if matches!(error, SourceError::Unavailable { .. }) {
            // Noted once is enough.
            let _ = self.given_up.set(error.to_string());
        }
    }

    /// Elevations on a target grid, nodata -9999.
    ///
    /// # Errors
    /// A target that reaches beyond the data ([`SourceError::OutsideData`] names the missing area), too large
    /// a request, and everything that can go wrong with files and servers.
    pub fn read(&self, target: &GridSpec, resampling: Resampling) -> Result<Fetched<f32>, SourceError> {
        self.complete(self.read_partial(target, resampling)?)
    }

    /// As [`Source::read`], but a target that reaches beyond the data is filled as far as the data go;
    /// [`Fetched::missing`] describes the rest.
    ///
    /// # Errors
    /// As [`Source::read`], and a target wholly outside the data.
    pub fn read_partial(
        &self,
        target: &GridSpec,
        resampling: Resampling,
    ) -> Result<Fetched<f32>, SourceError> {
        self.fetch(target, resampling, ELEVATION_NODATA)
    }

    /// Class numbers on a target grid by the nearest cell, nodata `i32::MIN`.
    ///
    /// # Errors
    /// As [`Source::read`], and values that are no whole numbers.
    pub fn read_classes(&self, target: &GridSpec) -> Result<Fetched<i32>, SourceError> {
        self.complete(self.read_classes_partial(target)?)
    }

    /// As [`Source::read_classes`], but filled as far as the data go.
    ///
    /// # Errors
    /// As [`Source::read_classes`], and a target wholly outside the data.
    pub fn read_classes_partial(&self, target: &GridSpec) -> Result<Fetched<i32>, SourceError> {
        self.fetch(target, Resampling::Nearest, CLASS_NODATA)
    }

    fn complete<T>(&self, fetched: Fetched<T>) -> Result<Fetched<T>, SourceError> {
        match fetched.missing {
            Some(missing) => Err(SourceError::OutsideData { name: self.name().to_owned(), missing }),
            None => Ok(fetched),
        }
    }

    fn fetch<T: Sample>(
        &self,
        target: &GridSpec,
        resampling: Resampling,
        nodata: T,
    ) -> Result<Fetched<T>, SourceError> {
        if target.cells().is_none_or(|cells| cells == 0 || cells > self.limits.cells()) {
            return Err(SourceError::TooLarge {
                name: self.name().to_owned(),
                needed: format!("a grid of {} × {} cells", target.rows, target.cols),
                limit: format!("{} million cells", self.limits.max_mcells),
            });
        }
        let gathered = self.gather(target, resampling, nodata)?;
        let missing = MissingArea::of(&gathered.mosaic.uncovered, target)?;
        if let Some(missing) = missing.clone().filter(|missing| missing.share >= 1.0) {
            return Err(SourceError::OutsideData { name: self.name().to_owned(), missing });
        }
        let provenance = Provenance {
            source: self.name().to_owned(),
            resolution_m: gathered.mosaic.resolution_m,
            checksum: checksum(&gathered.mosaic.raster),
            fetched_at: self.clock.now(),
            degraded: gathered.degraded_because.is_some(),
            degraded_because: gathered.degraded_because,
            pieces: gathered.records,
        };
        Ok(Fetched { raster: gathered.mosaic.raster, provenance, missing })
    }

    /// Reads this source, and its fallback for what this one cannot give.
    fn gather<T: Sample>(
        &self,
        target: &GridSpec,
        resampling: Resampling,
        nodata: T,
    ) -> Result<Gathered<T>, SourceError> {
        let Some(fallback) = &self.fallback else { return self.own(target, resampling, nodata) };
        let own = match self.given_up.get() {
            Some(why) => Err(why.clone()),
            None => match self.own(target, resampling, nodata) {
                Err(error) if error.allows_fallback() => {
                    self.note(&error);
                    Err(error.to_string())
                }
                own => Ok(own?),
            },
        };
        let own = match own {
            Ok(own) => own,
            Err(why) => {
                let mut coarser = fallback.gather(target, resampling, nodata)?;
                coarser.degraded_because = Some(format!("{} stands in: {why}", fallback.name()));
                return Ok(coarser);
            }
        };
        let lacking = own.mosaic.uncovered.as_slice().iter().filter(|missing| **missing).count();
        if lacking == 0 {
            return Ok(own);
        }
        Ok(fill(own, fallback.gather(target, resampling, nodata)?, lacking, fallback.name()))
    }

    fn own<T: Sample>(
        &self,
        target: &GridSpec,
        resampling: Resampling,
        nodata: T,
    ) -> Result<Gathered<T>, SourceError> {
        let budget = self.budget();
        let pieces = self.source.pieces(target, &budget)?;
        let mosaic = assemble(&pieces, target, resampling, nodata, self.limits, self.name())?;
        let records = pieces.into_iter().map(|piece| piece.record).collect();
        Ok(Gathered { mosaic, records, degraded_because: None })
    }
}

/// Fills the uncovered cells of a finer result from a coarser one.
fn fill<T: Sample>(mut own: Gathered<T>, coarser: Gathered<T>, lacking: usize, name: &str) -> Gathered<T> {
    let still = own.mosaic.uncovered.as_slice().iter().zip(coarser.mosaic.uncovered.as_slice());
    let still: Vec<bool> = still.map(|(own, coarser)| *own && *coarser).collect();
    let left = still.iter().filter(|missing| **missing).count();
    if left == lacking {
        return own;
    }
    let filling = only_uncovered(&own.mosaic, &coarser.mosaic.raster);
    overlay(&mut own.mosaic.raster, &filling);
    let (rows, cols) = (own.mosaic.uncovered.rows(), own.mosaic.uncovered.cols());
    if let Some(uncovered) = headwaters_raster::Grid::from_vec(rows, cols, still) {
        own.mosaic.uncovered = uncovered;
    }
    own.records.extend(coarser.records);
    own.degraded_because = Some(format!("{name} fills {} cells outside the finer data", lacking - left));
    own
}

/// The coarser values where the finer source has no file; holes inside its files stay holes.
fn only_uncovered<T: Sample>(own: &Mosaic<T>, coarser: &Raster<T>) -> Raster<T> {
    let mut kept = coarser.clone();
    let nodata = kept.nodata.unwrap_or_else(T::missing);
    for (value, uncovered) in kept.grid.as_mut_slice().iter_mut().zip(own.uncovered.as_slice()) {
        if !uncovered {
            *value = nodata;
        }
    }
    kept.nodata = Some(nodata);
    kept
}
