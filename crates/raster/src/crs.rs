//! Coordinate reference systems and the transformation between them.
//!
//! Projection mathematics come from `proj4rs`, EPSG definitions from `crs-definitions`. Axis order is always
//! x, y: longitude before latitude in degrees, easting before northing in the system's own unit.

mod definition;
mod error;
pub(crate) mod geokeys;
mod transformer;
mod utm;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use proj4rs::Proj;

pub use error::CrsError;
pub use transformer::Transformer;
pub use utm::{UtmDatum, utm_zone_for};

/// A coordinate reference system. Cheap to clone.
///
/// Two systems are equal when the same numbers mean the same place: definitions are compared by projection,
/// parameters, ellipsoid and datum, not by how they were written.
#[derive(Clone)]
pub struct Crs {
    definition: Arc<Definition>,
}

struct Definition {
    epsg: Option<u32>,
    proj_string: String,
    canonical: definition::Canonical,
    proj: Proj,
}

impl Crs {
    /// The system with an EPSG code.
    ///
    /// # Errors
    /// Unknown codes, and codes whose datum is not supported (NAD27 among them).
    pub fn from_epsg(code: u32) -> Result<Self, CrsError> {
        let definition = u16::try_from(code).ok().and_then(crs_definitions::from_code);
        let definition = definition.ok_or(CrsError::UnknownEpsg(code))?;
        Self::build(definition.proj4, Some(code), &format!("EPSG:{code}"))
    }

    /// The system described by a PROJ string such as `+proj=utm +zone=11 +datum=NAD83`.
    ///
    /// # Errors
    /// Text that is no PROJ string, unknown projections, unsupported datums.
    pub fn from_proj_string(text: &str) -> Result<Self, CrsError> {
        Self::build(text, None, text)
    }

    /// The system described by WKT 1 or 2 (ESRI `.prj` files included). An EPSG authority on the outermost
    /// node decides; without one the parameters are read.
    ///
    /// # Errors
    /// Text that is no WKT, unknown projections, unsupported datums.
    pub fn from_wkt(text: &str) -> Result<Self, CrsError> {
        definition::check_nesting(text)?;
        let horizontal = definition::horizontal_part(text);
        if let Some(crs) = definition::outermost_epsg(horizontal).and_then(|code| Self::from_epsg(code).ok())
        {
            return Ok(crs);
        }
        definition::refuse_datum_names(horizontal)?;
        let proj_string = proj4wkt::wkt_to_projstring(horizontal).map_err(|error| CrsError::Unusable {
            text: definition::beginning(text),
            reason: format!("its well-known text could not be read ({error})"),
        })?;
        let proj_string = definition::with_known_datum(&proj_string, horizontal);
        Self::build(&proj_string, None, &definition::beginning(text))
    }

    /// WGS 84 longitude and latitude, the system of GeoJSON.
    pub fn wgs84() -> Self {
        Self::from_epsg(4326).unwrap_or_else(|_| unreachable!("EPSG:4326 is in the definition table"))
    }

    fn build(proj_string: &str, epsg: Option<u32>, name: &str) -> Result<Self, CrsError> {
        let unusable = |reason: String| CrsError::Unusable { text: definition::beginning(name), reason };
        let canonical = definition::Canonical::parse(proj_string);
        canonical.check_datum(&definition::beginning(name))?;
        let proj = Proj::from_proj_string(proj_string.trim()).map_err(|error| unusable(error.to_string()))?;
        if proj.is_geocent() {
            return Err(unusable("geocentric systems have no map plane".into()));
        }
        if !proj.has_forward() || !proj.has_inverse() {
            return Err(unusable("its projection cannot be computed in both directions".into()));
        }
        let epsg = epsg.or_else(|| canonical.known_epsg());
        Ok(Self {
            definition: Arc::new(Definition {
                epsg,
                proj_string: proj_string.trim().to_owned(),
                canonical,
                proj,
            }),
        })
    }

    /// EPSG code, when the system was made from one or is one of the common families (WGS 84 and NAD83
    /// longitude/latitude, their UTM zones, CONUS Albers, Web Mercator).
    pub fn epsg(&self) -> Option<u32> {
        self.definition.epsg
    }

    /// The definition as a PROJ string.
    pub fn proj_string(&self) -> &str {
        &self.definition.proj_string
    }

    /// Returns true if coordinates are longitude and latitude in degrees.
    pub fn is_geographic(&self) -> bool {
        self.definition.proj.is_latlong()
    }

    /// Metres in one map unit; `None` for longitude and latitude.
    pub fn metres_per_unit(&self) -> Option<f64> {
        (!self.is_geographic()).then(|| self.definition.proj.to_meter())
    }

    pub(crate) fn proj(&self) -> &Proj {
        &self.definition.proj
    }

    pub(crate) fn canonical(&self) -> &definition::Canonical {
        &self.definition.canonical
    }
}

impl PartialEq for Crs {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.definition, &other.definition)
            || self.definition.canonical == other.definition.canonical
    }
}

impl Eq for Crs {}

impl fmt::Display for Crs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.epsg() {
            Some(code) => write!(formatter, "EPSG:{code}"),
            None => formatter.write_str(self.proj_string()),
        }
    }
}

impl fmt::Debug for Crs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Crs({self})")
    }
}

/// Reads `EPSG:32611`, a PROJ string or WKT.
impl FromStr for Crs {
    type Err = CrsError;

    fn from_str(text: &str) -> Result<Self, CrsError> {
        let text = text.trim();
        let code = text.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("epsg:")).map(|_| &text[5..]);
        match code {
            Some(code) => match code.trim().parse() {
                Ok(code) => Self::from_epsg(code),
                Err(_) => Err(CrsError::Unusable {
                    text: definition::beginning(text),
                    reason: "an EPSG code is a whole number".into(),
                }),
            },
            None if text.starts_with('+') => Self::from_proj_string(text),
            None => Self::from_wkt(text),
        }
    }
}

#[cfg(test)]
mod tests;
