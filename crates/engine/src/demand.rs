//! Evaporative demand: terms that depend on a day's weather alone, and are computed once for all hillslopes under it
//! (NSERL-10 chapter 5; FAO-56).

use crate::sun::SunGeometry;
use crate::weather::ClimateDay;

/// Langley/day to MJ/m2/day.
const LANGLEYS_PER_MJ: f64 = 23.9;

/// Evaporative demand of one day, m, still to be applied to a surface.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DayDemand {
    /// Day of the year, 1..=366.
    pub day_of_year: u16,
    pub penman: Penman,
    /// Priestley-Taylor evaporation of a surface that reflects nothing, m.
    priestley_taylor_m: f64,
}

/// Penman's (1963) equation, linear in the net radiation of a surface.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Penman {
    /// Short-wave radiation, MJ/m2, and outgoing long-wave radiation.
    short_wave_mj: f64,
    long_wave_mj: f64,
    /// Evaporation per net radiation, m per MJ/m2, and by wind and dry air, m.
    per_net_mj: f64,
    by_air_m: f64,
}

impl Penman {
    fn new(day: &ClimateDay, potential_ly: f64, elevation_m: f64) -> Self {
        let tmean_c = mean_c(day);
        let kelvin = tmean_c + 273.0;
        let latent = 2.501 - 0.0022 * tmean_c;
        let saturated = 0.1 * (54.879 - 5.029 * kelvin.ln() - 6790.5 / kelvin).exp();
        let ratio = |t: f64| 17.27 * t / (237.3 + t);
        let humidity = (ratio(day.dew_point_c) - ratio(tmean_c)).exp().min(1.0);
        let actual = saturated * humidity;
        let slope = saturated * (6790.5 / kelvin - 5.029) / kelvin;
        let psychrometric = 0.00066 * (101.3 - 0.01055 * elevation_m);
        let radiation = day.solar_radiation_ly_per_day / LANGLEYS_PER_MJ;
        let clear = potential_ly / LANGLEYS_PER_MJ;
        let long_wave = (0.34 - 0.14 * actual.sqrt()) * 4.9e-9 * kelvin.powi(4);
        let wind = 2.7 + 1.63 * day.wind_m_per_s;
        let per_mm = 1.0 / (1000.0 * (slope + psychrometric));
        Self {
            short_wave_mj: radiation,
            long_wave_mj: long_wave * (0.9 * radiation / clear + 0.1),
            per_net_mj: slope / latent * per_mm,
            by_air_m: psychrometric * wind * (saturated - actual) * per_mm,
        }
    }

    /// Reference evapotranspiration over a surface, m.
    pub fn reference_m(&self, albedo: f64) -> f64 {
        let net_mj = (self.short_wave_mj * (1.0 - albedo) - self.long_wave_mj).max(0.0);
        (self.per_net_mj * net_mj + self.by_air_m).max(0.0)
    }
}

impl DayDemand {
    /// `sun` is the geometry of every day of the year on level ground at the place of the weather.
    pub fn new(day: &ClimateDay, sun: &[SunGeometry], elevation_m: f64) -> Self {
        let day_of_year = day_of_year(day);
        let kelvin = mean_c(day) + 273.0;
        let slope = (21.255 - 5304.0 / kelvin).exp() * 5304.0 / (kelvin * kelvin);
        let kept = day.solar_radiation_ly_per_day / 58.3;
        Self {
            day_of_year,
            penman: Penman::new(day, sun[usize::from(day_of_year).min(366)].potential_ly, elevation_m),
            priestley_taylor_m: 0.00128 * kept * slope / (slope + 0.68),
        }
    }

    /// Priestley-Taylor evaporation of a surface, m.
    pub fn priestley_taylor_m(&self, albedo: f64) -> f64 {
        (self.priestley_taylor_m * (1.0 - albedo)).max(0.0)
    }
}

/// FAO-56 Penman-Monteith reference evapotranspiration of one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PenmanMonteith {
    /// Over short grass, m.
    pub reference_m: f64,
    /// Adjustment of crop coefficients to wind and humidity for a plant 3 m high.
    pub climate_term: f64,
}

impl PenmanMonteith {
    /// `sun` as for [`DayDemand::new`].
    pub fn new(day: &ClimateDay, sun: &[SunGeometry], elevation_m: f64) -> Self {
        let tmean_c = mean_c(day);
        let potential_ly = sun[usize::from(day_of_year(day)).min(366)].potential_ly;
        let vapour = |t: f64| 0.6108 * (17.27 * t / (t + 237.3)).exp();
        let actual = vapour(day.dew_point_c);
        let saturated = 0.5 * (vapour(day.tmax_c) + vapour(day.tmin_c));
        let radiation = day.solar_radiation_ly_per_day / LANGLEYS_PER_MJ;
        // FAO-56 compares with three quarters of this, the radiation of a clear sky at the ground; the reference compares
        // with what arrives above the atmosphere, which lessens long-wave loss and gives 2-8 % more evaporation.
        let clear = potential_ly / LANGLEYS_PER_MJ;
        let emitted = 4.9e-9 * ((day.tmax_c + 273.2).powi(4) + (day.tmin_c + 273.2).powi(4)) / 2.0;
        let long_wave =
            (0.34 - 0.14 * actual.sqrt()) * emitted * (1.35 * (radiation / clear).min(1.0) - 0.35).max(0.05);
        let net = (radiation * 0.77 - long_wave).max(0.0);
        let wind = day.wind_m_per_s * 4.87 / (67.8f64 * 10.0 - 5.42).ln();
        let slope = 4098.0 * vapour(tmean_c) / (tmean_c + 237.3).powi(2);
        let psychrometric = 0.000665 * 101.3 * (1.0 - 0.0065 * elevation_m / 293.0).powf(5.26);
        let reference_mm = (0.408 * slope * net
            + psychrometric * 900.0 / (tmean_c + 273.0) * (saturated - actual).max(0.0) * wind)
            / (slope + psychrometric * (1.0 + 0.34 * wind));
        Self {
            reference_m: (reference_mm / 1000.0).max(0.0),
            climate_term: 0.04 * (wind - 2.0) - 0.004 * (100.0 * actual / vapour(day.tmax_c) - 45.0),
        }
    }
}

fn mean_c(day: &ClimateDay) -> f64 {
    0.5 * (day.tmin_c + day.tmax_c)
}

/// Day of the year by the calendar of the weather (years divisible by 4 have 29 February).
fn day_of_year(day: &ClimateDay) -> u16 {
    const BEFORE: [u16; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let month = usize::from(day.month.clamp(1, 12)) - 1;
    let leap = month > 1 && day.year % 4 == 0;
    BEFORE[month] + u16::from(day.day) + u16::from(leap)
}

#[cfg(test)]
mod tests;
