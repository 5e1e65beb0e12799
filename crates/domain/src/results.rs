//! Results of a run and of a batch.

mod figures;

use serde::{Deserialize, Serialize};

pub use figures::{FigureDescriptor, FigureFormat, FigurePlace, FigureTotal, FigureValue};

/// Results of one run, filled as its tasks finish. Every member has a row in [`FigureDescriptor::ALL`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunResults {
    /// Area of the delineated basin, km².
    pub basin_area_km2: Option<f64>,
    /// Outlet longitude and latitude, degrees.
    pub outlet: Option<[f64; 2]>,
    /// `ok`, `needs_review` or `failed`.
    pub outlet_status: Option<String>,
    /// Intersection over union of basin and polygon, 0-1.
    pub polygon_overlap: Option<f64>,
    /// Number of hillslopes.
    pub hillslopes: Option<u32>,
    /// Number of channels.
    pub channels: Option<u32>,
    /// Share of the basin burned with moderate or high severity, 0-1.
    pub burned_fraction: Option<f64>,
    /// Station whose parameters drive the weather.
    pub climate_station: Option<String>,
    /// Distance of that station from the centre of the basin, km.
    pub station_distance_km: Option<f64>,
    /// Mean annual precipitation, mm/y.
    pub precipitation_mm_y: Option<f64>,
    /// Mean annual runoff, mm/y.
    pub runoff_mm_y: Option<f64>,
    /// Sediment yield: delivered by the hillslopes per area, t/ha/yr.
    pub sediment_t_ha_y: Option<f64>,
    /// Sediment load: delivered by the hillslopes, t/yr.
    pub sediment_t_y: Option<f64>,
    /// Discharge at the outlet after channel routing, mm/y over the area of the hillslopes, as runoff is; only of an
    /// executable that routed.
    pub outlet_discharge_mm_y: Option<f64>,
    /// Sediment that leaves the outlet after channel routing, t/y; only of an executable that routed.
    pub outlet_sediment_t_y: Option<f64>,
    /// Simulated years.
    pub years: Option<u32>,
    /// Engine and version that made the erosion figures.
    pub engine: Option<String>,
    /// SHA-256 of the engine's executable, hex, when it is one.
    pub executable_sha256: Option<String>,
    /// Largest yearly error of any hillslope's water balance, mm; none when the engine does not print all its terms.
    pub max_balance_error_mm: Option<f64>,
    /// SHA-256 over the inputs of all hillslopes, hex; each one's stand in the run's `provenance.csv`.
    pub inputs_sha256: Option<String>,
    /// Processes that the figures leave out beyond the standing limits of their engine, if any.
    pub further_limits: Option<Vec<String>>,
}

impl RunResults {
    /// Name of an engine in [`RunResults::engine`].
    pub fn engine_text(name: &str, version: &str) -> String {
        format!("{name}, version {version}")
    }

    /// True when the engine of this name, in any version, made the erosion figures.
    pub fn is_made_by(&self, name: &str) -> bool {
        self.engine
            .as_deref()
            .and_then(|text| text.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with(','))
    }
}

/// One row of the results table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultRow {
    /// Key of the run.
    pub key: u32,
    /// Run id.
    pub run_id: String,
    /// State slug of the run.
    pub state: crate::run::RunState,
    /// Area of the uploaded polygon, km².
    pub polygon_area_km2: f64,
    /// The figures.
    #[serde(flatten)]
    pub results: RunResults,
}
