//! Daily weather at one place, with what all hillslopes under it share.

use std::sync::OnceLock;

use crate::demand::{DayDemand, PenmanMonteith};
use crate::sun::SlopeSun;
use crate::weather::{Breakpoint, ClimateDay, MonthlyMeans, Precipitation};
use crate::weather_check::{Fault, weather_fault};
use headwaters_hash::Hasher;

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
    /// Evaporative demand of each day, by the method every run may need and by the optional one.
    demand: Vec<DayDemand>,
    penman_monteith: OnceLock<Vec<PenmanMonteith>>,
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
        climate.fault = weather_fault(&climate.days, &climate.breakpoints);
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
    /// Evaporative demand of each day.
    pub(crate) fn demand(&self) -> &[DayDemand] {
        &self.demand
    }
    /// Penman-Monteith reference of each day, computed on first use.
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
    /// Returns true if no day has any wind, which is how weather without wind is written.
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
        day.precipitation.breakpoints_of(&self.breakpoints)
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
        let mut hash = Hasher::default();
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
        hash.finish()
    }
}

/// Indices at which a year begins, and the end of the last one.
fn year_bounds(days: &[ClimateDay]) -> Vec<usize> {
    let changes = days.windows(2).enumerate().filter(|(_, pair)| pair[0].year != pair[1].year);
    [0].into_iter().chain(changes.map(|(index, _)| index + 1)).chain([days.len()]).collect()
}
