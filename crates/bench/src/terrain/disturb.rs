//! Outlines as people draw them: an exact watershed simplified, grown, shrunk, shifted or hulled.

use anyhow::{Result, anyhow};
use geo::{BoundingRect, Buffer, ConvexHull, MultiPolygon, Simplify, Translate};
use headwaters_raster::{Crs, Transformer, UtmDatum, utm_zone_for};

/// One way of disturbing an outline, with its name in tables.
pub struct Disturbance {
    pub name: &'static str,
    change: Change,
}

/// Disturbances of the outline; lengths in metres.
enum Change {
    None,
    Simplify(f64),
    Offset(f64),
    Hull,
    Shift { east: f64, north: f64 },
}

const fn named(name: &'static str, change: Change) -> Disturbance {
    Disturbance { name, change }
}

/// All that are tried on every watershed.
pub const DISTURBANCES: [Disturbance; 13] = [
    named("exact", Change::None),
    named("simplified 60 m", Change::Simplify(60.0)),
    named("simplified 150 m", Change::Simplify(150.0)),
    named("grown 45 m", Change::Offset(45.0)),
    named("grown 120 m", Change::Offset(120.0)),
    named("grown 300 m", Change::Offset(300.0)),
    named("hull", Change::Hull),
    named("shrunk 45 m", Change::Offset(-45.0)),
    named("shrunk 120 m", Change::Offset(-120.0)),
    named("shifted 90 m N", Change::Shift { east: 0.0, north: 90.0 }),
    named("shifted 90 m E", Change::Shift { east: 90.0, north: 0.0 }),
    named("shifted 90 m S", Change::Shift { east: 0.0, north: -90.0 }),
    named("shifted 90 m W", Change::Shift { east: -90.0, north: 0.0 }),
];

impl Disturbance {
    /// Disturbs a polygon given in longitude and latitude, in the case's own metres, or in those of the
    /// polygon's UTM zone where the case's unit is the degree.
    pub fn of(&self, polygon: &MultiPolygon<f64>, case_crs: &Crs) -> Result<MultiPolygon<f64>> {
        let metric = match case_crs.metres_per_unit() {
            Some(unit) if !case_crs.is_geographic() && (unit - 1.0).abs() < 1e-9 => case_crs.clone(),
            _ => {
                let bounds = polygon.bounding_rect().ok_or_else(|| anyhow!("the polygon is empty"))?;
                let middle = bounds.center();
                utm_zone_for(middle.x, middle.y, UtmDatum::Wgs84)?
            }
        };
        let to_metres = Transformer::new(&Crs::wgs84(), &metric);
        let drawn = self.in_metres(&to_metres.multi_polygon(polygon)?);
        Ok(to_metres.inverse().multi_polygon(&drawn)?)
    }

    fn in_metres(&self, polygon: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        match self.change {
            Change::None => polygon.clone(),
            Change::Simplify(tolerance_m) => polygon.simplify(tolerance_m),
            Change::Offset(distance_m) => polygon.buffer(distance_m),
            Change::Hull => MultiPolygon(vec![polygon.convex_hull()]),
            Change::Shift { east, north } => polygon.translate(east, north),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Area, Distance, Euclidean, LineString, Point, Polygon};

    /// The table of approximate outlines would say nothing if "grown" did not grow by what it says.
    #[test]
    fn outlines_change_by_the_metres_their_names_say() {
        let utm = Crs::from_epsg(32611).unwrap();
        let square = [(0.0, 0.0), (2000.0, 0.0), (2000.0, 2000.0), (0.0, 2000.0), (0.0, 0.0)];
        let corner = |(x, y): (f64, f64)| (500_000.0 + x, 3_800_000.0 + y);
        let drawn = MultiPolygon(vec![Polygon::new(LineString::from_iter(square.map(corner)), vec![])]);
        let to_degrees = Transformer::new(&utm, &Crs::wgs84());
        let given = to_degrees.multi_polygon(&drawn).unwrap();
        let middle = Point::from(corner((1000.0, 1000.0)));
        for case_crs in [utm.clone(), Crs::wgs84()] {
            for disturbance in &DISTURBANCES {
                let found = disturbance.of(&given, &case_crs).unwrap();
                let found = to_degrees.inverse().multi_polygon(&found).unwrap();
                let side = match disturbance.change {
                    Change::Offset(distance) => 2000.0 + 2.0 * distance,
                    _ => 2000.0,
                };
                assert!((found.unsigned_area().sqrt() - side).abs() < 40.0, "{}", disturbance.name);
                let moved = match disturbance.change {
                    Change::Shift { .. } => 90.0,
                    _ => 0.0,
                };
                let centre = found.bounding_rect().unwrap().center();
                let apart = Euclidean.distance(Point::from(centre), middle);
                assert!((apart - moved).abs() < 0.01, "{}: {apart}", disturbance.name);
            }
        }
    }
}
