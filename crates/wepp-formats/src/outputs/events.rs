//! The event file (`ebe`): one row per event day.

use super::table::{Heading, Row, is_row, skip_to};
use crate::error::FormatError;
use crate::text::Reader;

/// An event. Versions differ in which days they list and in whether the year counts from 1 or is
/// the calendar year of the climate file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventRow {
    /// Day of the month.
    pub day: u8,
    /// Month.
    pub month: u8,
    /// Year as printed.
    pub year: i32,
    /// Precipitation, mm.
    pub precipitation_mm: f64,
    /// Runoff, mm.
    pub runoff_mm: f64,
    /// Interrill detachment, kg/m².
    pub interrill_detachment_kg_per_m2: f64,
    /// Mean detachment over the detachment areas, kg/m².
    pub mean_detachment_kg_per_m2: f64,
    /// Largest detachment, kg/m².
    pub max_detachment_kg_per_m2: f64,
    /// Position of it, m from the top.
    pub max_detachment_point_m: f64,
    /// Mean deposition over the deposition areas, kg/m².
    pub mean_deposition_kg_per_m2: f64,
    /// Largest deposition, kg/m².
    pub max_deposition_kg_per_m2: f64,
    /// Position of it, m from the top.
    pub max_deposition_point_m: f64,
    /// Sediment leaving the profile, kg per m of width.
    pub sediment_delivery_kg_per_m: f64,
    /// Enrichment ratio of the specific surface.
    pub enrichment_ratio: f64,
    /// Length with net detachment, m; newer versions.
    pub detachment_length_m: Option<f64>,
    /// Length with net deposition, m; newer versions.
    pub deposition_length_m: Option<f64>,
}

impl EventRow {
    /// Reads an event file in metric units.
    ///
    /// ```
    /// use headwaters_wepp_formats::outputs::EventRow;
    ///
    /// let text = "\
    /// day mo year Precp Runoff IR-det Av-det Mx-det Point Av-dep Max-dep Point Sed.Del ER
    /// --- -- ---- (mm)  (mm)   kg/m^2 kg/m^2 kg/m^2 (m)   kg/m^2 kg/m^2  (m)   (kg/m)  ----
    /// 10  3  1    50.5  19.3   0.000  0.08   0.12   112.5 0.00   0.00    0.0   10.9    1.00
    /// ";
    /// let rows = EventRow::parse_file(text, "ebe.txt")?;
    /// assert_eq!(rows[0].sediment_delivery_kg_per_m, 10.9);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A missing column, another unit, a row that does not fit the heading.
    pub fn parse_file(text: &str, file: &str) -> Result<Vec<Self>, FormatError> {
        let mut reader = Reader::new(text, file);
        let names = skip_to(&mut reader, "day")?;
        let units = reader.raw_record("column units")?;
        let heading = Heading::new(names, Some(units))?;
        let [day, month, year] =
            [heading.column(&["day", "da"], 0)?, heading.column(&["mo"], 0)?, heading.column(&["year"], 0)?];
        let precipitation = heading.column(&["Precp"], 0)?;
        let runoff = heading.column(&["Runoff"], 0)?;
        let interrill = heading.column(&["IR-det"], 0)?;
        let mean_detachment = heading.column(&["Av-det"], 0)?;
        let max_detachment = heading.column(&["Mx-det"], 0)?;
        let detachment_point = heading.column(&["Point"], 0)?;
        let mean_deposition = heading.column(&["Av-dep"], 0)?;
        let max_deposition = heading.column(&["Max-dep"], 0)?;
        let deposition_point = heading.column(&["Point"], 1)?;
        let delivery = heading.column(&["Sed.Del"], 0)?;
        let enrichment = heading.column(&["ER"], 0)?;
        let detachment_length = heading.find(&["Det-Len"], 0);
        let deposition_length = heading.find(&["Dep-Len"], 0);
        heading.check_unit(precipitation, &["(mm)"])?;
        heading.check_unit(runoff, &["(mm)"])?;
        heading.check_unit(delivery, &["(kg/m)"])?;
        let mut rows = Vec::new();
        while let Some(line) = reader.peek() {
            let record = reader.raw_record("event")?;
            if line.trim().is_empty() {
                continue;
            }
            if !is_row(line) {
                return Err(record.error("event", "a row of numbers", line.trim()));
            }
            let row = Row::new(record, heading.len())?;
            rows.push(Self {
                day: row.count(day, "day", 31)? as u8,
                month: row.count(month, "mo", 12)? as u8,
                year: row.count(year, "year", 9999)? as i32,
                precipitation_mm: row.real(precipitation, "Precp")?,
                runoff_mm: row.real(runoff, "Runoff")?,
                interrill_detachment_kg_per_m2: row.real(interrill, "IR-det")?,
                mean_detachment_kg_per_m2: row.real(mean_detachment, "Av-det")?,
                max_detachment_kg_per_m2: row.real(max_detachment, "Mx-det")?,
                max_detachment_point_m: row.real(detachment_point, "Point")?,
                mean_deposition_kg_per_m2: row.real(mean_deposition, "Av-dep")?,
                max_deposition_kg_per_m2: row.real(max_deposition, "Max-dep")?,
                max_deposition_point_m: row.real(deposition_point, "Point")?,
                sediment_delivery_kg_per_m: row.real(delivery, "Sed.Del")?,
                enrichment_ratio: row.real(enrichment, "ER")?,
                detachment_length_m: row.optional(detachment_length, "Det-Len")?,
                deposition_length_m: row.optional(deposition_length, "Dep-Len")?,
            });
        }
        Ok(rows)
    }
}
