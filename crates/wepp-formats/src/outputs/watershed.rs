//! Outputs of the watershed mode: the loss summary and the events at the outlet.

use super::loss::version_of;
use super::stacked::Stacked;
use super::table::Row;
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
    /// ```
    /// use headwaters_wepp_formats::outputs::WatershedLoss;
    ///
    /// let text = "\
    /// VERSION 2024.204
    ///  5 YEAR AVERAGE ANNUAL VALUES FOR WATERSHED
    ///                  Runoff        Subrunoff     Soil          Sediment      Sediment      Hillslope
    ///                  Volume        Volume        Loss          Deposition    Yield         Area
    /// Hillslopes       (m^3)         (m^3)         (kg)          (kg)          (kg)          (ha)
    /// ----
    /// Hill 1 1 2 3 4 5 6
    ///
    /// Channels         Discharge     Sediment      Soil          Upland        Subsuface Flow   Contributing
    /// and              Volume        Yield         Loss          Charge        Volume           Area
    /// Impoundments     (m^3)         (tonne)       (kg)          (m^3)         (m^3)            (ha)
    ///
    /// Channel 1 1 2 3 4 5 6
    ///
    /// Total contributing area to outlet = 3.01 ha
    /// Avg. Ann. Precipitation volume in = 38129.
    /// Avg. Ann. water discharge from outlet = 2728.
    /// Avg. Ann. total hillslope soil loss = 14.6
    /// Avg. Ann. total channel soil loss = 0.0
    /// Avg. Ann. sediment discharge from outlet = 14.7
    /// Sediment Delivery Ratio for Watershed = 1.003
    /// ";
    /// let file = WatershedLoss::parse(text, "loss_pw0.txt")?;
    /// assert_eq!((file.channels.len(), file.sediment_t), (1, 14.7));
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A table, column or total that is missing; a row that does not fit its heading.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let version = version_of(text)
            .ok_or_else(|| reader.error("version", "a line with VERSION", "none"))?
            .to_owned();
        skip_past(&mut reader, "AVERAGE ANNUAL VALUES FOR WATERSHED")?;
        let hillslopes = read_hillslopes(&mut reader)?;
        let channels = read_channels(&mut reader)?;
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

fn read_hillslopes(reader: &mut Reader<'_>) -> Result<Vec<HillslopeTotals>, FormatError> {
    let heading = heading(reader, "Hillslopes", &["Hillslopes"])?;
    let runoff = heading.column(["Runoff", "Volume", "(m^3)"])?;
    let subsurface_runoff = heading.column(["Subrunoff", "Volume", "(m^3)"])?;
    let loss = heading.column(["Soil", "Loss", "(kg)"])?;
    let deposition = heading.column(["Sediment", "Deposition", "(kg)"])?;
    let sediment = heading.column(["Sediment", "Yield", "(kg)"])?;
    let area = heading.column(["Hillslope", "Area", "(ha)"])?;
    rows(reader, "Hill", &heading, |hillslope, row| {
        Ok(HillslopeTotals {
            hillslope,
            runoff_m3: row.real(runoff, "Runoff Volume")?,
            subsurface_runoff_m3: row.real(subsurface_runoff, "Subrunoff Volume")?,
            loss_kg: row.real(loss, "Soil Loss")?,
            deposition_kg: row.real(deposition, "Sediment Deposition")?,
            sediment_kg: row.real(sediment, "Sediment Yield")?,
            area_ha: row.real(area, "Hillslope Area")?,
        })
    })
}

fn read_channels(reader: &mut Reader<'_>) -> Result<Vec<ChannelTotals>, FormatError> {
    let heading = heading(reader, "Impoundments", &["Channels", "and", "Impoundments"])?;
    let discharge = heading.column(["Discharge", "Volume", "(m^3)"])?;
    let sediment = heading.column(["Sediment", "Yield", "(tonne)"])?;
    let loss = heading.column(["Soil", "Loss", "(kg)"])?;
    let upland_inflow = heading.column(["Upland", "Charge", "(m^3)"])?;
    // As WEPP spells it.
    let subsurface_flow = heading.column(["Subsuface Flow", "Volume", "(m^3)"])?;
    let area = heading.column(["Contributing", "Area", "(ha)"])?;
    rows(reader, "Channel", &heading, |channel, row| {
        Ok(ChannelTotals {
            channel,
            discharge_m3: row.real(discharge, "Discharge Volume")?,
            sediment_t: row.real(sediment, "Sediment Yield")?,
            loss_kg: row.real(loss, "Soil Loss")?,
            upland_inflow_m3: row.real(upland_inflow, "Upland Charge")?,
            subsurface_flow_m3: row.real(subsurface_flow, "Subsurface Flow Volume")?,
            area_ha: row.real(area, "Contributing Area")?,
        })
    })
}

/// The heading whose last line begins with `last`: that line and the two above it.
fn heading<'a>(reader: &mut Reader<'a>, last: &str, labels: &[&str]) -> Result<Stacked<'a>, FormatError> {
    let mut lines = [reader.raw_record(last)?, reader.raw_record(last)?, reader.raw_record(last)?];
    while !lines[2].text.trim_start().starts_with(last) {
        lines = [lines[1], lines[2], reader.raw_record(last)?];
    }
    Stacked::new(lines, labels)
}

/// Rows that begin with `label` and a number, up to the first line after them that does not.
fn rows<'a, T>(
    reader: &mut Reader<'a>,
    label: &str,
    heading: &Stacked<'a>,
    read: impl Fn(usize, &Row<'a>) -> Result<T, FormatError>,
) -> Result<Vec<T>, FormatError> {
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
        let values = Record { text: fields.remainder(), ..record };
        found.push(read(number, &heading.row(values)?)?);
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
    /// Reads `ebe_pw0`. Other columns (nutrients in some versions) are ignored.
    ///
    /// ```
    /// use headwaters_wepp_formats::outputs::WatershedEvent;
    ///
    /// let text = "\
    /// Day          Precip.    Runoff      Peak       Sediment
    ///   Month      Depth      Volume      Runoff     Yield
    ///       Year   (mm)       (m^3)       (m^3/s)    (kg)
    /// -----
    /// 10 3 1 50.5 300.2 .5 12.5
    /// ";
    /// let rows = WatershedEvent::parse_file(text, "ebe_pw0.txt")?;
    /// assert_eq!(rows[0].sediment_kg, 12.5);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A missing column, or a row that does not fit the heading.
    pub fn parse_file(text: &str, file: &str) -> Result<Vec<Self>, FormatError> {
        let mut reader = Reader::new(text, file);
        let lines =
            [skip_past(&mut reader, "Precip.")?, reader.raw_record("Month")?, reader.raw_record("Year")?];
        let date = date_columns(lines)?;
        let heading = Stacked::new(lines, &DATE)?;
        let precipitation = heading.column(["Precip.", "Depth", "(mm)"])?;
        let runoff = heading.column(["Runoff", "Volume", "(m^3)"])?;
        let peak = heading.column(["Peak", "Runoff", "(m^3/s)"])?;
        let sediment = heading.column(["Sediment", "Yield", "(kg)"])?;
        skip_past(&mut reader, "-----")?;
        let mut events = Vec::new();
        while reader.peek().is_some() {
            let record = reader.raw_record("event")?;
            if record.text.trim().is_empty() {
                continue;
            }
            let mut fields = record.fields();
            let mut found = [0; 3];
            for part in date {
                found[part] = fields.count(DATE[part], DATE_RANGES[part].clone())?;
            }
            let row = heading.row(Record { text: fields.remainder(), ..record })?;
            events.push(Self {
                day: found[0] as u8,
                month: found[1] as u8,
                year: found[2] as i32,
                precipitation_mm: row.real(precipitation, "precipitation")?,
                runoff_m3: row.real(runoff, "runoff volume")?,
                peak_m3_per_s: row.real(peak, "peak runoff")?,
                sediment_kg: row.real(sediment, "sediment yield")?,
            });
        }
        Ok(events)
    }
}

/// The parts of a date: each heads the first column of its own line of the heading.
const DATE: [&str; 3] = ["Day", "Month", "Year"];
const DATE_RANGES: [std::ops::RangeInclusive<usize>; 3] = [1..=31, 1..=12, 0..=9999];

/// The parts of the date in the order of their columns, which is from left to right in the staggered heading.
fn date_columns(lines: [Record<'_>; 3]) -> Result<[usize; 3], FormatError> {
    let mut places = [(0, 0); 3];
    for (part, line) in lines.iter().enumerate() {
        let place = line
            .text
            .find(DATE[part])
            .ok_or_else(|| line.error("heading", format!("a column {}", DATE[part]), line.text.trim()))?;
        places[part] = (place, part);
    }
    places.sort_unstable();
    Ok(places.map(|(_, part)| part))
}

#[cfg(test)]
mod tests;
