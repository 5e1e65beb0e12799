//! A day with snow, frost or temperatures at or below freezing, hour by hour (NSERL-10 chapter 3).

use crate::frost::Frost;
use crate::ground::{GroundDay, GroundHour};
use crate::hillslope::Hillslope;
use crate::redistribution::redistribute;
use crate::snow::{MeltDay, SnowHour, SnowPack};
use crate::storm::StormShape;
use crate::sun::SunGeometry;
use crate::water::SoilWater;
use crate::weather::{Breakpoint, ClimateDay, Precipitation};

const HOUR_S: f64 = 3600.0;

/// Snow, frost and their state between days.
#[derive(Clone, Debug)]
pub(crate) struct Winter {
    pub snow: SnowPack,
    pub frost: Frost,
    last_hour_c: Option<f64>,
    /// Roughness of the soil, m, and the coefficient of convection that goes with it.
    bare: (f64, f64),
}

/// Weather of a winter day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WinterDay<'a> {
    pub day: &'a ClimateDay,
    pub day_of_year: u16,
    pub sun: &'a SunGeometry,
    /// Water that falls as rain or snow by temperature, m; 0 when the storm routine takes it and only heat is followed.
    pub rain_m: f64,
    pub points: &'a [Breakpoint],
}

/// Water that reached the ground on a winter day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WinterWater {
    /// Rain and melt, m.
    pub depth_m: f64,
    /// The same as a storm over the hours in which there was any.
    pub shape: StormShape,
}

impl Winter {
    /// Winter with snow and frost of the first day.
    pub fn new(snow: SnowPack, frost: Frost) -> Self {
        Self { snow, frost, last_hour_c: None, bare: (f64::NAN, 0.0) }
    }

    /// Returns true if the day needs hourly treatment.
    pub fn concerns(&self, day: &ClimateDay) -> bool {
        self.snow.water_m > 0.0 || day.tmin_c <= 0.0 || self.frost.any()
    }

    /// Marks a day without winter, after which the previous hourly temperature is unknown.
    pub fn skip_day(&mut self, day: &ClimateDay) {
        self.frost.begin_day();
        self.last_hour_c = Some(day.tmin_c);
    }

    /// Runs the hours of one day over soil of a roughness, m.
    pub fn day(
        &mut self,
        hillslope: &Hillslope,
        weather: &WinterDay,
        roughness_m: f64,
        water: &mut SoilWater,
    ) -> WinterWater {
        let &WinterDay { day, day_of_year, sun, rain_m, points } = weather;
        self.frost.begin_day();
        let mut temperature = [0.0; 24];
        sun.hourly_temperatures(day.tmin_c, day.tmax_c, self.last_hour_c, &mut temperature);
        self.last_hour_c = Some(temperature[23]);
        let mut falling = [0.0; 24];
        if rain_m > 0.0 {
            spread_over_hours(day, day_of_year, rain_m, points, &mut falling);
        }
        let flat = day.tmax_c - day.tmin_c <= 1.0;
        let mut out = Gathered::default();
        let has_snow = self.snow.water_m > 0.0 || rain_m > 0.0;
        if self.snow.water_m > 0.0 {
            self.snow.begin_day();
        }
        let radiation = sun.radiation(day.solar_radiation_ly_per_day);
        let options = &hillslope.inputs.winter;
        let coldest_c = coldest(&temperature);
        let may_freeze = options.frozen_soil && coldest_c < 0.0;
        if !has_snow && !self.frost.any() && !may_freeze {
            return out.storm();
        }
        let soil = &hillslope.soil;
        let from_below = if may_freeze || self.frost.any() {
            self.frost.heat_from_below(soil, &hillslope.soil_temperature, day_of_year, options, water)
        } else {
            0.0
        };
        if roughness_m != self.bare.0 {
            self.bare = (roughness_m, hillslope.ground.convection_bare(roughness_m));
        }
        let mut ground = GroundDay::new(
            &hillslope.ground,
            self.bare.1,
            radiation.cloud,
            &temperature,
            day.wind_m_per_s,
            from_below,
        );
        if !has_snow && !self.frost.any() && ground.cannot_freeze(coldest_c, 0.0) {
            return out.storm();
        }
        let melt_day = MeltDay::new(hillslope.cover.canopy_cover, radiation.cloud, day);
        let shares = if flat { [1.0 / 24.0; 24] } else { sun.hourly_shares() };
        let mut pack = self.snow;
        let mut snow_cover = ground.under(&pack, options);
        let mut frost_hours = 0;
        water.begin_frost(soil);
        for (i, &air_c) in temperature.iter().enumerate() {
            let freezing = options.frozen_soil && (air_c < 0.0 || self.frost.any());
            if !freezing && !has_snow {
                continue;
            }
            let radiation_mj = shares[i] * radiation.slope_mj;
            if freezing {
                if !self.snow.same_cover(&pack) {
                    pack = self.snow;
                    snow_cover = ground.under(&pack, options);
                }
                let radiation_w = radiation_mj * (1e6 / HOUR_S);
                let ground_hour = GroundHour { hour: i, air_c, radiation_w, snow: snow_cover };
                let active = self.frost.hour(&mut ground, &ground_hour, soil, options, water);
                if active {
                    frost_hours += 1;
                }
            }
            if has_snow {
                let snowing = air_c <= 0.0;
                let snow_hour = SnowHour {
                    snowfall_m: if snowing { falling[i] } else { 0.0 },
                    rain_m: if snowing { 0.0 } else { falling[i] },
                    temperature_c: air_c,
                    radiation_mj,
                };
                out.add(self.snow.hour(&snow_hour, &melt_day));
            }
        }
        if frost_hours > 0 {
            redistribute(soil, water, frost_hours);
        }
        water.end_frost();
        out.storm()
    }
}

/// Minimum over the hours, by four independent chains of comparisons.
fn coldest(hours: &[f64; 24]) -> f64 {
    let mut lowest = [f64::INFINITY; 4];
    for four in hours.chunks_exact(4) {
        for (low, hour) in lowest.iter_mut().zip(four) {
            *low = low.min(*hour);
        }
    }
    lowest[0].min(lowest[1]).min(lowest[2].min(lowest[3]))
}

/// Hour (1..=24) in which a winter storm of whole `duration` hours starts. Station weather carries no clock time, so
/// the start is drawn for each day of the year, the same every year, by the multiplicative congruential generator of
/// CLIGEN (100003 modulo 10^10) seeded with the day in each of its four parts; a storm ends before midnight.
fn start_hour(day_of_year: u16, duration: usize) -> usize {
    const MODULUS: u64 = 10_000_000_000;
    let seed = u64::from(day_of_year) * (1 + 1_000 + 100_000 + 100_000_000);
    let drawn = (seed * 100_003) % MODULUS;
    let hour = (drawn * 24 / MODULUS) as usize;
    hour.max(1).min((24 - duration).max(1))
}

/// Hourly depths of the day's precipitation. Measured breakpoints keep their time; a storm known only by its duration
/// falls evenly from its start.
fn spread_over_hours(
    day: &ClimateDay,
    day_of_year: u16,
    depth_m: f64,
    points: &[Breakpoint],
    hours: &mut [f64; 24],
) {
    if let Precipitation::Storm { duration_h, .. } = day.precipitation {
        let count = (duration_h.round() as usize).clamp(1, 24);
        let start = start_hour(day_of_year, count) - 1;
        hours[start..start + count].fill(depth_m / count as f64);
        return;
    }
    for pair in points.windows(2) {
        let (from, to) = (pair[0].hour, pair[1].hour);
        let fallen = (pair[1].cumulative_mm - pair[0].cumulative_mm) / 1000.0;
        if to <= from || fallen <= 0.0 {
            continue;
        }
        for (i, hour) in hours.iter_mut().enumerate() {
            // The last hour takes what a measured day carries past midnight.
            let end = if i == 23 { f64::INFINITY } else { i as f64 + 1.0 };
            let overlap = to.min(end) - from.max(i as f64);
            if overlap > 0.0 {
                *hour += fallen * overlap / (to - from);
            }
        }
    }
}

/// Water that has reached the ground so far, to become one storm over the hours that had any.
#[derive(Debug, Default)]
struct Gathered {
    hours: u32,
    total_m: f64,
    highest_m: f64,
    /// The hour with the most water.
    peak_at: u32,
}

impl Gathered {
    fn add(&mut self, depth_m: f64) {
        if depth_m <= 0.0 {
            return;
        }
        self.hours += 1;
        self.total_m += depth_m;
        if depth_m > self.highest_m {
            self.highest_m = depth_m;
            self.peak_at = self.hours;
        }
    }

    fn storm(&self) -> WinterWater {
        let hours = f64::from(self.hours.max(1));
        let mean = self.total_m / hours;
        WinterWater {
            depth_m: self.total_m,
            shape: StormShape {
                depth_m: self.total_m,
                duration_s: hours * HOUR_S,
                time_to_peak: f64::from(self.peak_at) / hours,
                peak_ratio: if mean > 0.0 { self.highest_m / mean } else { 1.0 },
            },
        }
    }
}

#[cfg(test)]
mod tests;
