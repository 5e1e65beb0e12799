//! Optional input files that WEPP reads whenever it finds them in its working directory. Each changes the results, so each
//! is written explicitly or left out on purpose.

use crate::error::FormatError;
use crate::text::{Reader, Writer};

/// `frost.txt`: winter routines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frost {
    /// True if frozen soil reduces conductivity (1); otherwise 0.
    pub reduce_conductivity: bool,
    /// Fine layers in each of the two top soil layers, 1 to 10.
    pub fine_layers_top: usize,
    /// Fine layers in each deeper soil layer, 1 to 10.
    pub fine_layers_below: usize,
    /// Factor on the thermal conductivity of snow, 0.1 to 10.
    pub snow_conductivity_factor: f64,
    /// Factor on the thermal conductivity of residue, 0.1 to 10.
    pub residue_conductivity_factor: f64,
    /// Factor on the thermal conductivity of soil, 0.1 to 10.
    pub soil_conductivity_factor: f64,
    /// Lower limit of the conductivity factor of frozen soil under annual crops and fallow.
    pub frozen_factor_annual: f64,
    /// The same under pasture and perennials; versions before 2023 do not read it.
    pub frozen_factor_perennial: Option<f64>,
    /// The same under forest; versions before 2023 do not read it.
    pub frozen_factor_forest: Option<f64>,
}

impl Frost {
    /// Reads `frost.txt`.
    ///
    /// ```
    /// use headwaters_wepp_formats::Frost;
    ///
    /// let text = "1 10 10\n1.0 1.0 1.0 0.5 0.5 0.5\n";
    /// let file = Frost::parse(text, "frost.txt")?;
    /// assert!(file.reduce_conductivity);
    /// assert_eq!(Frost::parse(&file.to_text()?, "frost.txt")?, file);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A missing line or a value outside the range that WEPP accepts unchanged.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let mut first = reader.record("wintRed")?.fields();
        let reduce_conductivity = first.count("wintRed", 0..=1)? == 1;
        let fine_layers_top = first.count("fineTop", 1..=10)?;
        let fine_layers_below = first.count("fineBot", 1..=10)?;
        first.end("fineBot")?;
        let mut second = reader.record("ksnowf")?.fields();
        let snow_conductivity_factor = second.real_in("ksnowf", 0.1, 10.0)?;
        let residue_conductivity_factor = second.real_in("kresf", 0.1, 10.0)?;
        let soil_conductivity_factor = second.real_in("ksoilf", 0.1, 10.0)?;
        let mut frozen = |field: &str| second.real_in(field, f64::MIN_POSITIVE, 1.0);
        let frozen_factor_annual = frozen("kfactor(1)")?;
        let (mut frozen_factor_perennial, mut frozen_factor_forest) = (None, None);
        if !second.is_empty() {
            frozen_factor_perennial = Some(second.real_in("kfactor(2)", f64::MIN_POSITIVE, 1.0)?);
            frozen_factor_forest = Some(second.real_in("kfactor(3)", f64::MIN_POSITIVE, 1.0)?);
        }
        second.end("kfactor(3)")?;
        reader.finish("after the second line")?;
        Ok(Self {
            reduce_conductivity,
            fine_layers_top,
            fine_layers_below,
            snow_conductivity_factor,
            residue_conductivity_factor,
            soil_conductivity_factor,
            frozen_factor_annual,
            frozen_factor_perennial,
            frozen_factor_forest,
        })
    }

    /// Writes `frost.txt`.
    ///
    /// # Errors
    /// Values that [`Frost::parse`] would refuse, or one of the last two without the other.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let mut out = Writer::new("frost.txt");
        out.integer(u8::from(self.reduce_conductivity))
            .integer(self.fine_layers_top)
            .integer(self.fine_layers_below)
            .end();
        out.real("ksnowf", self.snow_conductivity_factor)?
            .real("kresf", self.residue_conductivity_factor)?
            .real("ksoilf", self.soil_conductivity_factor)?
            .real("kfactor(1)", self.frozen_factor_annual)?;
        for (field, factor) in
            [("kfactor(2)", self.frozen_factor_perennial), ("kfactor(3)", self.frozen_factor_forest)]
        {
            if let Some(factor) = factor {
                out.real(field, factor)?;
            }
        }
        out.end();
        let text = out.finish();
        Self::parse(&text, "frost.txt")?;
        Ok(text)
    }
}

/// `pmetpara.txt`: its presence switches WEPP to FAO Penman-Monteith evapotranspiration.
#[derive(Debug, Clone, PartialEq)]
pub struct PenmanMonteith {
    /// One entry per plant; WEPP takes the first for plants it does not find.
    pub entries: Vec<PenmanMonteithEntry>,
}

/// Coefficients of a plant.
#[derive(Debug, Clone, PartialEq)]
pub struct PenmanMonteithEntry {
    /// Name of the plant scenario; WEPP compares 8 characters.
    pub plant: String,
    /// Mid-season basal crop coefficient.
    pub basal_crop_coefficient: f64,
    /// Readily available fraction of the available water.
    pub readily_available_fraction: f64,
    /// Line number in the table the entry was taken from.
    pub line: i64,
    /// Remark.
    pub remark: String,
}

impl PenmanMonteith {
    /// Reads `pmetpara.txt`.
    ///
    /// ```
    /// use headwaters_wepp_formats::PenmanMonteith;
    ///
    /// let text = "1\ncover,0.95,0.8,1,any\n";
    /// let file = PenmanMonteith::parse(text, "pmetpara.txt")?;
    /// assert_eq!(file.entries[0].basal_crop_coefficient, 0.95);
    /// assert_eq!(PenmanMonteith::parse(&file.to_text()?, "pmetpara.txt")?, file);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A missing entry or a malformed line.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let count = reader.count("number of entries", 1..=100_000)?;
        let mut entries = Vec::new();
        for _ in 0..count {
            let mut fields = reader.record("plant")?.fields();
            entries.push(PenmanMonteithEntry {
                plant: fields.string("plant")?,
                basal_crop_coefficient: fields.real_in("kcb", 0.0, 10.0)?,
                readily_available_fraction: fields.real_in("rawp", 0.0, 1.0)?,
                line: fields.integer("line")?,
                remark: fields.string("remark")?,
            });
            fields.end("remark")?;
        }
        reader.finish("after the last entry")?;
        Ok(Self { entries })
    }

    /// Writes `pmetpara.txt`.
    ///
    /// # Errors
    /// Values that [`PenmanMonteith::parse`] would refuse.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let mut out = Writer::new("pmetpara.txt");
        out.integer(self.entries.len()).end();
        for entry in &self.entries {
            out.quoted("plant", &entry.plant)?
                .real("kcb", entry.basal_crop_coefficient)?
                .real("rawp", entry.readily_available_fraction)?
                .integer(entry.line)
                .quoted("remark", &entry.remark)?
                .end();
        }
        let text = out.finish();
        Self::parse(&text, "pmetpara.txt")?;
        Ok(text)
    }
}

/// `snow.txt`, read by wepp-forest executables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SnowOptions {
    /// Temperature that divides rain from snow, °C.
    pub rain_snow_threshold_c: f64,
    /// Density of new snow, kg/m³.
    pub new_snow_density_kg_per_m3: f64,
    /// Density up to which snow settles when cold, kg/m³.
    pub settled_density_kg_per_m3: f64,
}

impl SnowOptions {
    /// Reads `snow.txt`: three lines, each a number and a remark behind `#`.
    ///
    /// ```
    /// use headwaters_wepp_formats::SnowOptions;
    ///
    /// let text = "-1.5  # rain-snow threshold\n120.0 # new\n275.0\n";
    /// let file = SnowOptions::parse(text, "snow.txt")?;
    /// assert_eq!(file.rain_snow_threshold_c, -1.5);
    /// assert_eq!(SnowOptions::parse(&file.to_text()?, "snow.txt")?, file);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A missing or malformed line.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let options = Self {
            rain_snow_threshold_c: reader.real("rst")?,
            new_snow_density_kg_per_m3: reader.real("newsnw")?,
            settled_density_kg_per_m3: reader.real("ssd")?,
        };
        reader.finish("after the third line")?;
        Ok(options)
    }

    /// Writes `snow.txt`.
    ///
    /// # Errors
    /// A value that is not finite.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let mut out = Writer::new("snow.txt");
        out.real("rst", self.rain_snow_threshold_c)?.end();
        out.real("newsnw", self.new_snow_density_kg_per_m3)?.end();
        out.real("ssd", self.settled_density_kg_per_m3)?.end();
        Ok(out.finish())
    }
}
