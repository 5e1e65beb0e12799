//! Slope profiles, `.slp` (WEPP User Summary, NSERL Report No. 11, slope input file).

use crate::error::FormatError;
use crate::text::{Reader, Writer};

const KIND: &str = "slope file";
/// WEPP's own limit on overland flow elements and channels lies far below this.
const MOST_ELEMENTS: usize = 100_000;
const MOST_POINTS: usize = 10_000;

/// A slope file: one profile per overland flow element, top to bottom, or one per channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Slope {
    /// Layout of the file.
    pub version: SlopeVersion,
    /// Comment lines after the version, without their `#`.
    pub comments: Vec<String>,
    /// Aspect, width and (2023.3) elevation. A hillslope has one plane for all its elements;
    /// a channel file (97.x or 2023.1 in watershed mode) has one per element.
    pub planes: Vec<SlopePlane>,
    /// The elements from the top of the hillslope to its foot.
    pub elements: Vec<SlopeElement>,
}

/// Layouts of slope files.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SlopeVersion {
    /// 94 to 98: aspect and width only. The number is the one in the file.
    V97(f64),
    /// 2023.1: as 97, written by WEPPcloud for channels.
    V2023_1,
    /// 2023.3: aspect, width and mean elevation.
    V2023_3,
}

impl SlopeVersion {
    fn from_number(number: f64) -> Option<Self> {
        match number {
            n if (94.0..99.0).contains(&n) => Some(Self::V97(n)),
            2023.1 => Some(Self::V2023_1),
            2023.3 => Some(Self::V2023_3),
            _ => None,
        }
    }

    fn number(self) -> f64 {
        match self {
            Self::V97(number) => number,
            Self::V2023_1 => 2023.1,
            Self::V2023_3 => 2023.3,
        }
    }
}

/// Orientation and width of a hillslope or channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlopePlane {
    /// Direction the profile faces, degrees clockwise from north.
    pub aspect_deg: f64,
    /// Representative width, m.
    pub width_m: f64,
    /// Mean elevation above sea level, m; only in 2023.3.
    pub elevation_m: Option<f64>,
}

/// One overland flow element or channel.
#[derive(Debug, Clone, PartialEq)]
pub struct SlopeElement {
    /// Horizontal length, m.
    pub length_m: f64,
    /// At least two points, from 0 to 1 of the length.
    pub points: Vec<SlopePoint>,
}

/// Slope at one place of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlopePoint {
    /// Distance from the top of the element as a fraction of its length.
    pub distance_fraction: f64,
    /// Slope, m/m, positive downhill.
    pub slope_m_per_m: f64,
}

impl Slope {
    /// Reads a hillslope's slope file: one plane, then the elements.
    ///
    /// ```
    /// use headwaters_wepp_formats::Slope;
    ///
    /// let text = "97.5\n1\n180 50\n2 100\n0, 0.05 1, 0.2\n";
    /// let file = Slope::parse(text, "hill.slp")?;
    /// assert_eq!(file.elements[0].length_m, 100.0);
    /// assert_eq!(Slope::parse(&file.to_text()?, "hill.slp")?, file);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A line that is missing or not what the layout asks for; distances that do not run from 0 to
    /// 1 in rising order.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        Self::read(text, file, false)
    }

    /// Reads a watershed's channel slope file: every element has its own plane.
    ///
    /// # Errors
    /// As [`Slope::parse`].
    pub fn parse_channels(text: &str, file: &str) -> Result<Self, FormatError> {
        Self::read(text, file, true)
    }

    fn read(text: &str, file: &str, plane_per_element: bool) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let number = reader.real("version")?;
        let version = SlopeVersion::from_number(number)
            .ok_or_else(|| reader.error("version", "94 to 98, 2023.1 or 2023.3", number.to_string()))?;
        let comments = reader.comments();
        let count = reader.count("number of elements", 1..=MOST_ELEMENTS)?;
        let mut planes = Vec::new();
        let mut elements = Vec::new();
        for index in 0..count {
            if index == 0 || plane_per_element {
                planes.push(read_plane(&mut reader, version)?);
            }
            elements.push(read_element(&mut reader)?);
        }
        reader.finish("after the last element")?;
        Ok(Self { version, comments, planes, elements })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Values that [`Slope::parse`] would refuse; a number of planes that is neither 1 nor the
    /// number of elements.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let mut out = Writer::new(KIND);
        let per_element = self.planes.len() == self.elements.len();
        if self.elements.is_empty() || (self.planes.len() != 1 && !per_element) {
            let found = format!("{} planes, {} elements", self.planes.len(), self.elements.len());
            return Err(out.error("planes", "one plane, or one for every element", found));
        }
        out.real("version", self.version.number())?.end();
        out.comments(&self.comments)?;
        out.integer(self.elements.len()).end();
        for (index, element) in self.elements.iter().enumerate() {
            if let Some(plane) = self.planes.get(index) {
                write_plane(&mut out, *plane, self.version)?;
            }
            check_distances(&element.points)
                .map_err(|(expected, found)| out.error("distance", expected, found))?;
            out.integer(element.points.len());
            out.real("length", element.length_m)?.end();
            for point in &element.points {
                out.real("distance", point.distance_fraction)?;
                out.real("slope", point.slope_m_per_m)?;
            }
            out.end();
        }
        let text = out.finish();
        Self::read(&text, KIND, self.planes.len() > 1)?;
        Ok(text)
    }

    /// Length of the whole profile, m.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.elements.iter().map(|element| element.length_m).sum()
    }

    /// Area of a hillslope: width times length, m².
    #[must_use]
    pub fn area_m2(&self) -> f64 {
        self.planes.first().map_or(0.0, |plane| plane.width_m) * self.length_m()
    }
}

fn read_plane(reader: &mut Reader<'_>, version: SlopeVersion) -> Result<SlopePlane, FormatError> {
    let mut fields = reader.record("aspect")?.fields();
    let aspect_deg = fields.real("aspect")?;
    let width_m = fields.real_in("width", 0.0, f64::INFINITY)?;
    let elevation_m = match version {
        SlopeVersion::V2023_3 => Some(fields.real("elevation")?),
        _ => None,
    };
    fields.end("width")?;
    Ok(SlopePlane { aspect_deg, width_m, elevation_m })
}

fn write_plane(out: &mut Writer, plane: SlopePlane, version: SlopeVersion) -> Result<(), FormatError> {
    if plane.width_m < 0.0 {
        return Err(out.error("width", "a number of at least 0", plane.width_m.to_string()));
    }
    out.real("aspect", plane.aspect_deg)?.real("width", plane.width_m)?;
    match (version, plane.elevation_m) {
        (SlopeVersion::V2023_3, Some(elevation)) => {
            out.real("elevation", elevation)?;
        }
        (SlopeVersion::V2023_3, None) => {
            return Err(out.error("elevation", "an elevation in layout 2023.3", "none"));
        }
        (_, Some(_)) => {
            return Err(out.error("elevation", "layout 2023.3 for an elevation", "another layout"));
        }
        (_, None) => {}
    }
    out.end();
    Ok(())
}

fn read_element(reader: &mut Reader<'_>) -> Result<SlopeElement, FormatError> {
    let mut fields = reader.record("number of points")?.fields();
    let count = fields.count("number of points", 2..=MOST_POINTS)?;
    let length_m = fields.real_in("length", f64::MIN_POSITIVE, f64::INFINITY)?;
    fields.end("length")?;
    let values = reader.running_reals("distance and slope", 2 * count)?;
    let points: Vec<SlopePoint> = values
        .chunks_exact(2)
        .map(|pair| SlopePoint { distance_fraction: pair[0], slope_m_per_m: pair[1] })
        .collect();
    check_distances(&points).map_err(|(expected, found)| reader.error("distance", expected, found))?;
    Ok(SlopeElement { length_m, points })
}

fn check_distances(points: &[SlopePoint]) -> Result<(), (&'static str, String)> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Err(("at least two points", "none".to_owned()));
    };
    if first.distance_fraction != 0.0 {
        return Err(("0 at the first point", first.distance_fraction.to_string()));
    }
    if last.distance_fraction != 1.0 {
        return Err(("1 at the last point", last.distance_fraction.to_string()));
    }
    let falling = points.windows(2).find(|pair| pair[1].distance_fraction <= pair[0].distance_fraction);
    match falling {
        Some(pair) => Err(("distances that rise from point to point", pair[1].distance_fraction.to_string())),
        None => Ok(()),
    }
}
