//! Outputs of the watershed mode: the loss summary and the events at the outlet.

use super::loss::version_of;
use crate::error::FormatError;
use crate::text::{Reader, Record, parse_real};

/// Annual averages of a watershed (`loss_pw0`).
#[derive(Debug, Clone, PartialEq)]
pub struct WatershedLoss {
    /// Version of the executable.
    pub version: String,
    /// Hillslopes in element order.
    pub hillslopes: Vec<HillslopeTotals>,
    /// Channels in element order.
    pub channels: Vec<ChannelTotals>,
    /// Area that drains to the outlet, ha.
    pub area_ha: f64,
    /// Precipitation on it, m³/y.
    pub precipitation_m3: f64,
    /// Discharge from the outlet, m³/y.
    pub discharge_m3: f64,
    /// Soil loss of all hillslopes, t/y.
    pub hillslope_loss_t: f64,
    /// Soil loss of all channels, t/y.
    pub channel_loss_t: f64,
    /// Sediment leaving the outlet, t/y.
    pub sediment_t: f64,
    /// Sediment delivery ratio.
    pub delivery_ratio: f64,
}

/// Annual averages of a hillslope in a watershed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HillslopeTotals {
    /// Number of the hillslope.
    pub hillslope: usize,
    /// Runoff, m³/y.
    pub runoff_m3: f64,
    /// Subsurface runoff, m³/y.
    pub subsurface_runoff_m3: f64,
    /// Soil loss, kg/y.
    pub loss_kg: f64,
    /// Deposition, kg/y.
    pub deposition_kg: f64,
    /// Sediment yield, kg/y.
    pub sediment_kg: f64,
    /// Area, ha.
    pub area_ha: f64,
}

/// Annual averages of a channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChannelTotals {
    /// Number of the channel.
    pub channel: usize,
    /// Discharge, m³/y.
    pub discharge_m3: f64,
    /// Sediment yield, t/y.
    pub sediment_t: f64,
    /// Soil loss, kg/y.
    pub loss_kg: f64,
    /// Inflow from upland, m³/y.
    pub upland_inflow_m3: f64,
    /// Subsurface flow, m³/y.
    pub subsurface_flow_m3: f64,
    /// Contributing area, ha.
    pub area_ha: f64,
}

impl WatershedLoss {
    /// Reads the annual averages of `loss_pw0`.
    ///
    /// # Errors
    /// A table or total that is missing or has another heading.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let version = version_of(text)
            .ok_or_else(|| reader.error("version", "a line with VERSION", "none"))?
            .to_owned();
        skip_past(&mut reader, "AVERAGE ANNUAL VALUES FOR WATERSHED")?;
        let headings = ["Subrunoff", "(m^3)", "(kg)", "(ha)"];
        check_heading(&mut reader, "Hillslopes", &headings)?;
        let hillslopes = rows(&mut reader, "Hill")?
            .into_iter()
            .map(|(hillslope, values)| HillslopeTotals {
                hillslope,
                runoff_m3: values[0],
                subsurface_runoff_m3: values[1],
                loss_kg: values[2],
                deposition_kg: values[3],
                sediment_kg: values[4],
                area_ha: values[5],
            })
            .collect();
        check_heading(&mut reader, "Impoundments", &["(tonne", "(m^3)", "(kg)"])?;
        let channels = rows(&mut reader, "Channel")?
            .into_iter()
            .map(|(channel, values)| ChannelTotals {
                channel,
                discharge_m3: values[0],
                sediment_t: values[1],
                loss_kg: values[2],
                upland_inflow_m3: values[3],
                subsurface_flow_m3: values[4],
                area_ha: values[5],
            })
            .collect();
        Ok(Self {
            version,
            hillslopes,
            channels,
            area_ha: total(&mut reader, "Total contributing area to outlet")?,
            precipitation_m3: total(&mut reader, "Avg. Ann. Precipitation volume")?,
            discharge_m3: total(&mut reader, "Avg. Ann. water discharge from outlet")?,
            hillslope_loss_t: total(&mut reader, "Avg. Ann. total hillslope soil loss")?,
            channel_loss_t: total(&mut reader, "Avg. Ann. total channel soil loss")?,
            sediment_t: total(&mut reader, "Avg. Ann. sediment discharge from outlet")?,
            delivery_ratio: total(&mut reader, "Sediment Delivery Ratio")?,
        })
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

/// The lines of a heading down to the one that begins with `last` must hold all `words`.
fn check_heading(reader: &mut Reader<'_>, last: &str, words: &[&str]) -> Result<(), FormatError> {
    let mut heading = String::new();
    loop {
        let record = reader.raw_record(last)?;
        heading.push_str(record.text);
        heading.push(' ');
        if record.text.trim_start().starts_with(last) {
            return match words.iter().find(|word| !heading.contains(**word)) {
                Some(word) => Err(record.error("heading", *word, heading.trim())),
                None => Ok(()),
            };
        }
    }
}

/// Rows that begin with `label` and a number, six values each, up to the first line after them that
/// does not.
fn rows(reader: &mut Reader<'_>, label: &str) -> Result<Vec<(usize, [f64; 6])>, FormatError> {
    let mut found = Vec::new();
    while let Some(line) = reader.peek() {
        let line = line.trim_start();
        if !line.starts_with(label) {
            let between = line.is_empty() || line.starts_with("--");
            if !between {
                break;
            }
            reader.raw(label)?;
            if !found.is_empty() {
                break;
            }
            continue;
        }
        let record = reader.raw_record(label)?;
        let rest = record.text.trim_start().strip_prefix(label).unwrap_or("");
        let mut fields = Record { text: rest, ..record }.fields();
        let number = fields.count(label, 1..=100_000)?;
        let mut values = [0.0; 6];
        for value in &mut values {
            *value = fields.real(label)?;
        }
        fields.end(label)?;
        found.push((number, values));
    }
    Ok(found)
}

fn total(reader: &mut Reader<'_>, label: &str) -> Result<f64, FormatError> {
    let record = skip_past(reader, label)?;
    let after = record.text.split_once('=').map_or("", |(_, after)| after);
    let word = after.split_whitespace().next().unwrap_or("");
    parse_real(word).ok_or_else(|| record.error(label, "a number behind =", record.text.trim()))
}

/// An event at the outlet (`ebe_pw0`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WatershedEvent {
    /// Day of the month.
    pub day: u8,
    /// Month.
    pub month: u8,
    /// Year as printed.
    pub year: i32,
    /// Precipitation, mm.
    pub precipitation_mm: f64,
    /// Runoff volume, m³.
    pub runoff_m3: f64,
    /// Peak discharge, m³/s.
    pub peak_m3_per_s: f64,
    /// Sediment yield, kg.
    pub sediment_kg: f64,
}

impl WatershedEvent {
    /// Reads `ebe_pw0`. Columns after the sediment yield (nutrients in some versions) are left alone.
    ///
    /// # Errors
    /// Another heading or a malformed row.
    pub fn parse_file(text: &str, file: &str) -> Result<Vec<Self>, FormatError> {
        let mut reader = Reader::new(text, file);
        let names = skip_past(&mut reader, "Precip.")?;
        let mut at = 0;
        for name in ["Day", "Precip.", "Runoff", "Peak", "Sediment"] {
            match names.text[at..].find(name) {
                Some(found) => at += found + name.len(),
                None => {
                    return Err(names.error("heading", format!("a column {name}"), names.text.trim()));
                }
            }
        }
        let units = skip_past(&mut reader, "(mm)")?;
        if !units.text.contains("(m^3)") || !units.text.contains("(m^3/s)") || !units.text.contains("(kg)") {
            return Err(units.error("units", "(mm) (m^3) (m^3/s) (kg)", units.text.trim()));
        }
        skip_past(&mut reader, "-----")?;
        let mut events = Vec::new();
        while reader.peek().is_some() {
            let record = reader.raw_record("event")?;
            if record.text.trim().is_empty() {
                continue;
            }
            let mut fields = record.fields();
            events.push(Self {
                day: fields.count("day", 1..=31)? as u8,
                month: fields.count("month", 1..=12)? as u8,
                year: fields.count("year", 0..=9999)? as i32,
                precipitation_mm: fields.real("precipitation")?,
                runoff_m3: fields.real("runoff volume")?,
                peak_m3_per_s: fields.real("peak runoff")?,
                sediment_kg: fields.real("sediment yield")?,
            });
        }
        Ok(events)
    }
}
