//! The built-in hillslope: one year with two storms that no soil takes in.

use crate::files::HillslopeFiles;
use crate::process::{Cancellation, Limits};
use crate::{ConfigurationError, Failure, Program};
use headwaters_engine::{
    CanopyRelation, Climate, ClimateDay, EvapotranspirationMethod, ExternalFailure, HillslopeInputs,
    InitialSurface, MonthlyMeans, Plant, Precipitation, Profile, ProfilePoint, Soil, SoilLayer,
    SurfaceOperation, Treatment, WinterOptions,
};
use std::sync::Arc;

/// Runs the built-in hillslope; returns the version the program prints.
pub(crate) fn probe(program: &Program, limits: &Limits) -> Result<String, ConfigurationError> {
    let path = program.display();
    let failed = |Failure { class, detail }: Failure| match class {
        ExternalFailure::UnknownLayout => ConfigurationError::UnknownLayout { path: path.clone(), detail },
        ExternalFailure::TruncatedOutput | ExternalFailure::CannotStart => {
            ConfigurationError::NotWepp { path: path.clone(), detail }
        }
        failure => ConfigurationError::ProbeFailed { path: path.clone(), failure, detail },
    };
    let inner = |detail: String| Failure::new(ExternalFailure::BadInput, detail);
    let files = HillslopeFiles::from_inputs(&inputs(), 1, &mut Vec::new())
        .map_err(|error| failed(inner(error.to_string())))?;
    let texts = files.texts().map_err(|error| failed(inner(error.to_string())))?;
    let outputs =
        program.run_hillslope(&texts, files.shape(), limits, &Cancellation::default()).map_err(failed)?;
    if outputs.pass.events.is_empty() || outputs.events.is_empty() {
        return Err(ConfigurationError::NotWepp {
            path: program.display(),
            detail: "two storms of 100 mm gave no runoff".to_owned(),
        });
    }
    Ok(outputs.version)
}

fn inputs() -> HillslopeInputs {
    HillslopeInputs {
        name: "probe".to_owned(),
        profile: Profile {
            aspect_deg: 180.0,
            width_m: 50.0,
            length_m: 50.0,
            points: [0.0, 1.0]
                .map(|distance_fraction| ProfilePoint { distance_fraction, slope_m_per_m: 0.2 })
                .to_vec(),
        },
        soil: soil(),
        treatment: treatment(),
        climate: Arc::new(climate()),
        winter: WinterOptions::default(),
        evapotranspiration: EvapotranspirationMethod::default(),
    }
}

fn soil() -> Soil {
    Soil {
        name: "probe".to_owned(),
        texture: "loam".to_owned(),
        albedo: 0.1,
        initial_saturation: 0.75,
        interrill_erodibility_kg_s_per_m4: 1e6,
        rill_erodibility_s_per_m: 1e-4,
        critical_shear_pa: 1.0,
        effective_conductivity_mm_per_h: 5.0,
        adjust_conductivity: false,
        layers: vec![SoilLayer {
            bottom_depth_mm: 400.0,
            sand_fraction: 0.45,
            clay_fraction: 0.2,
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
    }
}

fn treatment() -> Treatment {
    Treatment {
        name: "probe".to_owned(),
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
            canopy_relation: CanopyRelation::default(),
            water_stress_threshold_fraction: 0.1,
        },
        initial: InitialSurface {
            bulk_density_after_tillage_g_per_cm3: 1.1,
            canopy_cover_fraction: 0.25,
            interrill_cover_fraction: 0.25,
            rill_cover_fraction: 0.25,
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
            depth_m: 0.01,
        }),
    }
}

fn climate() -> Climate {
    const MONTHS: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut days = Vec::new();
    for (month, length) in (1_u8..).zip(MONTHS) {
        for day in 1..=length {
            let storm = day == 15 && (month == 6 || month == 8);
            days.push(ClimateDay {
                day,
                month,
                year: 1,
                precipitation: if storm {
                    Precipitation::Storm {
                        depth_mm: 100.0,
                        duration_h: 2.0,
                        time_to_peak_fraction: 0.3,
                        peak_intensity_ratio: 2.0,
                    }
                } else {
                    Precipitation::None
                },
                tmax_c: 24.0,
                tmin_c: 12.0,
                solar_radiation_ly_per_day: 400.0,
                wind_m_per_s: 2.0,
                wind_direction_deg: 180.0,
                dew_point_c: 8.0,
            });
        }
    }
    let means = MonthlyMeans {
        tmax_c: [24.0; 12],
        tmin_c: [12.0; 12],
        solar_radiation_ly_per_day: [400.0; 12],
        precipitation_mm: [20.0; 12],
    };
    Climate::new("PROBE", 40.0, 500.0, means, days, Vec::new())
}
