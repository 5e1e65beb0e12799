//! Solar geometry, hourly radiation and hourly temperature (NSERL-10 chapter 3; Swift 1976).

use std::f64::consts::PI;

/// MJ/m2 per langley.
pub(crate) const MJ_PER_LANGLEY: f64 = 0.04184;

/// Position of a hillslope with respect to the sun: its equivalent horizontal plane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SlopeSun {
    latitude: f64,
    equivalent_latitude: f64,
    longitude_shift: f64,
}

/// The sun on one day.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SunDay {
    pub declination: f64,
    /// Potential radiation on a horizontal surface, langley/day.
    pub potential_ly: f64,
    /// Radiation received by the slope, MJ/m2 per day.
    pub slope_mj: f64,
    /// Half of the day length on the slope, h.
    pub half_day_h: f64,
    /// Fraction of the sky covered by clouds.
    pub cloud: f64,
    day_of_year: f64,
}

impl SlopeSun {
    /// `mean_slope` is rise over run, `aspect_deg` clockwise from north.
    pub fn new(latitude_deg: f64, aspect_deg: f64, mean_slope: f64) -> Self {
        let latitude = latitude_deg.to_radians();
        let aspect = aspect_deg.to_radians();
        let slope = mean_slope.atan();
        let equivalent_latitude =
            (slope.cos() * latitude.sin() + slope.sin() * latitude.cos() * aspect.cos()).asin();
        let d = slope.cos() * latitude.cos() - slope.sin() * latitude.sin() * aspect.cos();
        Self {
            latitude,
            equivalent_latitude,
            longitude_shift: (slope.sin() * aspect.sin() / d.max(1e-10)).atan(),
        }
    }

    /// Sun of a day with measured radiation `radiation_ly`.
    pub fn day(&self, day_of_year: u16, radiation_ly: f64) -> SunDay {
        let j = f64::from(day_of_year);
        let declination = 0.00698 - 0.4067 * ((j + 10.0) * 0.0172).cos();
        let distance = 1.0 - 0.0167 * ((j - 3.0) * 0.0172).cos();
        let hourly = 60.0 * 1.94 / (distance * distance);
        let half = |latitude: f64| (-latitude.tan() * declination.tan()).clamp(-1.0, 1.0).acos();
        let horizontal = half(self.latitude);
        let tilted = half(self.equivalent_latitude);
        let set = (tilted - self.longitude_shift).min(horizontal);
        let rise = (-tilted - self.longitude_shift).max(-horizontal).min(set);
        let over = |latitude: f64, shift: f64, from: f64, to: f64| {
            12.0 / PI
                * (declination.sin() * latitude.sin() * (to - from)
                    + declination.cos() * latitude.cos() * ((to + shift).sin() - (from + shift).sin()))
        };
        let potential_ly = (hourly * over(self.latitude, 0.0, -horizontal, horizontal)).max(1e-6);
        let mut slope_potential =
            hourly * over(self.equivalent_latitude, self.longitude_shift, rise, set).max(0.0);
        // A steep slope near the pole may see the sun twice a day.
        let again = (-tilted - self.longitude_shift + 2.0 * PI, tilted - self.longitude_shift - 2.0 * PI);
        if again.0 < horizontal {
            slope_potential +=
                hourly * over(self.equivalent_latitude, self.longitude_shift, again.0, horizontal).max(0.0);
        } else if again.1 > -horizontal {
            slope_potential +=
                hourly * over(self.equivalent_latitude, self.longitude_shift, -horizontal, again.1).max(0.0);
        }
        let (transmission, cloud, path) = atmosphere(self.latitude, j, radiation_ly, potential_ly);
        let beam = transmission.powf(path);
        let horizontal_beam = potential_ly * beam;
        let diffuse = 0.3 * (potential_ly - horizontal_beam);
        let share = (slope_potential * beam + diffuse) / (horizontal_beam + diffuse);
        SunDay {
            declination,
            potential_ly,
            slope_mj: share * radiation_ly * MJ_PER_LANGLEY,
            half_day_h: (rise * 12.0 / PI).abs(),
            cloud,
            day_of_year: j,
        }
    }

    /// Share of the day's radiation that falls in the hour ending at `hour` (1..=24).
    pub fn hourly_share(&self, day: &SunDay, hour: u8) -> f64 {
        let b = 2.0 * PI * (day.day_of_year - 81.0) / 365.0;
        let equation_of_time = 0.1645 * (2.0 * b).sin() - 0.1255 * b.cos() - 0.025 * b.sin();
        let angle = (f64::from(hour) + equation_of_time - 12.0) * PI / 12.0;
        let (from, to) = (angle - PI / 24.0, angle + PI / 24.0);
        let distance = 1.0 + 0.033 * (2.0 * PI * day.day_of_year / 365.0).cos();
        let mj = 12.0 * 60.0 / PI
            * 0.082
            * distance
            * (self.latitude.cos() * day.declination.cos() * (to.sin() - from.sin())
                + (to - from) * self.latitude.sin() * day.declination.sin());
        mj.max(0.0) / (day.potential_ly * MJ_PER_LANGLEY)
    }
}

/// Transmission of the atmosphere, cloud cover and optical path from measured over potential radiation.
fn atmosphere(latitude: f64, j: f64, radiation_ly: f64, potential_ly: f64) -> (f64, f64, f64) {
    let anomaly = (356.6 + 0.9856 * j).to_radians().sin();
    let sin_dec = 0.39785 * (278.97 + 0.9856 * j + 1.9165 * anomaly).to_radians().sin();
    let cos_dec = (1.0 - sin_dec * sin_dec).sqrt();
    // Cosine of the zenith angle at noon.
    let zenith = (sin_dec * latitude.sin() + cos_dec * latitude.cos()).max(0.01);
    let path = 1.0 / zenith;
    let direct = (radiation_ly - 0.3 * potential_ly) / (0.7 * potential_ly);
    let transmission = if direct > 0.0 { direct.powf(zenith) } else { 0.4 }.clamp(0.4, 0.75);
    let clear = 0.75f64.powf(path);
    let cloud = (0.3 + 0.7 * clear - radiation_ly / potential_ly) / (0.7 * (clear - 0.4f64.powf(path)));
    (transmission, cloud.clamp(0.0, 1.0), path)
}

/// Temperature of each hour from the extremes: a cosine from minimum at sunrise to maximum at 14 h and back.
pub(crate) fn hourly_temperatures(
    tmin_c: f64,
    tmax_c: f64,
    half_day_h: f64,
    last_hour_before: Option<f64>,
    hours: &mut [f64; 24],
) {
    let mean = 0.5 * (tmin_c + tmax_c);
    if tmax_c - tmin_c <= 1.0 {
        hours.fill(mean);
        return;
    }
    let amplitude = 0.5 * (tmax_c - tmin_c);
    let sunrise = 12.0 - half_day_h;
    for (index, value) in hours.iter_mut().enumerate() {
        let hour = index as f64 + 1.0;
        let middle = hour - 0.5;
        *value = if hour < sunrise {
            mean + amplitude * (PI * (middle + 10.0) / (10.0 + sunrise)).cos()
        } else if hour > 14.0 {
            mean + amplitude * (PI * (middle - 14.0) / (10.0 + sunrise)).cos()
        } else {
            mean - amplitude * (PI * (middle - sunrise) / (14.0 - sunrise)).cos()
        };
    }
    // A jump of 4 degrees or more from yesterday's last hour is smoothed over the first four hours.
    if let Some(mut before) = last_hour_before {
        if (hours[0] - before).abs() < 4.0 {
            return;
        }
        for value in hours.iter_mut().take(4) {
            if (*value - before).abs() >= 4.0 {
                *value = 0.5 * (*value + before);
            }
            before = *value;
        }
    }
}
