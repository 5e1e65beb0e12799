//! The generator: monthly laws from a station, daily weather from the laws.

use headwaters_wepp_formats::StationParameters;

use crate::calendar::{days_in_month, month_offset};
use crate::century::{CENTURY, Century, WetDay};
use crate::deviates::{normal_quantile, skewed};
use crate::month_law::MonthLaw;
use crate::philox::{Draws, Purpose};
use crate::station::{self, MM_PER_INCH, MONTH_NAMES, StationError, celsius};
use crate::storm::{StormLaw, mean_monthly_maximum, time_to_peak};
use crate::wetness::{DepthLaw, wet_day_count_law};

/// Most years one call generates.
pub const MAX_YEARS: u32 = 1000;

/// Precipitation of a wet day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Storm {
    /// Depth, mm.
    pub depth_mm: f64,
    /// Duration, h.
    pub duration_h: f64,
    /// Time to peak intensity over duration.
    pub time_to_peak: f64,
    /// Peak over mean intensity.
    pub peak_ratio: f64,
}

/// Weather of one day, rounded to the resolution of a climate file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayWeather {
    /// Calendar (or simulation) year.
    pub year: i32,
    /// Month, 1..=12.
    pub month: u8,
    /// Day of the month, 1..=31.
    pub day: u8,
    /// Precipitation, if any.
    pub storm: Option<Storm>,
    /// Maximum temperature, deg C.
    pub tmax_c: f64,
    /// Minimum temperature, deg C.
    pub tmin_c: f64,
    /// Solar radiation, langley/day.
    pub radiation_ly: f64,
    /// Mean wind speed, m/s.
    pub wind_m_per_s: f64,
    /// Direction the wind comes from, degrees clockwise from north.
    pub wind_from_deg: f64,
    /// Dew point, deg C.
    pub dew_point_c: f64,
}

/// A month whose `MX .5 P` the station's own daily depths cannot produce.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IntensityShortfall {
    /// Name of the month.
    pub month: &'static str,
    /// The file's mean monthly maximum of 30-minute intensity, in/h.
    pub station_in_per_h: f64,
    /// Largest value that the file's depths allow, in/h.
    pub reachable_in_per_h: f64,
}

/// Failure to generate weather.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GenerateError {
    /// The station's statistics are unusable.
    #[error(transparent)]
    Station(#[from] StationError),
    /// Too few or too many years.
    #[error("{0} years of weather requested; 1 to {MAX_YEARS} are possible")]
    Years(u32),
}

/// A CLIGEN-type generator for one station and seed.
///
/// Weather of a year is a function of station, seed, first calendar year (for 29 February) and year alone. Equations:
/// Nicks, Lane & Gander 1995 (NSERL Report No. 10, chapter 2), with the sampling described in [`crate::century`], the
/// depth law of the module `wetness` and the intensity calibration of [`crate::storm`]. Temperature below 0 degC does
/// not flatten a storm: the file's intensities were measured on snow and rain alike, and an engine decides itself what
/// falls as snow.
#[derive(Clone, Debug)]
pub struct Generator {
    station: StationParameters,
    seed: u64,
    first_year: i32,
    laws: [MonthLaw; 12],
    /// Added to the minimum temperature, so that keeping it below the maximum does not lower its mean, deg F.
    minimum_shift_f: [f64; 12],
    draws: Draws,
}

impl Generator {
    /// Prepares the monthly laws of a station (a few milliseconds).
    ///
    /// # Errors
    /// A statistic of the station is out of range.
    pub fn new(station: StationParameters, seed: u64, first_year: i32) -> Result<Self, StationError> {
        station::check(&station)?;
        let draws = Draws::new(&format!("{}|{}", station.identification, station.name), seed);
        let laws = std::array::from_fn(|m| {
            let (wet_after_wet, wet_after_dry) = (station.wet_after_wet[m], station.wet_after_dry[m]);
            let depth = DepthLaw::fit(
                station.wet_day_depth_mean_in[m],
                station.wet_day_depth_sd_in[m],
                station.wet_day_depth_skew[m],
            );
            let counts = wet_day_count_law(wet_after_wet, wet_after_dry, days_in_month(1, m).into());
            let target = station.max_30_minute_intensity_in_per_h[m];
            MonthLaw {
                wet_after_wet,
                wet_after_dry,
                wet_fraction: station::wet_day_fraction(&station, m),
                mean_depth_in: station.wet_day_depth_mean_in[m],
                depth,
                mean_largest_depth_in: mean_monthly_maximum(&depth.tail_sample(400), &counts),
                storm: StormLaw::calibrate(&depth, &counts, target, station.storm_type, &draws, m),
            }
        });
        let minimum_shift_f = std::array::from_fn(|m| minimum_shift(&station, m));
        Ok(Self { station, seed, first_year, laws, minimum_shift_f, draws })
    }

    /// The station.
    pub fn station(&self) -> &StationParameters {
        &self.station
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Calendar year of the first simulated year.
    pub fn first_year(&self) -> i32 {
        self.first_year
    }

    /// Months whose intensity the station's own depths cannot reach within 1 %: the file contradicts itself there
    /// (depths and intensities usually come from different gauges), and generated maxima stay below `MX .5 P`.
    pub fn intensity_shortfalls(&self) -> Vec<IntensityShortfall> {
        let laws = self.laws.iter().zip(MONTH_NAMES).filter(|(law, _)| law.wet_fraction > 0.0);
        laws.filter(|(law, _)| law.storm.expected_in_per_h < 0.99 * law.storm.target_in_per_h)
            .map(|(law, month)| IntensityShortfall {
                month,
                station_in_per_h: law.storm.target_in_per_h,
                reachable_in_per_h: law.storm.expected_in_per_h,
            })
            .collect()
    }

    /// Plans a century (0-based): the part that years share. Pure; centuries may be planned on any thread.
    pub fn century(&self, index: u32) -> Century {
        Century::plan(&self.laws, &self.draws, index, self.first_year)
    }

    /// Days of one year of the simulation (0-based), which must lie in `century`. Pure; years may be made on any
    /// thread and in any order.
    pub fn year(&self, century: &Century, year: u32) -> Vec<DayWeather> {
        debug_assert_eq!(century.index(), year / CENTURY);
        let calendar = self.first_year.wrapping_add(year as i32);
        let mut wet_days = century.wet_days(year).iter().peekable();
        let mut days = Vec::with_capacity(366);
        for month in 0..12 {
            for day in 0..days_in_month(calendar, month) {
                let day_of_year = month_offset(month) + u16::from(day);
                let wet = wet_days.next_if(|w| w.day == day_of_year);
                let mut weather = self.day(century, year, month, day_of_year, wet);
                (weather.year, weather.month, weather.day) = (calendar, month as u8 + 1, day + 1);
                days.push(weather);
            }
        }
        days
    }

    /// Weather of `years` years.
    ///
    /// ```
    /// use headwaters_weather::{ClimateType, Generator, SyntheticSite, synthetic_station};
    ///
    /// let station = synthetic_station(&SyntheticSite {
    ///     name: "Plain".into(),
    ///     longitude_deg: -86.0,
    ///     latitude_deg: 34.0,
    ///     elevation_m: 200.0,
    ///     climate: ClimateType::HumidTemperate,
    /// });
    ///
    /// let days = Generator::new(station, 7, 2000)?.generate(1)?;
    /// assert_eq!(days.len(), 366, "2000 is a leap year");
    /// assert!(days.iter().all(|day| day.tmin_c <= day.tmax_c));
    /// # Ok::<(), headwaters_weather::GenerateError>(())
    /// ```
    ///
    /// # Errors
    /// [`GenerateError::Years`] unless 1 to [`MAX_YEARS`] years are asked for.
    pub fn generate(&self, years: u32) -> Result<Vec<DayWeather>, GenerateError> {
        if !(1..=MAX_YEARS).contains(&years) {
            return Err(GenerateError::Years(years));
        }
        let mut days = Vec::with_capacity(years as usize * 366);
        for index in 0..years.div_ceil(CENTURY) {
            let century = self.century(index);
            for year in index * CENTURY..years.min((index + 1) * CENTURY) {
                days.append(&mut self.year(&century, year));
            }
        }
        Ok(days)
    }

    fn day(&self, century: &Century, year: u32, month: usize, day: u16, wet: Option<&WetDay>) -> DayWeather {
        let normal = |purpose| normal_quantile(century.deviate(&self.draws, year, day, purpose));
        let (z_max, z_min) = (normal(Purpose::MaxTemperature), normal(Purpose::MinTemperature));
        let (tmax_f, tmin_f) = temperatures(&self.station, month, self.minimum_shift_f[month], z_max, z_min);
        let dew_f = self.dew_point(month, tmax_f, tmin_f, normal(Purpose::DewPoint));
        let radiation = self.radiation(month, day, normal(Purpose::Radiation));
        let (wind_m_per_s, wind_from_deg) = self.wind(year, month, day);
        let storm = wet.map(|w| Storm {
            depth_mm: rounded(w.depth_in * MM_PER_INCH, 10.0),
            duration_h: rounded(w.pattern.duration_h, 100.0).max(0.01),
            time_to_peak: rounded(
                time_to_peak(
                    &self.station.time_to_peak_cumulative,
                    self.draws.uniform(year + 1, day, Purpose::TimeToPeak, 0),
                ),
                100.0,
            ),
            peak_ratio: rounded(w.pattern.peak_ratio, 100.0),
        });
        DayWeather {
            year: 0,
            month: 0,
            day: 0,
            storm,
            tmax_c: rounded(celsius(tmax_f), 10.0),
            tmin_c: rounded(celsius(tmin_f), 10.0),
            radiation_ly: rounded(radiation, 1.0),
            wind_m_per_s: rounded(wind_m_per_s, 10.0),
            wind_from_deg: rounded(wind_from_deg, 1.0) % 360.0,
            dew_point_c: rounded(celsius(dew_f), 10.0),
        }
    }

    fn dew_point(&self, month: usize, tmax_f: f64, tmin_f: f64, z: f64) -> f64 {
        let s = &self.station;
        let sd_mean = 0.5 * (s.tmax_sd_f[month] + s.tmin_sd_f[month]);
        let sd = (sd_mean * sd_mean - s.tmin_sd_f[month].powi(2)).abs().sqrt();
        let dew = tmin_f + (s.dew_point_mean_f[month] - s.tmin_mean_f[month]) + sd * z;
        let mean = 0.5 * (tmax_f + tmin_f);
        // CLIGEN's limit of 0.99 of the mean, written so that it also lies below a mean under 0 degF.
        dew.min(mean - 0.01 * mean.abs())
    }

    /// Radiation, langley/day, between 5 % and all of what reaches the ground under the clearest sky.
    fn radiation(&self, month: usize, day: u16, z: f64) -> f64 {
        let latitude = self.station.latitude_deg.to_radians();
        let declination = 0.4102 * ((f64::from(day) + 1.0 - 80.25) / 58.13).sin();
        let half_day = (-latitude.tan() * declination.tan()).clamp(-1.0, 1.0).acos();
        let clear = 711.0
            * (half_day * latitude.sin() * declination.sin()
                + latitude.cos() * declination.cos() * half_day.sin());
        let clear = clear.max(0.0);
        let value =
            self.station.radiation_mean_ly_per_d[month] + self.station.radiation_sd_ly_per_d[month] * z;
        value.clamp(0.05 * clear, clear)
    }

    fn wind(&self, year: u32, month: usize, day: u16) -> (f64, f64) {
        let mut stream = self.draws.stream(year + 1, day, Purpose::WindDirection, 0);
        let wind = &self.station.wind;
        let total: f64 = wind.iter().map(|w| w.share_pct[month]).sum::<f64>() + self.station.calm_pct[month];
        let mut rest = stream.uniform() * total;
        for (index, from) in wind.iter().enumerate() {
            rest -= from.share_pct[month];
            if rest < 0.0 {
                let direction = (index as f64 + stream.uniform() - 0.5) * 22.5;
                let z = normal_quantile(self.draws.uniform(year + 1, day, Purpose::WindSpeed, 0));
                let speed = from.speed_mean_m_per_s[month]
                    + from.speed_sd_m_per_s[month] * skewed(z, from.speed_skew[month]);
                return (if speed < 0.0 { 0.1 } else { speed }, direction.rem_euclid(360.0));
            }
        }
        (0.0, 0.0)
    }
}

/// Maximum and minimum, deg F: the less variable one is normal, the other adds the difference of means and the excess
/// of variance, which correlates the two. A minimum above the maximum is set below it as CLIGEN does.
fn temperatures(s: &StationParameters, month: usize, shift: f64, z_max: f64, z_min: f64) -> (f64, f64) {
    let (mean_max, mean_min) = (s.tmax_mean_f[month], s.tmin_mean_f[month]);
    let (sd_max, sd_min) = (s.tmax_sd_f[month], s.tmin_sd_f[month]);
    let excess = (sd_max * sd_max - sd_min * sd_min).abs().sqrt();
    let (max, min) = if sd_max >= sd_min {
        let min = mean_min + sd_min * z_min;
        (min + (mean_max - mean_min) + excess * z_max, min + shift)
    } else {
        let max = mean_max + sd_max * z_max;
        (max, max - (mean_max - mean_min) - excess * z_min + shift)
    };
    if min > max { (max, max - 0.2 * max.abs()) } else { (max, min) }
}

/// Shift by which minima must be raised for their mean to stay the station's although some are set below the maximum, deg F
/// (up to 0.7 degF in continental winters).
fn minimum_shift(station: &StationParameters, month: usize) -> f64 {
    const N: usize = 40;
    let z: [f64; N] = std::array::from_fn(|i| normal_quantile((i as f64 + 0.5) / N as f64));
    let mut shift = 0.0;
    for _ in 0..3 {
        let sum: f64 = z
            .iter()
            .flat_map(|a| z.iter().map(move |b| (*a, *b)))
            .map(|(a, b)| temperatures(station, month, shift, a, b).1)
            .sum();
        shift += station.tmin_mean_f[month] - sum / (N * N) as f64;
    }
    shift
}

fn rounded(value: f64, per_unit: f64) -> f64 {
    let rounded = (value * per_unit).round() / per_unit;
    // No minus zero: it prints as "-0.0".
    if rounded == 0.0 { 0.0 } else { rounded }
}
