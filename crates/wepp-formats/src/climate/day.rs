//! Days of the series in either form.

/// Kinds of simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimulationMode {
    /// Years of days (1).
    Continuous,
    /// Separate storms (2).
    SingleStorm,
}

/// The daily records of either form.
#[derive(Debug, Clone, PartialEq)]
pub enum Days {
    /// Storms by depth, duration, time to peak and peak ratio.
    Storm(Vec<StormDay>),
    /// Storms by cumulative depth at breakpoints.
    Breakpoint(Vec<BreakpointDay>),
}

/// A calendar day. Years follow the Julian rule as in WEPP and CLIGEN (every fourth is a leap
/// year), with the century exceptions of the Gregorian calendar tolerated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year, 1 to 9999; generated series count from 1.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

/// Weather of a day that both forms contain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DailyWeather {
    /// The day.
    pub date: Date,
    /// Maximum temperature, °C.
    pub tmax_c: f64,
    /// Minimum temperature, °C.
    pub tmin_c: f64,
    /// Solar radiation, langley/d.
    pub radiation_ly_per_d: f64,
    /// Wind speed, m/s.
    pub wind_m_per_s: f64,
    /// Direction the wind comes from, degrees clockwise from north.
    pub wind_direction_deg: f64,
    /// Dew point temperature, °C.
    pub dew_point_c: f64,
}

/// A day of the storm form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StormDay {
    /// Date, temperatures, radiation and wind.
    pub weather: DailyWeather,
    /// Precipitation, mm.
    pub precipitation_mm: f64,
    /// Duration of the storm, h.
    pub duration_h: f64,
    /// Time to the peak intensity as a fraction of the duration.
    pub time_to_peak_fraction: f64,
    /// Peak intensity over mean intensity.
    pub peak_intensity_ratio: f64,
}

/// A day of the breakpoint form.
#[derive(Debug, Clone, PartialEq)]
pub struct BreakpointDay {
    /// Date, temperatures, radiation and wind.
    pub weather: DailyWeather,
    /// Breakpoints in order of time; empty on a dry day.
    pub breakpoints: Vec<Breakpoint>,
}

/// One breakpoint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Breakpoint {
    /// Time of day, h.
    pub hour: f64,
    /// Precipitation since the first breakpoint, mm.
    pub cumulative_mm: f64,
}

impl Date {
    /// Days in the month, with the leap day in every fourth year.
    fn month_length(self) -> u8 {
        match self.month {
            2 if self.year % 4 == 0 => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    pub(super) fn is_valid(self) -> bool {
        (1..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=self.month_length()).contains(&self.day)
    }

    /// The day after this one; the leap day of a century may be left out.
    pub(super) fn is_followed_by(self, next: Self) -> bool {
        let century_gap = self.month == 2 && self.day == 28 && self.year % 100 == 0;
        let first_of_march = Self { month: 3, day: 1, ..self };
        self.successor() == next || (century_gap && next == first_of_march)
    }

    pub(super) fn successor(self) -> Self {
        let (year, month, day) = (self.year, self.month, self.day);
        if day < self.month_length() {
            Self { day: day + 1, ..self }
        } else if month < 12 {
            Self { year, month: month + 1, day: 1 }
        } else {
            Self { year: year + 1, month: 1, day: 1 }
        }
    }
}

impl Days {
    /// Number of days.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Storm(days) => days.len(),
            Self::Breakpoint(days) => days.len(),
        }
    }

    /// Returns true if the series is empty; a parsed one never is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Weather that both forms contain, day by day.
    pub fn weather(&self) -> impl Iterator<Item = &DailyWeather> {
        let (storm, breakpoint) = match self {
            Self::Storm(days) => (Some(days), None),
            Self::Breakpoint(days) => (None, Some(days)),
        };
        let storm = storm.into_iter().flatten().map(|day| &day.weather);
        storm.chain(breakpoint.into_iter().flatten().map(|day| &day.weather))
    }
}

impl BreakpointDay {
    /// Precipitation of the day, mm.
    #[must_use]
    pub fn precipitation_mm(&self) -> f64 {
        self.breakpoints.last().map_or(0.0, |last| last.cumulative_mm)
    }
}
