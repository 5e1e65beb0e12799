//! Solar geometry, hourly radiation and hourly temperature (NSERL-10 chapter 3; Swift 1976).

use std::f64::consts::PI;
use std::sync::LazyLock;

/// MJ/m2 per langley.
pub(crate) const MJ_PER_LANGLEY: f64 = 0.04184;

/// Sun on a hillslope on every day of the year, computed once for a run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SlopeSun {
    latitude: f64,
    days: Vec<SunGeometry>,
}

/// Solar geometry of a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SunGeometry {
    sky: Sky,
    /// Potential radiation on a horizontal surface, langley/day.
    pub potential_ly: f64,
    /// Potential radiation on the slope, langley/day.
    slope_potential_ly: f64,
    /// Share of beam radiation that a clear and an overcast sky transmit at noon.
    clear: f64,
    overcast: f64,
    /// Hourly temperature relative to the day's mean and amplitude.
    temperature: [f64; 24],
    /// Potential horizontal radiation of an hour = constant + amplitude cos(hour angle), over the day's.
    share_constant: f64,
    share_amplitude: f64,
    /// Cosine and sine of the shift of the hour angle by the equation of time.
    time_shift: (f64, f64),
}

/// Measured radiation of a day on a hillslope.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Radiation {
    /// Received by the slope, MJ/m2 per day.
    pub slope_mj: f64,
    /// Fraction of the sky covered by clouds.
    pub cloud: f64,
}

impl SlopeSun {
    /// Level ground.
    pub fn level(latitude_deg: f64) -> Self {
        let latitude = latitude_deg.to_radians();
        Self { latitude, days: (0..=366).map(|j| SunGeometry::level(f64::from(j), latitude)).collect() }
    }

    /// A slope at the place of this level ground. `mean_slope` is rise over run, `aspect_deg` clockwise from north.
    pub fn on_slope(&self, aspect_deg: f64, mean_slope: f64) -> Self {
        let latitude = self.latitude;
        let aspect = aspect_deg.to_radians();
        let slope = mean_slope.atan();
        let equivalent = (slope.cos() * latitude.sin() + slope.sin() * latitude.cos() * aspect.cos()).asin();
        let d = slope.cos() * latitude.cos() - slope.sin() * latitude.sin() * aspect.cos();
        let shift = (slope.sin() * aspect.sin() / d.max(1e-10)).atan();
        Self { latitude, days: self.days.iter().map(|day| day.on_slope(equivalent, shift)).collect() }
    }

    /// Geometry of the days of the year, by day.
    pub fn days(&self) -> &[SunGeometry] {
        &self.days
    }

    /// Geometry of a day of the year, 1..=366.
    pub fn day(&self, day_of_year: u16) -> &SunGeometry {
        &self.days[usize::from(day_of_year).min(366)]
    }
}

/// Position of the sun on a day.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sky {
    /// Sine and cosine of the declination.
    declination: (f64, f64),
    /// Hour angle at which the sun sets on level ground.
    sunset: f64,
    /// Radiation above the atmosphere, langley/h.
    hourly_ly: f64,
}

impl Sky {
    /// Hour angle at which the sun sets at a latitude whose tangent is given.
    fn half_day(&self, tangent: f64) -> f64 {
        let (sine, cosine) = self.declination;
        (-tangent * sine / cosine).clamp(-1.0, 1.0).acos()
    }

    /// Radiation between two hour angles on ground level with an equivalent latitude (sine, cosine), langley.
    fn between(&self, latitude: (f64, f64), shift: f64, from: f64, to: f64) -> f64 {
        let (sine, cosine) = self.declination;
        let turned = (to + shift).sin() - (from + shift).sin();
        self.hourly_ly * 12.0 / PI * (sine * latitude.0 * (to - from) + cosine * latitude.1 * turned)
    }
}

impl SunGeometry {
    fn level(j: f64, latitude: f64) -> Self {
        let declination = 0.00698 - 0.4067 * ((j + 10.0) * 0.0172).cos();
        let distance = 1.0 - 0.0167 * ((j - 3.0) * 0.0172).cos();
        let mut sky = Sky {
            declination: declination.sin_cos(),
            sunset: 0.0,
            hourly_ly: 60.0 * 1.94 / (distance * distance),
        };
        sky.sunset = sky.half_day(latitude.tan());
        let potential_ly = sky.between(latitude.sin_cos(), 0.0, -sky.sunset, sky.sunset).max(1e-6);
        let path = 1.0 / noon_height(latitude, j);
        let b = 2.0 * PI * (j - 81.0) / 365.0;
        let equation_of_time = 0.1645 * (2.0 * b).sin() - 0.1255 * b.cos() - 0.025 * b.sin();
        let solar = 12.0 * 60.0 / PI * 0.082 * (1.0 + 0.033 * (2.0 * PI * j / 365.0).cos())
            / (potential_ly * MJ_PER_LANGLEY);
        let (sine, cosine) = (equation_of_time * PI / 12.0).sin_cos();
        Self {
            sky,
            potential_ly,
            slope_potential_ly: potential_ly,
            clear: 0.75f64.powf(path),
            overcast: 0.4f64.powf(path),
            temperature: temperature_course((sky.sunset * 12.0 / PI).abs()),
            share_constant: solar * PI / 12.0 * latitude.sin() * declination.sin(),
            share_amplitude: solar * 2.0 * (PI / 24.0).sin() * latitude.cos() * declination.cos(),
            time_shift: (cosine, sine),
        }
    }

    /// The same day on a slope with an equivalent latitude and a shift of the hour angle.
    fn on_slope(&self, equivalent: f64, shift: f64) -> Self {
        let (sky, horizontal) = (&self.sky, self.sky.sunset);
        let tilted = sky.half_day(equivalent.tan());
        let set = (tilted - shift).min(horizontal);
        let rise = (-tilted - shift).max(-horizontal).min(set);
        let latitude = equivalent.sin_cos();
        let mut slope_potential_ly = sky.between(latitude, shift, rise, set).max(0.0);
        // A steep slope near the pole may see the sun twice a day.
        let again = (-tilted - shift + 2.0 * PI, tilted - shift - 2.0 * PI);
        if again.0 < horizontal {
            slope_potential_ly += sky.between(latitude, shift, again.0, horizontal).max(0.0);
        } else if again.1 > -horizontal {
            slope_potential_ly += sky.between(latitude, shift, -horizontal, again.1).max(0.0);
        }
        Self { slope_potential_ly, temperature: temperature_course((rise * 12.0 / PI).abs()), ..*self }
    }

    /// Share of the day's radiation that falls in each hour.
    pub fn hourly_shares(&self) -> [f64; 24] {
        let angles: &[(f64, f64); 24] = &HOUR_ANGLE;
        angles.map(|(sine, cosine)| {
            let angle_cosine = cosine * self.time_shift.0 - sine * self.time_shift.1;
            (self.share_constant + self.share_amplitude * angle_cosine).max(0.0)
        })
    }

    /// Radiation on the slope and cloud cover from measured radiation (Swift 1976): beam by the transmission of the
    /// atmosphere, and diffuse.
    pub fn radiation(&self, measured_ly: f64) -> Radiation {
        // Transmission along the optical path; a single air mass transmits between 0.4 and 0.75.
        let direct = (measured_ly - 0.3 * self.potential_ly) / (0.7 * self.potential_ly);
        let beam = direct.clamp(self.overcast, self.clear);
        let cloud = (0.3 + 0.7 * self.clear - measured_ly / self.potential_ly)
            / (0.7 * (self.clear - self.overcast)).max(1e-9);
        let horizontal_beam = self.potential_ly * beam;
        let diffuse = 0.3 * (self.potential_ly - horizontal_beam);
        let share = (self.slope_potential_ly * beam + diffuse) / (horizontal_beam + diffuse);
        Radiation { slope_mj: share * measured_ly * MJ_PER_LANGLEY, cloud: cloud.clamp(0.0, 1.0) }
    }
}

/// Sine and cosine of the hour angle at the end of each hour.
static HOUR_ANGLE: LazyLock<[(f64, f64); 24]> =
    LazyLock::new(|| std::array::from_fn(|hour| ((hour as f64 - 11.0) * PI / 12.0).sin_cos()));

/// Cosine of the zenith angle of the sun at noon.
fn noon_height(latitude: f64, j: f64) -> f64 {
    let anomaly = (356.6 + 0.9856 * j).to_radians().sin();
    let sin_dec = 0.39785 * (278.97 + 0.9856 * j + 1.9165 * anomaly).to_radians().sin();
    let cos_dec = (1.0 - sin_dec * sin_dec).sqrt();
    (sin_dec * latitude.sin() + cos_dec * latitude.cos()).max(0.01)
}

impl SunGeometry {
    /// Temperature of each hour from the extremes; a jump of 4 degrees or more from yesterday's last hour is smoothed
    /// over the first four hours.
    pub fn hourly_temperatures(
        &self,
        tmin_c: f64,
        tmax_c: f64,
        last_hour_before: Option<f64>,
        hours: &mut [f64; 24],
    ) {
        let mean = 0.5 * (tmin_c + tmax_c);
        if tmax_c - tmin_c <= 1.0 {
            hours.fill(mean);
            return;
        }
        let amplitude = 0.5 * (tmax_c - tmin_c);
        for (value, shape) in hours.iter_mut().zip(&self.temperature) {
            *value = mean + amplitude * shape;
        }
        let Some(mut before) = last_hour_before else { return };
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

/// Course of temperature over a day, from -1 at sunrise to 1 at 14 h and back, along two cosines.
fn temperature_course(half_day_h: f64) -> [f64; 24] {
    let sunrise = 12.0 - half_day_h;
    let falling = PI / (10.0 + sunrise);
    let rising = PI / (14.0 - sunrise);
    // Hour by hour each cosine turns by the same angle.
    let mut fall_before = Turning::new(falling * 10.5, falling);
    let mut rise = Turning::new(rising * (0.5 - sunrise), rising);
    let mut fall_after = Turning::new(falling * -13.5, falling);
    std::array::from_fn(|index| {
        let middle = index as f64 + 0.5;
        let (before, up, after) = (fall_before.next(), rise.next(), fall_after.next());
        if middle + 0.5 < sunrise {
            before
        } else if middle > 14.0 {
            after
        } else {
            -up
        }
    })
}

/// Cosines of angles at equal steps, by rotation.
struct Turning {
    cosine: f64,
    sine: f64,
    step: (f64, f64),
}

impl Turning {
    fn new(angle: f64, step: f64) -> Self {
        let (sine, cosine) = angle.sin_cos();
        let (step_sine, step_cosine) = step.sin_cos();
        Self { cosine, sine, step: (step_cosine, step_sine) }
    }

    fn next(&mut self) -> f64 {
        let Self { cosine, sine, step } = *self;
        self.cosine = cosine * step.0 - sine * step.1;
        self.sine = sine * step.0 + cosine * step.1;
        cosine
    }
}

#[cfg(test)]
mod tests;
