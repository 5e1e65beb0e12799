//! Extent of a run's elevations, as it is kept on record.

use serde::{Deserialize, Serialize};

/// The extent as `fetch_dem/extent.json` holds it. The source of the elevations is in `elevation_provenance.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtentRecord {
    /// EPSG code of the grid's coordinate system, when it has one.
    pub epsg: Option<u32>,
    /// PROJ definition of the grid's coordinate system.
    pub projection: String,
    /// Western edge, map metres.
    pub west: f64,
    /// Northern edge, map metres.
    pub north: f64,
    /// Rows of the grid.
    pub rows: usize,
    /// Columns of the grid.
    pub columns: usize,
    /// Side of a cell, m.
    pub cell_size_m: f64,
    /// Times the first extent was enlarged because the basin touched its edge.
    pub enlargements: u32,
    /// Reason why it was not enlarged further, when the basin still touches its edge.
    pub note: Option<String>,
    /// The outlet set by hand at the time of the fetch.
    pub outlet: Option<ExtentOutlet>,
}

/// An outlet set by hand, as the extent took account of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtentOutlet {
    /// Longitude, degrees.
    pub longitude: f64,
    /// Latitude, degrees.
    pub latitude: f64,
    /// True when the extent was widened to hold it.
    pub widened: bool,
}
