//! Climate files: from generated weather, from the user, and with precipitation scaled.

use headwaters_wepp_formats::{Climate, DailyWeather, Date, Days, SimulationMode, StormDay};

use crate::generator::{DayWeather, GenerateError, Generator};
use crate::station::{Monthly, celsius, elevation_m, monthly_precipitation_mm};

impl Generator {
    /// Generates `years` years as a WEPP climate file (storm form).
    ///
    /// # Errors
    /// As [`Generator::generate`].
    pub fn climate(&self, years: u32) -> Result<Climate, GenerateError> {
        let days = self.generate(years)?;
        let station = self.station();
        Ok(Climate {
            // WEPP interprets storm durations by this number; the columns follow CLIGEN 5.3.
            cligen_version: 5.3,
            mode: SimulationMode::Continuous,
            no_wind: false,
            station: format!("Station:  {}", station.name),
            command_line: Some(format!("headwaters-weather seed {}", self.seed())),
            latitude_deg: station.latitude_deg,
            longitude_deg: station.longitude_deg,
            elevation_m: elevation_m(station).round(),
            // A record length is small; a cast of anything else saturates.
            observed_years: station.years_of_record as i64,
            beginning_year: i64::from(self.first_year()),
            years_simulated: i64::from(years),
            monthly_tmax_c: station.tmax_mean_f.map(|f| tenth(celsius(f))),
            monthly_tmin_c: station.tmin_mean_f.map(|f| tenth(celsius(f))),
            monthly_radiation_ly_per_d: station.radiation_mean_ly_per_d,
            monthly_precipitation_mm: std::array::from_fn(|m| tenth(monthly_precipitation_mm(station, m))),
            days: Days::Storm(days.iter().map(storm_day).collect()),
        })
    }
}

fn storm_day(day: &DayWeather) -> StormDay {
    let storm = |value: fn(&crate::Storm) -> f64| day.storm.as_ref().map_or(0.0, value);
    StormDay {
        weather: DailyWeather {
            date: Date { year: day.year, month: day.month, day: day.day },
            tmax_c: day.tmax_c,
            tmin_c: day.tmin_c,
            radiation_ly_per_d: day.radiation_ly,
            wind_m_per_s: day.wind_m_per_s,
            wind_direction_deg: day.wind_from_deg,
            dew_point_c: day.dew_point_c,
        },
        precipitation_mm: storm(|s| s.depth_mm),
        duration_h: storm(|s| s.duration_h),
        time_to_peak_fraction: storm(|s| s.time_to_peak),
        peak_intensity_ratio: storm(|s| s.peak_ratio),
    }
}

/// Adjustment of precipitation depths. Durations and patterns stay, so intensities scale with depth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum PrecipitationScaling {
    /// No scaling.
    #[default]
    None,
    /// One factor for all days.
    Scalar(f64),
    /// A factor per month, January first.
    Monthly(Monthly),
}

/// A factor that precipitation cannot be multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a precipitation factor of {0} was given; factors from 0 to {MAX_FACTOR} are possible")]
pub struct ScalingError(pub f64);

/// Largest factor accepted; a larger one is a percentage or a typing error.
pub const MAX_FACTOR: f64 = 20.0;

impl PrecipitationScaling {
    /// Factor of a month (1..=12).
    fn factor(&self, month: u8) -> f64 {
        match self {
            Self::None => 1.0,
            Self::Scalar(factor) => *factor,
            Self::Monthly(factors) => factors.get(usize::from(month).wrapping_sub(1)).copied().unwrap_or(1.0),
        }
    }

    /// Scales the days of a climate file, in storm or breakpoint form, and its monthly means. Depths are rounded to
    /// 0.1 mm (breakpoints 0.01 mm); a day that falls below 0.05 mm becomes dry.
    ///
    /// ```
    /// use headwaters_weather::{ClimateType, Generator, PrecipitationScaling, SyntheticSite, synthetic_station};
    ///
    /// let station = synthetic_station(&SyntheticSite {
    ///     name: "Plain".into(),
    ///     longitude_deg: -86.0,
    ///     latitude_deg: 34.0,
    ///     elevation_m: 200.0,
    ///     climate: ClimateType::HumidTemperate,
    /// });
    ///
    /// let mut climate = Generator::new(station, 7, 2001)?.climate(1)?;
    /// let before = climate.monthly_precipitation_mm[0];
    /// PrecipitationScaling::Scalar(2.0).apply(&mut climate)?;
    /// assert!((climate.monthly_precipitation_mm[0] - 2.0 * before).abs() < 1e-9);
    /// assert!(PrecipitationScaling::Scalar(-1.0).apply(&mut climate).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A factor that is not a number from 0 to [`MAX_FACTOR`].
    pub fn apply(&self, climate: &mut Climate) -> Result<(), ScalingError> {
        for month in 1..=12 {
            let factor = self.factor(month);
            if !(0.0..=MAX_FACTOR).contains(&factor) {
                return Err(ScalingError(factor));
            }
        }
        if matches!(self, Self::None) {
            return Ok(());
        }
        for (m, mean) in climate.monthly_precipitation_mm.iter_mut().enumerate() {
            *mean = tenth(*mean * self.factor(m as u8 + 1));
        }
        match &mut climate.days {
            Days::Storm(days) => {
                for day in days.iter_mut().filter(|d| d.precipitation_mm > 0.0) {
                    day.precipitation_mm = tenth(day.precipitation_mm * self.factor(day.weather.date.month));
                    if day.precipitation_mm <= 0.0 {
                        (day.precipitation_mm, day.duration_h) = (0.0, 0.0);
                        (day.time_to_peak_fraction, day.peak_intensity_ratio) = (0.0, 0.0);
                    }
                }
            }
            Days::Breakpoint(days) => {
                for day in days {
                    let factor = self.factor(day.weather.date.month);
                    for point in &mut day.breakpoints {
                        point.cumulative_mm = (point.cumulative_mm * factor * 100.0).round() / 100.0;
                    }
                    if day.breakpoints.last().is_none_or(|p| p.cumulative_mm < 0.05) {
                        day.breakpoints.clear();
                    }
                }
            }
        }
        Ok(())
    }
}

fn tenth(value: f64) -> f64 {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == 0.0 { 0.0 } else { rounded }
}
