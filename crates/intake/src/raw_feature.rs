//! One feature: reading it, and deciding whether it becomes a run.

use geo::MultiPolygon;
use headwaters_domain::intake::{FeatureFinding, FeatureOutcome, feature_label};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::crs::FileCrs;
use crate::repair::{self, Repair};
use crate::rings::{self, Rings};
use crate::{Feature, Limits, area_m2, map};

/// A fault that rejects a feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub code: &'static str,
    pub message: String,
    pub at: Option<[f64; 2]>,
}

impl Fault {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), at: None }
    }

    pub fn at(self, at: [f64; 2]) -> Self {
        Self { at: Some(at), ..self }
    }
}

/// A feature as read, in the file's coordinates.
pub struct Read {
    pub index: u32,
    id: Option<Value>,
    properties: Map<String, Value>,
    /// Polygons as far as they could be read, and what stopped the reading.
    rings: Rings,
    fault: Option<Fault>,
}

impl Read {
    /// All positions that could be read.
    pub fn positions(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        self.rings.iter().flatten().flatten().copied()
    }
}

#[derive(Deserialize)]
struct Members {
    id: Option<Value>,
    properties: Option<Value>,
    geometry: Option<Value>,
}

/// Reads one feature.
pub fn read(index: u32, text: &str, limits: &Limits) -> Read {
    let unreadable = |fault: Fault| Read {
        index,
        id: None,
        properties: Map::new(),
        rings: Vec::new(),
        fault: Some(fault),
    };
    let members: Members = match serde_json::from_str(text) {
        Ok(members) => members,
        Err(fault) => {
            let non_finite = fault.to_string().contains("number out of range");
            return unreadable(if non_finite {
                Fault::new(
                    "non_finite_number",
                    format!("a number is too large to be one (column {} of the feature)", fault.column()),
                )
            } else {
                Fault::new("not_a_feature", format!("this is not a GeoJSON feature: {fault}"))
            });
        }
    };
    let properties = match members.properties {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    let (rings, fault) = rings::read(members.geometry.as_ref(), limits);
    Read { index, id: members.id.filter(|id| !id.is_null()), properties, rings, fault }
}

/// Decides what becomes of a feature.
pub fn judge(read: Read, crs: &FileCrs) -> (Feature, Option<FeatureFinding>) {
    let Read { index, id, properties, rings, fault } = read;
    let (rings, outside) = to_lon_lat(&rings, crs);
    let outside = outside.map(|position| {
        Fault::new(
            "outside_crs",
            format!("({}, {}) lies outside EPSG:{}", position[0], position[1], crs.epsg()),
        )
    });
    let verdict = match fault.or(outside) {
        Some(fault) => Err(fault),
        None => repair::repair(&rings),
    };
    let feature_id = feature_label(id.as_ref(), &properties);
    let feature = |outcome, geometry: Option<MultiPolygon<f64>>, outline| Feature {
        index,
        id,
        properties,
        outcome,
        area_m2: geometry.as_ref().map_or(0.0, area_m2),
        geometry,
        outline,
    };
    let finding = |outcome, code: &str, message, at, area_change_m2| FeatureFinding {
        index,
        feature_id,
        outcome,
        code: code.to_owned(),
        message,
        at,
        area_change_m2,
    };
    match verdict {
        Ok(Repair { geometry, change: None }) => {
            let outline = map::outline(&geometry);
            (feature(FeatureOutcome::Accepted, Some(geometry), outline), None)
        }
        Ok(Repair { geometry, change: Some(change) }) => {
            let outline = map::outline(&geometry);
            let finding = finding(
                FeatureOutcome::Repaired,
                change.code,
                change.message,
                change.at,
                Some(change.area_m2),
            );
            (feature(FeatureOutcome::Repaired, Some(geometry), outline), Some(finding))
        }
        Err(fault) => {
            let finding = finding(FeatureOutcome::Rejected, fault.code, fault.message, fault.at, None);
            (feature(FeatureOutcome::Rejected, None, map::raw_outline(&rings)), Some(finding))
        }
    }
}

/// Rings in lon/lat, and the first position that has none.
fn to_lon_lat(rings: &Rings, crs: &FileCrs) -> (Rings, Option<[f64; 2]>) {
    let mut outside = None;
    let mut position = |position: &[f64; 2]| {
        let lon_lat = crs.to_lon_lat(*position);
        if lon_lat.is_none() {
            outside.get_or_insert(*position);
        }
        lon_lat
    };
    let mut ring = |ring: &Vec<[f64; 2]>| ring.iter().filter_map(&mut position).collect();
    let converted = rings.iter().map(|polygon| polygon.iter().map(&mut ring).collect()).collect();
    (converted, outside)
}
