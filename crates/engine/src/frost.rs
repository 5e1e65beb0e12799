//! Freezing and thawing of the soil: heat balance at the fronts of a frozen layer under snow and residue (NSERL-10
//! chapter 3).

use crate::ground::{FROZEN_TILLED, GroundDay, GroundHour, NEGLIGIBLE_M, SoilTemperature, frozen_resistance};
use crate::inputs::WinterOptions;
use crate::phase::{freeze, freeze_with, thaw, thaw_depth, thaw_upward_with};
use crate::soil::{MAX_LAYERS, SoilProfile};
use crate::water::SoilWater;

const HOUR_S: f64 = 3600.0;

/// Fronts of the frozen layer, m below the surface. Frozen soil lies in 0..=`refrozen` and `thaw`..=`frost`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Frost {
    /// Bottom of the frozen layer.
    pub frost_m: f64,
    /// Depth thawed from the surface.
    pub thaw_m: f64,
    /// Depth frozen again inside what had thawed.
    refrozen_m: f64,
    /// Times the surface thawed since a long frost-free time.
    pub cycles: f64,
    surface_frozen: bool,
    days_without: u32,
}

impl Frost {
    /// Frost of a given depth at the start; all water in it is frozen.
    pub fn with_depth(depth_m: f64, soil: &SoilProfile, water: &mut SoilWater) -> Self {
        let mut frost = Self::default();
        if depth_m > NEGLIGIBLE_M {
            freeze(soil, water, 0.0, depth_m.min(soil.depth_m));
            frost.frost_m = depth_m.min(soil.depth_m);
            frost.surface_frozen = true;
            // What is liquid now was not gained by frozen soil.
            water.end_frost();
        }
        frost
    }

    /// Returns true if any soil is frozen.
    pub fn any(&self) -> bool {
        self.frost_m > 0.0
    }
    /// Returns true if soil is frozen from the surface down.
    pub fn at_surface(&self) -> bool {
        self.frost_m > 0.0 && (self.thaw_m <= 0.0 || self.refrozen_m > 0.0)
    }

    /// Resets freeze-thaw cycles after fifty days without frost.
    pub fn begin_day(&mut self) {
        if self.any() {
            self.days_without = 0;
        } else {
            self.days_without = (self.days_without + 1).min(51);
            if self.days_without > 50 {
                self.cycles = 0.0;
            }
        }
    }

    /// One hour of heat flow. Returns whether heat moved a front, which is when water moves in the open soil too.
    #[inline]
    pub fn hour(
        &mut self,
        day: &mut GroundDay,
        hour: &GroundHour,
        soil: &SoilProfile,
        options: &WinterOptions,
        water: &mut SoilWater,
    ) -> bool {
        let before = self.any();
        if !before && day.cannot_freeze(hour.air_c, hour.snow.resistance) {
            return false;
        }
        let cover = day.cover_resistance(hour);
        let fine_m = day.first_fine_layer_m();
        let resistance = day.surface_resistance(hour, self.depth_to_front(hour.air_c));
        let surface_c = day.surface_temperature(hour, resistance);
        if surface_c >= -0.01 && !before {
            return false;
        }
        let from_below = day.from_below;
        if surface_c < -0.01 {
            let path = Freezing { cold_c: -surface_c, cover, from_below, fine_m };
            self.freeze_hour(&path, soil, water, options);
        } else if self.any() {
            let heat = if surface_c > 0.01 {
                surface_c
                    / (cover + self.thaw_m.max(0.5 * fine_m) / unfrozen_conductivity(soil, water, 0, options))
            } else {
                0.0
            };
            self.thaw_from_above(heat * HOUR_S, soil, water);
            self.thaw_from_below(from_below * HOUR_S, soil, water);
        }
        // Frost grows by fractions of a millimetre an hour; only what is thawing is dropped when it gets thin.
        let sliver = if surface_c < -0.01 { 1e-9 } else { NEGLIGIBLE_M };
        self.tidy(sliver, soil, water);
        (before || self.any()) && (surface_c.abs() > 0.01 || from_below > 0.0)
    }

    /// Depth of frozen or thawed soil between the surface and the front that the air acts on, m.
    fn depth_to_front(&self, air_c: f64) -> f64 {
        if air_c >= 0.0 {
            self.thaw_m
        } else if self.thaw_m > 0.0 {
            self.refrozen_m
        } else {
            self.frost_m
        }
    }

    fn freeze_hour(
        &mut self,
        path: &Freezing,
        soil: &SoilProfile,
        water: &mut SoilWater,
        options: &WinterOptions,
    ) {
        let Freezing { cold_c, cover, from_below, fine_m } = *path;
        let least_m = 0.5 * fine_m;
        if self.thaw_m > 0.0 {
            let heat = cold_c / (cover + frozen_resistance(self.refrozen_m.max(least_m)));
            self.refrozen_m = freeze_with(soil, water, (self.refrozen_m, self.thaw_m), heat * HOUR_S);
            if self.thaw_m - self.refrozen_m < NEGLIGIBLE_M {
                freeze(soil, water, self.refrozen_m, self.thaw_m);
                self.thaw_m = 0.0;
                self.refrozen_m = 0.0;
            }
            self.thaw_from_below(from_below * HOUR_S, soil, water);
            return;
        }
        // The first frost forms inside unfrozen soil, through which the heat has to come.
        let unfrozen = if self.frost_m < NEGLIGIBLE_M {
            0.25 * fine_m / unfrozen_conductivity(soil, water, 0, options)
        } else {
            0.0
        };
        let heat = cold_c / (cover + frozen_resistance(self.frost_m.max(least_m)) + unfrozen) - from_below;
        if heat > 0.0 {
            self.frost_m = freeze_with(soil, water, (self.frost_m, soil.depth_m), heat * HOUR_S);
        } else {
            self.thaw_from_below(-heat * HOUR_S, soil, water);
        }
    }

    fn thaw_from_above(&mut self, mut joules: f64, soil: &SoilProfile, water: &mut SoilWater) {
        if self.refrozen_m > 0.0 {
            // What is left of a refrozen skin is counted as lying at the surface, whichever end thawed.
            let (left, rest) = thaw_depth(soil, water, 0.0, self.refrozen_m, joules, false);
            let left = if left < NEGLIGIBLE_M { 0.0 } else { left };
            thaw(soil, water, left, self.refrozen_m);
            self.refrozen_m = left;
            joules = rest;
        }
        if joules > 0.0 {
            let (front, _) = thaw_depth(soil, water, self.thaw_m, self.frost_m, joules, true);
            thaw(soil, water, self.thaw_m, front);
            self.thaw_m = front;
        }
    }

    fn thaw_from_below(&mut self, joules: f64, soil: &SoilProfile, water: &mut SoilWater) {
        if joules > 0.0 && self.frost_m > self.thaw_m {
            self.frost_m = thaw_upward_with(soil, water, (self.thaw_m, self.frost_m), joules);
        }
    }

    /// Drops slivers, and counts thaws of the surface.
    fn tidy(&mut self, sliver_m: f64, soil: &SoilProfile, water: &mut SoilWater) {
        if self.frost_m - self.thaw_m < sliver_m {
            thaw(soil, water, self.thaw_m, self.frost_m);
            self.frost_m = self.refrozen_m;
            self.thaw_m = 0.0;
            self.refrozen_m = 0.0;
        }
        if self.frost_m < sliver_m {
            thaw(soil, water, 0.0, soil.depth_m);
            self.frost_m = 0.0;
            self.thaw_m = 0.0;
        }
        let thawed = self.thaw_m > 0.01 && self.refrozen_m <= 0.0;
        if self.surface_frozen && thawed {
            self.cycles += 1.0;
        }
        if self.any() {
            self.surface_frozen = !thawed;
        }
    }

    /// Heat that rises to the lower front through a metre of unfrozen soil, W/m2.
    pub fn heat_from_below(
        &self,
        soil: &SoilProfile,
        temperature: &SoilTemperature,
        day_of_year: u16,
        options: &WinterOptions,
        water: &SoilWater,
    ) -> f64 {
        let warmth = temperature.at(self.frost_m + 1.0, f64::from(day_of_year));
        if warmth <= 0.0 {
            return 0.0;
        }
        let mut resistance = 0.0;
        for (i, layer) in soil.layers.iter().enumerate() {
            let top = layer.top_m.max(self.frost_m);
            if top >= self.frost_m + 1.0 {
                break;
            }
            let bottom = layer.bottom_m.min(self.frost_m + 1.0);
            if bottom > top {
                resistance += (bottom - top) / unfrozen_conductivity(soil, water, i, options);
            }
        }
        if resistance > 0.0 { warmth / resistance } else { 0.2 * warmth }
    }
}

/// Heat loss of the soil in an hour: its driving temperature and resistances.
#[derive(Clone, Copy, Debug)]
struct Freezing {
    /// Surface below freezing, K.
    cold_c: f64,
    /// Resistance of snow and residue, m2 K/W.
    cover: f64,
    /// Heat from below, W/m2.
    from_below: f64,
    /// Thickness of the first fine layer, m.
    fine_m: f64,
}

/// Conductivity of a soil layer when not frozen, W/m/K, from water content and bulk density.
fn unfrozen_conductivity(
    soil: &SoilProfile,
    water: &SoilWater,
    layer: usize,
    options: &WinterOptions,
) -> f64 {
    let l = &soil.layers[layer];
    let open = (l.thickness_m - water.frozen_m[layer]).max(0.01 * l.thickness_m);
    let content = (l.wilting_point + water.available_m[layer] / open).min(l.porosity);
    let k = (0.5096 + 7.4493 * content - 8.7484 * content * content)
        * l.thermal_density
        * options.soil_conductivity_factor;
    if k > 0.05 { k } else { FROZEN_TILLED }
}

/// Conductivity of each layer with its frozen part, m/s: (for flow across layers, for flow along them).
pub(crate) fn conductivities(
    soil: &SoilProfile,
    water: &SoilWater,
    least_fraction: f64,
) -> ([f64; MAX_LAYERS], [f64; MAX_LAYERS]) {
    let mut across = [0.0; MAX_LAYERS];
    let mut along = [0.0; MAX_LAYERS];
    for (i, layer) in soil.layers.iter().enumerate() {
        let open = layer.conductivity_m_per_s;
        across[i] = open;
        along[i] = open;
        let share = water.frozen_m[i] / layer.thickness_m;
        if share <= 0.0 {
            continue;
        }
        // Ice leaves the rest of the pores to flow.
        let ice = layer.wilting_point + water.ice_m[i] / water.frozen_m[i];
        let relative = (1.0 - ice / layer.porosity).max(0.0).powf(layer.conductivity_exponent);
        let frozen = open * relative.max(least_fraction).min(1.0);
        across[i] = 1.0 / (share / frozen + (1.0 - share) / open);
        along[i] = share * frozen + (1.0 - share) * open;
    }
    (across, along)
}

#[cfg(test)]
mod tests;
