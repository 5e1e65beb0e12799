//! Reference evapotranspiration, soil evaporation in two stages and root uptake (NSERL-10 chapters 5 and 8; FAO-56).

use crate::inputs::EvapotranspirationMethod;
use crate::soil::SoilProfile;
use crate::vegetation::Vegetation;
use crate::water::SoilWater;

/// Langley/day to MJ/m2/day.
const LANGLEYS_PER_MJ: f64 = 23.9;
/// Rate constant of stage-two evaporation, m/day^0.5.
const STAGE_TWO: f64 = 0.0035;
/// Depth from which soil evaporation draws, m: the top layer.
const UPTAKE_SHAPE: f64 = 3.065;

/// Weather of a day as evapotranspiration sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EvaporationDay {
    pub tmean_c: f64,
    pub tmin_c: f64,
    pub tmax_c: f64,
    pub dew_point_c: f64,
    pub wind_m_per_s: f64,
    pub radiation_ly: f64,
    pub potential_ly: f64,
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
    elevation_m: f64,
    leaf_area_index: f64,
    canopy_height_m: f64,
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
    /// What plants would transpire from moist soil.
    pub plant_demand: f64,
}

impl EvaporationSite {
    pub fn new(
        method: EvapotranspirationMethod,
        soil: &SoilProfile,
        cover: &Vegetation,
        elevation_m: f64,
    ) -> Self {
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
            elevation_m,
            leaf_area_index: cover.leaf_area_index,
            canopy_height_m: cover.canopy_height_m,
        }
    }

    /// Reference evapotranspiration, m/day, for the Penman and Priestley-Taylor methods.
    fn reference_m(&self, day: &EvaporationDay) -> f64 {
        let priestley_taylor = matches!(self.method, EvapotranspirationMethod::PriestleyTaylor);
        let kelvin = day.tmean_c + 273.0;
        if priestley_taylor {
            let slope = (21.255 - 5304.0 / kelvin).exp() * 5304.0 / (kelvin * kelvin);
            let net = day.radiation_ly * (1.0 - self.albedo) / 58.3;
            return (0.00128 * net * slope / (slope + 0.68)).max(0.0);
        }
        let latent = 2.501 - 0.0022 * day.tmean_c;
        let saturated = 0.1 * (54.879 - 5.029 * kelvin.ln() - 6790.5 / kelvin).exp();
        let ratio = |t: f64| 17.27 * t / (237.3 + t);
        let humidity = (ratio(day.dew_point_c) - ratio(day.tmean_c)).exp().min(1.0);
        let actual = saturated * humidity;
        let slope = saturated * (6790.5 / kelvin - 5.029) / kelvin;
        let psychrometric = 0.00066 * (101.3 - 0.01055 * self.elevation_m);
        let radiation = day.radiation_ly / LANGLEYS_PER_MJ;
        let clear = day.potential_ly / LANGLEYS_PER_MJ;
        let long_wave = (0.34 - 0.14 * actual.sqrt()) * 4.9e-9 * kelvin.powi(4);
        let net = (radiation * (1.0 - self.albedo) - long_wave * (0.9 * radiation / clear + 0.1)).max(0.0);
        let wind = 2.7 + 1.63 * day.wind_m_per_s;
        let mm =
            (slope * net / latent + psychrometric * wind * (saturated - actual)) / (slope + psychrometric);
        (mm / 1000.0).max(0.0)
    }

    /// Evaporates from litter and soil, and says what plants ask for. Litter water that is not evaporated enters the top
    /// layer.
    pub fn evaporate(
        &self,
        soil: &SoilProfile,
        cover: &Vegetation,
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
                self.penman_monteith(soil, cover, day, water, coefficients)
            }
            _ => {
                let reference = self.reference_m(day);
                let plants = reference * (self.leaf_area_index / 3.0).min(1.0);
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
        water: &SoilWater,
        (kcb, readily_available): (f64, f64),
    ) -> (f64, f64, f64) {
        let &EvaporationDay { infiltrated_m, litter_m, .. } = day;
        let vapour = |t: f64| 0.6108 * (17.27 * t / (t + 237.3)).exp();
        let actual = vapour(day.dew_point_c);
        let saturated = 0.5 * (vapour(day.tmax_c) + vapour(day.tmin_c));
        let radiation = day.radiation_ly / LANGLEYS_PER_MJ;
        let clear = 0.75 * day.potential_ly / LANGLEYS_PER_MJ;
        let emitted = 4.9e-9 * ((day.tmax_c + 273.2).powi(4) + (day.tmin_c + 273.2).powi(4)) / 2.0;
        let long_wave =
            (0.34 - 0.14 * actual.sqrt()) * emitted * (1.35 * (radiation / clear).min(1.0) - 0.35).max(0.05);
        let net = (radiation * 0.77 - long_wave).max(0.0);
        let wind = day.wind_m_per_s * 4.87 / (67.8f64 * 10.0 - 5.42).ln();
        let slope = 4098.0 * vapour(day.tmean_c) / (day.tmean_c + 237.3).powi(2);
        let psychrometric = 0.000665 * 101.3 * (1.0 - 0.0065 * self.elevation_m / 293.0).powf(5.26);
        let reference = ((0.408 * slope * net
            + psychrometric * 900.0 / (day.tmean_c + 273.0) * (saturated - actual).max(0.0) * wind)
            / (slope + psychrometric * (1.0 + 0.34 * wind))
            / 1000.0)
            .max(0.0);
        let climate_term = (0.04 * (wind - 2.0) - 0.004 * (100.0 * actual / vapour(day.tmax_c) - 45.0))
            * (self.canopy_height_m / 3.0).powf(0.3);
        let planted = self.leaf_area_index > 0.0 && cover.root_depth_m > 0.0;
        let kcb = if planted { (kcb + climate_term).max(0.0) } else { 0.0 };
        let through = (-0.45 * self.leaf_area_index).exp();
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
            let top_m = layer.bottom_m - layer.thickness_m;
            let share = ((cover.root_depth_m - top_m) / layer.thickness_m).clamp(0.0, 1.0);
            total_available += share * layer.field_capacity_m;
            held += share * water.available_m[i];
        }
        let p = (readily_available + 0.04 * (5.0 - kcb * reference * 1000.0)).clamp(0.1, 0.8);
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
            // Rain refills what stage two has taken.
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
        self.days = (self.second / STAGE_TWO).powi(2);
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
        self.days = (self.second / STAGE_TWO).powi(2);
        wanted - 0.4 * beyond
    }
}

/// How roots draw on each layer; constant, as the cover is.
#[derive(Clone, Debug)]
pub(crate) struct RootUptake {
    layers: Vec<RootedLayer>,
}

#[derive(Clone, Copy, Debug)]
struct RootedLayer {
    /// Share of the demand taken down to the bottom of this layer.
    share_to_here: f64,
    /// Water below which uptake falls, m.
    threshold_m: f64,
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
        });
        Self { layers: layers.collect() }
    }

    /// Takes water by roots from each layer: use falls with depth, and is reduced in dry layers. Returns what was
    /// taken, m.
    pub fn transpire(&self, demand: f64, water: &mut SoilWater) -> f64 {
        if demand <= 0.0 {
            return 0.0;
        }
        let mut taken = 0.0;
        for (layer, available) in self.layers.iter().zip(&mut water.available_m) {
            // What upper layers could not give is asked from lower ones.
            let mut use_m = (demand * layer.share_to_here - taken).max(0.0);
            if *available < layer.threshold_m {
                use_m *= *available / layer.threshold_m;
            }
            let use_m = use_m.min(*available);
            *available -= use_m;
            taken += use_m;
        }
        taken
    }
}
