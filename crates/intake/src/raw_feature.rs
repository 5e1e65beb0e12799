//! One feature as read, before anything is decided about it.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::limits::Limits;
use crate::rings::{self, Rings};

/// A feature as read, in the file's coordinates.
pub struct RawFeature {
    pub index: u32,
    pub id: Option<Value>,
    pub properties: Map<String, Value>,
    /// Polygons as far as they could be read.
    pub rings: Rings,
    /// Fault that stopped the reading.
    pub fault: Option<Fault>,
}

impl RawFeature {
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
pub fn read(index: u32, text: &str, limits: &Limits) -> RawFeature {
    let unreadable = |fault: Fault| RawFeature {
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
    RawFeature { index, id: members.id.filter(|id| !id.is_null()), properties, rings, fault }
}
