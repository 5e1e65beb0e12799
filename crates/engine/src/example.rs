//! One complete hillslope, for callers that need inputs without files.

use std::sync::Arc;

use crate::climate::Climate;
use crate::inputs::{
    CanopyRelation, EvapotranspirationMethod, HillslopeInputs, InitialSurface, Plant, Profile, ProfilePoint,
    Soil, SoilLayer, SurfaceOperation, Treatment, WinterOptions,
};

/// A loam burned at high severity on a uniform 20 % slope of 100 m, under the weather given. For probes of engines and
/// for tests, which change the fields under test.
pub fn burned_hillslope(climate: Arc<Climate>) -> HillslopeInputs {
    HillslopeInputs {
        name: "h1".into(),
        profile: Profile {
            aspect_deg: 180.0,
            width_m: 100.0,
            length_m: 100.0,
            points: vec![
                ProfilePoint { distance_fraction: 0.0, slope_m_per_m: 0.2 },
                ProfilePoint { distance_fraction: 1.0, slope_m_per_m: 0.2 },
            ],
        },
        soil: Soil {
            name: "burned".into(),
            texture: "loam".into(),
            albedo: 0.1,
            initial_saturation: 0.75,
            interrill_erodibility_kg_s_per_m4: 1e6,
            rill_erodibility_s_per_m: 1e-4,
            critical_shear_pa: 1.0,
            effective_conductivity_mm_per_h: 15.0,
            adjust_conductivity: false,
            layers: vec![SoilLayer {
                bottom_depth_mm: 400.0,
                sand_fraction: 0.45,
                clay_fraction: 0.20,
                organic_matter_fraction: 0.05,
                cation_exchange_capacity_meq_per_100g: 20.0,
                rock_fraction: 0.2,
                bulk_density_g_per_cm3: None,
                saturated_conductivity_mm_per_h: None,
                anisotropy_ratio: None,
                field_capacity_m3_per_m3: None,
                wilting_point_m3_per_m3: None,
            }],
            restrictive_layer: None,
        },
        treatment: Treatment {
            name: "high severity fire".into(),
            plant: Plant {
                perennial: true,
                canopy_cover_coefficient_m2_per_kg: 14.0,
                canopy_height_coefficient_m2_per_kg: 3.0,
                residue_cover_coefficient_m2_per_kg: 5.0,
                max_canopy_height_m: 0.2,
                max_leaf_area_index: 2.0,
                max_root_depth_m: 0.3,
                max_root_mass_kg_per_m2: 0.2,
                root_to_shoot_ratio: 0.33,
                max_live_friction_factor: 17.0,
                plant_spacing_m: 0.5,
                stem_diameter_m: 0.005,
                base_temperature_c: 2.0,
                cutting_height_m: 0.3,
                biomass_after_senescence_fraction: 1.0,
                canopy_after_senescence_fraction: 1.0,
                senescence_day_of_year: Some(250),
                canopy_relation: CanopyRelation::CoverAndHeight,
                water_stress_threshold_fraction: 0.1,
            },
            initial: InitialSurface {
                bulk_density_after_tillage_g_per_cm3: 1.1,
                canopy_cover_fraction: 0.45,
                interrill_cover_fraction: 0.45,
                rill_cover_fraction: 0.45,
                days_since_tillage: 330.0,
                rain_since_tillage_mm: 400.0,
                random_roughness_m: 0.06,
                ridge_height_m: 0.06,
                rill_spacing_m: 0.0,
                rill_width_m: 0.0,
                dead_root_mass_kg_per_m2: 0.2,
                buried_residue_mass_kg_per_m2: 0.2,
                snow_depth_m: 0.0,
                frost_depth_m: 0.0,
                tillage_layers_m: [0.0, 0.0],
            },
            yearly_operation: Some(SurfaceOperation {
                day_of_year: 2,
                random_roughness_m: 0.06,
                ridge_height_m: 0.0,
                disturbed_fraction: 1.0,
                depth_m: 0.001,
            }),
            not_represented: Vec::new(),
        },
        climate,
        winter: WinterOptions::default(),
        evapotranspiration: EvapotranspirationMethod::default(),
        hourly_water_balance: false,
    }
}
