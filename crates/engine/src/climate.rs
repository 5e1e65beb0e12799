//! Daily weather: storm form and breakpoint form.

use std::sync::OnceLock;

use crate::check::weather_fault;
use crate::demand::{DayDemand, PenmanMonteith};
use crate::sun::SlopeSun;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Daily weather at one place. Immutable once made, so that its hash is computed once for all hillslopes that share it.
#[derive(Clone, Debug, PartialEq)]
pub struct Climate {
    name: String,
    latitude_deg: f64,
    elevation_m: f64,
    days: Vec<ClimateDay>,
    breakpoints: Vec<Breakpoint>,
    mean_monthly: MonthlyMeans,
    sha256: String,
    /// Index of the first day of each year, and of the end.
    years: Vec<usize>,
    fault: Option<Fault>,
    windless: bool,
    /// Sun on level ground at the place.
    sun: SlopeSun,
    /// What each day asks of any surface, for the method every run may need and for the one that is asked for.
    demand: Vec<DayDemand>,
    penman_monteith: OnceLock<Vec<PenmanMonteith>>,
}

/// A value of the weather that no engine can use.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    pub field: String,
    pub value: String,
    pub expected: &'static str,
}

/// Long-term monthly means of the station, in the header of a climate file; used for starting soil temperature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MonthlyMeans {
    /// Maximum temperature, deg C.
    pub tmax_c: [f64; 12],
    /// Minimum temperature, deg C.
    pub tmin_c: [f64; 12],
    /// Solar radiation, langley/day.
    pub solar_radiation_ly_per_day: [f64; 12],
    /// Precipitation, mm.
    pub precipitation_mm: [f64; 12],
}

/// One day of weather.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClimateDay {
    /// Day of the month, 1..=31.
    pub day: u8,
    /// Month, 1..=12.
    pub month: u8,
    /// Year as the weather numbers it (calendar year or simulation year).
    pub year: i32,
    /// Rain or snow of the day.
    pub precipitation: Precipitation,
    /// Maximum temperature, deg C.
    pub tmax_c: f64,
    /// Minimum temperature, deg C.
    pub tmin_c: f64,
    /// Solar radiation, langley/day.
    pub solar_radiation_ly_per_day: f64,
    /// Mean wind speed, m/s; 0 when unknown.
    pub wind_m_per_s: f64,
    /// Direction the wind comes from, degrees clockwise from north.
    pub wind_direction_deg: f64,
    /// Dew point, deg C.
    pub dew_point_c: f64,
}

/// Precipitation of one day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Precipitation {
    /// Dry day.
    None,
    /// One storm with a double-exponential intensity (NSERL-10 chapter 2).
    Storm {
        /// Depth, mm.
        depth_mm: f64,
        /// Duration, h.
        duration_h: f64,
        /// Time to peak intensity over duration, 0..1.
        time_to_peak_fraction: f64,
        /// Peak over mean intensity, >= 1.
        peak_intensity_ratio: f64,
    },
    /// Measured cumulative depth at points in time: `count` entries of [`Climate::breakpoints`] from `first`.
    Breakpoints {
        /// Index of the first breakpoint.
        first: u32,
        /// Number of breakpoints.
        count: u32,
    },
}

/// A point of a cumulative rain curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breakpoint {
    /// Hours since midnight.
    pub hour: f64,
    /// Depth since midnight, mm.
    pub cumulative_mm: f64,
}

impl Climate {
    /// Daily weather in the order of the days. A value that cannot be used is reported when a run starts, not here.
    pub fn new(
        name: impl Into<String>,
        latitude_deg: f64,
        elevation_m: f64,
        mean_monthly: MonthlyMeans,
        days: Vec<ClimateDay>,
        breakpoints: Vec<Breakpoint>,
    ) -> Self {
        let mut climate = Self {
            name: name.into(),
            latitude_deg,
            elevation_m,
            days,
            breakpoints,
            mean_monthly,
            sha256: String::new(),
            years: Vec::new(),
            fault: None,
            windless: false,
            sun: SlopeSun::level(latitude_deg),
            demand: Vec::new(),
            penman_monteith: OnceLock::new(),
        };
        climate.sha256 = climate.digest();
        climate.years = year_bounds(&climate.days);
        climate.fault = weather_fault(&climate);
        climate.windless = climate.days.iter().all(|day| day.wind_m_per_s <= 0.0);
        let sun = climate.sun.days();
        climate.demand = climate.days.iter().map(|day| DayDemand::new(day, sun, elevation_m)).collect();
        climate
    }

    /// Name of the station or grid cell.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Latitude, degrees north.
    pub fn latitude_deg(&self) -> f64 {
        self.latitude_deg
    }
    /// Elevation of the station, m.
    pub fn elevation_m(&self) -> f64 {
        self.elevation_m
    }
    /// The days, in order.
    pub fn days(&self) -> &[ClimateDay] {
        &self.days
    }
    /// Indices of the days of each year, in order.
    pub(crate) fn years(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        self.years.windows(2).map(|bounds| bounds[0]..bounds[1])
    }
    /// What each day asks of any surface.
    pub(crate) fn demand(&self) -> &[DayDemand] {
        &self.demand
    }
    /// Penman-Monteith reference of each day, computed when first asked for.
    pub(crate) fn penman_monteith(&self) -> &[PenmanMonteith] {
        self.penman_monteith.get_or_init(|| {
            let sun = self.sun.days();
            self.days.iter().map(|day| PenmanMonteith::new(day, sun, self.elevation_m)).collect()
        })
    }
    /// Sun on level ground at the place.
    pub(crate) fn sun(&self) -> &SlopeSun {
        &self.sun
    }
    /// Whether no day has any wind, which is how weather without wind is written.
    pub(crate) fn windless(&self) -> bool {
        self.windless
    }
    /// The first value that cannot be used, if any.
    pub(crate) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }
    /// Breakpoints of all breakpoint days, in order.
    pub fn breakpoints(&self) -> &[Breakpoint] {
        &self.breakpoints
    }
    /// Long-term monthly means of the station.
    pub fn mean_monthly(&self) -> &MonthlyMeans {
        &self.mean_monthly
    }
    /// SHA-256 of place and weather, hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
    /// Breakpoints of one day; empty when the day has none or the indices are out of range.
    pub fn breakpoints_of(&self, day: &ClimateDay) -> &[Breakpoint] {
        match day.precipitation {
            Precipitation::Breakpoints { first, count } => {
                let first = first as usize;
                self.breakpoints.get(first..first.saturating_add(count as usize)).unwrap_or(&[])
            }
            _ => &[],
        }
    }
    /// Depth of precipitation on one day, mm.
    pub fn precipitation_mm(&self, day: &ClimateDay) -> f64 {
        match day.precipitation {
            Precipitation::None => 0.0,
            Precipitation::Storm { depth_mm, .. } => depth_mm,
            Precipitation::Breakpoints { .. } => {
                self.breakpoints_of(day).last().map_or(0.0, |b| b.cumulative_mm)
            }
        }
    }

    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut put = |value: f64| hash.update(value.to_le_bytes());
        put(self.latitude_deg);
        put(self.elevation_m);
        let means = &self.mean_monthly;
        for list in [&means.tmax_c, &means.tmin_c, &means.solar_radiation_ly_per_day, &means.precipitation_mm]
        {
            list.iter().for_each(|v| put(*v));
        }
        for day in &self.days {
            put(f64::from(day.year) * 512.0 + f64::from(day.month) * 32.0 + f64::from(day.day));
            match day.precipitation {
                Precipitation::None => put(0.0),
                Precipitation::Storm {
                    depth_mm,
                    duration_h,
                    time_to_peak_fraction,
                    peak_intensity_ratio,
                } => {
                    [1.0, depth_mm, duration_h, time_to_peak_fraction, peak_intensity_ratio]
                        .into_iter()
                        .for_each(&mut put);
                }
                Precipitation::Breakpoints { .. } => {
                    put(2.0);
                    for b in self.breakpoints_of(day) {
                        put(b.hour);
                        put(b.cumulative_mm);
                    }
                }
            }
            for value in [
                day.tmax_c,
                day.tmin_c,
                day.solar_radiation_ly_per_day,
                day.wind_m_per_s,
                day.wind_direction_deg,
                day.dew_point_c,
            ] {
                put(value);
            }
        }
        hex(&hash.finalize())
    }
}

/// Where the year changes, with the end of the last one.
fn year_bounds(days: &[ClimateDay]) -> Vec<usize> {
    let changes = days.windows(2).enumerate().filter(|(_, pair)| pair[0].year != pair[1].year);
    [0].into_iter().chain(changes.map(|(index, _)| index + 1)).chain([days.len()]).collect()
}

/// Lower-case hexadecimal of a digest.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
