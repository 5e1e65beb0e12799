//! A static cover as a management of one scenario that is repeated every year.

use super::text::quotable;
use headwaters_engine::HillslopeInputs;
use headwaters_wepp_formats::Management;
use headwaters_wepp_formats::management::{
    AnnualCrop, CropSystem, InitialConditions, Operation, OperationKind, PerennialCrop, PerennialUse, Plant,
    PreviousCrop, ResidueManagement, RillType, ScenarioHeading, SurfaceEffect, SurfaceOperation,
    YearlyScenario,
};

/// WEPP compares eight characters of the plant's name with those in `pmetpara.txt`.
pub(super) const PLANT: &str = "cover";

pub(super) fn management(inputs: &HillslopeInputs, years: usize) -> Management {
    let treatment = &inputs.treatment;
    let mut operations = Vec::new();
    let mut surface_effects = Vec::new();
    if let Some(operation) = treatment.yearly_operation {
        operations.push(Operation {
            heading: heading("surface"),
            interrill_intensity_fragile: 0.0,
            interrill_intensity_nonfragile: 0.0,
            rows: 0,
            kind: OperationKind::Other,
            ridge_height_m: operation.ridge_height_m,
            ridge_interval_m: 0.0,
            rill_intensity_fragile: 0.0,
            rill_intensity_nonfragile: 0.0,
            random_roughness_m: operation.random_roughness_m,
            disturbed_fraction: operation.disturbed_fraction,
            mean_depth_m: operation.depth_m,
        });
        surface_effects.push(SurfaceEffect {
            heading: heading("year"),
            operations: vec![SurfaceOperation {
                julian_day: operation.day_of_year,
                operation: 1,
                depth_m: operation.depth_m,
                primary: false,
            }],
        });
    }
    let senescence_day = treatment.plant.senescence_day_of_year.unwrap_or(0);
    let system = if treatment.plant.perennial {
        CropSystem::Perennial(PerennialCrop {
            senescence_day,
            planting_day: 0,
            stop_day: 0,
            row_width_m: 0.0,
            use_: PerennialUse::Neither,
        })
    } else {
        CropSystem::Annual(AnnualCrop {
            harvest_day: senescence_day,
            planting_day: 0,
            row_width_m: 0.0,
            residue: ResidueManagement::None,
        })
    };
    Management {
        comments: Vec::new(),
        element_count: 1,
        simulation_years: years,
        plants: vec![plant(inputs)],
        operations,
        initial_conditions: vec![initial_conditions(inputs)],
        contours: Vec::new(),
        drainages: Vec::new(),
        yearly: vec![YearlyScenario {
            heading: heading("year"),
            plant: 1,
            surface_effect: (!surface_effects.is_empty()).then_some(1),
            contour: None,
            drainage: None,
            system,
        }],
        surface_effects,
        name: "Headwaters".to_owned(),
        description: [quotable(&treatment.name), String::new(), String::new()],
        initial_by_element: vec![1],
        rotation_repeats: years,
        rotation_years: 1,
        schedule: vec![vec![vec![1]]; years],
    }
}

fn heading(name: &str) -> ScenarioHeading {
    ScenarioHeading { name: name.to_owned(), description: Default::default() }
}

/// A static cover: no growth, no senescence and no decomposition, with the values that Disturbed
/// WEPP's plant files share where the inputs have none.
fn plant(inputs: &HillslopeInputs) -> Plant {
    let plant = &inputs.treatment.plant;
    Plant {
        heading: heading(PLANT),
        harvest_units: "WeppWillSet".to_owned(),
        canopy_cover_coefficient: plant.canopy_cover_coefficient_m2_per_kg,
        canopy_height_coefficient: plant.canopy_height_coefficient_m2_per_kg,
        biomass_energy_ratio_kg_per_mj: 0.0,
        base_temperature_c: plant.base_temperature_c,
        flat_residue_cover_m2_per_kg: plant.residue_cover_coefficient_m2_per_kg,
        emergence_degree_days: 5.0,
        grazing_minimum_biomass_kg_per_m2: 0.0,
        cutting_height_m: plant.cutting_height_m,
        canopy_after_senescence: plant.canopy_after_senescence_fraction,
        stem_diameter_m: plant.stem_diameter_m,
        leaf_decline_heat_index: 0.5,
        biomass_after_senescence: plant.biomass_after_senescence_fraction,
        extinction_coefficient: 0.65,
        standing_to_flat_factor: 0.99,
        max_friction_factor: plant.max_live_friction_factor,
        season_degree_days: 0.0,
        harvest_index: 0.42,
        max_height_m: plant.max_canopy_height_m,
        fragile_residue: false,
        residue_decomposition: 0.0,
        root_decomposition: 0.0,
        optimal_temperature_c: 20.0,
        drought_tolerance: plant.water_stress_threshold_fraction,
        plant_spacing_m: plant.plant_spacing_m,
        max_root_depth_m: plant.max_root_depth_m,
        root_to_shoot: plant.root_to_shoot_ratio,
        max_root_mass_kg_per_m2: plant.max_root_mass_kg_per_m2,
        senescence_days: 90,
        max_temperature_c: 40.0,
        min_temperature_c: -40.0,
        max_leaf_area_index: plant.max_leaf_area_index,
        optimum_yield_kg_per_m2: 0.0,
    }
}

fn initial_conditions(inputs: &HillslopeInputs) -> InitialConditions {
    let initial = &inputs.treatment.initial;
    InitialConditions {
        heading: heading("initial"),
        bulk_density_g_per_cm3: initial.bulk_density_after_tillage_g_per_cm3,
        canopy_cover: initial.canopy_cover_fraction,
        days_since_tillage: initial.days_since_tillage,
        days_since_harvest: 1000.0,
        frost_depth_m: initial.frost_depth_m,
        interrill_cover: initial.interrill_cover_fraction,
        residue_plant: 1,
        previous_crop: if inputs.treatment.plant.perennial {
            PreviousCrop::Perennial
        } else {
            PreviousCrop::Annual
        },
        rain_since_tillage_mm: initial.rain_since_tillage_mm,
        ridge_height_m: initial.ridge_height_m,
        rill_cover: initial.rill_cover_fraction,
        random_roughness_m: initial.random_roughness_m,
        rill_spacing_m: initial.rill_spacing_m,
        rill_type: RillType::Temporary,
        snow_depth_m: initial.snow_depth_m,
        thaw_depth_m: 0.0,
        secondary_tillage_depth_m: initial.tillage_layers_m[0],
        primary_tillage_depth_m: initial.tillage_layers_m[1],
        rill_width_m: initial.rill_width_m,
        dead_root_kg_per_m2: initial.dead_root_mass_kg_per_m2,
        buried_residue_kg_per_m2: initial.buried_residue_mass_kg_per_m2,
    }
}
