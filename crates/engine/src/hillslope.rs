//! Everything about a hillslope that stays constant during a run, prepared once.

use crate::evapotranspiration::{EvaporationSite, RootUptake};
use crate::friction::FrictionOfCover;
use crate::ground::{GroundSite, SoilTemperature};
use crate::inputs::{EvapotranspirationMethod, HillslopeInputs};
use crate::particles::Particles;
use crate::profile::SlopeShape;
use crate::soil::{MAX_LAYERS, SoilProfile};
use crate::sun::SlopeSun;
use crate::surface::CoverFactors;
use crate::vegetation::Vegetation;

/// A hillslope ready for simulation.
pub(crate) struct Hillslope<'a> {
    pub inputs: &'a HillslopeInputs,
    pub soil: SoilProfile,
    pub cover: Vegetation,
    pub cover_factors: CoverFactors,
    pub friction: FrictionOfCover,
    pub particles: Particles,
    pub shape: SlopeShape,
    pub sun: SlopeSun,
    pub evaporation: EvaporationSite,
    pub roots: RootUptake,
    pub ground: GroundSite,
    pub soil_temperature: SoilTemperature,
    pub slope_sine: f64,
    pub litter_storage_m: f64,
    /// Clay and sand of the two surface layers.
    pub surface_clay: f64,
    pub surface_sand: f64,
    /// Least saturated conductivity of any layer, m/s.
    pub least_conductivity: f64,
    /// Saturated conductivity of each layer without frost, m/s.
    pub open_conductivity: [f64; MAX_LAYERS],
}

impl<'a> Hillslope<'a> {
    /// Prepares checked inputs.
    pub fn new(inputs: &'a HillslopeInputs) -> Self {
        let soil = SoilProfile::new(&inputs.soil);
        let cover = Vegetation::new(&inputs.treatment, soil.depth_m);
        let shape = SlopeShape::new(&inputs.profile);
        let climate = &inputs.climate;
        let method = match inputs.evapotranspiration {
            EvapotranspirationMethod::PenmanOrPriestleyTaylor if climate.windless() => {
                EvapotranspirationMethod::PriestleyTaylor
            }
            method => method,
        };
        Self {
            cover_factors: CoverFactors::new(&cover),
            friction: FrictionOfCover::new(&cover),
            particles: Particles::new(soil.layers[0].sand, soil.layers[0].clay),
            sun: climate.sun().on_slope(inputs.profile.aspect_deg, shape.mean_slope),
            evaporation: EvaporationSite::new(method, &soil, &cover),
            roots: RootUptake::new(&soil, &cover),
            ground: GroundSite::new(&cover, &soil, &inputs.winter),
            soil_temperature: SoilTemperature::new(climate.mean_monthly()),
            slope_sine: shape.mean_slope.atan().sin(),
            litter_storage_m: cover.litter_storage_m(),
            surface_clay: 0.5 * (soil.layers[0].clay + soil.layers[1].clay),
            surface_sand: 0.5 * (soil.layers[0].sand + soil.layers[1].sand),
            least_conductivity: soil
                .layers
                .iter()
                .map(|l| l.conductivity_m_per_s)
                .fold(f64::INFINITY, f64::min),
            open_conductivity: std::array::from_fn(|i| {
                soil.layers.get(i).map_or(0.0, |l| l.conductivity_m_per_s)
            }),
            inputs,
            soil,
            cover,
            shape,
        }
    }
}
