//! Conversion of WEPP's files to engine inputs.

use headwaters_wepp_formats as wepp;
use wepp::management::{CropSystem, Management};

use crate::climate::Climate;
use crate::inputs::{
    CanopyRelation, InitialSurface, Plant, Profile, ProfilePoint, RestrictiveLayer, Soil, SoilLayer,
    SurfaceOperation, Treatment, WinterOptions,
};
use crate::management_limits::not_represented;
use crate::weather::{Breakpoint, ClimateDay, MonthlyMeans, Precipitation};

/// Failure of converting files to engine inputs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConversionError {
    /// The files describe several flow elements where one is expected.
    #[error("{file}: {count} overland flow elements; one is expected")]
    SeveralElements {
        /// Kind of file: slope, soil or management.
        file: &'static str,
        /// Number of its elements.
        count: usize,
    },
    /// Something the file does not contain but the engine needs.
    #[error("{file}: {what} is missing")]
    Missing {
        /// Kind of file.
        file: &'static str,
        /// The missing part.
        what: &'static str,
    },
}

fn only<'a, T>(items: &'a [T], file: &'static str) -> Result<&'a T, ConversionError> {
    match items {
        [one] => Ok(one),
        _ => Err(ConversionError::SeveralElements { file, count: items.len() }),
    }
}

impl Profile {
    /// Profile of a slope file with one flow element.
    ///
    /// ```
    /// use headwaters_engine::Profile;
    /// use headwaters_wepp_formats::Slope;
    ///
    /// let file = Slope::parse("97.5\n1\n180 50\n2 100\n0, 0.05 1, 0.2\n", "hill.slp")?;
    /// let profile = Profile::from_slope(&file)?;
    /// assert_eq!((profile.width_m, profile.length_m), (50.0, 100.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A file with several elements or without a plane.
    pub fn from_slope(slope: &wepp::Slope) -> Result<Self, ConversionError> {
        let element = only(&slope.elements, "slope")?;
        let plane = slope
            .planes
            .first()
            .ok_or(ConversionError::Missing { file: "slope", what: "aspect and width" })?;
        Ok(Self {
            aspect_deg: plane.aspect_deg,
            width_m: plane.width_m,
            length_m: element.length_m,
            points: element
                .points
                .iter()
                .map(|p| ProfilePoint {
                    distance_fraction: p.distance_fraction,
                    slope_m_per_m: p.slope_m_per_m,
                })
                .collect(),
        })
    }
}

impl Soil {
    /// Soil of a soil file with one flow element. Layouts without effective conductivity use the top layer's.
    ///
    /// ```
    /// use headwaters_engine::Soil;
    /// use headwaters_wepp_formats as formats;
    ///
    /// let text = "7778\ntitle\n1 0\n'a' 'loam' 1 0.1 0.75 1e6 6e-05 0.5\n\
    ///     400 1.5 14 10 0.2 0.1 25 30 5 25 20\n1 10000 0.001\n";
    /// let soil = Soil::from_soil(&formats::Soil::parse(text, "hill.sol")?)?;
    /// assert_eq!(soil.effective_conductivity_mm_per_h, 14.0);
    /// assert_eq!(soil.layers[0].sand_fraction, 0.25);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A file with several elements or without any conductivity.
    pub fn from_soil(file: &wepp::Soil) -> Result<Self, ConversionError> {
        let element = only(&file.elements, "soil")?;
        let effective_conductivity_mm_per_h = element
            .effective_conductivity_mm_per_h
            .or_else(|| element.layers.first()?.hydraulics.as_ref().map(|h| h.conductivity_mm_per_h))
            .ok_or(ConversionError::Missing { file: "soil", what: "hydraulic conductivity" })?;
        let layers = element
            .layers
            .iter()
            .map(|layer| {
                let hydraulics = layer.hydraulics.as_ref();
                SoilLayer {
                    bottom_depth_mm: layer.depth_mm,
                    sand_fraction: layer.sand_pct / 100.0,
                    clay_fraction: layer.clay_pct / 100.0,
                    organic_matter_fraction: layer.organic_matter_pct / 100.0,
                    cation_exchange_capacity_meq_per_100g: layer.cec_meq_per_100g,
                    rock_fraction: layer.rock_pct / 100.0,
                    bulk_density_g_per_cm3: hydraulics.map(|h| h.bulk_density_g_per_cm3),
                    saturated_conductivity_mm_per_h: hydraulics.map(|h| h.conductivity_mm_per_h),
                    anisotropy_ratio: hydraulics.and_then(|h| h.anisotropy),
                    field_capacity_m3_per_m3: hydraulics.map(|h| h.field_capacity),
                    wilting_point_m3_per_m3: hydraulics.map(|h| h.wilting_point),
                }
            })
            .collect();
        let has_anisotropy =
            element.layers.iter().any(|l| l.hydraulics.as_ref().is_some_and(|h| h.anisotropy.is_some()));
        let restrictive_layer =
            element.restrictive_layer.as_ref().filter(|layer| layer.present).map(|layer| {
                let given = layer.anisotropy_or_thickness_mm;
                RestrictiveLayer {
                    thickness_mm: if has_anisotropy { given } else { 0.0 },
                    conductivity_mm_per_h: layer.conductivity_mm_per_h,
                    anisotropy_ratio: (!has_anisotropy).then_some(given),
                }
            });
        Ok(Self {
            name: element.name.clone(),
            texture: element.texture.clone(),
            albedo: element.albedo,
            initial_saturation: element.initial_saturation,
            interrill_erodibility_kg_s_per_m4: element.interrill_erodibility_kg_s_per_m4,
            rill_erodibility_s_per_m: element.rill_erodibility_s_per_m,
            critical_shear_pa: element.critical_shear_pa,
            effective_conductivity_mm_per_h,
            adjust_conductivity: file.adjust_conductivity,
            layers,
            restrictive_layer,
        })
    }
}

impl Treatment {
    /// Treatment of a management file with one flow element: the first year's plant, the initial conditions and the
    /// first operation of the year. Later years are taken to repeat the first; where the file differs, or asks for
    /// more, [`Treatment::not_represented`] lists it.
    ///
    /// ```
    /// use headwaters_engine::Treatment;
    /// use headwaters_wepp_formats::Management;
    ///
    /// let text = "98.4\n1\n1\n1\nplant\n\n\n\n1\nWeppWillSet\n14 3 0 2 5 5 0 .3 1 .005\n\
    ///     .5 1 .45 .99 17 0 .42 .2\n2\n0 0 20 .1 .5 .3 .33 .2 90 40\n-40 2 0\n0\n\
    ///     1\ninitial\n\n\n\n1\n1.1 .45 330 1000 0 .45\n1\n2\n400 .06 .45 .06 0\n1\n0 0 0 0 0\n.2 .2\n\
    ///     0\n0\n0\n1\nyear\n\n\n\n1\n1\n0\n0\n0\n2\n250\n0\n0\n0\n3\n\
    ///     name\n\n\n\n1\n1\n1\n1\n1\n1\n";
    /// let treatment = Treatment::from_management(&Management::parse(text, "hill.man")?)?;
    /// assert_eq!(treatment.initial.rill_cover_fraction, 0.45);
    /// assert!(treatment.plant.perennial);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A file with several elements, or one that lacks the scenario the first year refers to.
    pub fn from_management(file: &Management) -> Result<Self, ConversionError> {
        let missing = |what| ConversionError::Missing { file: "management", what };
        let initial = file
            .initial_conditions
            .get(only(&file.initial_by_element, "management")?.wrapping_sub(1))
            .ok_or_else(|| missing("the initial conditions"))?;
        let yearly = file
            .schedule
            .first()
            .and_then(|elements| elements.first())
            .and_then(|crops| crops.first())
            .and_then(|index| file.yearly.get(index.wrapping_sub(1)))
            .ok_or_else(|| missing("the first year"))?;
        let plant = file.plants.get(yearly.plant.wrapping_sub(1)).ok_or_else(|| missing("the plant"))?;
        let (perennial, senescence_day) = match &yearly.system {
            CropSystem::Perennial(crop) => (true, crop.senescence_day),
            CropSystem::Annual(_) | CropSystem::Fallow(_) => (false, 0),
        };
        let yearly_operation = yearly
            .surface_effect
            .and_then(|index| file.surface_effects.get(index.wrapping_sub(1)))
            .and_then(|effect| effect.operations.first())
            .and_then(|dated| {
                let operation = file.operations.get(dated.operation.wrapping_sub(1))?;
                Some(SurfaceOperation {
                    day_of_year: dated.julian_day,
                    random_roughness_m: operation.random_roughness_m,
                    ridge_height_m: operation.ridge_height_m,
                    disturbed_fraction: operation.disturbed_fraction,
                    depth_m: if operation.mean_depth_m > 0.0 {
                        operation.mean_depth_m
                    } else {
                        dated.depth_m
                    },
                })
            });
        Ok(Self {
            name: plant.heading.name.clone(),
            plant: Plant {
                perennial,
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
                senescence_day_of_year: (senescence_day > 0).then_some(senescence_day),
                canopy_relation: if perennial && senescence_day > 0 {
                    CanopyRelation::CoverAndHeight
                } else {
                    CanopyRelation::Biomass
                },
                water_stress_threshold_fraction: if plant.drought_tolerance > 0.0 {
                    plant.drought_tolerance
                } else {
                    0.25
                },
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
            yearly_operation,
            not_represented: not_represented(file),
        })
    }
}

impl WinterOptions {
    /// Options of a `frost.txt`. The conductivity limit is the one of perennial cover when given.
    pub fn from_frost(file: &wepp::Frost) -> Self {
        Self {
            frozen_soil: true,
            fine_layers_top: u8::try_from(file.fine_layers_top).unwrap_or(u8::MAX),
            fine_layers_below: u8::try_from(file.fine_layers_below).unwrap_or(u8::MAX),
            snow_conductivity_factor: file.snow_conductivity_factor,
            residue_conductivity_factor: file.residue_conductivity_factor,
            soil_conductivity_factor: file.soil_conductivity_factor,
            frozen_conductivity_fraction: file.frozen_factor_perennial.unwrap_or(file.frozen_factor_annual),
        }
    }
}

impl Climate {
    /// Weather of a climate file, storm or breakpoint form: the years its header announces, as in WEPP.
    pub fn from_climate_file(file: &wepp::Climate) -> Self {
        let mut breakpoints = Vec::new();
        let day = |weather: &wepp::DailyWeather, precipitation| ClimateDay {
            day: weather.date.day,
            month: weather.date.month,
            year: weather.date.year,
            precipitation,
            tmax_c: weather.tmax_c,
            tmin_c: weather.tmin_c,
            solar_radiation_ly_per_day: weather.radiation_ly_per_d,
            wind_m_per_s: if file.no_wind { 0.0 } else { weather.wind_m_per_s },
            wind_direction_deg: weather.wind_direction_deg,
            dew_point_c: weather.dew_point_c,
        };
        let simulated = file.days_simulated();
        let days = match &file.days {
            wepp::Days::Storm(days) => days
                .iter()
                .take(simulated)
                .map(|d| {
                    let storm = Precipitation::Storm {
                        depth_mm: d.precipitation_mm,
                        duration_h: d.duration_h,
                        time_to_peak_fraction: d.time_to_peak_fraction,
                        peak_intensity_ratio: d.peak_intensity_ratio,
                    };
                    day(&d.weather, if d.precipitation_mm > 0.0 { storm } else { Precipitation::None })
                })
                .collect(),
            wepp::Days::Breakpoint(days) => days
                .iter()
                .take(simulated)
                .map(|d| {
                    let first = breakpoints.len();
                    breakpoints.extend(
                        d.breakpoints
                            .iter()
                            .map(|b| Breakpoint { hour: b.hour, cumulative_mm: b.cumulative_mm }),
                    );
                    let precipitation = match (u32::try_from(first), u32::try_from(d.breakpoints.len())) {
                        (Ok(first), Ok(count)) if count > 0 => Precipitation::Breakpoints { first, count },
                        _ => Precipitation::None,
                    };
                    day(&d.weather, precipitation)
                })
                .collect(),
        };
        let means = MonthlyMeans {
            tmax_c: file.monthly_tmax_c,
            tmin_c: file.monthly_tmin_c,
            solar_radiation_ly_per_day: file.monthly_radiation_ly_per_d,
            precipitation_mm: file.monthly_precipitation_mm,
        };
        Self::new(file.station.clone(), file.latitude_deg, file.elevation_m, means, days, breakpoints)
    }
}
