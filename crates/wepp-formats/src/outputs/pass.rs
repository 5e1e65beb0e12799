//! The hillslope pass file: runoff and sediment of a hillslope as input of the channels, with five significant digits.

use crate::error::FormatError;
use crate::text::{Reader, Record};

/// Particle classes in WEPP.
const CLASSES: usize = 5;
/// Values of an event with tile drainage (2012 and later) and without (2010).
const EVENT_VALUES: usize = 12 + 2 * CLASSES;
const EVENT_VALUES_2010: usize = EVENT_VALUES - 2;

/// A pass file.
#[derive(Debug, Clone, PartialEq)]
pub struct HillslopePass {
    /// The climate file's name, as printed.
    pub climate_file: String,
    /// Years of simulation.
    pub years: usize,
    /// First year.
    pub first_year: i32,
    /// Area of the hillslope, m².
    pub area_m2: f64,
    /// Diameters of the particle classes, m.
    pub particle_diameters_m: [f64; CLASSES],
    /// Days with surface runoff, in order.
    pub events: Vec<PassEvent>,
    /// Days with subsurface flow but no surface runoff, in order.
    pub subsurface_days: Vec<SubsurfaceDay>,
    /// Days recorded, with or without flow.
    pub days: usize,
    /// Year and day of year of the last record.
    pub last_day: (i32, u16),
}

/// A day with surface runoff.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PassEvent {
    /// Year.
    pub year: i32,
    /// Day of the year.
    pub julian_day: u16,
    /// Duration of runoff, s.
    pub duration_s: f64,
    /// Time of concentration of overland flow, h.
    pub concentration_time_h: f64,
    /// Overland flow alpha.
    pub alpha: f64,
    /// Runoff, m.
    pub runoff_m: f64,
    /// Runoff volume, m³.
    pub runoff_m3: f64,
    /// Subsurface runoff, m.
    pub subsurface_runoff_m: f64,
    /// Subsurface runoff volume, m³.
    pub subsurface_runoff_m3: f64,
    /// Tile drainage, m; 2012 and later.
    pub drainage_m: Option<f64>,
    /// Tile drainage volume, m³; 2012 and later.
    pub drainage_m3: Option<f64>,
    /// Peak runoff, m³/s.
    pub peak_m3_per_s: f64,
    /// Soil detached, kg.
    pub detached_kg: f64,
    /// Sediment deposited, kg.
    pub deposited_kg: f64,
    /// Concentration of each particle class in the runoff, kg/m³.
    pub concentration_kg_per_m3: [f64; CLASSES],
    /// Share of each particle class in the sediment.
    pub class_fraction: [f64; CLASSES],
}

/// A day with subsurface flow only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SubsurfaceDay {
    /// Year.
    pub year: i32,
    /// Day of the year.
    pub julian_day: u16,
    /// Subsurface runoff, m.
    pub subsurface_runoff_m: f64,
    /// Subsurface runoff volume, m³.
    pub subsurface_runoff_m3: f64,
    /// Tile drainage, m; 2012 and later.
    pub drainage_m: Option<f64>,
    /// Tile drainage volume, m³; 2012 and later.
    pub drainage_m3: Option<f64>,
}

impl PassEvent {
    /// Sediment delivered, kg: runoff volume times the concentrations.
    #[must_use]
    pub fn delivered_kg(&self) -> f64 {
        self.runoff_m3 * self.concentration_kg_per_m3.iter().sum::<f64>()
    }
}

impl HillslopePass {
    /// Reads a pass file.
    ///
    /// ```
    /// use headwaters_wepp_formats::outputs::HillslopePass;
    ///
    /// let text = "\
    /// case.cli
    ///     1         1
    /// .15000E+05
    ///   5    0.2E-05 0.1E-04 0.4E-04 0.6E-03 0.2E-03
    /// NO EVENT      1     1
    /// EVENT         1     2      1 2 3 4 5 6 7 8 9 10 11 12 1 2 3 4 5 6 7 8
    ///      9 10
    /// ";
    /// let file = HillslopePass::parse(text, "pass.txt")?;
    /// assert_eq!((file.events[0].runoff_m3, file.is_complete()), (5.0, false));
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A malformed header or record, or days that do not follow each other. A file that ends early
    /// between two records is no error here: see [`HillslopePass::is_complete`].
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let climate_file = reader.raw("climate file")?.trim().to_owned();
        let mut fields = reader.raw_record("years")?.fields();
        let years = fields.count("years", 1..=10_000)?;
        let first_year = fields.count("first year", 0..=9999)? as i32;
        fields.end("first year")?;
        let mut fields = reader.raw_record("area")?.fields();
        let area_m2 = fields.real_in("area", 0.0, f64::INFINITY)?;
        fields.end("area")?;
        let mut fields = reader.raw_record("particle classes")?.fields();
        fields.count("particle classes", CLASSES..=CLASSES)?;
        let mut particle_diameters_m = [0.0; CLASSES];
        for diameter in &mut particle_diameters_m {
            *diameter = fields.real("particle diameter")?;
        }
        fields.end("particle diameter")?;
        let mut pass = Self {
            climate_file,
            years,
            first_year,
            area_m2,
            particle_diameters_m,
            events: Vec::new(),
            subsurface_days: Vec::new(),
            days: 0,
            last_day: (first_year, 0),
        };
        while let Some(line) = reader.peek() {
            let record = reader.raw_record("record")?;
            if !line.trim().is_empty() {
                pass.take(&mut reader, record)?;
            }
        }
        Ok(pass)
    }

    /// Returns true if the last record is the last day of the last year in the header.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let last_year = self.first_year + self.years as i32 - 1;
        let (year, day) = self.last_day;
        year == last_year && day >= 365 && is_last_of_year(year, day)
    }

    fn take(&mut self, reader: &mut Reader<'_>, record: Record<'_>) -> Result<(), FormatError> {
        let Some((kind, rest)) = ["NO EVENT", "SUBEVENT", "EVENT"]
            .into_iter()
            .find_map(|kind| Some((kind, record.text.trim_start().strip_prefix(kind)?)))
        else {
            let found = record.text.trim();
            return Err(record.error("record", "NO EVENT, SUBEVENT or EVENT", found));
        };
        let mut fields = Record { text: rest, ..record }.fields();
        let year = fields.count("year", 0..=9999)? as i32;
        let julian_day = fields.count("day of the year", 1..=366)? as u16;
        self.follow(&record, year, julian_day)?;
        if kind == "NO EVENT" {
            return fields.end("day of the year");
        }
        let mut values = Vec::new();
        while !fields.is_empty() {
            values.push(fields.real("value")?);
        }
        // Long records run on over indented lines.
        while let Some(line) = reader.peek()
            && line.starts_with(' ')
            && values.len() < EVENT_VALUES
        {
            let mut fields = reader.raw_record("value")?.fields();
            while !fields.is_empty() {
                values.push(fields.real("value")?);
            }
        }
        if kind == "EVENT" {
            self.events.push(event(&record, year, julian_day, &values)?);
        } else {
            self.subsurface_days.push(subsurface(&record, year, julian_day, &values)?);
        }
        Ok(())
    }

    fn follow(&mut self, record: &Record<'_>, year: i32, day: u16) -> Result<(), FormatError> {
        let (last_year, last) = self.last_day;
        let next = day == last + 1 && year == last_year;
        let new_year = day == 1 && year == last_year + 1 && is_last_of_year(last_year, last);
        if !next && !new_year {
            let expected = format!("the day after day {last} of year {last_year}");
            return Err(record.error("day of the year", expected, format!("{day} of {year}")));
        }
        self.last_day = (year, day);
        self.days += 1;
        Ok(())
    }
}

/// Day 366 exists in every fourth year; the exceptions of the Gregorian calendar are tolerated.
fn is_last_of_year(year: i32, day: u16) -> bool {
    day == 366 || (day == 365 && (year % 4 != 0 || year % 100 == 0))
}

fn event(record: &Record<'_>, year: i32, julian_day: u16, values: &[f64]) -> Result<PassEvent, FormatError> {
    let drained = match values.len() {
        EVENT_VALUES => 2,
        EVENT_VALUES_2010 => 0,
        other => {
            let expected = format!("{EVENT_VALUES} or {EVENT_VALUES_2010} values");
            return Err(record.error("EVENT", expected, other.to_string()));
        }
    };
    let (flow, after) = values.split_at(7);
    let (drainage, after) = after.split_at(drained);
    let (sediment, classes) = after.split_at(3);
    let classes = |from: usize| std::array::from_fn(|class| classes[from + class]);
    Ok(PassEvent {
        year,
        julian_day,
        duration_s: flow[0],
        concentration_time_h: flow[1],
        alpha: flow[2],
        runoff_m: flow[3],
        runoff_m3: flow[4],
        subsurface_runoff_m: flow[5],
        subsurface_runoff_m3: flow[6],
        drainage_m: drainage.first().copied(),
        drainage_m3: drainage.get(1).copied(),
        peak_m3_per_s: sediment[0],
        detached_kg: sediment[1],
        deposited_kg: sediment[2],
        concentration_kg_per_m3: classes(0),
        class_fraction: classes(CLASSES),
    })
}

fn subsurface(
    record: &Record<'_>,
    year: i32,
    julian_day: u16,
    values: &[f64],
) -> Result<SubsurfaceDay, FormatError> {
    let (runoff_m, runoff_m3, drainage) = match *values {
        [depth, volume] => (depth, volume, None),
        [depth, volume, drained, drained_volume] => (depth, volume, Some((drained, drained_volume))),
        _ => return Err(record.error("SUBEVENT", "2 or 4 values", values.len().to_string())),
    };
    Ok(SubsurfaceDay {
        year,
        julian_day,
        subsurface_runoff_m: runoff_m,
        subsurface_runoff_m3: runoff_m3,
        drainage_m: drainage.map(|(depth, _)| depth),
        drainage_m3: drainage.map(|(_, volume)| volume),
    })
}
