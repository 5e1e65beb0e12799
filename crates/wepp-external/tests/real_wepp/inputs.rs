//! Reference cases as an engine's inputs, made without the engine's own conversion.

use crate::text;
use headwaters_engine::{
    EvapotranspirationMethod, HillslopeInputs, InitialSurface, MonthlyMeans, Precipitation, Profile,
    ProfilePoint, WinterOptions,
};
use headwaters_wepp_formats::{Climate, Days, Management, Slope, Soil};
use std::sync::Arc;

pub fn matrix_inputs(case: &str) -> HillslopeInputs {
    let name = |ending: &str| format!("matrix/cases/{case}/case.{ending}");
    let station = case.split("__").next().expect("climate");
    let slope = Slope::parse(&text(&name("slp")), "slp").expect("slope");
    let soil = Soil::parse(&text(&name("sol")), "sol").expect("soil");
    let management = Management::parse(&text(&name("man")), "man").expect("management");
    let climate = Climate::parse(&text(&format!("matrix/cli/{station}.cli.gz")), "cli").expect("climate");
    HillslopeInputs {
        name: case.to_owned(),
        profile: Profile {
            aspect_deg: slope.planes[0].aspect_deg,
            width_m: slope.planes[0].width_m,
            length_m: slope.elements[0].length_m,
            points: slope.elements[0]
                .points
                .iter()
                .map(|point| ProfilePoint {
                    distance_fraction: point.distance_fraction,
                    slope_m_per_m: point.slope_m_per_m,
                })
                .collect(),
        },
        soil: engine_soil(&soil),
        treatment: engine_treatment(&management),
        climate: Arc::new(engine_climate(&climate)),
        winter: WinterOptions::default(),
        evapotranspiration: EvapotranspirationMethod::default(),
        hourly_water_balance: false,
    }
}

fn engine_soil(soil: &Soil) -> headwaters_engine::Soil {
    let element = &soil.elements[0];
    headwaters_engine::Soil {
        name: element.name.clone(),
        texture: element.texture.clone(),
        albedo: element.albedo,
        initial_saturation: element.initial_saturation,
        interrill_erodibility_kg_s_per_m4: element.interrill_erodibility_kg_s_per_m4,
        rill_erodibility_s_per_m: element.rill_erodibility_s_per_m,
        critical_shear_pa: element.critical_shear_pa,
        effective_conductivity_mm_per_h: element.effective_conductivity_mm_per_h.expect("97.x"),
        adjust_conductivity: soil.adjust_conductivity,
        layers: element
            .layers
            .iter()
            .map(|layer| headwaters_engine::SoilLayer {
                bottom_depth_mm: layer.depth_mm,
                sand_fraction: layer.sand_pct / 100.0,
                clay_fraction: layer.clay_pct / 100.0,
                organic_matter_fraction: layer.organic_matter_pct / 100.0,
                cation_exchange_capacity_meq_per_100g: layer.cec_meq_per_100g,
                rock_fraction: layer.rock_pct / 100.0,
                bulk_density_g_per_cm3: None,
                saturated_conductivity_mm_per_h: None,
                anisotropy_ratio: None,
                field_capacity_m3_per_m3: None,
                wilting_point_m3_per_m3: None,
            })
            .collect(),
        restrictive_layer: None,
    }
}

fn engine_treatment(management: &Management) -> headwaters_engine::Treatment {
    let plant = &management.plants[0];
    let initial = &management.initial_conditions[0];
    let operation = &management.operations[0];
    let dated = &management.surface_effects[0].operations[0];
    headwaters_engine::Treatment {
        name: management.name.clone(),
        plant: headwaters_engine::Plant {
            perennial: true,
            canopy_cover_coefficient_m2_per_kg: plant.canopy_cover_coefficient,
            canopy_height_coefficient_m2_per_kg: plant.canopy_height_coefficient,
            residue_cover_coefficient_m2_per_kg: plant.flat_residue_cover_m2_per_kg,
            max_canopy_height_m: plant.max_height_m,
            max_leaf_area_index: plant.max_leaf_area_index,
            max_root_depth_m: plant.max_root_depth_m,
            max_root_mass_kg_per_m2: plant.max_root_mass_kg_per_m2,
            root_to_shoot_ratio: plant.root_to_shoot,
            max_live_friction_factor: plant.max_friction_factor,
            plant_spacing_m: plant.plant_spacing_m,
            stem_diameter_m: plant.stem_diameter_m,
            base_temperature_c: plant.base_temperature_c,
            cutting_height_m: plant.cutting_height_m,
            biomass_after_senescence_fraction: plant.biomass_after_senescence,
            canopy_after_senescence_fraction: plant.canopy_after_senescence,
            senescence_day_of_year: Some(250),
            canopy_relation: headwaters_engine::CanopyRelation::default(),
            water_stress_threshold_fraction: plant.drought_tolerance,
        },
        initial: InitialSurface {
            bulk_density_after_tillage_g_per_cm3: initial.bulk_density_g_per_cm3,
            canopy_cover_fraction: initial.canopy_cover,
            interrill_cover_fraction: initial.interrill_cover,
            rill_cover_fraction: initial.rill_cover,
            days_since_tillage: initial.days_since_tillage,
            rain_since_tillage_mm: initial.rain_since_tillage_mm,
            random_roughness_m: initial.random_roughness_m,
            ridge_height_m: initial.ridge_height_m,
            rill_spacing_m: initial.rill_spacing_m,
            rill_width_m: initial.rill_width_m,
            dead_root_mass_kg_per_m2: initial.dead_root_kg_per_m2,
            buried_residue_mass_kg_per_m2: initial.buried_residue_kg_per_m2,
            snow_depth_m: initial.snow_depth_m,
            frost_depth_m: initial.frost_depth_m,
            tillage_layers_m: [initial.secondary_tillage_depth_m, initial.primary_tillage_depth_m],
        },
        yearly_operation: Some(headwaters_engine::SurfaceOperation {
            day_of_year: dated.julian_day,
            random_roughness_m: operation.random_roughness_m,
            ridge_height_m: operation.ridge_height_m,
            disturbed_fraction: operation.disturbed_fraction,
            depth_m: dated.depth_m,
        }),
        not_represented: Vec::new(),
    }
}

fn engine_climate(climate: &Climate) -> headwaters_engine::Climate {
    let Days::Storm(days) = &climate.days else { panic!("storms") };
    let days = days
        .iter()
        .map(|day| headwaters_engine::ClimateDay {
            day: day.weather.date.day,
            month: day.weather.date.month,
            year: day.weather.date.year,
            precipitation: if day.precipitation_mm > 0.0 {
                Precipitation::Storm {
                    depth_mm: day.precipitation_mm,
                    duration_h: day.duration_h,
                    time_to_peak_fraction: day.time_to_peak_fraction,
                    peak_intensity_ratio: day.peak_intensity_ratio,
                }
            } else {
                Precipitation::None
            },
            tmax_c: day.weather.tmax_c,
            tmin_c: day.weather.tmin_c,
            solar_radiation_ly_per_day: day.weather.radiation_ly_per_d,
            wind_m_per_s: day.weather.wind_m_per_s,
            wind_direction_deg: day.weather.wind_direction_deg,
            dew_point_c: day.weather.dew_point_c,
        })
        .collect();
    let means = MonthlyMeans {
        tmax_c: climate.monthly_tmax_c,
        tmin_c: climate.monthly_tmin_c,
        solar_radiation_ly_per_day: climate.monthly_radiation_ly_per_d,
        precipitation_mm: climate.monthly_precipitation_mm,
    };
    headwaters_engine::Climate::new(
        &climate.station,
        climate.latitude_deg,
        climate.elevation_m,
        means,
        days,
        Vec::new(),
    )
}
