//! Managements, `.man`, layout 98.4, cropland land use (the one Disturbed WEPP uses for forests too).
//!
//! Section order, fields and units after the WEPP User Summary (NSERL Report No. 11), plant/management
//! input file. WEPP's own short names stand in parentheses.

mod read;
mod scenarios;
mod write;

pub use scenarios::{
    AnnualCrop, ContourScenario, CropSystem, DrainageScenario, Grazing, InitialConditions, Operation,
    OperationKind, PerennialCrop, PerennialUse, Plant, PreviousCrop, ResidueManagement, RillType,
    ScenarioHeading, SurfaceEffect, SurfaceOperation, YearlyScenario,
};

pub(crate) const KIND: &str = "management file";
pub(crate) const VERSION: f64 = 98.4;

/// A management file.
///
/// Scenarios refer to each other by their 1-based position in the lists, as in the file; every
/// reference of a parsed file refers to an existing scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Management {
    /// Comment lines after the version, without their `#`.
    pub comments: Vec<String>,
    /// Overland flow elements the file was built for.
    pub element_count: usize,
    /// Years of simulation the file was built for.
    pub simulation_years: usize,
    /// Plants.
    pub plants: Vec<Plant>,
    /// Tillage and residue operations.
    pub operations: Vec<Operation>,
    /// States of an element at the start.
    pub initial_conditions: Vec<InitialConditions>,
    /// Sequences of operations within a year.
    pub surface_effects: Vec<SurfaceEffect>,
    /// Contouring.
    pub contours: Vec<ContourScenario>,
    /// Drainage.
    pub drainages: Vec<DrainageScenario>,
    /// Yearly scenarios.
    pub yearly: Vec<YearlyScenario>,
    /// Name of the whole and three lines of description.
    pub name: String,
    /// Three lines of description, printed in WEPP's outputs.
    pub description: [String; 3],
    /// Initial conditions (1-based) of each element.
    pub initial_by_element: Vec<usize>,
    /// Number of repetitions of the rotation.
    pub rotation_repeats: usize,
    /// Years in the rotation.
    pub rotation_years: usize,
    /// For every year of every repeat, for every element: the yearly scenarios (1-based) of that
    /// year's crops in order.
    pub schedule: Vec<Vec<Vec<usize>>>,
}
