//! Areas on the ellipsoid.

use geo::{LineString, MultiPolygon};

/// WGS 84 semi-major axis, m, and first eccentricity squared (NIMA TR8350.2).
const SEMI_MAJOR_AXIS_M: f64 = 6_378_137.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_694_379_990_141_316;

/// Area of polygons given in lon/lat degrees, m²: exact on the WGS 84 ellipsoid for edges that are straight in the
/// cylindrical equal-area projection. RFC 7946 edges are straight in lon/lat and geodesics bulge away from both, by
/// less than a metre for edges up to 8 km.
pub fn area_m2(polygons: &MultiPolygon<f64>) -> f64 {
    let of = |polygon: &geo::Polygon<f64>| {
        let holes: f64 = polygon.interiors().iter().map(ring_area_m2).sum();
        ring_area_m2(polygon.exterior()) - holes
    };
    polygons.iter().map(of).sum()
}

/// Unsigned area of a ring in lon/lat degrees, m²; a bow-tie's lobes cancel.
pub fn ring_area_m2(ring: &LineString<f64>) -> f64 {
    let mut points = ring.0.iter().map(|point| (point.x.to_radians(), authalic_q(point.y)));
    let Some(mut before) = points.next() else { return 0.0 };
    let mut twice = 0.0;
    for here in points {
        twice += (here.0 - before.0) * (before.1 + here.1);
        before = here;
    }
    (twice / 2.0).abs() * SEMI_MAJOR_AXIS_M * SEMI_MAJOR_AXIS_M / 2.0
}

/// Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395, equation 3-12.
fn authalic_q(lat_deg: f64) -> f64 {
    let e = ECCENTRICITY_SQUARED.sqrt();
    let s = lat_deg.to_radians().sin();
    (1.0 - ECCENTRICITY_SQUARED)
        * (s / (1.0 - ECCENTRICITY_SQUARED * s * s) - ((1.0 - e * s) / (1.0 + e * s)).ln() / (2.0 * e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Coord, GeodesicArea, Polygon};

    #[test]
    fn areas_equal_the_geodesic_ones() {
        // Edges of 30 m, as a traced watershed has them.
        let edge = |t: f64| Coord { x: -118.25 + 0.05 * t.cos(), y: 34.35 + 0.04 * t.sin() };
        let ring: LineString<f64> =
            (0..1000).map(|step| edge(f64::from(step) * std::f64::consts::TAU / 1000.0)).collect();
        let watershed = Polygon::new(ring, Vec::new());
        let geodesic = watershed.geodesic_area_unsigned();
        let ours = area_m2(&MultiPolygon(vec![watershed]));
        assert!((ours / geodesic - 1.0).abs() < 1e-5, "{ours} against {geodesic}");
    }
}
