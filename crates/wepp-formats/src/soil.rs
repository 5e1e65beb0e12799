//! Soils, `.sol`: 97.x, 2006.2, 7777, 7778 and WEPPcloud's 9001 to 9005.
//!
//! Layouts after the WEPP User Summary (NSERL Report No. 11) and, for 7778 and 9001 to 9005, the
//! files WEPPcloud writes for the wepp-forest executables.

use crate::error::FormatError;
use crate::text::{Reader, Writer};

mod element;
mod read;
mod write;

pub use element::{
    Disturbance, DisturbanceParameters, LayerHydraulics, RestrictiveLayer, Retention, SoilElement, SoilLayer,
    SoilVersion,
};

const KIND: &str = "soil file";
const MOST_ELEMENTS: usize = 100_000;
/// A soil file: one soil per overland flow element (or channel).
#[derive(Debug, Clone, PartialEq)]
pub struct Soil {
    /// Layout of the file.
    pub version: SoilVersion,
    /// Comment lines after the version, without their `#`.
    pub comments: Vec<String>,
    /// The obligatory comment record.
    pub title: String,
    /// True if WEPP adjusts the effective conductivity day by day.
    pub adjust_conductivity: bool,
    /// One soil per element.
    pub elements: Vec<SoilElement>,
}

impl Soil {
    /// Reads a soil file.
    ///
    /// ```
    /// use headwaters_wepp_formats::Soil;
    ///
    /// let text = "7778\ntitle\n1 0\n'a' 'loam' 1 0.1 0.75 1e6 6e-05 0.5\n\
    ///     400 1.5 14 10 0.2 0.1 25 30 5 25 20\n1 10000 0.001\n";
    /// let file = Soil::parse(text, "hill.sol")?;
    /// assert_eq!(file.elements[0].layers[0].depth_mm, 400.0);
    /// assert_eq!(Soil::parse(&file.to_text()?, "hill.sol")?, file);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// An unknown layout; a line that is missing or not what the layout asks for; layers whose
    /// depths do not rise; percentages outside 0 to 100.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let number = reader.real("version")?;
        let version = SoilVersion::from_number(number).ok_or_else(|| {
            reader.error(
                "version",
                "95.3 to 99, 2006.2, 7777, 7778, 9001, 9002, 9003 or 9005",
                number.to_string(),
            )
        })?;
        let comments = reader.comments();
        let title = reader.visible_line("comment record")?.to_owned();
        let mut fields = reader.record("number of elements")?.fields();
        let count = fields.count("number of elements", 1..=MOST_ELEMENTS)?;
        let adjust_conductivity = fields.count("conductivity flag", 0..=1)? == 1;
        fields.end("conductivity flag")?;
        let mut elements = Vec::new();
        for _ in 0..count {
            elements.push(read::read_element(&mut reader, version)?);
        }
        reader.finish("after the last element")?;
        Ok(Self { version, comments, title, adjust_conductivity, elements })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Values that [`Soil::parse`] would refuse, or a property that the layout has no place for or
    /// that it asks for and that is missing.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let mut out = Writer::new(KIND);
        if self.elements.is_empty() {
            return Err(out.error("elements", "at least one soil", "none"));
        }
        out.real("version", self.version.number())?.end();
        out.comments(&self.comments)?;
        out.visible_line("comment record", &self.title)?;
        out.integer(self.elements.len()).integer(u8::from(self.adjust_conductivity)).end();
        for element in &self.elements {
            write::write_element(&mut out, element, self.version)?;
        }
        let text = out.finish();
        Self::parse(&text, KIND)?;
        Ok(text)
    }
}
