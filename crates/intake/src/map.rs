//! Geometry for the dashboard's map.

use geo::{BoundingRect, Coord, LineString, MultiPolygon, Simplify};

use crate::feature::Feature;
use crate::rings::Rings;

/// Simplification tolerance of drawn rings, as a share of the feature's extent.
const TOLERANCE: f64 = 1.0 / 400.0;

/// West, south, east, north of all usable features.
pub fn bbox(features: &[Feature]) -> Option<[f64; 4]> {
    let rects = features.iter().filter_map(|feature| feature.geometry.as_ref()?.bounding_rect());
    rects
        .map(|rect| [rect.min().x, rect.min().y, rect.max().x, rect.max().y])
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}

/// Simplified rings of a valid geometry.
pub fn outline(geometry: &MultiPolygon<f64>) -> Vec<Vec<[f64; 2]>> {
    let rings =
        geometry.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    simplified(rings.cloned().collect())
}

/// Simplified rings of whatever could be read.
pub fn raw_outline(rings: &Rings) -> Vec<Vec<[f64; 2]>> {
    let ring = |ring: &Vec<[f64; 2]>| LineString(ring.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect());
    simplified(rings.iter().flatten().map(ring).collect())
}

fn simplified(rings: Vec<LineString<f64>>) -> Vec<Vec<[f64; 2]>> {
    let extent =
        |ring: &LineString<f64>| ring.bounding_rect().map_or(0.0, |rect| rect.width().max(rect.height()));
    let largest = rings.iter().map(extent).fold(0.0, f64::max);
    let draw = |ring: LineString<f64>| {
        let simple = ring.simplify(largest * TOLERANCE);
        let rounded = |point: &Coord<f64>| [(point.x * 1e6).round() / 1e6, (point.y * 1e6).round() / 1e6];
        simple.0.iter().map(rounded).collect::<Vec<_>>()
    };
    rings.into_iter().filter(|ring| ring.0.len() >= 2).map(draw).collect()
}
