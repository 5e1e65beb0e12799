//! CLIGEN station parameters, `.par`: 82 records of fixed columns and a tail of provenance.
//!
//! Layout after the CLIGEN documentation (USDA-ARS, CLIGEN 5.3 input file format).

use crate::error::FormatError;
use crate::text::{Reader, parse_real};
use std::fmt::Write as _;

const KIND: &str = "station parameters";
const NAME_WIDTH: usize = 41;
const LABEL_WIDTH: usize = 8;
const VALUE_WIDTH: usize = 6;

/// The compass sectors of the wind records, in file order.
pub const WIND_SECTORS: [&str; 16] =
    ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"];

/// A station's weather statistics, in the units of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct StationParameters {
    /// Name and state, as in columns 1 to 41, trimmed.
    pub name: String,
    /// Columns 42 on as they stand: state number, station number and wind flag. Not interpreted.
    pub identification: String,
    /// Latitude, degrees north.
    pub latitude_deg: f64,
    /// Longitude, degrees east.
    pub longitude_deg: f64,
    /// Years of record.
    pub years_of_record: f64,
    /// CLIGEN's storm type, 1 to 4.
    pub storm_type: u8,
    /// Elevation, feet.
    pub elevation_ft: f64,
    /// Largest 30-minute depth on record, inches (`TP5`).
    pub max_30_minute_depth_in: f64,
    /// Largest 6-hour depth on record, inches (`TP6`).
    pub max_6_hour_depth_in: f64,
    /// Mean precipitation on a wet day, inches.
    pub wet_day_depth_mean_in: [f64; 12],
    /// Standard deviation of it, inches.
    pub wet_day_depth_sd_in: [f64; 12],
    /// Skew of it.
    pub wet_day_depth_skew: [f64; 12],
    /// Probability of a wet day after a wet day.
    pub wet_after_wet: [f64; 12],
    /// Probability of a wet day after a dry day.
    pub wet_after_dry: [f64; 12],
    /// Mean daily maximum temperature, °F.
    pub tmax_mean_f: [f64; 12],
    /// Mean daily minimum temperature, °F.
    pub tmin_mean_f: [f64; 12],
    /// Standard deviation of the daily maximum temperature, °F.
    pub tmax_sd_f: [f64; 12],
    /// Standard deviation of the daily minimum temperature, °F.
    pub tmin_sd_f: [f64; 12],
    /// Mean daily solar radiation, langley/d.
    pub radiation_mean_ly_per_d: [f64; 12],
    /// Standard deviation of it, langley/d.
    pub radiation_sd_ly_per_d: [f64; 12],
    /// Mean maximum 30-minute intensity of a month, in/h (`MX .5 P`).
    pub max_30_minute_intensity_in_per_h: [f64; 12],
    /// Mean dew point, °F.
    pub dew_point_mean_f: [f64; 12],
    /// Cumulative distribution of the time to peak, in twelfths of the duration.
    pub time_to_peak_cumulative: [f64; 12],
    /// Wind by sector, in the order of [`WIND_SECTORS`].
    pub wind: [WindSector; 16],
    /// Calm, % of the time.
    pub calm_pct: [f64; 12],
    /// Lines after the last record: where the numbers were interpolated from. Not interpreted.
    pub tail: Vec<String>,
}

/// Wind from one direction, by month.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WindSector {
    /// Share of the time, %.
    pub share_pct: [f64; 12],
    /// Mean speed, m/s.
    pub speed_mean_m_per_s: [f64; 12],
    /// Standard deviation of the speed, m/s.
    pub speed_sd_m_per_s: [f64; 12],
    /// Skew of the speed.
    pub speed_skew: [f64; 12],
}

impl StationParameters {
    /// Reads a station file.
    ///
    /// ```
    /// use headwaters_wepp_formats::StationParameters;
    ///
    /// // The same number in all 79 monthly records, for brevity.
    /// let record = format!("{:8}{}\n", "MEAN", "  0.50".repeat(12));
    /// let text = format!(
    ///     "{:<41} 10831 0\n LATT=  33.57 LONG= -86.75 YEARS= 44. TYPE= 2\n ELEVATION =  620. TP5 = 2.39 TP6= 5.90\n{}",
    ///     " BIRMINGHAM WB AP AL",
    ///     record.repeat(79)
    /// );
    /// let station = StationParameters::parse(&text, "al010831.par")?;
    /// assert_eq!((station.latitude_deg, station.storm_type), (33.57, 2));
    /// assert_eq!(StationParameters::parse(&station.to_text()?, "copy.par")?, station);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A record that is missing, a value outside its columns or without a decimal point (Fortran
    /// would shift it), a probability outside 0 to 1, or a time-to-peak distribution that falls or
    /// does not end at 1.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let head = reader.raw("station name")?;
        let name: String = head.chars().take(NAME_WIDTH).collect();
        let identification: String = head.chars().skip(NAME_WIDTH).collect();
        let site = labelled(&mut reader, ["LATT=", "LONG=", "YEARS=", "TYPE="])?;
        let height = labelled(&mut reader, ["ELEVATION =", "TP5 =", "TP6="])?;
        let mut months = |field: &'static str| read_months(&mut reader, field);
        let wet_day_depth_mean_in = months("MEAN P")?;
        let wet_day_depth_sd_in = months("S DEV P")?;
        let wet_day_depth_skew = months("SKEW P")?;
        let wet_after_wet = months("P(W/W)")?;
        let wet_after_dry = months("P(W/D)")?;
        let tmax_mean_f = months("TMAX AV")?;
        let tmin_mean_f = months("TMIN AV")?;
        let tmax_sd_f = months("SD TMAX")?;
        let tmin_sd_f = months("SD TMIN")?;
        let radiation_mean_ly_per_d = months("SOL.RAD")?;
        let radiation_sd_ly_per_d = months("SD SOL")?;
        let max_30_minute_intensity_in_per_h = months("MX .5 P")?;
        let dew_point_mean_f = months("DEW PT")?;
        let time_to_peak_cumulative = months("Time Pk")?;
        let mut wind = [WindSector::default(); 16];
        for sector in &mut wind {
            *sector = WindSector {
                share_pct: months("wind share")?,
                speed_mean_m_per_s: months("wind MEAN")?,
                speed_sd_m_per_s: months("wind STD DEV")?,
                speed_skew: months("wind SKEW")?,
            };
        }
        let calm_pct = months("CALM")?;
        let mut tail = Vec::new();
        while let Some(line) = reader.peek() {
            reader.raw("tail")?;
            tail.push(line.trim_end().to_owned());
        }
        while tail.last().is_some_and(String::is_empty) {
            tail.pop();
        }
        let station = Self {
            name: name.trim().to_owned(),
            identification: identification.trim_end().to_owned(),
            latitude_deg: site[0],
            longitude_deg: site[1],
            years_of_record: site[2],
            // The cast saturates; `check` refuses what is no storm type.
            storm_type: site[3] as u8,
            elevation_ft: height[0],
            max_30_minute_depth_in: height[1],
            max_6_hour_depth_in: height[2],
            wet_day_depth_mean_in,
            wet_day_depth_sd_in,
            wet_day_depth_skew,
            wet_after_wet,
            wet_after_dry,
            tmax_mean_f,
            tmin_mean_f,
            tmax_sd_f,
            tmin_sd_f,
            radiation_mean_ly_per_d,
            radiation_sd_ly_per_d,
            max_30_minute_intensity_in_per_h,
            dew_point_mean_f,
            time_to_peak_cumulative,
            wind,
            calm_pct,
            tail,
        };
        station.check().map_err(|(field, expected, found)| {
            FormatError::new(file, station.line_of(field), field, expected, found)
        })?;
        Ok(station)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Values that do not fit their columns or that [`StationParameters::parse`] would refuse.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = writeln!(text, " {:<40}{}", self.name, self.identification);
        let column = |field: &str, value: f64, width: usize| in_columns(field, value, width);
        let _ = writeln!(
            text,
            " LATT={} LONG={} YEARS={} TYPE= {}",
            column("latitude", self.latitude_deg, 7)?,
            column("longitude", self.longitude_deg, 7)?,
            column("years", self.years_of_record, 4)?,
            self.storm_type,
        );
        let _ = writeln!(
            text,
            " ELEVATION ={} TP5 ={} TP6={}",
            column("elevation", self.elevation_ft, 6)?,
            column("TP5", self.max_30_minute_depth_in, 5)?,
            column("TP6", self.max_6_hour_depth_in, 5)?,
        );
        for (label, values) in self.monthly_records() {
            let _ = write!(text, "{label:<LABEL_WIDTH$}");
            for value in values {
                text.push_str(&in_columns(label, *value, VALUE_WIDTH)?);
            }
            text.push('\n');
        }
        for line in &self.tail {
            text.push_str(line);
            text.push('\n');
        }
        let read_back = Self::parse(&text, KIND)?;
        if read_back != *self {
            let expected = "texts that fit their columns without outer blanks or line breaks";
            return Err(FormatError::on_write(KIND, "name or tail", expected, &self.name));
        }
        Ok(text)
    }

    fn monthly_records(&self) -> Vec<(&'static str, &[f64; 12])> {
        let mut records = vec![
            (" MEAN P", &self.wet_day_depth_mean_in),
            (" S DEV P", &self.wet_day_depth_sd_in),
            (" SKEW  P", &self.wet_day_depth_skew),
            (" P(W/W)", &self.wet_after_wet),
            (" P(W/D)", &self.wet_after_dry),
            (" TMAX AV", &self.tmax_mean_f),
            (" TMIN AV", &self.tmin_mean_f),
            (" SD TMAX", &self.tmax_sd_f),
            (" SD TMIN", &self.tmin_sd_f),
            (" SOL.RAD", &self.radiation_mean_ly_per_d),
            (" SD SOL", &self.radiation_sd_ly_per_d),
            (" MX .5 P", &self.max_30_minute_intensity_in_per_h),
            (" DEW PT", &self.dew_point_mean_f),
            ("Time Pk", &self.time_to_peak_cumulative),
        ];
        for (name, sector) in SECTOR_LABELS.iter().zip(&self.wind) {
            records.push((name, &sector.share_pct));
            records.push(("MEAN", &sector.speed_mean_m_per_s));
            records.push(("STD DEV", &sector.speed_sd_m_per_s));
            records.push(("SKEW", &sector.speed_skew));
        }
        records.push(("CALM", &self.calm_pct));
        records
    }

    /// Line of a field: the site stands on line 2, the monthly records follow from line 4 in their order.
    fn line_of(&self, field: &str) -> usize {
        let at = self.monthly_records().iter().position(|(label, _)| label.trim() == field);
        at.map_or(2, |at| at + 4)
    }

    fn check(&self) -> Result<(), (&'static str, &'static str, String)> {
        if !(-90.0..=90.0).contains(&self.latitude_deg) {
            let found = self.latitude_deg.to_string();
            return Err(("latitude", "-90 to 90", found));
        }
        if !(1..=4).contains(&self.storm_type) {
            let found = self.storm_type.to_string();
            return Err(("storm type", "1, 2, 3 or 4", found));
        }
        for (field, values) in [
            ("P(W/W)", &self.wet_after_wet),
            ("P(W/D)", &self.wet_after_dry),
            ("Time Pk", &self.time_to_peak_cumulative),
        ] {
            if let Some(value) = values.iter().find(|value| !(0.0..=1.0).contains(*value)) {
                return Err((field, "probabilities from 0 to 1", value.to_string()));
            }
        }
        let rising = &self.time_to_peak_cumulative;
        if let Some(pair) = rising.windows(2).find(|pair| pair[1] < pair[0]) {
            return Err(("Time Pk", "a distribution that does not fall", pair[1].to_string()));
        }
        for (field, values) in [
            ("MEAN P", &self.wet_day_depth_mean_in),
            ("S DEV P", &self.wet_day_depth_sd_in),
            ("MX .5 P", &self.max_30_minute_intensity_in_per_h),
        ] {
            if let Some(value) = values.iter().find(|value| **value < 0.0) {
                return Err((field, "numbers of at least 0", value.to_string()));
            }
        }
        Ok(())
    }
}

const SECTOR_LABELS: [&str; 16] = [
    "% N", "% NNE", "% NE", "% ENE", "% E", "% ESE", "% SE", "% SSE", "% S", "% SSW", "% SW", "% WSW", "% W",
    "% WNW", "% NW", "% NNW",
];

/// The values that follow the labels of one line, each up to the next label.
fn labelled<const N: usize>(reader: &mut Reader<'_>, labels: [&str; N]) -> Result<[f64; N], FormatError> {
    let record = reader.raw_record(labels.first().unwrap_or(&"label"))?;
    let mut values = [0.0; N];
    let mut rest = record.text;
    for (index, label) in labels.iter().enumerate() {
        let Some(at) = rest.find(label) else {
            return Err(record.error(label, format!("the label {label}"), rest.trim()));
        };
        rest = &rest[at + label.len()..];
        let end = labels.get(index + 1).and_then(|next| rest.find(next));
        let word = rest[..end.unwrap_or(rest.len())].trim();
        values[index] = parse_real(word).ok_or_else(|| record.error(label, "a number", word))?;
    }
    Ok(values)
}

/// Twelve values of six columns after a label of eight.
fn read_months(reader: &mut Reader<'_>, field: &str) -> Result<[f64; 12], FormatError> {
    let record = reader.raw_record(field)?;
    let mut columns = record.text.chars().skip(LABEL_WIDTH);
    let mut values = [0.0; 12];
    for value in &mut values {
        let column: String = columns.by_ref().take(VALUE_WIDTH).collect();
        let word = column.trim();
        *value = parse_real(word)
            .filter(|_| word.contains('.'))
            .ok_or_else(|| record.error(field, "twelve numbers with a decimal point", word))?;
    }
    Ok(values)
}

/// The shortest decimal text of a value, right-aligned in its columns.
fn in_columns(field: &str, value: f64, width: usize) -> Result<String, FormatError> {
    let mut digits = format!("{value}");
    if !digits.contains('.') {
        digits.push('.');
    }
    let short = match digits.strip_prefix("-0.") {
        Some(fraction) if !fraction.is_empty() => format!("-.{fraction}"),
        _ => match digits.strip_prefix("0.") {
            Some(fraction) if !fraction.is_empty() => format!(".{fraction}"),
            _ => digits,
        },
    };
    if !value.is_finite() || short.len() > width {
        let expected = format!("a number of at most {width} characters");
        return Err(FormatError::on_write(KIND, field, expected, short));
    }
    Ok(format!("{short:>width$}"))
}
