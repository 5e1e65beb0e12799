//! Validation of weather.

use crate::weather::{Breakpoint, ClimateDay, Precipitation};

/// A value of the weather that no engine can use.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    pub field: String,
    pub value: String,
    pub expected: &'static str,
}

/// Most days of weather of one run (1000 years).
const MOST_DAYS: usize = 366_000;

/// The first day that no engine can use. Computed once for all hillslopes that share the weather.
pub(crate) fn weather_fault(days: &[ClimateDay], breakpoints: &[Breakpoint]) -> Option<Fault> {
    let fault = |field: String, value: String, expected| Some(Fault { field, value, expected });
    if days.is_empty() || days.len() > MOST_DAYS {
        return fault("climate.days".to_owned(), days.len().to_string(), "1 to 366000 days");
    }
    for (i, day) in days.iter().enumerate() {
        let limits = [
            (day.tmax_c, -90.0, 70.0),
            (day.tmin_c, -90.0, 70.0),
            (day.solar_radiation_ly_per_day, 0.0, 2000.0),
            (day.wind_m_per_s, 0.0, 150.0),
            (day.dew_point_c, -120.0, 60.0),
        ];
        if limits.iter().any(|(value, low, high)| !(*low..=*high).contains(value)) {
            return fault(
                format!("climate.days[{i}]"),
                format!("{}-{}-{}: {:?}", day.year, day.month, day.day, day),
                "temperatures -90..70 C, radiation 0..2000 ly/day, wind 0..150 m/s, dew point -120..60 C",
            );
        }
        let wet = match day.precipitation {
            Precipitation::None => true,
            Precipitation::Storm { depth_mm, duration_h, time_to_peak_fraction, peak_intensity_ratio } => {
                (0.0..=3000.0).contains(&depth_mm)
                    && duration_h > 0.0
                    && duration_h <= 48.0
                    && (0.0..=1e3).contains(&time_to_peak_fraction)
                    && (0.0..=1e6).contains(&peak_intensity_ratio)
            }
            Precipitation::Breakpoints { count, .. } => {
                let points = day.precipitation.breakpoints_of(breakpoints);
                points.len() == count as usize
                    && points
                        .iter()
                        .all(|p| (0.0..=48.0).contains(&p.hour) && (0.0..=3000.0).contains(&p.cumulative_mm))
                    && points
                        .windows(2)
                        .all(|p| p[1].hour >= p[0].hour && p[1].cumulative_mm >= p[0].cumulative_mm)
            }
        };
        if !wet || !(1..=12).contains(&day.month) || !(1..=31).contains(&day.day) {
            return fault(
                format!("climate.days[{i}]"),
                format!("{}-{}-{}: {:?}", day.year, day.month, day.day, day.precipitation),
                "a date, and a storm of 0..3000 mm lasting up to 48 h or rising breakpoints",
            );
        }
    }
    None
}
