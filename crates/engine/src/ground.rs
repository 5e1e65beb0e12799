//! Temperature of the ground surface and of deep soil from the annual course, snow, residue, radiation and wind (NSERL-10
//! chapter 3).

use std::f64::consts::PI;

use crate::inputs::WinterOptions;
use crate::snow::SnowPack;
use crate::soil::SoilProfile;
use crate::vegetation::Vegetation;
use crate::weather::MonthlyMeans;

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

/// Thickness from which residue affects the surface temperature, m; as the reference, WEPP 2024.204, has it.
const THIN_RESIDUE_M: f64 = 0.0001;

/// Constant properties of the ground surface of a hillslope.
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
    /// Thickness of the first fine layer of soil, m; heat reaches at least to its middle.
    first_fine_layer_m: f64,
    /// Thermal resistance of the upper half of it when frozen, m2 K/W.
    first_resistance: f64,
}

impl GroundSite {
    pub fn new(cover: &Vegetation, soil: &SoilProfile, options: &WinterOptions) -> Self {
        let canopy_height_m = cover.canopy_height_m;
        let displacement_m = 0.77 * canopy_height_m.min(MEASURED_AT_M);
        let residue_thicker_than = |least_m: f64| {
            if cover.residue_depth_m > least_m {
                cover.residue_depth_m / (RESIDUE * options.residue_conductivity_factor)
            } else {
                0.0
            }
        };
        let first_fine_layer_m = soil.layers[0].thickness_m / f64::from(options.fine_layers_top.max(1));
        Self {
            albedo: soil.albedo,
            residue_resistance: residue_thicker_than(NEGLIGIBLE_M),
            thin_residue_resistance: residue_thicker_than(THIN_RESIDUE_M),
            canopy_height_m,
            displacement_m,
            convection_canopy: (canopy_height_m > 0.0)
                .then(|| convection(0.13 * canopy_height_m, displacement_m)),
            convection_snow: convection(0.0002, displacement_m),
            first_fine_layer_m,
            first_resistance: frozen_resistance(0.5 * first_fine_layer_m),
        }
    }

    /// Coefficient of convection over ground without snow, J/m3/K; `roughness_m` is that of the soil, used where there is
    /// no canopy.
    pub fn convection_bare(&self, roughness_m: f64) -> f64 {
        self.convection_canopy.unwrap_or_else(|| convection(roughness_m, self.displacement_m))
    }
}

/// Conditions at the ground that are constant through a day.
#[derive(Clone, Debug)]
pub(crate) struct GroundDay<'a> {
    site: &'a GroundSite,
    cloud: f64,
    air_c: &'a [f64; 24],
    /// Long-wave exchange of each hour, once it is needed.
    sky: Option<Sky>,
    wind_m_per_s: f64,
    /// Coefficient of convection over ground without snow, J/m3/K.
    convection_bare: f64,
    /// Heat that rises to the lower front, W/m2; it moves little in a day.
    pub from_below: f64,
}

/// Weather and snow at the ground in one hour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroundHour {
    /// Hour of the day, 0..=23.
    pub hour: usize,
    pub air_c: f64,
    /// Radiation in the hour, W/m2.
    pub radiation_w: f64,
    pub snow: SnowCover,
}

/// Effect of snow on the ground; constant until the pack changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SnowCover {
    depth_m: f64,
    /// Thermal resistance, m2 K/W.
    pub resistance: f64,
    /// Coefficient of convection over it, J/m3/K.
    convection: f64,
}

/// Long-wave exchange of each hour with the sky, linear in the surface temperature.
#[derive(Clone, Copy, Debug)]
struct Sky {
    /// Heat gained by a surface at 0 deg C, W/m2.
    gain: [f64; 24],
    /// Heat lost per degree, W/m2/K.
    loss: [f64; 24],
}

impl Sky {
    /// Sky over air of a temperature in each hour, clear but for a fraction of clouds.
    fn new(air_c: &[f64; 24], cloud: f64) -> Self {
        const STEFAN_BOLTZMANN: f64 = 5.6697e-8;
        let mut clear = air_c.map(|air_c| 7.77e-4 * air_c * air_c);
        exponentials(&mut clear);
        let mut sky = Self { gain: [0.0; 24], loss: [0.0; 24] };
        for hour in 0..24 {
            let emissivity = (1.0 - 0.84 * cloud) * (1.0 - 0.261 * clear[hour]) + 0.84 * cloud;
            let kelvin = air_c[hour] + 273.16;
            let cubed = STEFAN_BOLTZMANN * kelvin * kelvin * kelvin;
            sky.loss[hour] = 4.0 * cubed;
            sky.gain[hour] = (emissivity - 1.0) * cubed * kelvin + sky.loss[hour] * air_c[hour];
        }
        sky
    }
}

/// e^x for 0 <= x <= 7 to 1e-12: eight terms of the series for x/64, squared six times. Unlike the library's function
/// it is computed for several hours at once, which is why each step goes over all hours.
fn exponentials(values: &mut [f64; 24]) {
    let y = values.map(|x| x * (1.0 / 64.0));
    *values = y.map(|y| 1.0 + y * (1.0 / 8.0));
    for divisor in [7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0] {
        let share: f64 = 1.0 / divisor;
        for (e, y) in values.iter_mut().zip(&y) {
            *e = 1.0 + y * share * *e;
        }
    }
    for _ in 0..6 {
        for e in values.iter_mut() {
            *e *= *e;
        }
    }
}

impl<'a> GroundDay<'a> {
    /// `convection_bare` is that over ground without snow; `air_c` the temperature of each hour.
    pub fn new(
        site: &'a GroundSite,
        convection_bare: f64,
        cloud: f64,
        air_c: &'a [f64; 24],
        wind_m_per_s: f64,
        from_below: f64,
    ) -> Self {
        Self { site, cloud, air_c, sky: None, wind_m_per_s, convection_bare, from_below }
    }

    /// Effect of a pack on the ground.
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

    /// Returns true if no hour without snow or frost can freeze the soil, whose coldest has `coldest_c`: the surface is
    /// never so much colder than the air that this much heat from below lets it freeze.
    pub fn cannot_freeze(&self, coldest_c: f64, snow_resistance: f64) -> bool {
        let cover = snow_resistance + self.site.residue_resistance;
        self.from_below * (cover + self.site.first_resistance) >= LARGEST_COOLING_C - coldest_c
    }

    /// Thickness of the first fine layer of soil, m.
    pub fn first_fine_layer_m(&self) -> f64 {
        self.site.first_fine_layer_m
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
        let sky = self.sky.get_or_insert_with(|| Sky::new(air_c, cloud));
        let (sky_gain, sky_loss) = (sky.gain[hour.hour], sky.loss[hour.hour]);
        let snow = hour.snow.depth_m;
        let albedo = if snow > 0.01 { 0.5 } else { self.site.albedo };
        let convective = hour.snow.convection * self.wind_m_per_s;
        let gain = (1.0 - albedo) * hour.radiation_w + sky_gain + convective * hour.air_c;
        let resistance = resistance.max(1e-4);
        let temperature = gain * resistance / ((sky_loss + convective) * resistance + 1.0);
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
const LARGEST_COOLING_C: f64 = 18.5;
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
    depth_m.min(TILLED_DEPTH_M) * (1.0 / FROZEN_TILLED)
        + (depth_m - TILLED_DEPTH_M).max(0.0) * (1.0 / FROZEN_BELOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frost would drift from the equations if the exponential of the clear sky were wrong.
    #[test]
    fn exponential_is_that_of_the_library() {
        for step in 0..=7000 {
            let x = f64::from(step) / 1000.0;
            let mut values = [x; 24];
            exponentials(&mut values);
            assert!(values.iter().all(|e| (e / x.exp() - 1.0).abs() < 1e-12), "{x}");
        }
    }
}
