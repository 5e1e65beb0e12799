//! Conversion of positions between coordinate reference systems.

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use proj4rs::adaptors::transform_xy;

use super::{Crs, CrsError};

/// Converts positions from one system to another.
///
/// Against PROJ 9 the error is below 1e-8 m for longitude/latitude, UTM, Albers and Web Mercator.
#[derive(Clone, Debug)]
pub struct Transformer {
    from: Crs,
    to: Crs,
    identity: bool,
}

impl Transformer {
    /// A transformer between two systems.
    pub fn new(from: &Crs, to: &Crs) -> Self {
        Self { from: from.clone(), to: to.clone(), identity: from == to }
    }

    /// System of the input positions.
    pub fn from_crs(&self) -> &Crs {
        &self.from
    }

    /// System of the output positions.
    pub fn to_crs(&self) -> &Crs {
        &self.to
    }

    /// The opposite transformation.
    pub fn inverse(&self) -> Self {
        Self { from: self.to.clone(), to: self.from.clone(), identity: self.identity }
    }

    /// Returns true if both systems are the same, so that positions stay as they are.
    pub fn is_identity(&self) -> bool {
        self.identity
    }

    /// Converts one position (degrees for longitude/latitude, map units otherwise).
    ///
    /// ```
    /// use headwaters_raster::{Crs, Transformer};
    ///
    /// let to_utm = Transformer::new(&Crs::wgs84(), &"EPSG:32611".parse()?);
    /// let (easting, northing) = to_utm.point(-117.0, 0.0)?;
    /// assert!((easting - 500_000.0).abs() < 1e-6 && northing.abs() < 1e-6);
    /// # Ok::<(), headwaters_raster::CrsError>(())
    /// ```
    ///
    /// # Errors
    /// A position the projection cannot represent, or one that is not finite.
    pub fn point(&self, x: f64, y: f64) -> Result<(f64, f64), CrsError> {
        if self.identity && x.is_finite() && y.is_finite() {
            return Ok((x, y));
        }
        let outside = |reason: String| CrsError::OutsideProjection {
            x,
            y,
            from: self.from.to_string(),
            to: self.to.to_string(),
            reason,
        };
        if !x.is_finite() || !y.is_finite() {
            return Err(outside("it is not finite".into()));
        }
        let (x, y) = if self.from.is_geographic() {
            if y.abs() > 90.0 {
                return Err(outside("latitudes lie between -90 and 90 degrees".into()));
            }
            (x.to_radians(), y.to_radians())
        } else {
            (x, y)
        };
        let (x, y) = transform_xy(self.from.proj(), self.to.proj(), x, y)
            .map_err(|error| outside(error.to_string()))?;
        if !x.is_finite() || !y.is_finite() {
            return Err(outside("it is outside the projection".into()));
        }
        Ok(if self.to.is_geographic() { (x.to_degrees(), y.to_degrees()) } else { (x, y) })
    }

    /// Converts positions in place.
    ///
    /// # Errors
    /// As [`Transformer::point`]; positions before the refused one are already converted.
    pub fn points(&self, points: &mut [(f64, f64)]) -> Result<(), CrsError> {
        for point in points {
            *point = self.point(point.0, point.1)?;
        }
        Ok(())
    }

    /// Converts a ring or line, vertex by vertex.
    ///
    /// # Errors
    /// As [`Transformer::point`].
    pub fn line(&self, line: &LineString<f64>) -> Result<LineString<f64>, CrsError> {
        let coords: Result<Vec<Coord<f64>>, CrsError> =
            line.0.iter().map(|coord| self.point(coord.x, coord.y).map(|(x, y)| Coord { x, y })).collect();
        coords.map(LineString)
    }

    /// Converts a polygon, vertex by vertex.
    ///
    /// # Errors
    /// As [`Transformer::point`].
    pub fn polygon(&self, polygon: &Polygon<f64>) -> Result<Polygon<f64>, CrsError> {
        let interiors: Result<Vec<_>, _> = polygon.interiors().iter().map(|ring| self.line(ring)).collect();
        Ok(Polygon::new(self.line(polygon.exterior())?, interiors?))
    }

    /// Converts a multipolygon, vertex by vertex.
    ///
    /// # Errors
    /// As [`Transformer::point`].
    pub fn multi_polygon(&self, polygons: &MultiPolygon<f64>) -> Result<MultiPolygon<f64>, CrsError> {
        polygons.0.iter().map(|polygon| self.polygon(polygon)).collect::<Result<_, _>>().map(MultiPolygon)
    }

    /// Converts any geometry, vertex by vertex. Rectangles and triangles become polygons, because a
    /// projection does not keep their sides straight along the axes.
    ///
    /// # Errors
    /// As [`Transformer::point`].
    pub fn geometry(&self, geometry: &Geometry<f64>) -> Result<Geometry<f64>, CrsError> {
        Ok(match geometry {
            Geometry::Point(point) => Geometry::Point(self.coord(point.0)?.into()),
            Geometry::Line(line) => {
                Geometry::LineString(LineString(vec![self.coord(line.start)?, self.coord(line.end)?]))
            }
            Geometry::LineString(line) => Geometry::LineString(self.line(line)?),
            Geometry::Polygon(polygon) => Geometry::Polygon(self.polygon(polygon)?),
            Geometry::MultiPoint(points) => Geometry::MultiPoint(
                points
                    .iter()
                    .map(|point| self.coord(point.0).map(geo_types::Point))
                    .collect::<Result<Vec<_>, _>>()?
                    .into(),
            ),
            Geometry::MultiLineString(lines) => Geometry::MultiLineString(geo_types::MultiLineString(
                lines.iter().map(|line| self.line(line)).collect::<Result<_, _>>()?,
            )),
            Geometry::MultiPolygon(polygons) => Geometry::MultiPolygon(self.multi_polygon(polygons)?),
            Geometry::Rect(rect) => Geometry::Polygon(self.polygon(&rect.to_polygon())?),
            Geometry::Triangle(triangle) => Geometry::Polygon(self.polygon(&triangle.to_polygon())?),
            Geometry::GeometryCollection(parts) => {
                Geometry::GeometryCollection(geo_types::GeometryCollection(
                    parts.iter().map(|part| self.geometry(part)).collect::<Result<_, _>>()?,
                ))
            }
        })
    }

    /// The box around a box after conversion, its sides sampled at `samples` points each, so that curved
    /// sides are covered.
    ///
    /// # Errors
    /// As [`Transformer::point`].
    pub fn bounds(&self, bounds: crate::Bounds, samples: usize) -> Result<crate::Bounds, CrsError> {
        let samples = samples.max(2);
        let mut result: Option<crate::Bounds> = None;
        for step in 0..samples {
            let share = step as f64 / (samples - 1) as f64;
            let x = bounds.west + share * (bounds.east - bounds.west);
            let y = bounds.south + share * (bounds.north - bounds.south);
            for (x, y) in [(x, bounds.south), (x, bounds.north), (bounds.west, y), (bounds.east, y)] {
                let (x, y) = self.point(x, y)?;
                result = Some(result.map_or(crate::Bounds::of_point(x, y), |bounds| bounds.including(x, y)));
            }
        }
        Ok(result.unwrap_or(bounds))
    }

    fn coord(&self, coord: Coord<f64>) -> Result<Coord<f64>, CrsError> {
        self.point(coord.x, coord.y).map(|(x, y)| Coord { x, y })
    }
}
