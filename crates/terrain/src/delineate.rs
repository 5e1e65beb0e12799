//! Delineation in one call: from a DEM and a polygon to outlet and basin.

use headwaters_raster::Grid;

use crate::accumulation::accumulate;
use crate::breach::{Unresolved, breach_complete, breach_least_cost};
use crate::condition::condition;
use crate::error::{FlowError, MAX_CELLS, same_shape};
use crate::fill::{fill, fill_epsilon};
use crate::outlet::{Network, OutletOptions, OutletReport, Target, find_outlet};
use crate::streams::{prune, streams, threshold_cells};
use crate::{CellSize, Pointer, d8};

/// Methods of depression handling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditioning {
    /// Hybrid fill/breach (least cost), per depression the cheaper of filling and a bounded breach: [`condition`].
    LeastHarm,
    /// Plain filling.
    Fill,
    /// Filling with a least step per cell.
    FillEpsilon,
    /// Complete breaching.
    BreachComplete,
    /// Least-cost breaching within a search distance; fails when depressions remain.
    BreachLeastCost {
        /// Search distance in cells.
        search_cells: usize,
    },
}

impl Conditioning {
    /// Applies the method to a DEM.
    ///
    /// # Errors
    /// [`Unresolved`], from least-cost breaching only.
    pub fn apply(self, dem: &Grid<f32>, cell: CellSize) -> Result<Grid<f32>, Unresolved> {
        Ok(match self {
            Conditioning::LeastHarm => condition(dem, cell).dem,
            Conditioning::Fill => fill(dem),
            Conditioning::FillEpsilon => fill_epsilon(dem),
            Conditioning::BreachComplete => breach_complete(dem),
            Conditioning::BreachLeastCost { search_cells } => breach_least_cost(dem, search_cells)?,
        })
    }

    /// Pointers of the conditioned DEM.
    ///
    /// # Errors
    /// As [`Conditioning::apply`].
    pub fn pointers(self, dem: &Grid<f32>, cell: CellSize) -> Result<Grid<Pointer>, Unresolved> {
        Ok(match self {
            Conditioning::LeastHarm => condition(dem, cell).into_pointers(dem, cell),
            other => d8(&other.apply(dem, cell)?, cell),
        })
    }
}

/// Settings of a delineation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DelineateOptions {
    /// Depression handling.
    pub conditioning: Conditioning,
    /// Area above a channel head, hectares.
    pub critical_source_area_ha: f64,
    /// Headwater channels shorter than this are removed, metres.
    pub min_channel_length_m: f64,
    /// Outlet search.
    pub outlet: OutletOptions,
}

impl Default for DelineateOptions {
    /// WEPPcloud's defaults: critical source area 5 ha, minimum channel length 60 m.
    fn default() -> Self {
        Self {
            conditioning: Conditioning::LeastHarm,
            critical_source_area_ha: 5.0,
            min_channel_length_m: 60.0,
            outlet: OutletOptions::default(),
        }
    }
}

/// Failure of a delineation.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DelineateError {
    /// Least-cost breaching failed.
    #[error(transparent)]
    Unresolved(#[from] Unresolved),
    /// The flow cannot be followed.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// A cell without size.
    #[error("cells of {width_m} m by {height_m} m: check the raster's georeferencing")]
    CellSize {
        /// Width given.
        width_m: f64,
        /// Height given.
        height_m: f64,
    },
}

/// Pointers, accumulation and streams of a whole DEM, shared by all polygons on it.
#[derive(Clone, Debug)]
pub struct Flow {
    /// D8 pointers.
    pub pointers: Grid<Pointer>,
    /// Upstream cells, itself included; 0 without elevation.
    pub accumulation: Grid<u32>,
    /// Stream cells after pruning.
    pub streams: Grid<bool>,
}

impl Flow {
    /// Conditions a raw DEM (NaN without elevation) and derives pointers, accumulation and streams. The conditioned
    /// elevations are dropped once the pointers are known; [`Conditioning::apply`] gives them.
    ///
    /// # Errors
    /// [`DelineateError`].
    pub fn of_dem(
        dem: &Grid<f32>,
        cell: CellSize,
        options: &DelineateOptions,
    ) -> Result<Self, DelineateError> {
        let sound = |m: f64| m.is_finite() && m > 0.0;
        if !(sound(cell.width_m) && sound(cell.height_m)) {
            return Err(DelineateError::CellSize { width_m: cell.width_m, height_m: cell.height_m });
        }
        if dem.len() > MAX_CELLS {
            return Err(FlowError::TooLarge { cells: dem.len() }.into());
        }
        let pointers = options.conditioning.pointers(dem, cell)?;
        let accumulation = accumulate(&pointers)?;
        let mut streams = streams(&accumulation, threshold_cells(options.critical_source_area_ha, cell));
        prune(&pointers, &mut streams, options.min_channel_length_m, cell)?;
        Ok(Self { pointers, accumulation, streams })
    }

    /// The network, borrowed for the outlet search.
    pub fn network(&self) -> Network<'_> {
        Network { pointers: &self.pointers, accumulation: &self.accumulation, streams: &self.streams }
    }
}

/// A delineated watershed.
#[derive(Clone, Debug)]
pub struct Delineation {
    /// Flow of the whole DEM.
    pub flow: Flow,
    /// Outlet, basin, findings and status.
    pub report: OutletReport,
}

/// Delineates one polygon on one DEM.
///
/// ```
/// use headwaters_raster::{Cell, Grid};
/// use headwaters_terrain::{CellSize, DelineateOptions, Flow, Target, basin, delineate};
///
/// let dem = Grid::from_fn(60, 41, |cell| 500.0 - cell.row as f32 + 3.0 * cell.col.abs_diff(20) as f32);
/// let (cell, options) = (CellSize::square(30.0), DelineateOptions::default());
/// let flow = Flow::of_dem(&dem, cell, &options)?;
/// let polygon = basin(&flow.pointers, Cell { row: 40, col: 20 });
/// let found = delineate(&dem, cell, &Target::within(polygon), &options)?;
/// assert_eq!(found.report.outlet.map(|outlet| outlet.cell), Some(Cell { row: 40, col: 20 }));
/// # Ok::<(), headwaters_terrain::DelineateError>(())
/// ```
///
/// # Errors
/// [`DelineateError`]. A polygon without a trustworthy outlet is not an error: the report says so.
pub fn delineate(
    dem: &Grid<f32>,
    cell: CellSize,
    target: &Target,
    options: &DelineateOptions,
) -> Result<Delineation, DelineateError> {
    same_shape(dem, &target.mask, "mask")?;
    let flow = Flow::of_dem(dem, cell, options)?;
    let report = find_outlet(flow.network(), target, cell, &options.outlet)?;
    Ok(Delineation { flow, report })
}
