//! The coordinate system of a file: the `crs` member in its usual spellings, or RFC 7946's lon/lat.

use headwaters_raster::{Crs, Transformer};
use serde_json::Value;

use crate::raw_feature::RawFeature;
use crate::refusal::Refusal;

/// Coordinate system of a file.
pub struct FileCrs {
    epsg: u32,
    declared: bool,
    /// To WGS 84 lon/lat, when the file is in something else.
    transformer: Option<Transformer>,
}

impl FileCrs {
    pub fn epsg(&self) -> u32 {
        self.epsg
    }

    pub fn source(&self) -> &'static str {
        if self.declared { "declared" } else { "default" }
    }

    /// Refuses a file that declares or implies longitude and latitude but holds other coordinates.
    pub fn check_range(&self, features: &[RawFeature]) -> Result<(), Refusal> {
        if self.transformer.is_some() {
            return Ok(());
        }
        let possible = |[x, y]: [f64; 2]| x.abs() <= 180.0 && y.abs() <= 90.0;
        let impossible = features.iter().find_map(|feature| {
            let point = feature
                .positions()
                .find(|point| point[0].is_finite() && point[1].is_finite() && !possible(*point));
            point.map(|point| (feature.index, point))
        });
        let Some((index, [x, y])) = impossible else {
            return Ok(());
        };
        let advice = if x.abs() <= 90.0 && y.abs() <= 180.0 {
            "longitude and latitude seem to be swapped; GeoJSON puts longitude first"
        } else if self.declared {
            "the crs member says longitude and latitude, but the numbers are something else"
        } else {
            "export the file in EPSG:4326, or give it a crs member that names its EPSG code"
        };
        let message = format!(
            "feature {index} has the position ({x}, {y}), which is no longitude and latitude: {advice}"
        );
        Err(Refusal::new("impossible_coordinates", message))
    }

    /// Longitude and latitude of a position, or `None` where the projection has no answer.
    pub fn to_lon_lat(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        let Some(transformer) = &self.transformer else {
            return Some([x, y]);
        };
        let (lon, lat) = transformer.point(x, y).ok()?;
        (lon.is_finite() && lat.is_finite()).then_some([lon, lat])
    }
}

/// Reads the `crs` member.
pub fn declared(member: Option<&Value>) -> Result<FileCrs, Refusal> {
    let Some(member) = member else {
        return Ok(FileCrs { epsg: 4326, declared: false, transformer: None });
    };
    let epsg = code(member).ok_or_else(|| {
        let message = format!("the crs member {member} is not understood; name an EPSG code, as in \"urn:ogc:def:crs:EPSG::32611\"");
        Refusal::new("unknown_crs", message)
    })?;
    // NAD 83 and WGS 84 longitudes differ by about a metre; the transformation is exact enough to skip for both.
    if epsg == 4326 {
        return Ok(FileCrs { epsg, declared: true, transformer: None });
    }
    let crs = Crs::from_epsg(epsg).map_err(|fault| {
        Refusal::new(
            "unsupported_crs",
            format!("the file's coordinate system EPSG:{epsg} cannot be used: {fault}"),
        )
    })?;
    let transformer = Transformer::new(&crs, &Crs::wgs84());
    let identity = transformer.is_identity();
    Ok(FileCrs { epsg, declared: true, transformer: (!identity).then_some(transformer) })
}

/// EPSG code of a `crs` member: a name in any of its usual spellings, or the old `EPSG` type with a code.
fn code(member: &Value) -> Option<u32> {
    let properties = member.get("properties");
    let name = member
        .as_str()
        .or_else(|| properties.and_then(|properties| properties.get("name")).and_then(Value::as_str))
        .or_else(|| member.get("name").and_then(Value::as_str));
    if let Some(name) = name {
        return code_of_name(name);
    }
    let number = properties.and_then(|properties| properties.get("code"))?;
    number.as_u64().and_then(|code| u32::try_from(code).ok()).or_else(|| number.as_str()?.parse().ok())
}

fn code_of_name(name: &str) -> Option<u32> {
    let upper = name.trim().to_ascii_uppercase();
    if upper.ends_with("CRS84") || upper == "WGS84" || upper == "WGS 84" {
        return Some(4326);
    }
    if !upper.contains("EPSG") && !upper.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    upper.rsplit([':', '/']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_usual_spelling_of_a_crs_is_understood() {
        for (member, epsg) in [
            (json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}), 4326),
            (json!({"type": "name", "properties": {"name": "OGC:CRS84"}}), 4326),
            (json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::26911"}}), 26911),
            (json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG:9.1:32610"}}), 32610),
            (json!({"type": "name", "properties": {"name": "EPSG:5070"}}), 5070),
            (
                json!({"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/EPSG/0/3857"}}),
                3857,
            ),
            (json!({"type": "EPSG", "properties": {"code": 4269}}), 4269),
            (json!("epsg:4326"), 4326),
        ] {
            assert_eq!(code(&member), Some(epsg), "{member}");
        }
        for unknown in [
            json!({"type": "link", "properties": {"href": "x.prj"}}),
            json!({"type": "name"}),
            json!("NAD27"),
        ] {
            assert_eq!(code(&unknown), None, "{unknown}");
        }
    }
}
