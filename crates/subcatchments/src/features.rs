//! Hillslopes and channels as geometry and GeoJSON.

use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use geojson::{Feature, FeatureCollection, Geometry, GeometryValue, JsonObject, JsonValue};
use headwaters_raster::Cell;
use serde::Serialize;

use crate::arcs::simplified;
use crate::outlines::{self, Outline};
use crate::{Channel, Watershed};

impl Watershed {
    /// Outlines of all hillslopes and channels in map coordinates, by ascending id, tiling the basin.
    ///
    /// `tolerance_m` is the simplification tolerance: 0 keeps the cell edges, half to one and a half cells smooths the steps
    /// (larger values are capped). Shared edges stay shared.
    pub fn outlines(&self, tolerance_m: f64) -> Vec<Outline> {
        outlines::outline(&self.subwta, &self.transform, tolerance_m)
    }

    /// Course of a channel through its cells' centres, from its upper end into the channel below, in map
    /// coordinates. Both ends are kept by simplification, so that the network stays connected.
    pub fn channel_line(&self, channel: &Channel, tolerance_m: f64) -> LineString<f64> {
        let below = channel.outflow.and_then(|id| self.channel(id)).and_then(|below| below.cells.first());
        let centre = |&index: &u32| {
            let cols = self.subwta.cols();
            self.transform.centre(Cell { row: index as usize / cols, col: index as usize % cols })
        };
        let mut points: Vec<(f64, f64)> = channel.cells.iter().chain(below).map(centre).collect();
        if points.len() == 1 {
            points.push(points[0]);
        }
        let kept = simplified(&points, tolerance_m.max(0.0));
        kept.into_iter().map(|i| Coord::from(points[i as usize])).collect()
    }

    /// Hillslopes as polygon features with their measures as properties.
    ///
    /// `to_coordinates` turns map (x, y) into the coordinates to write: the identity, or a reprojection to
    /// longitude and latitude.
    pub fn hillslopes_geojson(
        &self,
        tolerance_m: f64,
        mut to_coordinates: impl FnMut(f64, f64) -> (f64, f64),
    ) -> FeatureCollection {
        let feature = |outline: Outline| {
            let hillslope = self.hillslope(outline.topaz_id)?;
            let polygons = map_polygons(outline.polygons, &mut to_coordinates);
            Some(feature(polygon_value(polygons), properties(hillslope)))
        };
        self.outlines(tolerance_m).into_iter().filter_map(feature).collect()
    }

    /// Channels as line features with their measures as properties. For `to_coordinates` see
    /// [`Watershed::hillslopes_geojson`].
    pub fn channels_geojson(
        &self,
        tolerance_m: f64,
        mut to_coordinates: impl FnMut(f64, f64) -> (f64, f64),
    ) -> FeatureCollection {
        let feature = |channel: &Channel| {
            let line = map_line(self.channel_line(channel, tolerance_m), &mut to_coordinates);
            feature(GeometryValue::from(&line), properties(channel))
        };
        self.channels.iter().map(feature).collect()
    }

    /// Cells of all channels as polygon features; together with the hillslopes they tile the basin.
    pub fn channel_areas_geojson(
        &self,
        tolerance_m: f64,
        mut to_coordinates: impl FnMut(f64, f64) -> (f64, f64),
    ) -> FeatureCollection {
        let feature = |outline: Outline| {
            let channel = self.channel(outline.topaz_id)?;
            let polygons = map_polygons(outline.polygons, &mut to_coordinates);
            Some(feature(polygon_value(polygons), properties(channel)))
        };
        self.outlines(tolerance_m).into_iter().filter_map(feature).collect()
    }
}

/// Names the coordinate system of a collection that is not in longitude and latitude, in the way of the
/// 2008 GeoJSON specification, which GDAL and QGIS read.
pub fn with_crs(mut collection: FeatureCollection, epsg: u32) -> FeatureCollection {
    let name = format!("urn:ogc:def:crs:EPSG::{epsg}");
    let properties = JsonObject::from_iter([("name".to_owned(), JsonValue::from(name))]);
    let crs = JsonObject::from_iter([
        ("type".to_owned(), JsonValue::from("name")),
        ("properties".to_owned(), JsonValue::from(properties)),
    ]);
    collection.foreign_members.get_or_insert_default().insert("crs".to_owned(), JsonValue::from(crs));
    collection
}

fn feature(geometry: GeometryValue, properties: JsonObject) -> Feature {
    let id = properties.get("topaz_id").and_then(JsonValue::as_u64);
    Feature {
        bbox: None,
        geometry: Some(Geometry::new(geometry)),
        id: id.map(|id| geojson::feature::Id::Number(id.into())),
        properties: Some(properties),
        foreign_members: None,
    }
}

/// The measures of a hillslope or channel without its profile, which belongs in the slope file.
fn properties(measures: &impl Serialize) -> JsonObject {
    // Structs of numbers and strings always serialise; a measure that is not finite becomes null.
    let Ok(JsonValue::Object(mut members)) = serde_json::to_value(measures) else { return JsonObject::new() };
    members.remove("profile");
    members
}

fn polygon_value(polygons: MultiPolygon<f64>) -> GeometryValue {
    match polygons.0.as_slice() {
        [single] => GeometryValue::from(single),
        _ => GeometryValue::from(&polygons),
    }
}

fn map_line(line: LineString<f64>, map: &mut impl FnMut(f64, f64) -> (f64, f64)) -> LineString<f64> {
    line.into_iter().map(|Coord { x, y }| Coord::from(map(x, y))).collect()
}

fn map_polygons(
    polygons: MultiPolygon<f64>,
    map: &mut impl FnMut(f64, f64) -> (f64, f64),
) -> MultiPolygon<f64> {
    let polygon = |polygon: Polygon<f64>| {
        let (outer, holes) = polygon.into_inner();
        let outer = map_line(outer, map);
        Polygon::new(outer, holes.into_iter().map(|hole| map_line(hole, map)).collect())
    };
    polygons.into_iter().map(polygon).collect()
}
