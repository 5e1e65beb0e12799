//! What decides the temperature of the ground surface and of deep soil: the annual course, snow, residue, radiation,
//! wind (NSERL-10 chapter 3).

use std::f64::consts::PI;

use crate::climate::MonthlyMeans;
use crate::frost::Frost;
use crate::inputs::WinterOptions;
use crate::snow::SnowPack;
use crate::soil::SoilProfile;
use crate::vegetation::Vegetation;
use crate::water::SoilWater;

/// Thermal conductivity of frozen soil, in the top 0.2 m and below, and of residue, W/m/K.
pub(crate) const FROZEN_TILLED: f64 = 1.75;
const FROZEN_BELOW: f64 = 2.1;
const RESIDUE: f64 = 0.05;
const TILLED_DEPTH_M: f64 = 0.2;
/// Damping depth of the annual temperature wave, m.
const DAMPING_DEPTH_M: f64 = 2.0;
/// Depths below this count as nothing, m.
pub(crate) const NEGLIGIBLE_M: f64 = 0.001;

/// Annual course of soil temperature.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SoilTemperature {
    mean_c: f64,
    amplitude_c: f64,
    shift_days: f64,
}

impl SoilTemperature {
    /// Sine fitted to monthly mean air temperatures: mean and range as they are, phase by least squares.
    pub fn new(means: &MonthlyMeans) -> Self {
        let monthly: [f64; 12] = std::array::from_fn(|i| 0.5 * (means.tmax_c[i] + means.tmin_c[i]));
        let mean_c = monthly.iter().sum::<f64>() / 12.0;
        let high = monthly.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = monthly.iter().copied().fold(f64::INFINITY, f64::min);
        let amplitude_c = 0.5 * (high - low);
        // With evenly spaced months the least-squares phase is that of the first harmonic.
        let (mut sine, mut cosine) = (0.0, 0.0);
        for (i, t) in monthly.iter().enumerate() {
            let angle = 2.0 * PI * (15.0 + 30.5 * i as f64) / 365.0;
            sine += t * angle.sin();
            cosine += t * angle.cos();
        }
        let shift_days = (-cosine).atan2(sine) * 365.0 / (2.0 * PI);
        Self { mean_c, amplitude_c, shift_days }
    }

    /// Temperature at a depth, deg C.
    pub fn at(&self, depth_m: f64, day_of_year: f64) -> f64 {
        let d = depth_m / DAMPING_DEPTH_M;
        self.mean_c
            + self.amplitude_c * (-d).exp() * (2.0 * PI / 365.0 * (day_of_year - self.shift_days) - d).sin()
    }
}

/// Residue from which the surface temperature feels it, m; as the reference, WEPP 2024.204, has it.
const THIN_RESIDUE_M: f64 = 0.0001;

/// What the ground surface of a hillslope always is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroundSite {
    albedo: f64,
    /// Thermal resistance of the residue, m2 K/W.
    residue_resistance: f64,
    /// The same when even a thin residue counts.
    thin_residue_resistance: f64,
    canopy_height_m: f64,
    displacement_m: f64,
    /// Coefficients of convection, J/m3/K, over the canopy, if there is one, and over snow deeper than it.
    convection_canopy: Option<f64>,
    convection_snow: f64,
}

impl GroundSite {
    pub fn new(cover: &Vegetation, albedo: f64, options: &WinterOptions) -> Self {
        let canopy_height_m = cover.canopy_height_m;
        let displacement_m = 0.77 * canopy_height_m.min(MEASURED_AT_M);
        let residue_thicker_than = |least_m: f64| {
            if cover.residue_depth_m > least_m {
                cover.residue_depth_m / (RESIDUE * options.residue_conductivity_factor)
            } else {
                0.0
            }
        };
        Self {
            albedo,
            residue_resistance: residue_thicker_than(NEGLIGIBLE_M),
            thin_residue_resistance: residue_thicker_than(THIN_RESIDUE_M),
            canopy_height_m,
            displacement_m,
            convection_canopy: (canopy_height_m > 0.0)
                .then(|| convection(0.13 * canopy_height_m, displacement_m)),
            convection_snow: convection(0.0002, displacement_m),
        }
    }
}

/// What the ground feels all day.
#[derive(Clone, Debug)]
pub(crate) struct GroundDay<'a> {
    site: GroundSite,
    cloud: f64,
    air_c: &'a [f64; 24],
    /// Long-wave exchange of each hour, once it is needed.
    sky: Option<[Sky; 24]>,
    wind_m_per_s: f64,
    day_of_year: f64,
    /// Coefficient of convection over ground without snow, J/m3/K.
    convection_bare: f64,
    /// Heat that rises to the lower front, W/m2, once it is known.
    from_below: Option<f64>,
}

/// An hour of weather and snow as the ground feels it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroundHour {
    /// Hour of the day, 0..=23.
    pub hour: usize,
    pub air_c: f64,
    /// Radiation in the hour, W/m2.
    pub radiation_w: f64,
    pub snow: SnowCover,
}

/// Snow as the ground feels it; the same until the pack changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SnowCover {
    depth_m: f64,
    /// Thermal resistance, m2 K/W.
    resistance: f64,
    /// Coefficient of convection over it, J/m3/K.
    convection: f64,
}

/// Long-wave exchange with the sky, linear in the surface temperature.
#[derive(Clone, Copy, Debug, Default)]
struct Sky {
    /// Heat gained by a surface at 0 deg C, W/m2.
    gain: f64,
    /// Heat lost per degree, W/m2/K.
    loss: f64,
}

impl Sky {
    /// Sky over air of a temperature, clear but for a fraction of clouds.
    fn new(air_c: f64, cloud: f64) -> Self {
        const STEFAN_BOLTZMANN: f64 = 5.6697e-8;
        let clear = 1.0 - 0.261 * exponential(7.77e-4 * air_c * air_c);
        let emissivity = (1.0 - 0.84 * cloud) * clear + 0.84 * cloud;
        let kelvin = air_c + 273.16;
        let cubed = STEFAN_BOLTZMANN * kelvin * kelvin * kelvin;
        let loss = 4.0 * cubed;
        Self { gain: (emissivity - 1.0) * cubed * kelvin + loss * air_c, loss }
    }
}

/// e^x for 0 <= x <= 7 to 1e-12: eight terms of the series for x/64, squared six times. Unlike the library's function
/// it is computed for several hours at once.
fn exponential(x: f64) -> f64 {
    let y = x / 64.0;
    let mut e = 1.0 + y / 8.0;
    for divisor in [7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0] {
        e = 1.0 + y * (1.0 / divisor) * e;
    }
    for _ in 0..6 {
        e *= e;
    }
    e
}

impl<'a> GroundDay<'a> {
    /// `roughness_m` is that of the soil, used where there is no canopy; `air_c` the temperature of each hour.
    pub fn new(
        site: &GroundSite,
        roughness_m: f64,
        cloud: f64,
        air_c: &'a [f64; 24],
        wind_m_per_s: f64,
        day_of_year: u16,
    ) -> Self {
        Self {
            site: *site,
            cloud,
            air_c,
            sky: None,
            wind_m_per_s,
            day_of_year: f64::from(day_of_year),
            convection_bare: site
                .convection_canopy
                .unwrap_or_else(|| convection(roughness_m, site.displacement_m)),
            from_below: None,
        }
    }

    /// Heat that rises to the lower front; it moves little in a day, so this is computed once.
    pub fn heat_from_below(
        &mut self,
        frost: &Frost,
        soil: &SoilProfile,
        temperature: &SoilTemperature,
        options: &WinterOptions,
        water: &SoilWater,
    ) -> f64 {
        let day_of_year = self.day_of_year;
        *self
            .from_below
            .get_or_insert_with(|| frost.heat_from_below(soil, temperature, day_of_year, options, water))
    }

    /// What a pack means to the ground.
    pub fn under(&self, pack: &SnowPack, options: &WinterOptions) -> SnowCover {
        let depth_m = pack.depth_m;
        let resistance = if depth_m > NEGLIGIBLE_M {
            let g = pack.density() / 1000.0;
            let k = if g < 0.156 { 0.023 + 0.234 * g } else { 0.138 - 1.01 * g + 3.233 * g * g };
            depth_m / (k * options.snow_conductivity_factor)
        } else {
            0.0
        };
        SnowCover { depth_m, resistance, convection: self.convection(depth_m) }
    }

    /// Thermal resistance of snow and residue, m2 K/W.
    pub fn cover_resistance(&self, hour: &GroundHour) -> f64 {
        hour.snow.resistance + self.site.residue_resistance
    }

    /// Thermal resistance between the surface and what is at the freezing point, m2 K/W; `depth_m` of soil lies
    /// between. Here even a thin residue counts, and a bare surface rests on the first millimetre of soil (as the reference; NSERL
    /// Report No. 10 does not say).
    pub fn surface_resistance(&self, hour: &GroundHour, depth_m: f64) -> f64 {
        let cover = hour.snow.resistance + self.site.thin_residue_resistance;
        let depth_m = if depth_m < NEGLIGIBLE_M { 0.0 } else { depth_m };
        if cover + depth_m > 0.0 {
            cover + frozen_resistance(depth_m)
        } else {
            frozen_resistance(NEGLIGIBLE_M)
        }
    }

    /// Temperature of the surface that balances radiation, convection and conduction, deg C, over a thermal resistance,
    /// m2 K/W; snow stays at or below zero.
    pub fn surface_temperature(&mut self, hour: &GroundHour, resistance: f64) -> f64 {
        let (air_c, cloud) = (self.air_c, self.cloud);
        let sky = &self.sky.get_or_insert_with(|| air_c.map(|air_c| Sky::new(air_c, cloud)))[hour.hour];
        let snow = hour.snow.depth_m;
        let albedo = if snow > 0.01 { 0.5 } else { self.site.albedo };
        let convective = hour.snow.convection * self.wind_m_per_s;
        let gain = (1.0 - albedo) * hour.radiation_w + sky.gain + convective * hour.air_c;
        let resistance = resistance.max(1e-4);
        let temperature = gain * resistance / ((sky.loss + convective) * resistance + 1.0);
        if snow > NEGLIGIBLE_M { temperature.min(0.0) } else { temperature }
    }

    fn convection(&self, snow_depth_m: f64) -> f64 {
        if snow_depth_m < 0.01 {
            self.convection_bare
        } else if snow_depth_m > self.site.canopy_height_m {
            self.site.convection_snow
        } else {
            convection(0.13 * (self.site.canopy_height_m - snow_depth_m), self.site.displacement_m)
        }
    }
}

/// Most by which radiation to a clear sky cools a surface below the air, K: 0.261 sigma T^4 over 4 sigma T^3 is 0.065 T.
pub(crate) const LARGEST_COOLING_C: f64 = 18.5;
/// Height at which wind and air temperature are taken, m.
const MEASURED_AT_M: f64 = 2.0;

/// Coefficient of convective heat, J/m3/K per m/s of wind: logarithmic profiles of wind and heat over a roughness.
fn convection(roughness_m: f64, displacement_m: f64) -> f64 {
    let roughness = roughness_m.clamp(0.001, 0.26);
    let log = |z: f64| ((MEASURED_AT_M - displacement_m + z) / z).ln();
    0.16 * 1.2 * 1012.0 / (log(0.2 * roughness) * log(roughness))
}

/// Thermal resistance of frozen soil to a depth, m2 K/W.
pub(crate) fn frozen_resistance(depth_m: f64) -> f64 {
    depth_m.min(TILLED_DEPTH_M) / FROZEN_TILLED + (depth_m - TILLED_DEPTH_M).max(0.0) / FROZEN_BELOW
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frost would drift from the equations if the exponential of the clear sky were wrong.
    #[test]
    fn exponential_is_that_of_the_library() {
        for step in 0..=7000 {
            let x = f64::from(step) / 1000.0;
            assert!((exponential(x) / x.exp() - 1.0).abs() < 1e-12, "{x}");
        }
    }
}
