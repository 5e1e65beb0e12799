//! The disturbed surface from day to day: settling, roughness decay, consolidation and the adjustments of erodibility
//! that follow (NSERL-10 chapter 7).

use crate::inputs::{SurfaceOperation, Treatment};
use crate::soil::SoilProfile;
use crate::vegetation::Vegetation;

/// Least random roughness, m.
const LEAST_ROUGHNESS_M: f64 = 0.006;
/// Rate of consolidation with days since disturbance, 1/day.
const CONSOLIDATION_RATE: f64 = 0.02;
/// Rate of settling with days since tillage, 1/day, and what is left of it after a day.
const SETTLING_RATE: f64 = 0.005;
const UNSETTLED_AFTER_A_DAY: f64 = 0.995_012_479_192_682_3;
/// Least adjustment of erodibilities.
const LEAST_ADJUSTMENT: f64 = 0.03;

/// Surface state.
#[derive(Clone, Debug)]
pub(crate) struct Surface {
    /// Random roughness and ridge height now, m.
    pub roughness_m: f64,
    pub ridge_m: f64,
    /// Random roughness right after the last disturbance, m.
    pub tilled_roughness_m: f64,
    tilled_ridge_m: f64,
    rain_since_tillage_m: f64,
    /// Decay of roughness so far, and the rain for which it was computed.
    decay: f64,
    decayed_at_m: f64,
    days_since_disturbance: f64,
    /// Bulk density now and right after tillage, kg/m3, of the two surface layers.
    pub bulk_density: [f64; 2],
    tilled_density: [f64; 2],
    settling: [f64; 2],
    /// Share of consolidation by time still to come: e^(-0.005 days since tillage).
    unsettled: [f64; 2],
    /// Rill width so far, m.
    pub rill_width_m: f64,
    initial_rill_width_m: f64,
    /// Kinetic energy of rain since tillage, J/m2 (for crusting of cropland).
    pub rain_energy: f64,
    frost: FrostEffect,
    moisture: SurfaceMoisture,
}

/// Effect of the last frost on erodibility.
#[derive(Clone, Copy, Debug, PartialEq)]
enum FrostEffect {
    None,
    Frozen,
    Thawing,
}

/// Water and frost of the surface layer on one day, as they affect erodibility.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SurfaceMoisture {
    /// Volumetric water content of the top layer.
    pub water_content: f64,
    pub frozen_at_surface: bool,
    pub freeze_cycles: f64,
}

/// Factors on baseline erodibility.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Adjustments {
    pub interrill: f64,
    pub rill: f64,
    pub critical_shear: f64,
}

impl Surface {
    pub fn new(soil: &SoilProfile, treatment: &Treatment) -> Self {
        let initial = &treatment.initial;
        let given = initial.bulk_density_after_tillage_g_per_cm3 * 1000.0;
        let rain_m = initial.rain_since_tillage_mm / 1000.0;
        let mut surface = Self {
            roughness_m: initial.random_roughness_m.max(LEAST_ROUGHNESS_M),
            ridge_m: initial.ridge_height_m.max(LEAST_ROUGHNESS_M),
            tilled_roughness_m: initial.random_roughness_m.max(LEAST_ROUGHNESS_M),
            tilled_ridge_m: initial.ridge_height_m.max(LEAST_ROUGHNESS_M),
            rain_since_tillage_m: rain_m,
            decay: 1.0,
            decayed_at_m: f64::NAN,
            days_since_disturbance: initial.days_since_tillage,
            bulk_density: [0.0; 2],
            tilled_density: [0.0; 2],
            settling: [0.0; 2],
            unsettled: [(-SETTLING_RATE * initial.days_since_tillage).exp(); 2],
            rill_width_m: initial.rill_width_m,
            initial_rill_width_m: initial.rill_width_m,
            rain_energy: 0.0,
            frost: FrostEffect::None,
            moisture: SurfaceMoisture::default(),
        };
        for i in 0..2 {
            surface.tilled_density[i] = if given > 0.0 { given } else { soil.layers[i].bulk_density };
            surface.start_settling(soil, i);
            surface.settle(soil, i);
        }
        surface
    }

    fn start_settling(&mut self, soil: &SoilProfile, layer: usize) {
        self.settling[layer] = (soil.settling_intercept[layer] - 0.92 * self.tilled_density[layer]).max(0.0);
    }

    /// Bulk density from rain and time since tillage, up to its consolidated value.
    fn settle(&mut self, soil: &SoilProfile, layer: usize) {
        let rain = self.rain_since_tillage_m;
        let by_rain = self.settling[layer] * rain / (0.01 + rain);
        let left = soil.layers[layer].bulk_density - (self.tilled_density[layer] + self.settling[layer]);
        let by_time = left * (1.0 - self.unsettled[layer]);
        self.bulk_density[layer] =
            (self.tilled_density[layer] + by_rain + by_time).min(soil.layers[layer].bulk_density);
    }

    /// Begins a day: the yearly operation if it is due, then settling and roughness decay.
    pub fn begin_day(
        &mut self,
        soil: &SoilProfile,
        vegetation: &Vegetation,
        operation: Option<&SurfaceOperation>,
    ) {
        match operation {
            Some(operation) if operation.depth_m > 0.0 => self.disturb(soil, operation),
            _ => {
                self.unsettled[0] *= UNSETTLED_AFTER_A_DAY;
                if self.rain_since_tillage_m > 0.01 {
                    self.days_since_disturbance += 1.0;
                }
            }
        }
        self.unsettled[1] *= UNSETTLED_AFTER_A_DAY;
        let mut loose = false;
        for layer in 0..2 {
            if self.bulk_density[layer] < soil.layers[layer].bulk_density {
                self.settle(soil, layer);
                loose = true;
            }
        }
        if loose {
            // Roughness decays with rain only while the tilled soil is not consolidated.
            let buried = (1.0 - 0.5 * vegetation.buried_residue_kg_per_m2).max(0.3);
            if self.rain_since_tillage_m != self.decayed_at_m {
                self.decayed_at_m = self.rain_since_tillage_m;
                self.decay =
                    (-soil.roughness_decay * buried * (self.rain_since_tillage_m * 1000.0).powf(0.6)).exp();
            }
            let decay = self.decay;
            self.roughness_m = (self.tilled_roughness_m * decay).max(LEAST_ROUGHNESS_M);
            self.ridge_m = (self.tilled_ridge_m * decay).max(LEAST_ROUGHNESS_M);
        }
    }

    fn disturb(&mut self, soil: &SoilProfile, operation: &SurfaceOperation) {
        let share = operation.disturbed_fraction;
        self.days_since_disturbance *= 1.0 - share;
        self.unsettled[0] = 1.0;
        self.rain_energy = 0.0;
        self.rill_width_m = self.initial_rill_width_m;
        self.tilled_roughness_m =
            (operation.random_roughness_m * share + self.roughness_m * (1.0 - share)).max(LEAST_ROUGHNESS_M);
        self.tilled_ridge_m = operation.ridge_height_m.max(LEAST_ROUGHNESS_M);
        let consolidated = soil.layers[0].bulk_density;
        self.tilled_density[0] = (self.bulk_density[0]
            - (self.bulk_density[0] - 0.667 * consolidated) * share)
            .clamp(500.0, consolidated);
        self.bulk_density[0] = self.tilled_density[0];
        self.start_settling(soil, 0);
        self.rain_since_tillage_m = 0.0;
    }

    /// Adds the day's rain; it counts from the next day on.
    pub fn add_rain(&mut self, rain_m: f64) {
        self.rain_since_tillage_m += rain_m;
    }

    /// Porosity of a surface layer at its current bulk density, without entrapped air.
    pub fn porosity(&self, soil: &SoilProfile, layer: usize) -> f64 {
        (2650.0 - self.bulk_density[layer]) / 2650.0 * soil.layers[layer].air_correction
    }

    /// Factors on baseline erodibility for the day.
    pub fn adjustments(
        &self,
        soil: &SoilProfile,
        cover: &CoverFactors,
        mean_slope: f64,
        rill_spacing_m: f64,
    ) -> Adjustments {
        let (frost_ki, frost_kr, frost_shear) = self.frost_factors(soil);
        let fresh = (-CONSOLIDATION_RATE * self.days_since_disturbance).exp();
        let consolidate = |ratio: f64| ratio + (1.0 - ratio) * fresh;
        let half = rill_spacing_m / 2.0;
        let side_slope = if self.ridge_m / half > mean_slope {
            self.ridge_m / (half * half + self.ridge_m * self.ridge_m).sqrt()
        } else {
            mean_slope.min(std::f64::consts::FRAC_PI_4).sin()
        }
        .min(0.707);
        let slope_factor = 1.05 - 0.85 * (-4.0 * side_slope).exp();
        Adjustments {
            interrill: (cover.interrill * consolidate(soil.consolidated_ki_ratio) * frost_ki * slope_factor)
                .max(LEAST_ADJUSTMENT),
            rill: (cover.rill * consolidate(soil.consolidated_kr_ratio) * frost_kr).max(LEAST_ADJUSTMENT),
            critical_shear: (consolidate(soil.consolidated_shear_ratio)
                * (1.0 + 8.0 * (self.roughness_m - LEAST_ROUGHNESS_M))
                * frost_shear)
                .min(2.0),
        }
    }

    /// Records frost and water of the previous day, which determine the erodibility of this one.
    pub fn note_frost(&mut self, soil: &SoilProfile, moisture: SurfaceMoisture) {
        self.moisture = moisture;
        if moisture.frozen_at_surface {
            self.frost = FrostEffect::Frozen;
        } else if moisture.water_content <= soil.layers[0].field_capacity {
            self.frost = FrostEffect::None;
        } else if self.frost == FrostEffect::Frozen {
            self.frost = FrostEffect::Thawing;
        }
    }

    /// Frozen soil does not erode; thawing soil that is still wetter than field capacity erodes more easily.
    fn frost_factors(&self, soil: &SoilProfile) -> (f64, f64, f64) {
        let top = &soil.layers[0];
        let moisture = &self.moisture;
        match self.frost {
            FrostEffect::Frozen => return (0.0, 0.0, 1.0),
            FrostEffect::None => return (1.0, 1.0, 1.0),
            FrostEffect::Thawing => {}
        }
        let porosity = self.porosity(soil, 0);
        let slope = 100.0 * (top.field_capacity - porosity) / 1.518514;
        let tension_kpa = if moisture.water_content < porosity && slope != 0.0 {
            10f64.powf(100.0 * (porosity - moisture.water_content) / slope.abs())
        } else {
            1.0
        };
        let cycles = moisture.freeze_cycles;
        let interrill_cycle =
            if cycles < 11.0 { 1.0 + 0.0586 * cycles - 0.0027 * cycles * cycles } else { 1.31 };
        let interrill = interrill_cycle * (-interrill_cycle.ln() * tension_kpa / 33.0).exp();
        if tension_kpa > 10.0 {
            (interrill, 1.0, 1.0)
        } else {
            (interrill, 2.0 * 0.933f64.powf(tension_kpa), 0.875 + 0.0543 * tension_kpa.ln())
        }
    }
}

/// Factors of a static cover, which do not change from day to day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CoverFactors {
    interrill: f64,
    rill: f64,
}

impl CoverFactors {
    pub fn new(vegetation: &Vegetation) -> Self {
        let height = vegetation.canopy_height_m;
        let canopy = if height > 0.0 {
            1.0 - 2.941 * vegetation.canopy_cover / height * (1.0 - (-0.34 * height).exp())
        } else {
            1.0 - vegetation.canopy_cover
        };
        let ground = (-2.5 * vegetation.interrill_cover).exp();
        let roots = vegetation.live_roots_kg_per_m2 + vegetation.dead_roots_kg_per_m2;
        Self {
            interrill: canopy * ground * (-0.56 * roots).exp(),
            rill: (-0.4 * vegetation.buried_residue_kg_per_m2
                - 2.2 * vegetation.dead_roots_kg_per_m2
                - 3.5 * vegetation.live_roots_kg_per_m2)
                .exp(),
        }
    }
}
