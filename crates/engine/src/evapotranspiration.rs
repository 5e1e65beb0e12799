//! Reference evapotranspiration, soil evaporation in two stages and root uptake (NSERL-10 chapters 5 and 8; FAO-56).

use crate::climate::Climate;
use crate::demand::{DayDemand, PenmanMonteith};
use crate::inputs::EvapotranspirationMethod;
use crate::soil::SoilProfile;
use crate::vegetation::Vegetation;
use crate::water::SoilWater;

/// Rate constant of stage-two evaporation, m/day^0.5.
const STAGE_TWO: f64 = 0.0035;
/// Rate of decline of root uptake with relative depth.
const UPTAKE_SHAPE: f64 = 3.065;

/// Inputs of evapotranspiration on one day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EvaporationDay<'a> {
    /// Position of the day in the weather, and its evaporative demand.
    pub index: usize,
    pub demand: &'a DayDemand,
    /// Water that entered the soil today, m.
    pub infiltrated_m: f64,
    /// Water held by litter, m.
    pub litter_m: f64,
}

/// Constants of a hillslope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EvaporationSite {
    pub method: EvapotranspirationMethod,
    albedo: f64,
    /// Share of reference evaporation that reaches soil under the cover.
    soil_share: f64,
    leaf_area_index: f64,
    /// Share of reference evaporation demanded by plants.
    plant_share: f64,
    /// Factor of the climatic adjustment of crop coefficients for plants of this height.
    height_factor: f64,
    /// Share of light that passes the leaves (FAO-56 method).
    through: f64,
}

/// Stages of bare-soil evaporation (Ritchie 1972), m.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct EvaporationStage {
    first: f64,
    second: f64,
    days: f64,
}

/// Water taken on one day, m.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Evaporated {
    pub soil: f64,
    pub litter: f64,
    /// Potential transpiration from moist soil.
    pub plant_demand: f64,
}

impl EvaporationSite {
    pub fn new(method: EvapotranspirationMethod, soil: &SoilProfile, cover: &Vegetation) -> Self {
        let soil_share = (-0.5 * (cover.shading_mass_kg_per_m2() + 0.1)).exp();
        let albedo = if cover.leaf_area_index > 0.0 {
            0.23 * (1.0 - soil_share) + soil.albedo * soil_share
        } else {
            soil.albedo
        };
        Self {
            method,
            albedo,
            soil_share,
            leaf_area_index: cover.leaf_area_index,
            plant_share: (cover.leaf_area_index / 3.0).min(1.0),
            height_factor: (cover.canopy_height_m / 3.0).powf(0.3),
            through: (-0.45 * cover.leaf_area_index).exp(),
        }
    }

    /// Evaporates water from litter and soil, and returns the demand of plants. Litter water that is not evaporated enters
    /// the top layer.
    pub fn evaporate(
        &self,
        soil: &SoilProfile,
        cover: &Vegetation,
        climate: &Climate,
        day: &EvaporationDay,
        stage: &mut EvaporationStage,
        water: &mut SoilWater,
    ) -> Evaporated {
        let &EvaporationDay { infiltrated_m, litter_m, .. } = day;
        let (soil_demand, plant_demand, litter) = match self.method {
            EvapotranspirationMethod::FaoPenmanMonteith {
                basal_crop_coefficient,
                readily_available_fraction,
            } => {
                let coefficients = (basal_crop_coefficient, readily_available_fraction);
                let weather = &climate.penman_monteith()[day.index];
                self.penman_monteith(soil, cover, day, weather, water, coefficients)
            }
            _ => {
                let reference = match self.method {
                    EvapotranspirationMethod::PriestleyTaylor => day.demand.priestley_taylor_m(self.albedo),
                    _ => day.demand.penman.reference_m(self.albedo),
                };
                let plants = reference * self.plant_share;
                let wanted = (reference * self.soil_share - litter_m).max(0.0);
                let from_soil =
                    stage.demand(wanted, infiltrated_m, soil.stage_one_evaporation_m).max(0.0) + litter_m;
                let allowed = from_soil.min(reference - plants);
                ((allowed - litter_m).max(0.0), plants, litter_m.min(allowed.max(0.0)))
            }
        };
        water.available_m[0] += litter_m - litter;
        let evaporated = soil_demand.min(water.available_m[0]);
        water.available_m[0] -= evaporated;
        Evaporated { soil: evaporated, litter, plant_demand: plant_demand.max(0.0) }
    }

    /// Dual crop coefficient of FAO-56: demands on soil and plants, and litter water evaporated, m.
    /// `kcb` and `readily_available` are the basal coefficient and the share of root-zone water taken without stress.
    fn penman_monteith(
        &self,
        soil: &SoilProfile,
        cover: &Vegetation,
        day: &EvaporationDay,
        weather: &PenmanMonteith,
        water: &SoilWater,
        (kcb, readily_available): (f64, f64),
    ) -> (f64, f64, f64) {
        let &EvaporationDay { infiltrated_m, litter_m, .. } = day;
        let &PenmanMonteith { reference_m: reference, climate_term } = weather;
        let climate_term = climate_term * self.height_factor;
        let planted = self.leaf_area_index > 0.0 && cover.root_depth_m > 0.0;
        let kcb = if planted { (kcb + climate_term).max(0.0) } else { 0.0 };
        let through = self.through;
        let ke = if kcb > 0.0 { kcb * through } else { 1.2 };
        // Evaporable and readily evaporable water of the top layer, mm.
        let top = &soil.layers[0];
        let total = 1000.0 * (top.field_capacity - 0.3 * top.wilting_point) * top.thickness_m;
        let ready = 57.856 * (top.field_capacity - top.wilting_point) + 0.280;
        let held =
            1000.0 * (water.available_m[0] + 0.7 * top.wilting_point * top.thickness_m + infiltrated_m);
        let kr = if total - held <= ready { 1.0 } else { (held / (total - ready)).clamp(0.0, 1.0).powi(2) };
        let kc_max = 1.2 + climate_term;
        let potential = reference * ke;
        let litter = litter_m.min(potential);
        let soil_demand = if potential > litter_m {
            (ke * kr).min(self.soil_share * kc_max) * (potential - litter_m) / ke
        } else {
            0.0
        };
        let (mut total_available, mut held) = (0.0, 0.0);
        for (i, layer) in soil.layers.iter().enumerate() {
            let share = ((cover.root_depth_m - layer.top_m) / layer.thickness_m).clamp(0.0, 1.0);
            total_available += share * layer.field_capacity_m;
            held += share * water.available_m[i];
        }
        // FAO-56 keeps this share between 0.1 and 0.8; the reference does not, and WEPPcloud's 0.8 counts on it.
        let p = readily_available + 0.04 * (5.0 - kcb * reference * 1000.0);
        let stress = if total_available <= 0.0 || total_available - held <= p * total_available {
            1.0
        } else {
            (held / ((1.0 - p) * total_available)).clamp(0.0, 1.0)
        };
        (soil_demand.max(0.0), reference * stress * kcb * (1.0 - through), litter)
    }
}

impl EvaporationStage {
    /// Soil evaporation for a demand and the day's infiltration, all m; `limit` ends stage one.
    fn demand(&mut self, wanted: f64, infiltrated: f64, limit: f64) -> f64 {
        if self.first < limit {
            return self.stage_one((self.first - infiltrated).max(0.0), wanted, limit);
        }
        if infiltrated >= self.second {
            // Rain replaces the water lost in stage two.
            let start = (limit - (infiltrated - self.second)).max(0.0);
            return self.stage_one(start, wanted, limit);
        }
        self.days += 1.0;
        let mut taken = STAGE_TWO * self.days.sqrt() - self.second;
        if infiltrated > 0.0 {
            let fresh = 0.8 * infiltrated;
            taken = if taken > fresh { taken + infiltrated } else { fresh }.min(wanted);
        } else {
            taken = taken.min(wanted);
        }
        self.second = (self.second + taken - infiltrated).max(0.0);
        self.days = (self.second * (1.0 / STAGE_TWO)).powi(2);
        taken
    }

    fn stage_one(&mut self, start: f64, wanted: f64, limit: f64) -> f64 {
        self.second = 0.0;
        self.days = 0.0;
        self.first = start + wanted;
        let beyond = self.first - limit;
        if beyond <= 0.0 {
            return wanted;
        }
        self.second = 0.6 * beyond;
        self.days = (self.second * (1.0 / STAGE_TWO)).powi(2);
        wanted - 0.4 * beyond
    }
}

/// Root uptake from each layer; constant, as the cover is.
#[derive(Clone, Debug)]
pub(crate) struct RootUptake {
    layers: Vec<RootedLayer>,
}

#[derive(Clone, Copy, Debug)]
struct RootedLayer {
    /// Share of the demand taken down to the bottom of this layer.
    share_to_here: f64,
    /// Water below which uptake falls, m, and one over it.
    threshold_m: f64,
    per_threshold: f64,
}

impl RootUptake {
    pub fn new(soil: &SoilProfile, cover: &Vegetation) -> Self {
        let depth = cover.root_depth_m.min(soil.depth_m);
        let whole = 1.0 - (-UPTAKE_SHAPE).exp();
        let above = soil.layers.iter().filter(|layer| layer.bottom_m < depth).count();
        let rooted = if depth > 0.0 { above + 1 } else { 0 };
        let layers = soil.layers.iter().take(rooted).map(|layer| RootedLayer {
            share_to_here: (1.0 - (-UPTAKE_SHAPE * layer.bottom_m.min(depth) / depth).exp()) / whole,
            threshold_m: cover.stress_threshold * layer.saturation_m,
            per_threshold: 1.0 / (cover.stress_threshold * layer.saturation_m),
        });
        Self { layers: layers.collect() }
    }

    /// Takes water by roots from each layer: use falls with depth, and is reduced in dry layers. Returns the uptake, m.
    pub fn transpire(&self, demand: f64, water: &mut SoilWater) -> f64 {
        if demand <= 0.0 {
            return 0.0;
        }
        let mut taken = 0.0;
        for (layer, available) in self.layers.iter().zip(&mut water.available_m) {
            // Demand that upper layers cannot meet passes to lower ones.
            let mut use_m = (demand * layer.share_to_here - taken).max(0.0);
            if *available < layer.threshold_m {
                use_m *= *available * layer.per_threshold;
            }
            let use_m = use_m.min(*available);
            *available -= use_m;
            taken += use_m;
        }
        taken
    }
}

#[cfg(test)]
mod tests;
