//! Requirements on a station's statistics, and values derived from them.

use headwaters_wepp_formats::StationParameters;

/// One number per month, January first.
pub type Monthly = [f64; 12];

/// A statistic of a station that the generator cannot use.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("station {station}: {field} of {month} is {value}; {expected}")]
pub struct StationError {
    /// Name of the station.
    pub station: String,
    /// The statistic.
    pub field: &'static str,
    /// Month, or "the station" for values that are not monthly.
    pub month: &'static str,
    /// The value found.
    pub value: f64,
    /// Description of accepted values.
    pub expected: &'static str,
}

/// English names of the months, for messages.
pub const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Refuses values for which the generator's equations have no solution.
///
/// # Errors
/// The first statistic outside its range: probabilities 0..=1 (P(W|W) below 1), depths and deviations >= 0 and
/// finite, wet months with a mean depth, a rising time-to-peak distribution that ends at 1.
pub fn check(station: &StationParameters) -> Result<(), StationError> {
    let not_negative = |v: f64| v.is_finite() && v >= 0.0;
    type Check<'a> = (&'static str, &'a Monthly, &'a dyn Fn(f64) -> bool, &'static str);
    let monthly: [Check<'_>; 14] = [
        ("MEAN P", &station.wet_day_depth_mean_in, &not_negative, "a depth >= 0 in is expected"),
        ("S DEV P", &station.wet_day_depth_sd_in, &not_negative, "a deviation >= 0 in is expected"),
        ("SKEW P", &station.wet_day_depth_skew, &f64::is_finite, "a number is expected"),
        ("P(W/W)", &station.wet_after_wet, &|v| (0.0..1.0).contains(&v), "0 <= P < 1 is expected"),
        ("P(W/D)", &station.wet_after_dry, &|v| (0.0..=1.0).contains(&v), "0 <= P <= 1 is expected"),
        ("TMAX AV", &station.tmax_mean_f, &|v| v.abs() < 200.0, "degrees Fahrenheit are expected"),
        ("TMIN AV", &station.tmin_mean_f, &|v| v.abs() < 200.0, "degrees Fahrenheit are expected"),
        ("SD TMAX", &station.tmax_sd_f, &not_negative, "a deviation >= 0 is expected"),
        ("SD TMIN", &station.tmin_sd_f, &not_negative, "a deviation >= 0 is expected"),
        ("SOL.RAD", &station.radiation_mean_ly_per_d, &not_negative, "langleys >= 0 are expected"),
        ("SD SOL", &station.radiation_sd_ly_per_d, &not_negative, "a deviation >= 0 is expected"),
        (
            "MX .5 P",
            &station.max_30_minute_intensity_in_per_h,
            &not_negative,
            "an intensity >= 0 in/h is expected",
        ),
        ("DEW PT", &station.dew_point_mean_f, &|v| v.abs() < 200.0, "degrees Fahrenheit are expected"),
        ("CALM", &station.calm_pct, &not_negative, "a percentage is expected"),
    ];
    for (field, values, accepted, expected) in monthly {
        for (value, month) in values.iter().zip(MONTH_NAMES) {
            if !accepted(*value) {
                return Err(error(station, field, month, *value, expected));
            }
        }
    }
    for (m, month) in MONTH_NAMES.into_iter().enumerate() {
        if station.wet_after_dry[m] > 0.0 && station.wet_day_depth_mean_in[m] <= 0.0 {
            return Err(error(station, "MEAN P", month, 0.0, "a wet month needs a mean depth"));
        }
    }
    check_place(station)
}

fn check_place(station: &StationParameters) -> Result<(), StationError> {
    let place = "the station";
    if !(-90.0..=90.0).contains(&station.latitude_deg) {
        return Err(error(station, "latitude", place, station.latitude_deg, "-90..90 is expected"));
    }
    if !(-180.0..=180.0).contains(&station.longitude_deg) {
        return Err(error(station, "longitude", place, station.longitude_deg, "-180..180 is expected"));
    }
    if !(1..=4).contains(&station.storm_type) {
        return Err(error(
            station,
            "TYPE",
            place,
            f64::from(station.storm_type),
            "a storm type 1-4 is expected",
        ));
    }
    let tp = &station.time_to_peak_cumulative;
    if let Some(pair) = tp.windows(2).find(|pair| pair[1].is_nan() || pair[1] < pair[0]) {
        return Err(error(station, "Time Pk", place, pair[1], "a rising distribution is expected"));
    }
    if tp[0].is_nan() || tp[0] < 0.0 || (tp[11] - 1.0).abs() > 0.01 {
        return Err(error(station, "Time Pk", place, tp[11], "a distribution from 0 to 1 is expected"));
    }
    Ok(())
}

fn error(
    station: &StationParameters,
    field: &'static str,
    month: &'static str,
    value: f64,
    expected: &'static str,
) -> StationError {
    StationError { station: station.name.clone(), field, month, value, expected }
}

/// Long-term share of wet days in a month (0-based): the stationary share of the month's two-state Markov chain.
pub fn wet_day_fraction(station: &StationParameters, month: usize) -> f64 {
    let (ww, wd) = (station.wet_after_wet[month], station.wet_after_dry[month]);
    if wd <= 0.0 { 0.0 } else { wd / (1.0 + wd - ww) }
}

/// Mean precipitation of a month (0-based), mm, for a mean year (28.25 days in February).
pub fn monthly_precipitation_mm(station: &StationParameters, month: usize) -> f64 {
    const DAYS: Monthly = [31.0, 28.25, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0];
    DAYS[month] * wet_day_fraction(station, month) * station.wet_day_depth_mean_in[month] * MM_PER_INCH
}

/// Mean annual precipitation, mm.
pub fn annual_precipitation_mm(station: &StationParameters) -> f64 {
    (0..12).map(|m| monthly_precipitation_mm(station, m)).sum()
}

/// Millimetres in an inch.
pub const MM_PER_INCH: f64 = 25.4;

/// Degrees Celsius of degrees Fahrenheit.
pub fn celsius(fahrenheit: f64) -> f64 {
    (fahrenheit - 32.0) / 1.8
}

/// Elevation of a station, m.
pub fn elevation_m(station: &StationParameters) -> f64 {
    station.elevation_ft * 0.3048
}
