//! Coordinate reference systems as GeoTIFF keys (OGC 19-008r4, GeoTIFF 1.1, annex B and section 7).

use geotiff_core::{GeoKeyDirectory, GeoKeyValue};

use super::{Crs, CrsError};

const MODEL_TYPE: u16 = 1024;
const CITATION: u16 = 1026;
const GEOGRAPHIC_TYPE: u16 = 2048;
const GEODETIC_DATUM: u16 = 2050;
const ANGULAR_UNITS: u16 = 2054;
const ELLIPSOID: u16 = 2056;
const SEMI_MAJOR_AXIS: u16 = 2057;
const SEMI_MINOR_AXIS: u16 = 2058;
const INVERSE_FLATTENING: u16 = 2059;
const PROJECTED_TYPE: u16 = 3072;
const PROJECTED_CITATION: u16 = 3073;
const PROJECTION: u16 = 3074;
const COORDINATE_TRANSFORMATION: u16 = 3075;
const LINEAR_UNITS: u16 = 3076;
const LINEAR_UNIT_SIZE: u16 = 3077;
const STANDARD_PARALLEL_1: u16 = 3078;
const STANDARD_PARALLEL_2: u16 = 3079;
const NATURAL_ORIGIN_LONGITUDE: u16 = 3080;
const NATURAL_ORIGIN_LATITUDE: u16 = 3081;
const FALSE_EASTING: u16 = 3082;
const FALSE_NORTHING: u16 = 3083;
const FALSE_ORIGIN_LONGITUDE: u16 = 3084;
const FALSE_ORIGIN_LATITUDE: u16 = 3085;
const FALSE_ORIGIN_EASTING: u16 = 3086;
const FALSE_ORIGIN_NORTHING: u16 = 3087;
const CENTRE_LONGITUDE: u16 = 3088;
const CENTRE_LATITUDE: u16 = 3089;
const SCALE_AT_NATURAL_ORIGIN: u16 = 3092;

const USER_DEFINED: u16 = 32767;
const MODEL_PROJECTED: u16 = 1;
const MODEL_GEOGRAPHIC: u16 = 2;
const UNIT_METRE: u16 = 9001;
const UNIT_DEGREE: u16 = 9102;

/// EPSG codes of the geographic systems behind the supported datums.
const GEOGRAPHIC_NAD27: u16 = 4267;
const GEOGRAPHIC_NAD83: u16 = 4269;
const GEOGRAPHIC_WGS84: u16 = 4326;

/// The system a file's keys describe; `Ok(None)` when they describe none.
pub(crate) fn from_geokeys(keys: &GeoKeyDirectory) -> Result<Option<Crs>, CrsError> {
    let model = keys.get_short(MODEL_TYPE);
    let code = |key| keys.get_short(key).filter(|code| *code != 0 && *code != USER_DEFINED);
    if let Some(code) = code(PROJECTED_TYPE) {
        return Crs::from_epsg(code.into()).map(Some);
    }
    let projected = model == Some(MODEL_PROJECTED)
        || keys.get_short(PROJECTED_TYPE).is_some()
        || keys.get_short(COORDINATE_TRANSFORMATION).is_some();
    if projected {
        if let Some(crs) = from_citation(keys) {
            return crs.map(Some);
        }
        return projected_parameters(keys).map(Some);
    }
    if let Some(code) = code(GEOGRAPHIC_TYPE) {
        return Crs::from_epsg(code.into()).map(Some);
    }
    if model == Some(MODEL_GEOGRAPHIC) {
        return Crs::from_proj_string(&format!("+proj=longlat {}", datum(keys)?)).map(Some);
    }
    Ok(None)
}

/// ESRI software writes the whole definition as text into the citation.
fn from_citation(keys: &GeoKeyDirectory) -> Option<Result<Crs, CrsError>> {
    let citation = keys.get_ascii(PROJECTED_CITATION).or_else(|| keys.get_ascii(CITATION))?;
    let wkt = citation.split_once("ESRI PE String =")?.1;
    Some(Crs::from_wkt(wkt.trim()))
}

/// Datum and ellipsoid as PROJ parameters.
fn datum(keys: &GeoKeyDirectory) -> Result<String, CrsError> {
    let geographic = keys.get_short(GEOGRAPHIC_TYPE);
    // A datum's EPSG code is that of its geographic system plus 2000 for all the classic datums.
    let from_datum =
        keys.get_short(GEODETIC_DATUM).filter(|code| *code != USER_DEFINED).map(|code| code - code.min(2000));
    match geographic.filter(|code| *code != USER_DEFINED).or(from_datum) {
        Some(GEOGRAPHIC_NAD83) => return Ok("+datum=NAD83".into()),
        Some(GEOGRAPHIC_WGS84) => return Ok("+datum=WGS84".into()),
        Some(GEOGRAPHIC_NAD27) => return Ok("+datum=NAD27".into()),
        Some(code) => {
            let base = Crs::from_epsg(code.into())?;
            let kept = ["+datum=", "+ellps=", "+towgs84=", "+a=", "+b=", "+rf=", "+R=", "+pm="];
            let words = base.proj_string().split_whitespace();
            let words = words.filter(|word| kept.iter().any(|name| word.starts_with(name)));
            return Ok(words.collect::<Vec<_>>().join(" "));
        }
        None => {}
    }
    let ellipsoid = match keys.get_short(ELLIPSOID) {
        Some(7019) => Some("+ellps=GRS80".to_owned()),
        Some(7030) => Some("+ellps=WGS84".to_owned()),
        _ => None,
    };
    let axes = double(keys, SEMI_MAJOR_AXIS).map(|semi_major| {
        match (double(keys, INVERSE_FLATTENING), double(keys, SEMI_MINOR_AXIS)) {
            (Some(flattening), _) if flattening != 0.0 => format!("+a={semi_major} +rf={flattening}"),
            (_, Some(semi_minor)) => format!("+a={semi_major} +b={semi_minor}"),
            _ => format!("+R={semi_major}"),
        }
    });
    ellipsoid.or(axes).ok_or_else(|| CrsError::Unusable {
        text: "GeoTIFF keys".into(),
        reason: "they name neither a datum nor an ellipsoid".into(),
    })
}

fn double(keys: &GeoKeyDirectory, key: u16) -> Option<f64> {
    keys.get_double(key).and_then(|values| values.first().copied())
}

/// A projection given by its parameters instead of a code.
fn projected_parameters(keys: &GeoKeyDirectory) -> Result<Crs, CrsError> {
    let first = |candidates: &[u16]| candidates.iter().find_map(|key| double(keys, *key)).unwrap_or(0.0);
    let method = keys.get_short(COORDINATE_TRANSFORMATION);
    let projection = keys.get_short(PROJECTION).filter(|code| *code != USER_DEFINED);
    let lon = first(&[NATURAL_ORIGIN_LONGITUDE, FALSE_ORIGIN_LONGITUDE, CENTRE_LONGITUDE]);
    let lat = first(&[NATURAL_ORIGIN_LATITUDE, FALSE_ORIGIN_LATITUDE, CENTRE_LATITUDE]);
    let easting = first(&[FALSE_EASTING, FALSE_ORIGIN_EASTING]);
    let northing = first(&[FALSE_NORTHING, FALSE_ORIGIN_NORTHING]);
    let scale = double(keys, SCALE_AT_NATURAL_ORIGIN).unwrap_or(1.0);
    let parallels =
        format!("+lat_1={} +lat_2={}", first(&[STANDARD_PARALLEL_1]), first(&[STANDARD_PARALLEL_2]));
    let method = match (method, projection) {
        (Some(1), _) => format!("+proj=tmerc +k_0={scale} +lat_0={lat}"),
        (Some(7), _) => format!("+proj=merc +k_0={scale}"),
        (Some(8), _) => format!("+proj=lcc {parallels} +lat_0={lat}"),
        (Some(9), _) => format!("+proj=lcc +lat_1={lat} +k_0={scale} +lat_0={lat}"),
        (Some(10), _) => format!("+proj=laea +lat_0={lat}"),
        (Some(11), _) => format!("+proj=aea {parallels} +lat_0={lat}"),
        (Some(24), _) => "+proj=sinu".to_owned(),
        // EPSG numbers UTM conversions 16001 to 16060 north, 16101 to 16160 south.
        (None, Some(code @ 16001..=16060)) => return utm(code - 16000, "", keys),
        (None, Some(code @ 16101..=16160)) => return utm(code - 16100, "+south", keys),
        _ => {
            return Err(CrsError::Unusable {
                text: "GeoTIFF keys".into(),
                reason: format!(
                    "projection method {} is not supported",
                    method.or(projection).map_or("(none)".to_owned(), |code| code.to_string())
                ),
            });
        }
    };
    // False easting and northing are stored in the map's own unit, PROJ wants metres.
    let (unit, size) = linear_unit(keys)?;
    let (x, y) = (easting * size, northing * size);
    Crs::from_proj_string(&format!("{method} +lon_0={lon} +x_0={x} +y_0={y} {} {unit}", datum(keys)?))
}

fn utm(zone: u16, south: &str, keys: &GeoKeyDirectory) -> Result<Crs, CrsError> {
    Crs::from_proj_string(&format!("+proj=utm +zone={zone} {south} {} +units=m", datum(keys)?))
}

/// The linear unit as a PROJ parameter and in metres.
fn linear_unit(keys: &GeoKeyDirectory) -> Result<(String, f64), CrsError> {
    match keys.get_short(LINEAR_UNITS) {
        None | Some(UNIT_METRE) => Ok(("+units=m".into(), 1.0)),
        Some(9002) => Ok(("+units=ft".into(), 0.3048)),
        Some(9003) => Ok(("+units=us-ft".into(), 1200.0 / 3937.0)),
        Some(code) => {
            let size = double(keys, LINEAR_UNIT_SIZE).ok_or_else(|| CrsError::Unusable {
                text: "GeoTIFF keys".into(),
                reason: format!("linear unit {code} is not supported"),
            })?;
            Ok((format!("+to_meter={size}"), size))
        }
    }
}

/// The keys that describe a system.
///
/// # Errors
/// Systems without an EPSG code whose projection is not longitude/latitude, transverse Mercator, UTM, Albers
/// or Lambert conformal conic.
pub(crate) fn to_geokeys(crs: &Crs) -> Result<Vec<(u16, GeoKeyValue)>, CrsError> {
    let short = GeoKeyValue::Short;
    let model = if crs.is_geographic() { MODEL_GEOGRAPHIC } else { MODEL_PROJECTED };
    let mut keys = vec![(MODEL_TYPE, short(model))];
    if let Some(code) = crs.epsg().and_then(|code| u16::try_from(code).ok()) {
        keys.push((if crs.is_geographic() { GEOGRAPHIC_TYPE } else { PROJECTED_TYPE }, short(code)));
        return Ok(keys);
    }
    keys.push((CITATION, GeoKeyValue::Ascii(crs.proj_string().replace('|', " "))));
    keys.extend(datum_keys(crs)?);
    if !crs.is_geographic() {
        keys.extend(projection_keys(crs)?);
    }
    Ok(keys)
}

fn datum_keys(crs: &Crs) -> Result<Vec<(u16, GeoKeyValue)>, CrsError> {
    let canonical = crs.canonical();
    let short = GeoKeyValue::Short;
    let axis = |key, value| (key, GeoKeyValue::Double(vec![value]));
    Ok(match (canonical.text("datum"), canonical.text("ellps"), canonical.text("towgs84")) {
        (Some("NAD83"), _, _) => vec![(GEOGRAPHIC_TYPE, short(GEOGRAPHIC_NAD83))],
        (Some("WGS84"), _, _) => vec![(GEOGRAPHIC_TYPE, short(GEOGRAPHIC_WGS84))],
        (None, Some(name @ ("GRS80" | "WGS84")), None) => vec![
            (GEOGRAPHIC_TYPE, short(USER_DEFINED)),
            (GEODETIC_DATUM, short(USER_DEFINED)),
            (ANGULAR_UNITS, short(UNIT_DEGREE)),
            (ELLIPSOID, short(if name == "GRS80" { 7019 } else { 7030 })),
        ],
        (None, None, None) => {
            let (semi_major, semi_minor) = crs.proj().ellipse_parameters();
            vec![
                (GEOGRAPHIC_TYPE, short(USER_DEFINED)),
                (GEODETIC_DATUM, short(USER_DEFINED)),
                (ANGULAR_UNITS, short(UNIT_DEGREE)),
                (ELLIPSOID, short(USER_DEFINED)),
                axis(SEMI_MAJOR_AXIS, semi_major),
                axis(SEMI_MINOR_AXIS, semi_minor),
            ]
        }
        _ => return Err(not_writable(crs)),
    })
}

fn projection_keys(crs: &Crs) -> Result<Vec<(u16, GeoKeyValue)>, CrsError> {
    let canonical = crs.canonical();
    let size = crs.proj().to_meter();
    let number = |name: &str| canonical.number(name).unwrap_or(0.0);
    let double = |key, value| (key, GeoKeyValue::Double(vec![value]));
    let short = |key, value| (key, GeoKeyValue::Short(value));
    let mut keys = vec![short(PROJECTED_TYPE, USER_DEFINED)];
    let origin = [number("x_0") / size, number("y_0") / size];
    match canonical.text("proj") {
        Some("utm") => {
            let zone = canonical.number("zone").filter(|zone| (1.0..=60.0).contains(zone));
            let zone = zone.ok_or_else(|| not_writable(crs))? as u16;
            let south = if canonical.text("south").is_some() { 100 } else { 0 };
            keys.push(short(PROJECTION, 16000 + south + zone));
        }
        Some("tmerc") => keys.extend([
            short(PROJECTION, USER_DEFINED),
            short(COORDINATE_TRANSFORMATION, 1),
            double(NATURAL_ORIGIN_LONGITUDE, number("lon_0")),
            double(NATURAL_ORIGIN_LATITUDE, number("lat_0")),
            double(SCALE_AT_NATURAL_ORIGIN, canonical.number("k_0").unwrap_or(1.0)),
            double(FALSE_EASTING, origin[0]),
            double(FALSE_NORTHING, origin[1]),
        ]),
        Some("aea") => keys.extend([
            short(PROJECTION, USER_DEFINED),
            short(COORDINATE_TRANSFORMATION, 11),
            double(STANDARD_PARALLEL_1, number("lat_1")),
            double(STANDARD_PARALLEL_2, number("lat_2")),
            double(NATURAL_ORIGIN_LONGITUDE, number("lon_0")),
            double(NATURAL_ORIGIN_LATITUDE, number("lat_0")),
            double(FALSE_EASTING, origin[0]),
            double(FALSE_NORTHING, origin[1]),
        ]),
        Some("lcc") if canonical.number("lat_2").is_some() => keys.extend([
            short(PROJECTION, USER_DEFINED),
            short(COORDINATE_TRANSFORMATION, 8),
            double(STANDARD_PARALLEL_1, number("lat_1")),
            double(STANDARD_PARALLEL_2, number("lat_2")),
            double(FALSE_ORIGIN_LONGITUDE, number("lon_0")),
            double(FALSE_ORIGIN_LATITUDE, number("lat_0")),
            double(FALSE_ORIGIN_EASTING, origin[0]),
            double(FALSE_ORIGIN_NORTHING, origin[1]),
        ]),
        _ => return Err(not_writable(crs)),
    }
    if size == 1.0 {
        keys.push(short(LINEAR_UNITS, UNIT_METRE));
    } else {
        keys.extend([short(LINEAR_UNITS, USER_DEFINED), double(LINEAR_UNIT_SIZE, size)]);
    }
    Ok(keys)
}

fn not_writable(crs: &Crs) -> CrsError {
    CrsError::Unusable {
        text: crs.to_string(),
        reason: "it has no EPSG code and its projection or datum cannot be written into a GeoTIFF".into(),
    }
}
