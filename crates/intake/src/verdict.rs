//! Decision on one feature: accepted, repaired or rejected.

use geo::MultiPolygon;
use headwaters_domain::intake::{FeatureFinding, FeatureOutcome, feature_label};

use crate::area::area_m2;
use crate::crs::FileCrs;
use crate::fault::Fault;
use crate::feature::Feature;
use crate::map;
use crate::raw_feature::RawFeature;
use crate::repair::{self, Repair};
use crate::rings::Rings;

/// Decides what becomes of a feature.
pub fn judge(raw: RawFeature, crs: &FileCrs) -> (Feature, Option<FeatureFinding>) {
    let RawFeature { index, id, properties, rings, fault } = raw;
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
