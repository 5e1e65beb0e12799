//! Soil layers with the properties the equations need (NSERL-10 chapter 7), estimated from texture where not given.

use std::sync::Arc;

use crate::inputs::{Soil, SoilLayer};
use crate::retention::Retention;
use crate::units::MM_PER_H;

/// Most layers a soil may be divided into (0.1, 0.1 and then 0.2 m each, to 1.8 m).
pub(crate) const MAX_LAYERS: usize = 10;
/// Density of soil particles, kg/m3.
const PARTICLE_DENSITY: f64 = 2650.0;
/// Depth of each of the two surface layers, m.
const SURFACE_LAYER_M: f64 = 0.1;
/// Depth of both together, which tillage mixes, m.
const MIXED_M: f64 = 2.0 * SURFACE_LAYER_M;
/// Depth of each deeper layer, m.
const DEEP_LAYER_M: f64 = 0.2;
/// Lowest unsaturated over saturated conductivity.
pub(crate) const LEAST_RELATIVE: f64 = 0.002;
/// Horizontal over vertical conductivity where a file requests the default by a negative number (as the reference).
const DEFAULT_ANISOTROPY: f64 = 25.0;
/// Most rock and organic matter by mass of a described layer, and its bulk density, g/cm3 (as the reference).
pub(crate) const MOST_ROCK: f64 = 0.5;
pub(crate) const MOST_ORGANIC_MATTER: f64 = 0.1;
pub(crate) const LIGHTEST: f64 = 0.8;
pub(crate) const DENSEST: f64 = 2.0;
/// Lowest conductivity of what lies below a soil with measured layers, mm/h (as the reference).
const LEAST_RESTRICTIVE_MM_PER_H: f64 = 1e-5;
/// One computational layer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Layer {
    pub thickness_m: f64,
    pub top_m: f64,
    pub bottom_m: f64,
    pub sand: f64,
    pub clay: f64,
    pub organic_matter: f64,
    pub cec: f64,
    pub rock: f64,
    /// Consolidated bulk density, kg/m3.
    pub bulk_density: f64,
    /// Porosity without entrapped air, m3/m3.
    pub porosity: f64,
    /// Share of the pore space that entrapped air leaves to water.
    pub air_correction: f64,
    /// Share of the volume not taken by rock.
    pub rock_correction: f64,
    /// Water content at 15 bar, m3/m3 of whole soil.
    pub wilting_point: f64,
    /// Water content at 1/3 bar, m3/m3 of whole soil.
    pub field_capacity: f64,
    /// Saturated conductivity, m/s.
    pub conductivity_m_per_s: f64,
    /// Water held between wilting point and saturation, m.
    pub saturation_m: f64,
    /// Water held between wilting point and 1/3 bar, m.
    pub field_capacity_m: f64,
    /// Water above the wilting point at which drainage by gravity begins, with entrapped air added, m (chapter 5).
    pub drainable_threshold_m: f64,
    /// One over the water held between wilting point and saturation, 1/m.
    pub per_saturation: f64,
    /// Exponent of unsaturated conductivity, K = Ks (theta/saturation)^n.
    pub conductivity_exponent: f64,
    /// Saturation at which relative conductivity reaches its lowest value.
    driest_saturation: f64,
    /// Factor of bulk density on the thermal conductivity of unfrozen soil (chapter 3).
    pub thermal_density: f64,
}

impl Layer {
    /// Conductivity at a saturation (0..1 of the space above the wilting point) over saturated conductivity.
    pub fn relative_conductivity(&self, saturation: f64) -> f64 {
        if saturation >= 0.95 {
            1.0
        } else if saturation <= self.driest_saturation {
            LEAST_RELATIVE
        } else {
            saturation.powf(self.conductivity_exponent)
        }
    }
}

/// Rules of lateral flow by kind of soil. Chapter 5 has one rule; the choice by the layout of the soil file follows the
/// reference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum LateralFlow {
    /// Soil known by texture alone (97.x): layers wet from the surface down.
    FromSurface,
    /// Soil known by texture, over a restrictive layer (2006.2): every wet layer, times the ratio given with that layer.
    Perched(f64),
    /// Soil with measured layers (7778): layers wet from the surface down, at the mean conductivity of all wet ones. Their
    /// anisotropy counts in the reference's hourly water balance only.
    Measured,
}

impl LateralFlow {
    fn of(soil: &Soil) -> Self {
        if soil.layers.iter().all(|layer| layer.saturated_conductivity_mm_per_h.is_some()) {
            return Self::Measured;
        }
        match soil.restrictive_layer.map(|layer| layer.anisotropy_ratio.unwrap_or(DEFAULT_ANISOTROPY)) {
            Some(ratio) if ratio < 0.0 => Self::Perched(DEFAULT_ANISOTROPY),
            Some(ratio) => Self::Perched(ratio),
            None => Self::FromSurface,
        }
    }
}

/// A soil ready for simulation.
#[derive(Clone, Debug)]
pub(crate) struct SoilProfile {
    pub layers: Vec<Layer>,
    /// Retention curve of each layer, for redistribution in winter.
    pub retention: Vec<Arc<Retention>>,
    pub depth_m: f64,
    pub albedo: f64,
    pub initial_saturation: f64,
    /// Erodibilities as given, SI.
    pub ki: f64,
    pub kr: f64,
    pub critical_shear_pa: f64,
    /// Consolidated over freshly tilled: interrill, rill, critical shear.
    pub consolidated_ki_ratio: f64,
    pub consolidated_kr_ratio: f64,
    pub consolidated_shear_ratio: f64,
    /// Coefficient of roughness decay with cumulative rain, mm^-0.6.
    pub roughness_decay: f64,
    /// Upper limit of stage-one soil evaporation, m.
    pub stage_one_evaporation_m: f64,
    pub adjust_conductivity: bool,
    /// Conductivity of what lies below the profile, m/s; `None` = as the lowest layer.
    pub restrictive_conductivity_m_per_s: Option<f64>,
    pub lateral_flow: LateralFlow,
    /// Gain of bulk density with the first rain after tillage, kg/m3 per (kg/m3) of the tilled state: a - 0.92 rho.
    pub settling_intercept: [f64; 2],
}

impl SoilProfile {
    /// Divides the soil into layers and fills in what is not given.
    pub fn new(soil: &Soil) -> Self {
        let layers = divide(&soil.layers);
        let layers: Vec<Layer> = layers
            .into_iter()
            .enumerate()
            .map(|(index, part)| properties(&part, index, soil.effective_conductivity_mm_per_h))
            .collect();
        let retention = retention_of(&layers);
        let top = layers[0];
        let silt = (1.0 - top.sand - top.clay).max(0.0);
        let kr = soil.rill_erodibility_s_per_m;
        let ki = soil.interrill_erodibility_kg_s_per_m4;
        let consolidated_ki = (1000.0
            * (3042.0 - 3166.0 * top.sand - 8816.0 * top.organic_matter - 2477.0 * top.field_capacity))
            .clamp(1e4, 2e6);
        let consolidated_kr =
            (0.00035 - 0.0014 * top.field_capacity + 0.00068 * silt + 0.0049 * top.rock).clamp(1e-5, 0.004);
        let consolidated_shear = (8.37 - 11.8 * top.field_capacity - 4.9 * top.sand).clamp(0.3, 7.0);
        let crust_time = (63.0 + 62.7 * (top.organic_matter * 50.0).max(1e-3).ln() + 1570.0 * top.clay
            - 0.25 * (top.clay * 100.0).powi(2))
        .max(30.0);
        let transmissivity =
            (4.165 + 2.456 * top.sand - 1.703 * top.clay - 4.0 * top.sand * top.sand).max(3.0);
        let lateral_flow = LateralFlow::of(soil);
        let settling = |layer: &Layer| 1650.0 - 2900.0 * layer.clay + 3000.0 * layer.clay * layer.clay;
        Self {
            depth_m: layers[layers.len() - 1].bottom_m,
            albedo: soil.albedo,
            initial_saturation: soil.initial_saturation.min(0.95),
            ki,
            kr,
            critical_shear_pa: soil.critical_shear_pa,
            consolidated_ki_ratio: (consolidated_ki / ki).clamp(0.1, 1.0),
            consolidated_kr_ratio: (consolidated_kr / kr).clamp(0.05, 1.0),
            consolidated_shear_ratio: (consolidated_shear / soil.critical_shear_pa).clamp(1.0, 4.0),
            roughness_decay: (1.0 / crust_time).powf(0.6),
            stage_one_evaporation_m: 0.009 * (transmissivity - 3.0).powf(0.42),
            adjust_conductivity: soil.adjust_conductivity,
            restrictive_conductivity_m_per_s: soil.restrictive_layer.map(|below| {
                let least =
                    if lateral_flow == LateralFlow::Measured { LEAST_RESTRICTIVE_MM_PER_H } else { 0.0 };
                below.conductivity_mm_per_h.max(least) * MM_PER_H
            }),
            lateral_flow,
            settling_intercept: [settling(&layers[0]), settling(&layers[1])],
            retention,
            layers,
        }
    }
}

/// Retention curves of layers; neighbours that are alike share one.
fn retention_of(layers: &[Layer]) -> Vec<Arc<Retention>> {
    let texture = |layer: &Layer| (layer.sand, layer.clay, layer.organic_matter);
    let mut curves: Vec<Arc<Retention>> = Vec::with_capacity(layers.len());
    for (i, layer) in layers.iter().enumerate() {
        let above = i.checked_sub(1).filter(|&above| texture(&layers[above]) == texture(layer));
        curves.push(match above {
            Some(above) => curves[above].clone(),
            None => Arc::new(Retention::new(layer.sand, layer.clay, layer.organic_matter)),
        });
    }
    curves
}

/// A stretch of soil of one computational layer: depth-weighted means of the described layers.
struct Part {
    top_m: f64,
    bottom_m: f64,
    sand: f64,
    clay: f64,
    organic_matter: f64,
    cec: f64,
    rock: f64,
    bulk_density: Option<f64>,
    /// Harmonic mean, m/s.
    conductivity: Option<f64>,
    field_capacity: Option<f64>,
    wilting_point: Option<f64>,
}

/// Layers of 0.1, 0.1 and then 0.2 m; the two surface layers, which tillage mixes, are alike. What is left below the last
/// whole 0.2 m is dropped when the soil is at least 0.2 m deep, as in the reference model; a soil is at least 0.2 m and at
/// most 1.8 m deep.
fn divide(described: &[SoilLayer]) -> Vec<Part> {
    let depth_m = (described.last().map_or(0.2, |l| l.bottom_depth_mm) / 1000.0).clamp(0.2, 1.8);
    let deep = ((depth_m + 1e-9) / DEEP_LAYER_M).floor() as usize;
    let mut edges = vec![0.0, SURFACE_LAYER_M, MIXED_M];
    edges.extend((2..=deep).map(|i| i as f64 * DEEP_LAYER_M));
    edges.truncate(MAX_LAYERS + 1);
    edges
        .windows(2)
        .map(|edge| {
            let mixed = edge[1] <= MIXED_M + 1e-9;
            let (from_m, to_m) = if mixed { (0.0, MIXED_M) } else { (edge[0], edge[1]) };
            Part { top_m: edge[0], bottom_m: edge[1], ..average(described, from_m, to_m) }
        })
        .collect()
}

fn average(described: &[SoilLayer], top_m: f64, bottom_m: f64) -> Part {
    let last = described.len() - 1;
    let shares = || {
        described.iter().enumerate().filter_map(move |(index, layer)| {
            let upper = if index == 0 { 0.0 } else { described[index - 1].bottom_depth_mm / 1000.0 };
            // The lowest described layer reaches as deep as needed.
            let lower = if index == last { f64::INFINITY } else { layer.bottom_depth_mm / 1000.0 };
            let share = (lower.min(bottom_m) - upper.max(top_m)) / (bottom_m - top_m);
            (share > 0.0).then_some((share, layer))
        })
    };
    let mean =
        |value: fn(&SoilLayer) -> f64| shares().map(|(share, layer)| share * value(layer)).sum::<f64>();
    let optional = |value: fn(&SoilLayer) -> Option<f64>| {
        shares().try_fold(0.0, |sum, (share, layer)| value(layer).map(|v| sum + share * v))
    };
    Part {
        top_m,
        bottom_m,
        sand: mean(|l| l.sand_fraction),
        clay: mean(|l| l.clay_fraction),
        organic_matter: mean(|l| l.organic_matter_fraction.min(MOST_ORGANIC_MATTER)),
        cec: mean(|l| l.cation_exchange_capacity_meq_per_100g),
        rock: mean(|l| l.rock_fraction.min(MOST_ROCK)),
        bulk_density: optional(|l| l.bulk_density_g_per_cm3.map(|v| v.clamp(LIGHTEST, DENSEST)))
            .map(|v| v * 1000.0),
        conductivity: optional(|l| {
            l.saturated_conductivity_mm_per_h.filter(|v| *v > 0.0).map(|v| 1.0 / (v * MM_PER_H))
        })
        .map(|resistance| 1.0 / resistance),
        field_capacity: optional(|l| l.field_capacity_m3_per_m3),
        wilting_point: optional(|l| l.wilting_point_m3_per_m3),
    }
}

/// Estimates of NSERL-10 chapter 7 (Rawls, Brakensiek and co-workers) for what the description leaves out.
fn properties(part: &Part, index: usize, effective_conductivity_mm_per_h: f64) -> Layer {
    let (sand, clay, om) = (part.sand, part.clay, part.organic_matter);
    let thickness_m = part.bottom_m - part.top_m;
    // Cation exchange capacity of the clay alone, relative to the clay content.
    let clay_cec = part.cec - om * (142.0 + 170.0 * thickness_m);
    let activity = if clay > 0.0 { clay_cec / (100.0 * clay) } else { 0.0 }.clamp(0.15, 0.65);
    let bulk_density = part.bulk_density.unwrap_or_else(|| {
        (1513.8 + 250.0 * sand - 13000.0 * sand * om - 6000.0 * clay * om - 480.0 * clay * activity)
            .clamp(1000.0, 1800.0)
    });
    let entrapped_air_percent =
        3.80 + 1.9 * clay * clay - 3.365 * sand + 12.6 * activity * clay + 100.0 * om * (sand / 2.0).powi(2);
    let air_correction = 1.0 - entrapped_air_percent / 100.0;
    let rock_correction =
        1.0 - part.rock * bulk_density / (part.rock * bulk_density + PARTICLE_DENSITY * (1.0 - part.rock));
    let density_g = bulk_density / 1000.0;
    let fine_wilting = part.wilting_point.filter(|v| *v > 0.0).unwrap_or(
        0.00217 + 0.383 * clay - 0.5 * clay * clay * sand * sand
            + 0.265 * clay * activity * activity
            + (0.108 * clay - 0.06 * clay * clay) * density_g * density_g,
    );
    let fine_capacity = part
        .field_capacity
        .filter(|v| *v > 0.0)
        .unwrap_or(0.2391 - 0.19 * sand + 2.1 * om + 0.72 * fine_wilting);
    // Water content at 0.1 bar by log-log interpolation; a soil cannot hold more at 1/3 bar.
    let slope =
        ((fine_wilting.log10() - fine_capacity.log10()) / (15300f64.log10() - 333.3f64.log10())).abs();
    let tenth_bar = 10f64.powf(slope * (15300f64.log10() - 1.0) + fine_wilting.log10()) * rock_correction;
    let porosity = (PARTICLE_DENSITY - bulk_density) / PARTICLE_DENSITY * air_correction;
    let mut field_capacity = fine_capacity * rock_correction;
    let mut wilting_point = fine_wilting * rock_correction;
    let tenth_bar = if tenth_bar >= porosity { porosity * 0.95 } else { tenth_bar };
    if field_capacity >= tenth_bar {
        let available = field_capacity - wilting_point;
        field_capacity = tenth_bar * 0.99;
        wilting_point = field_capacity - available;
    }
    if field_capacity / porosity > 0.83 {
        wilting_point *= porosity * 0.83 / field_capacity;
        field_capacity = porosity * 0.83;
    }
    let wilting_point = wilting_point.max(0.01);
    let field_capacity = field_capacity.max(wilting_point + 0.01).min(porosity * 0.99);
    let conductivity_m_per_s = match part.conductivity {
        Some(given) => given,
        None if index < 2 => effective_conductivity_mm_per_h * MM_PER_H,
        None => deep_conductivity_mm_per_h(sand, clay, density_g) * MM_PER_H,
    };
    let saturation_m = (porosity - wilting_point) * thickness_m;
    let field_capacity_m = (field_capacity - wilting_point) * thickness_m;
    let conductivity_exponent = -2.655 / (field_capacity_m / saturation_m).log10();
    Layer {
        thickness_m,
        top_m: part.bottom_m - thickness_m,
        bottom_m: part.bottom_m,
        sand,
        clay,
        organic_matter: om,
        cec: part.cec,
        rock: part.rock,
        bulk_density,
        porosity,
        air_correction,
        rock_correction,
        wilting_point,
        field_capacity,
        conductivity_m_per_s,
        saturation_m,
        field_capacity_m,
        drainable_threshold_m: field_capacity_m + (1.0 - air_correction) * thickness_m,
        per_saturation: 1.0 / saturation_m,
        conductivity_exponent,
        driest_saturation: LEAST_RELATIVE.powf(1.0 / conductivity_exponent),
        thermal_density: 0.0014139 * bulk_density - 1.0588,
    }
}

/// Saturated conductivity of a subsoil layer from clay and the stress factor of its bulk density (EPIC; chapter 7), mm/h.
fn deep_conductivity_mm_per_h(sand: f64, clay: f64, density_g_per_cm3: f64) -> f64 {
    let low = 1.15 + 0.445 * sand;
    let high = 1.50 + 0.500 * sand;
    let b2 = ((0.112 * low).ln() - (8.0 * high).ln()) / (low - high);
    let b1 = (0.0112 * low).ln() - b2 * low;
    let stress = 0.1 + 0.9 * density_g_per_cm3 / (density_g_per_cm3 + (b1 + b2 * density_g_per_cm3).exp());
    let coarse = 100.0 - 100.0 * clay;
    (12.7 * coarse * stress / (coarse + (11.45 - 0.097 * coarse).exp())).max(0.07)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::climate::Climate;
    use crate::example::burned_hillslope;
    use crate::weather::MonthlyMeans;

    /// A horizon that ends within the depth tillage mixes would stay apart, and infiltration follow the wrong layer.
    #[test]
    fn surface_layers_share_what_lies_in_the_mixed_depth() {
        let climate = Climate::new("none", 40.0, 0.0, MonthlyMeans::default(), Vec::new(), Vec::new());
        let mut soil = burned_hillslope(Arc::new(climate)).soil;
        let mut upper = soil.layers[0].clone();
        upper.bottom_depth_mm = 50.0;
        upper.organic_matter_fraction = 0.3;
        soil.layers.insert(0, upper);
        soil.layers[1].organic_matter_fraction = 0.02;
        let layers = SoilProfile::new(&soil).layers;
        assert_eq!((layers[0].bottom_m, layers[1].bottom_m), (0.1, 0.2));
        assert_eq!(layers[0].organic_matter, layers[1].organic_matter);
        assert!((layers[0].organic_matter - (0.25 * MOST_ORGANIC_MATTER + 0.75 * 0.02)).abs() < 1e-12);
    }
}
