//! What is on record about the extent of a run's elevations, and whether it still serves when the outlet changes.

use headwaters_raster::{Crs, GeoTransform, GridSpec, Transformer};
use headwaters_scheduling::key::extent_serves;
use serde::{Deserialize, Serialize};

/// The extent as `fetch_dem/extent.json` holds it. Where the elevations come from is in `elevation_provenance.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtentRecord {
    /// EPSG code of the grid's system, when it has one.
    pub epsg: Option<u32>,
    /// PROJ definition of the grid's system.
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
    /// Why it was not enlarged further, when the basin still touches its edge.
    pub note: Option<String>,
    /// The outlet given by hand at the time of the fetch.
    pub outlet: Option<ExtentOutlet>,
}

/// An outlet given by hand, as the extent took account of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtentOutlet {
    /// Longitude, degrees.
    pub longitude: f64,
    /// Latitude, degrees.
    pub latitude: f64,
    /// Whether the extent was widened to hold it.
    pub widened: bool,
}

impl ExtentRecord {
    /// Describes a grid.
    pub fn of(spec: &GridSpec, cell_size_m: f64, enlargements: u32, note: Option<String>) -> Self {
        Self {
            epsg: spec.crs.epsg(),
            projection: spec.crs.proj_string().to_owned(),
            west: spec.transform.west,
            north: spec.transform.north,
            rows: spec.rows,
            columns: spec.cols,
            cell_size_m,
            enlargements,
            note,
            outlet: None,
        }
    }

    /// Whether the elevations serve a run with this outlet given by hand, or none, as they are.
    pub fn serves(&self, outlet: Option<[f64; 2]>) -> bool {
        let widened = self.outlet.is_some_and(|outlet| outlet.widened);
        extent_serves(widened, outlet.map(|outlet| self.holds(outlet)))
    }

    /// Whether a place lies on the grid; a place or system that cannot be projected does not.
    fn holds(&self, [lon, lat]: [f64; 2]) -> bool {
        let (west, north, cell) = (self.west, self.north, self.cell_size_m);
        let transform = GeoTransform { west, north, cell_width: cell, cell_height: cell };
        let place = Crs::from_proj_string(&self.projection)
            .and_then(|crs| Transformer::new(&Crs::wgs84(), &crs).point(lon, lat));
        place.is_ok_and(|(x, y)| transform.cell_at(x, y, self.rows, self.columns).is_some())
    }
}

/// An outlet as part of the key of `fetch_dem`. Nine digits are a tenth of a millimetre, and survive being written and
/// read again.
pub fn outlet_in_key([lon, lat]: [f64; 2]) -> String {
    format!("{lon:.9} {lat:.9}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would an outlet beyond the grid pass for one on it, the run would fail instead of fetching more.
    #[test]
    fn a_place_is_on_the_grid_or_beyond_it() {
        let crs = Crs::from_epsg(32610).unwrap();
        let transform = GeoTransform { west: 5e5, north: 4.5e6, cell_width: 30.0, cell_height: 30.0 };
        let spec = GridSpec { crs, transform, rows: 100, cols: 200 };
        let record = ExtentRecord::of(&spec, 30.0, 0, None);
        let to_lon_lat = Transformer::new(&spec.crs, &Crs::wgs84());
        let holds = |x: f64, y: f64| {
            let (lon, lat) = to_lon_lat.point(x, y).unwrap();
            record.holds([lon, lat])
        };
        assert!(holds(500_001.0, 4_499_999.0) && holds(505_999.0, 4_497_001.0));
        assert!(!holds(499_999.0, 4_499_000.0) && !holds(506_001.0, 4_499_000.0));
        assert!(!holds(503_000.0, 4_500_001.0) && !holds(503_000.0, 4_496_999.0));
        assert!(!record.holds([f64::NAN, 0.0]) && !record.holds([57.0, -40.0]));
    }
}
