//! Daily weather, `.cli`, in the storm form (CLIGEN) and the breakpoint form.
//!
//! Layout after the WEPP User Summary (NSERL Report No. 11) and the files CLIGEN 4.3 to 5.3 writes.

use crate::error::FormatError;
use crate::text::{Reader, Writer};

mod day;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use day::{Breakpoint, BreakpointDay, DailyWeather, Date, Days, SimulationMode, StormDay};

const KIND: &str = "climate file";

/// A climate file.
#[derive(Debug, Clone, PartialEq)]
pub struct Climate {
    /// CLIGEN's version; WEPP reads 0.0 as "observed storm durations".
    pub cligen_version: f64,
    /// Kind of simulation the file is for.
    pub mode: SimulationMode,
    /// True: wind data are absent and WEPP uses Priestley-Taylor; the file's wind flag.
    pub no_wind: bool,
    /// The station line, trimmed, as it stands in the file.
    pub station: String,
    /// The generator's command line at the end of the site record, if any.
    pub command_line: Option<String>,
    /// Latitude, degrees north.
    pub latitude_deg: f64,
    /// Longitude, degrees east.
    pub longitude_deg: f64,
    /// Elevation, m.
    pub elevation_m: f64,
    /// Years of observation behind the station's statistics.
    pub observed_years: i64,
    /// First year of the series.
    pub beginning_year: i64,
    /// Years in the header; WEPP simulates no more of the series than these, even when it is longer.
    pub years_simulated: i64,
    /// Observed monthly mean of the daily maximum temperature, °C.
    pub monthly_tmax_c: [f64; 12],
    /// Observed monthly mean of the daily minimum temperature, °C.
    pub monthly_tmin_c: [f64; 12],
    /// Observed monthly mean of the daily radiation, langley/d.
    pub monthly_radiation_ly_per_d: [f64; 12],
    /// Observed monthly mean precipitation, mm.
    pub monthly_precipitation_mm: [f64; 12],
    /// The series.
    pub days: Days,
}

impl Climate {
    /// Reads a climate file.
    ///
    /// ```
    /// use headwaters_wepp_formats::Climate;
    ///
    /// let text = "5.3\n2 0 0\nStation\nheadings\n33.57 -86.75 185 63 1 1\n\
    ///     t\n1 2 3 4 5 6 7 8 9 10 11 12\nt\n1 2 3 4 5 6 7 8 9 10 11 12\n\
    ///     t\n1 2 3 4 5 6 7 8 9 10 11 12\nt\n1 2 3 4 5 6 7 8 9 10 11 12\nnames\nunits\n\
    ///     2 1 1 8.5 6.13 0.08 14.1 9.7 -2.4 260 2.7 84 -1.9\n";
    /// let file = Climate::parse(text, "storm.cli")?;
    /// assert_eq!(file.days.len(), 1);
    /// assert_eq!(Climate::parse(&file.to_text()?, "storm.cli")?, file);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A header line or day that is missing or malformed; a continuous series with a gap, or of less than whole
    /// years, unless the header announces fewer; negative depths; rain that takes no time; breakpoints that fall
    /// back in time or depth or do not begin at a depth of 0.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let cligen_version = reader.real("CLIGEN version")?;
        let mut fields = reader.raw_record("simulation mode")?.fields();
        let mode = match fields.count("simulation mode", 1..=2)? {
            1 => SimulationMode::Continuous,
            _ => SimulationMode::SingleStorm,
        };
        let breakpoints = fields.count("breakpoint flag", 0..=1)? == 1;
        let no_wind = fields.count("wind flag", 0..=1)? == 1;
        fields.end("wind flag")?;
        let station = reader.raw("station")?.trim().to_owned();
        reader.raw("site headings")?;
        let mut fields = reader.raw_record("latitude")?.fields();
        let latitude_deg = fields.real_in("latitude", -90.0, 90.0)?;
        let longitude_deg = fields.real_in("longitude", -360.0, 360.0)?;
        let elevation_m = fields.real("elevation")?;
        let observed_years = fields.integer("observed years")?;
        let beginning_year = fields.integer("beginning year")?;
        let years_simulated = fields.integer("years simulated")?;
        if mode == SimulationMode::Continuous && years_simulated < 1 {
            return Err(reader.error("years simulated", "at least 1", years_simulated.to_string()));
        }
        let command_line = Some(fields.remainder().to_owned()).filter(|line| !line.is_empty());
        let monthly_tmax_c = read::read_months(&mut reader, "monthly maximum temperature")?;
        let monthly_tmin_c = read::read_months(&mut reader, "monthly minimum temperature")?;
        let monthly_radiation_ly_per_d = read::read_months(&mut reader, "monthly radiation")?;
        let monthly_precipitation_mm = read::read_months(&mut reader, "monthly precipitation")?;
        reader.raw("column names")?;
        reader.raw("column units")?;
        let announced = read::Announced { mode, years: years_simulated };
        let days = if breakpoints {
            Days::Breakpoint(read::read_breakpoint_days(&mut reader, announced)?)
        } else {
            Days::Storm(read::read_storm_days(&mut reader, announced)?)
        };
        Ok(Self {
            cligen_version,
            mode,
            no_wind,
            station,
            command_line,
            latitude_deg,
            longitude_deg,
            elevation_m,
            observed_years,
            beginning_year,
            years_simulated,
            monthly_tmax_c,
            monthly_tmin_c,
            monthly_radiation_ly_per_d,
            monthly_precipitation_mm,
            days,
        })
    }

    /// Number of days of the series that are simulated: those of the years in the header, as in WEPP.
    #[must_use]
    pub fn days_simulated(&self) -> usize {
        let mut dates = self.days.weather().map(|weather| weather.date);
        let Some(first) = dates.next() else { return 0 };
        let within = |date: &Date| i64::from(date.year - first.year) < self.years_simulated;
        match self.mode {
            SimulationMode::Continuous => 1 + dates.take_while(within).count(),
            SimulationMode::SingleStorm => self.days.len(),
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Values that [`Climate::parse`] would refuse.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let mut out = Writer::new(KIND);
        out.real("CLIGEN version", self.cligen_version)?.end();
        let mode = match self.mode {
            SimulationMode::Continuous => 1,
            SimulationMode::SingleStorm => 2,
        };
        let breakpoints = matches!(self.days, Days::Breakpoint(_));
        out.integer(mode).integer(u8::from(breakpoints)).integer(u8::from(self.no_wind)).end();
        out.raw_line("station", &self.station)?;
        out.raw_line(
            "site headings",
            "Latitude Longitude Elevation (m) Obs. Years   Beginning year  Years simulated",
        )?;
        out.real("latitude", self.latitude_deg)?
            .real("longitude", self.longitude_deg)?
            .real("elevation", self.elevation_m)?
            .integer(self.observed_years)
            .integer(self.beginning_year)
            .integer(self.years_simulated);
        match &self.command_line {
            Some(line) if line.is_empty() => {
                return Err(out.error("command line", "none or some text", "an empty one"));
            }
            Some(line) => {
                out.integer("").raw_line("command line", line)?;
            }
            None => {
                out.end();
            }
        }
        for (heading, values) in [
            ("Observed monthly ave max temperature (C)", &self.monthly_tmax_c),
            ("Observed monthly ave min temperature (C)", &self.monthly_tmin_c),
            ("Observed monthly ave solar radiation (Langleys/day)", &self.monthly_radiation_ly_per_d),
            ("Observed monthly ave precipitation (mm)", &self.monthly_precipitation_mm),
        ] {
            out.raw_line("heading", heading)?;
            out.reals(values.map(|value| (heading, value)))?;
        }
        match &self.days {
            Days::Storm(days) => write::write_storm_days(&mut out, days)?,
            Days::Breakpoint(days) => write::write_breakpoint_days(&mut out, days)?,
        }
        let text = out.finish();
        Self::parse(&text, KIND)?;
        Ok(text)
    }
}
