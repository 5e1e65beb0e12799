//! Runoff and sediment of one day's water at the surface.

use crate::erosion::{ErosionEvent, Sediment, erode};
use crate::friction::Friction;
use crate::hillslope::Hillslope;
use crate::infiltration::{
    Excess, ExcessSeries, InfiltrationSoil, capillary_potential_m, depression_storage_m,
};
use crate::peak;
use crate::soil::MAX_LAYERS;
use crate::storm::Hyetograph;
use crate::surface::{Adjustments, Surface};
use crate::water::SoilWater;

/// Saturation-excess below this adds nothing to the hydrograph, m.
const SMALLEST_SURPLUS_M: f64 = 1e-6;

/// Buffers reused from day to day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workspace {
    pub storm: Hyetograph,
    pub steps: Hyetograph,
    pub series: ExcessSeries,
    cumulative: Vec<f64>,
}

/// Runoff by infiltration excess, before saturation excess is known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct InfiltrationExcess {
    pub excess: Excess,
    /// Runoff after infiltration during the recession, m.
    pub runoff_m: f64,
}

/// Effective conductivity of the surface, m/s: harmonic mean of the two surface layers, adjusted for crust and cover
/// where asked (chapter 4), and limited by wet layers below.
pub(crate) fn effective_conductivity(
    hillslope: &Hillslope,
    surface: &Surface,
    water: &SoilWater,
    across: &[f64; MAX_LAYERS],
    rain_m: f64,
    tmean_c: f64,
) -> f64 {
    let soil = &hillslope.soil;
    let frozen = water.frozen_m[0] > 0.0;
    let (first, second) = (soil.layers[0].thickness_m, soil.layers[1].thickness_m);
    let mean = (first + second) / (first / across[0] + second / across[1]);
    let mut k = if soil.adjust_conductivity && !frozen {
        adjusted_conductivity(hillslope, surface, mean, rain_m, tmean_c)
    } else {
        mean
    };
    for (i, conductivity) in across.iter().enumerate().take(soil.layers.len()) {
        if water.available_m[i] < 0.95 * water.capacity_m(soil, i) {
            break;
        }
        k = k.min(*conductivity);
    }
    k.max(1e-12)
}

/// Conductivity of cropland: crusting by rain energy since tillage, and larger where covered (Risse et al. 1995).
fn adjusted_conductivity(hillslope: &Hillslope, surface: &Surface, k: f64, rain_m: f64, tmean_c: f64) -> f64 {
    let cover = &hillslope.cover;
    let (sand, clay) = (hillslope.surface_sand, hillslope.surface_clay);
    let density = 0.5 * (surface.bulk_density[0] + surface.bulk_density[1]);
    let wetting = (0.147 - 0.15 * sand * sand - 0.0003 * clay * density).max(0.005);
    let sealing = 0.736 + 0.19 * sand;
    let crust = (sealing / (1.0 + (45.19 - 46.68 * sealing) / (wetting * 100.0))).max(0.2);
    let stability =
        (-0.0028 + 0.0113 * sand + 0.125 * clay / hillslope.soil.layers[0].cec.max(1e-6)).clamp(1e-4, 0.01);
    let rough = 1.0 - surface.roughness_m.min(0.04) / 0.04;
    let bare = k * (crust + (1.0 - crust) * (-stability * surface.rain_energy * rough).max(-25.0).exp());
    let mm = 3.6e6;
    let shelter = if tmean_c > 0.0 && rain_m > 0.001 {
        let canopy = cover.canopy_cover * (-0.3358 * cover.canopy_height_m / 2.0).exp();
        canopy + cover.ground_cover - canopy * cover.ground_cover
    } else {
        cover.ground_cover
    };
    let covered = if tmean_c > 0.0 { (0.0534 + 0.01179 * k * mm) * rain_m * 1000.0 / mm } else { 0.0 };
    let mixed = (bare * (1.0 - shelter) + covered.max(0.5 * k) * shelter).max(bare);
    if cover.perennial { 1.81 * mixed } else { mixed }
}

/// Infiltration of the storm in the workspace (interception already taken).
pub(crate) fn infiltration_excess(
    hillslope: &Hillslope,
    surface: &Surface,
    water: &SoilWater,
    conductivity: f64,
    work: &mut Workspace,
) -> InfiltrationExcess {
    let soil = &hillslope.soil;
    let porosity = 0.5 * (surface.porosity(soil, 0) + surface.porosity(soil, 1)).clamp(0.0, 2.0);
    let rock = 0.5 * (soil.layers[0].rock_correction + soil.layers[1].rock_correction);
    let wilting = 0.5 * (soil.layers[0].wilting_point + soil.layers[1].wilting_point);
    let depth = soil.layers[0].thickness_m + soil.layers[1].thickness_m;
    let content =
        (wilting + (water.available_m[0] + water.available_m[1]) / depth).min(0.99 * porosity * rock);
    let deficit = porosity * rock - content;
    let parameters = InfiltrationSoil {
        conductivity,
        matric_m: deficit * capillary_potential_m(porosity, hillslope.surface_clay, hillslope.surface_sand),
        free_pores_m: water.free_surface_pores_m(soil),
        drainage: hillslope.least_conductivity,
        depression_m: depression_storage_m(surface.roughness_m, hillslope.shape.mean_slope),
    };
    let excess = work.series.compute(&work.steps, &parameters);
    if excess.depth_m <= 0.0 {
        return InfiltrationExcess::default();
    }
    let alpha = peak::alpha(hillslope.shape.mean_slope, friction(hillslope, surface).total);
    let runoff_m = peak::after_recession(
        excess.depth_m,
        excess.duration_s,
        excess.final_infiltration_rate,
        hillslope.shape.length_m,
        alpha,
    );
    InfiltrationExcess { excess, runoff_m }
}

/// Friction with the rills as they are.
pub(crate) fn friction(hillslope: &Hillslope, surface: &Surface) -> Friction {
    hillslope.friction.with(
        surface.roughness_m,
        surface.tilled_roughness_m,
        surface.rill_width_m / hillslope.cover.rill_spacing_m,
    )
}

/// Peak and sediment of a day.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DayRunoff {
    pub runoff_m: f64,
    /// Peak per area, m/s.
    pub peak_rate: f64,
    pub duration_s: f64,
    pub sediment: Sediment,
}

/// Water that runs off and the state of the soil it runs over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunoffDay<'a> {
    pub infiltration: &'a InfiltrationExcess,
    /// Saturation excess, m.
    pub surplus_m: f64,
    /// Duration of the rain or melt, s.
    pub storm_s: f64,
    pub raining: bool,
    /// True if the soil is frozen from the surface down.
    pub frozen: bool,
    pub adjustments: &'a Adjustments,
}

/// Combines infiltration excess and saturation excess into a hydrograph and erodes.
pub(crate) fn route(
    hillslope: &Hillslope,
    surface: &Surface,
    day: &RunoffDay,
    work: &mut Workspace,
) -> DayRunoff {
    let &RunoffDay { infiltration, surplus_m, storm_s, raining, frozen, adjustments } = day;
    let runoff_m = infiltration.runoff_m + surplus_m;
    if runoff_m <= 0.0 {
        return DayRunoff::default();
    }
    let friction = friction(hillslope, surface);
    let length = hillslope.shape.length_m;
    let alpha = peak::alpha(hillslope.shape.mean_slope, friction.total);
    let excess = &infiltration.excess;
    let from_storm = excess.duration_s > 0.0 && infiltration.runoff_m > 0.0;
    let (duration, raw) = if from_storm {
        if surplus_m > SMALLEST_SURPLUS_M {
            for rate in work.series.rate.iter_mut().filter(|r| **r > 1e-10) {
                *rate += surplus_m / excess.duration_s;
            }
        }
        let peak = if excess.ponded_again {
            let series = &work.series;
            peak::characteristics(&series.time_s, &series.rate, length, alpha, &mut work.cumulative)
        } else {
            peak::approximate(runoff_m, excess.duration_s, excess.peak_rate, length, alpha)
        };
        (excess.duration_s, peak)
    } else {
        // Saturation excess alone leaves the slope during the storm, or the day when there was none.
        let duration = if storm_s > 0.0 { storm_s } else { 86_400.0 };
        (duration, peak::approximate(runoff_m, duration, runoff_m / duration, length, alpha))
    };
    let (peak_rate, duration_s) = peak::limited(raw, runoff_m);
    let sediment = erode(
        &hillslope.shape,
        &hillslope.particles,
        &ErosionEvent {
            peak_rate,
            duration_s,
            runoff_m,
            excess_duration_s: duration,
            excess_intensity: if raining && from_storm { excess.mean_intensity } else { 0.0 },
            interrill_erodibility: hillslope.soil.ki * adjustments.interrill,
            rill_erodibility: if frozen { 0.0 } else { hillslope.soil.kr * adjustments.rill },
            critical_shear_pa: hillslope.soil.critical_shear_pa * adjustments.critical_shear,
            roughness_m: surface.roughness_m,
            raining,
            friction,
            rill_width_m: surface.rill_width_m,
            rill_spacing_m: hillslope.cover.rill_spacing_m,
        },
    );
    DayRunoff { runoff_m, peak_rate, duration_s, sediment }
}
