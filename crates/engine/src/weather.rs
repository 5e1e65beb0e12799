//! Records of daily weather: storm form and breakpoint form.

use serde::{Deserialize, Serialize};

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
    /// Measured cumulative depth at points in time: `count` entries of
    /// [`Climate::breakpoints`](crate::Climate::breakpoints) from `first`.
    Breakpoints {
        /// Index of the first breakpoint.
        first: u32,
        /// Number of breakpoints.
        count: u32,
    },
}

impl Precipitation {
    /// Breakpoints of the day among those of all days; empty when it has none or the indices are out of range.
    pub(crate) fn breakpoints_of(self, all: &[Breakpoint]) -> &[Breakpoint] {
        match self {
            Self::Breakpoints { first, count } => {
                let first = first as usize;
                all.get(first..first.saturating_add(count as usize)).unwrap_or(&[])
            }
            _ => &[],
        }
    }
}

/// A point of a cumulative rain curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breakpoint {
    /// Hours since midnight.
    pub hour: f64,
    /// Depth since midnight, mm.
    pub cumulative_mm: f64,
}
