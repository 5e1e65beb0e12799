//! Universal Transverse Mercator zones.

use super::{Crs, CrsError};

/// Datum of a UTM grid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UtmDatum {
    /// WGS 84 (EPSG 326xx and 327xx), worldwide.
    #[default]
    Wgs84,
    /// NAD83 (EPSG 269xx), zones 1 to 23 north.
    Nad83,
}

/// The UTM system whose zone contains a position in degrees.
///
/// Zones follow the Universal Grids of NGA.STND.0037 (2014): six degrees wide, with zone 32 widened over
/// south-west Norway and zones 31, 33, 35 and 37 over Svalbard.
///
/// ```
/// use headwaters_raster::{UtmDatum, utm_zone_for};
///
/// let crs = utm_zone_for(-118.2, 34.3, UtmDatum::Nad83)?;
/// assert_eq!(crs.epsg(), Some(26911));
/// # Ok::<(), headwaters_raster::CrsError>(())
/// ```
///
/// # Errors
/// Positions that are not on the globe or beyond UTM (south of 80° S, north of 84° N), and NAD83 outside its
/// zones.
pub fn utm_zone_for(lon: f64, lat: f64, datum: UtmDatum) -> Result<Crs, CrsError> {
    let unusable = |reason: &str| CrsError::Unusable {
        text: format!("UTM zone at longitude {lon}, latitude {lat}"),
        reason: reason.into(),
    };
    if !(-180.0..=180.0).contains(&lon) || !(-80.0..=84.0).contains(&lat) {
        return Err(unusable("UTM covers longitudes -180 to 180 and latitudes -80 to 84"));
    }
    let zone = zone_number(lon, lat);
    match datum {
        UtmDatum::Wgs84 => Crs::from_epsg(if lat >= 0.0 { 32600 } else { 32700 } + zone),
        UtmDatum::Nad83 if lat >= 0.0 && zone <= 23 => Crs::from_epsg(26900 + zone),
        UtmDatum::Nad83 => Err(unusable("NAD83 UTM covers zones 1 to 23 of the northern hemisphere")),
    }
}

fn zone_number(lon: f64, lat: f64) -> u32 {
    if (56.0..64.0).contains(&lat) && (3.0..12.0).contains(&lon) {
        return 32;
    }
    if lat >= 72.0 && (0.0..42.0).contains(&lon) {
        return match lon {
            lon if lon < 9.0 => 31,
            lon if lon < 21.0 => 33,
            lon if lon < 33.0 => 35,
            _ => 37,
        };
    }
    (((lon + 180.0) / 6.0) as u32 + 1).min(60)
}
