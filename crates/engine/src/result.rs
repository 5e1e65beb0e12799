//! Results of a run: annual rows, events, water balance and its closure, and the limits of the engine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Number of sediment particle classes: clay, silt, small aggregates, large aggregates, sand.
pub const PARTICLE_CLASSES: usize = 5;

/// Identity of the engine that computed a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineIdentity {
    /// Full name, for example "Headwaters hillslope engine, after NSERL Report No. 10" or "external WEPP".
    pub name: String,
    /// Version of the engine (for an executable: the version it prints).
    pub version: String,
    /// SHA-256 of the executable, for external engines.
    pub executable_sha256: Option<String>,
}

/// Processes an engine represents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Hourly snow accumulation and melt.
    pub snow: bool,
    /// Freezing and thawing of the soil.
    pub frozen_soil: bool,
    /// Storms given as breakpoints.
    pub breakpoint_storms: bool,
    /// Several overland flow elements with run-on.
    pub multiple_flow_elements: bool,
    /// Growth, senescence and decomposition of plants.
    pub plant_growth: bool,
    /// Daily water balance rows on request.
    pub daily_water_balance: bool,
    /// Channel erosion and routing.
    pub channels: bool,
}

impl Capabilities {
    /// One flow element under a static cover, with winter and without channels: all that [`HillslopeInputs`] can ask
    /// for, and what both engines do.
    ///
    /// [`HillslopeInputs`]: crate::HillslopeInputs
    pub const HILLSLOPE: Self = Self {
        snow: true,
        frozen_soil: true,
        breakpoint_storms: true,
        multiple_flow_elements: false,
        plant_growth: false,
        daily_water_balance: true,
        channels: false,
    };
}

/// Options of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOptions {
    /// Number of years to simulate from the first day of the weather; `None` = all.
    pub years: Option<u32>,
    /// Return one row per day (30 years are about 11 000 rows).
    pub daily_water_balance: bool,
}

/// Result of one hillslope run. Depths are over the area of the hillslope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HillslopeResult {
    /// Engine and version.
    pub identity: EngineIdentity,
    /// Name of the hillslope, from the inputs.
    pub hillslope: String,
    /// SHA-256 of the inputs, by kind.
    pub input_hashes: InputHashes,
    /// SHA-256 of the files an executable was given, by name; empty for an engine without files.
    pub file_hashes: BTreeMap<String, String>,
    /// Area, m2.
    pub area_m2: f64,
    /// Width, m.
    pub width_m: f64,
    /// One row per simulated year.
    pub years: Vec<AnnualRow>,
    /// Days with runoff, in order.
    pub events: Vec<Event>,
    /// Daily rows, empty unless requested.
    pub days: Vec<DailyRow>,
    /// Diameters of the particle classes, m, and their specific gravity.
    pub particle_classes: [ParticleClass; PARTICLE_CLASSES],
    /// Largest absolute water-balance error of any year, mm; none when the engine does not print all its terms.
    pub max_balance_error_mm: Option<f64>,
    /// Limits of the engine, to be shown next to its results.
    pub limits: Vec<String>,
    /// Warnings of this run (values estimated or limited).
    pub warnings: Vec<String>,
}

/// SHA-256 (hexadecimal) of each input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputHashes {
    /// Slope profile.
    pub profile: String,
    /// Soil.
    pub soil: String,
    /// Treatment, winter and evapotranspiration options.
    pub treatment: String,
    /// Climate.
    pub climate: String,
}

/// A sediment particle class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ParticleClass {
    /// Equivalent diameter, m.
    pub diameter_m: f64,
    /// Specific gravity.
    pub specific_gravity: f64,
    /// Fraction in the detached soil, 0..1.
    pub detached_fraction: f64,
}

/// Totals of one simulated year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AnnualRow {
    /// Year as the weather numbers it.
    pub year: i32,
    /// Rain and snow, mm.
    pub precipitation_mm: f64,
    /// Runoff of days on which rain fell as the main source, mm.
    pub rain_runoff_mm: f64,
    /// Runoff of days on which snowmelt took part, mm.
    pub melt_runoff_mm: f64,
    /// Evaporation from soil, mm.
    pub soil_evaporation_mm: f64,
    /// Transpiration, mm.
    pub transpiration_mm: f64,
    /// Evaporation of intercepted water and from residue, mm.
    pub interception_evaporation_mm: f64,
    /// Percolation below the profile, mm.
    pub deep_percolation_mm: f64,
    /// Lateral subsurface flow leaving the hillslope, mm.
    pub lateral_flow_mm: f64,
    /// Change of water stored in soil, mm.
    pub soil_water_change_mm: f64,
    /// Change of water stored in snow and on the surface, mm.
    pub surface_water_change_mm: f64,
    /// Precipitation minus all losses minus all storage changes, mm. Zero but for rounding when the engine is right, and
    /// when it does not print all terms (see [`HillslopeResult::max_balance_error_mm`]).
    pub balance_error_mm: f64,
    /// Sediment delivered at the foot, kg per m of width.
    pub sediment_delivery_kg_per_m: f64,
    /// Soil detached, kg per m of width.
    pub detachment_kg_per_m: f64,
    /// Sediment deposited on the slope, kg per m of width.
    pub deposition_kg_per_m: f64,
    /// Largest peak runoff rate, mm/h.
    pub peak_runoff_mm_per_h: f64,
}

impl AnnualRow {
    /// Rain and melt runoff, mm.
    pub fn runoff_mm(&self) -> f64 {
        self.rain_runoff_mm + self.melt_runoff_mm
    }
    /// All evaporation and transpiration, mm.
    pub fn evapotranspiration_mm(&self) -> f64 {
        self.soil_evaporation_mm + self.transpiration_mm + self.interception_evaporation_mm
    }
}

/// Source of the water of a runoff event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventSource {
    /// Rain on ground without melting snow.
    Rain,
    /// Snowmelt, alone or with rain.
    Melt,
}

/// One day with runoff.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Year as the weather numbers it.
    pub year: i32,
    /// Month, 1..=12.
    pub month: u8,
    /// Day of the month.
    pub day: u8,
    /// Day of the year, 1..=366.
    pub day_of_year: u16,
    /// Rain or melt.
    pub source: EventSource,
    /// Precipitation of the day, mm.
    pub precipitation_mm: f64,
    /// Rain and melt water that reached the surface, mm.
    pub water_input_mm: f64,
    /// Runoff, mm.
    pub runoff_mm: f64,
    /// Peak runoff rate, mm/h.
    pub peak_runoff_mm_per_h: f64,
    /// Effective runoff duration, s.
    pub runoff_duration_s: f64,
    /// Soil detached, kg per m of width.
    pub detachment_kg_per_m: f64,
    /// Sediment deposited, kg per m of width.
    pub deposition_kg_per_m: f64,
    /// Sediment delivered at the foot of the slope, kg per m of width.
    pub sediment_delivery_kg_per_m: f64,
    /// Share of each particle class in the delivered sediment; all 0 without delivery.
    pub class_fractions: [f64; PARTICLE_CLASSES],
}

/// Water of one day, mm unless named otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DailyRow {
    /// Year as the weather numbers it.
    pub year: i32,
    /// Day of the year, 1..=366.
    pub day_of_year: u16,
    /// Precipitation.
    pub precipitation_mm: f64,
    /// Rain and melt water reaching the surface.
    pub water_input_mm: f64,
    /// Runoff.
    pub runoff_mm: f64,
    /// Transpiration.
    pub transpiration_mm: f64,
    /// Soil evaporation.
    pub soil_evaporation_mm: f64,
    /// Evaporation of intercepted water and from residue.
    pub interception_evaporation_mm: f64,
    /// Percolation below the profile.
    pub deep_percolation_mm: f64,
    /// Lateral subsurface flow.
    pub lateral_flow_mm: f64,
    /// Water in the soil at the end of the day, frozen or not.
    pub soil_water_mm: f64,
    /// Frozen water in the soil at the end of the day.
    pub frozen_water_mm: f64,
    /// Water equivalent of the snow pack at the end of the day.
    pub snow_water_mm: f64,
    /// Depth of frozen soil at the end of the day.
    pub frost_depth_mm: f64,
}
