//! The soil loss summary of a hillslope: the annual averages at its end, found by their labels.

use crate::error::FormatError;
use crate::text::{Reader, Record, parse_real};

/// Annual averages of a hillslope.
#[derive(Debug, Clone, PartialEq)]
pub struct HillslopeLoss {
    /// Version of the executable, e.g. `2024.204`.
    pub version: String,
    /// Years simulated.
    pub years: usize,
    /// Precipitation, mm/y.
    pub precipitation_mm: f64,
    /// Runoff from rain, mm/y.
    pub rain_runoff_mm: f64,
    /// Runoff from snow melt and from rain in winter, mm/y.
    pub melt_runoff_mm: f64,
    /// Mean soil loss over the areas of net detachment, kg/m² per year; none where nothing is lost.
    pub mean_detachment_kg_per_m2: Option<f64>,
    /// Net soil loss (positive) or deposition (negative) along the profile, kg/m² per year.
    pub profile: Vec<ProfilePoint>,
    /// Sediment leaving the profile, kg per m of width per year.
    pub sediment_kg_per_m: f64,
    /// Sediment leaving the profile, kg per year.
    pub sediment_kg: f64,
    /// Particle classes of the sediment; empty where none leaves.
    pub particle_classes: Vec<LossParticleClass>,
    /// Enrichment ratio of the specific surface, if printed.
    pub enrichment_ratio: Option<f64>,
}

/// Net loss at one place of the profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProfilePoint {
    /// Distance from the top, m.
    pub distance_m: f64,
    /// Loss (positive) or deposition (negative), kg/m².
    pub loss_kg_per_m2: f64,
    /// Overland flow element, from 1.
    pub element: usize,
}

/// A particle class of the sediment that leaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossParticleClass {
    /// Diameter, mm.
    pub diameter_mm: f64,
    /// Specific gravity.
    pub specific_gravity: f64,
    /// Share of the class in the detached sediment.
    pub detached_fraction: f64,
    /// Share of the class in the sediment leaving.
    pub delivered_fraction: f64,
}

/// The version an output names (`VERSION 2024.204`), if it does.
#[must_use]
pub fn version_of(text: &str) -> Option<&str> {
    let (_, after) = text.split_once("VERSION")?;
    let word = after.split_whitespace().next()?;
    let number = word.contains('.') && word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    number.then_some(word)
}

impl HillslopeLoss {
    /// Reads the annual averages of a loss file in metric units, abbreviated or detailed.
    ///
    /// ```
    /// use headwaters_wepp_formats::outputs::HillslopeLoss;
    ///
    /// let text = "\
    /// Annual (Metric Units)
    /// VERSION 2024.204
    /// ANNUAL AVERAGE SUMMARIES
    /// Number of years 30
    /// Mean annual precipitation 1335.94 mm
    /// Mean annual runoff from rainfall 73.38 mm
    /// Mean annual runoff from snow melt
    /// and/or rain storm during winter 11.79 mm
    /// AVERAGE ANNUAL SEDIMENT LEAVING PROFILE
    ///  49.8 kg/m of width
    ///  4982.1 kg (based on profile width of 100.0 m)
    /// ";
    /// let file = HillslopeLoss::parse(text, "loss.txt")?;
    /// assert_eq!((file.version.as_str(), file.sediment_kg), ("2024.204", 4982.1));
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// English units, or a summary that is missing or cut short.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let title = reader.raw_record("title")?;
        if !title.text.contains("Metric") {
            return Err(title.error("title", "metric units", title.text.trim()));
        }
        let version =
            version_of(text).ok_or_else(|| title.error("version", "a line with VERSION", "none"))?.to_owned();
        skip_past(&mut reader, "ANNUAL AVERAGE SUMMARIES")?;
        let years = labelled(&mut reader, "Number of years")?;
        let precipitation_mm = labelled(&mut reader, "Mean annual precipitation")?;
        let rain_runoff_mm = labelled(&mut reader, "Mean annual runoff from rainfall")?;
        skip_past(&mut reader, "Mean annual runoff from snow melt")?;
        let melt_runoff_mm = labelled(&mut reader, "and/or rain storm during winter")?;
        let mut loss = Self {
            version,
            years: years as usize,
            precipitation_mm,
            rain_runoff_mm,
            melt_runoff_mm,
            mean_detachment_kg_per_m2: None,
            profile: Vec::new(),
            sediment_kg_per_m: 0.0,
            sediment_kg: 0.0,
            particle_classes: Vec::new(),
            enrichment_ratio: None,
        };
        loss.read_on_site(&mut reader)?;
        let record = reader.raw_record("sediment leaving profile")?;
        loss.sediment_kg_per_m = first_number(&record, "sediment leaving profile", "kg/m of width")?;
        let record = reader.raw_record("sediment leaving profile")?;
        loss.sediment_kg = first_number(&record, "sediment leaving profile", "kg (")?;
        loss.read_particles(&mut reader)?;
        Ok(loss)
    }

    /// Up to and with the heading of the off-site part.
    fn read_on_site(&mut self, reader: &mut Reader<'_>) -> Result<(), FormatError> {
        loop {
            let record = reader.raw_record("AVERAGE ANNUAL SEDIMENT LEAVING PROFILE")?;
            let text = record.text;
            if text.contains("AVERAGE ANNUAL SEDIMENT LEAVING PROFILE") {
                return Ok(());
            } else if text.contains("Soil Loss (Avg. of Net Detachment Areas)") {
                let after = text.split_once('=').map_or("", |(_, after)| after);
                let record = Record { text: after, ..record };
                self.mean_detachment_kg_per_m2 = Some(first_number(&record, "mean soil loss", "kg/m2")?);
            } else if text.contains("distance soil") {
                for _ in 0..3 {
                    reader.raw("heading of the profile")?;
                }
                self.read_profile(reader)?;
            }
        }
    }

    /// Three columns of points, each running down the page.
    fn read_profile(&mut self, reader: &mut Reader<'_>) -> Result<(), FormatError> {
        while let Some(line) = reader.peek() {
            if line.trim_start().starts_with("note:") || line.contains("OFF SITE") {
                break;
            }
            let mut fields = reader.raw_record("profile")?.fields();
            while !fields.is_empty() {
                self.profile.push(ProfilePoint {
                    distance_m: fields.real("distance")?,
                    loss_kg_per_m2: fields.real("soil loss")?,
                    element: fields.count("flow elem", 1..=100_000)?,
                });
            }
        }
        self.profile.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
        Ok(())
    }

    fn read_particles(&mut self, reader: &mut Reader<'_>) -> Result<(), FormatError> {
        while reader.peek().is_some() {
            let record = reader.raw_record("particle classes")?;
            if record.text.trim_start().starts_with("Class  Diameter") {
                for _ in 0..2 {
                    reader.raw("heading of the particle classes")?;
                }
                for class in 1..=5 {
                    let mut fields = reader.raw_record("particle class")?.fields();
                    fields.count("class", class..=class)?;
                    let diameter_mm = fields.real("diameter")?;
                    let specific_gravity = fields.real("specific gravity")?;
                    for part in ["sand", "silt", "clay", "organic matter"] {
                        fields.real(part)?;
                    }
                    self.particle_classes.push(LossParticleClass {
                        diameter_mm,
                        specific_gravity,
                        detached_fraction: fields.real("sediment fraction")?,
                        delivered_fraction: fields.real("fraction in flow")?,
                    });
                    fields.end("particle class")?;
                }
            } else if record.text.contains("enrichment ratio leaving profile") {
                let after = record.text.split_once('=').map_or("", |(_, after)| after);
                let record = Record { text: after, ..record };
                self.enrichment_ratio = Some(first_number(&record, "enrichment ratio", "")?);
            }
        }
        Ok(())
    }
}

fn skip_past<'a>(reader: &mut Reader<'a>, label: &str) -> Result<Record<'a>, FormatError> {
    loop {
        let record = reader.raw_record(label)?;
        if record.text.contains(label) {
            return Ok(record);
        }
    }
}

/// The number after a label.
fn labelled(reader: &mut Reader<'_>, label: &str) -> Result<f64, FormatError> {
    let record = skip_past(reader, label)?;
    let after = record.text.split_once(label).map_or("", |(_, after)| after);
    let record = Record { text: after, ..record };
    first_number(&record, label, "")
}

/// The number at the start of a line that also holds `unit`.
fn first_number(record: &Record<'_>, field: &str, unit: &str) -> Result<f64, FormatError> {
    let word = record.text.split_whitespace().next().unwrap_or("");
    let found = record.text.trim();
    parse_real(word)
        .filter(|_| record.text.contains(unit))
        .ok_or_else(|| record.error(field, format!("a number {unit}").trim().to_owned(), found))
}
