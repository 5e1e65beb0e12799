//! Extent of a run's elevations: its record, and the outlets it serves.

use headwaters_domain::extent::ExtentRecord;
use headwaters_raster::{Crs, GeoTransform, GridSpec, Transformer};
use headwaters_scheduling::key::extent_serves;

/// Describes a grid.
pub fn record_of(spec: &GridSpec, cell_size_m: f64, enlargements: u32, note: Option<String>) -> ExtentRecord {
    ExtentRecord {
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

/// Tells if the elevations serve a run with this outlet set by hand (lon/lat), or none, as they are.
pub fn serves(record: &ExtentRecord, outlet: Option<[f64; 2]>) -> bool {
    let widened = record.outlet.is_some_and(|outlet| outlet.widened);
    extent_serves(widened, outlet.map(|outlet| holds(record, outlet)))
}

/// Tells if a place lies on the grid; a place or coordinate system that cannot be projected does not.
fn holds(record: &ExtentRecord, [lon, lat]: [f64; 2]) -> bool {
    let (west, north, cell) = (record.west, record.north, record.cell_size_m);
    let transform = GeoTransform { west, north, cell_width: cell, cell_height: cell };
    let place = Crs::from_proj_string(&record.projection)
        .and_then(|crs| Transformer::new(&Crs::wgs84(), &crs).point(lon, lat));
    place.is_ok_and(|(x, y)| transform.cell_at(x, y, record.rows, record.columns).is_some())
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
        let record = record_of(&spec, 30.0, 0, None);
        let to_lon_lat = Transformer::new(&spec.crs, &Crs::wgs84());
        let holds = |x: f64, y: f64| {
            let (lon, lat) = to_lon_lat.point(x, y).unwrap();
            super::holds(&record, [lon, lat])
        };
        assert!(holds(500_001.0, 4_499_999.0) && holds(505_999.0, 4_497_001.0));
        assert!(!holds(499_999.0, 4_499_000.0) && !holds(506_001.0, 4_499_000.0));
        assert!(!holds(503_000.0, 4_500_001.0) && !holds(503_000.0, 4_496_999.0));
        assert!(!super::holds(&record, [f64::NAN, 0.0]) && !super::holds(&record, [57.0, -40.0]));
    }
}
