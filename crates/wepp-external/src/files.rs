//! A hillslope as WEPP's files.

use crate::RunShape;
use headwaters_engine::{EvapotranspirationMethod, HillslopeInputs, Precipitation, SoilLayer as InputLayer};
use headwaters_wepp_formats::management::{
    AnnualCrop, CropSystem, InitialConditions, Operation, OperationKind, PerennialCrop, PerennialUse, Plant,
    PreviousCrop, ResidueManagement, RillType, ScenarioHeading, SurfaceEffect, SurfaceOperation,
    YearlyScenario,
};
use headwaters_wepp_formats::{
    Breakpoint, BreakpointDay, Climate, DailyWeather, Date, Days, FormatError, Frost, LayerHydraulics,
    Management, PenmanMonteith, PenmanMonteithEntry, RestrictiveLayer, SimulationMode, Slope, SlopeElement,
    SlopePlane, SlopePoint, SlopeVersion, Soil, SoilElement, SoilLayer, SoilVersion, StormDay,
};

/// The input files of one hillslope. WEPP reads further side files when it finds them; those not
/// given here are absent from the run directory.
#[derive(Debug, Clone, PartialEq)]
pub struct HillslopeFiles {
    /// Slope profile.
    pub slope: Slope,
    /// Soil.
    pub soil: Soil,
    /// Management.
    pub management: Management,
    /// Weather.
    pub climate: Climate,
    /// `frost.txt`. Its absence changes snowmelt runoff many times over, so it is never left out.
    pub frost: Frost,
    /// `pmetpara.txt`, which switches to FAO Penman-Monteith.
    pub penman_monteith: Option<PenmanMonteith>,
    /// Years to simulate.
    pub years: usize,
}

/// Why inputs have no form in WEPP's files.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FilesError {
    /// Something WEPP's layouts cannot express.
    #[error("WEPP's files cannot represent {0}")]
    Unsupported(String),
    /// A value a layout refuses.
    #[error(transparent)]
    Format(#[from] FormatError),
}

impl HillslopeFiles {
    /// Writes inputs as WEPP's files. Notes on what had to be chosen are added to `notes`.
    ///
    /// # Errors
    /// [`FilesError::Unsupported`] for soils with measured properties in some layers only and for
    /// weather that mixes storms with breakpoints.
    pub fn from_inputs(
        inputs: &HillslopeInputs,
        years: usize,
        notes: &mut Vec<String>,
    ) -> Result<Self, FilesError> {
        let penman_monteith = match inputs.evapotranspiration {
            EvapotranspirationMethod::FaoPenmanMonteith {
                basal_crop_coefficient,
                readily_available_fraction,
            } => Some(PenmanMonteith {
                entries: vec![PenmanMonteithEntry {
                    plant: PLANT.to_owned(),
                    basal_crop_coefficient,
                    readily_available_fraction,
                    line: 1,
                    remark: PLANT.to_owned(),
                }],
            }),
            _ => None,
        };
        Ok(Self {
            slope: slope(inputs),
            soil: soil(inputs, notes)?,
            management: management(inputs, years),
            climate: climate(inputs)?,
            frost: Frost {
                reduce_conductivity: inputs.winter.frozen_soil,
                fine_layers_top: inputs.winter.fine_layers_top.into(),
                fine_layers_below: inputs.winter.fine_layers_below.into(),
                snow_conductivity_factor: inputs.winter.snow_conductivity_factor,
                residue_conductivity_factor: inputs.winter.residue_conductivity_factor,
                soil_conductivity_factor: inputs.winter.soil_conductivity_factor,
                frozen_factor_annual: inputs.winter.frozen_conductivity_fraction,
                frozen_factor_perennial: None,
                frozen_factor_forest: None,
            },
            penman_monteith,
            years,
        })
    }

    pub(crate) fn shape(&self) -> RunShape {
        RunShape { years: self.years, elements: self.slope.elements.len() }
    }

    /// Names and texts, as they go into a run directory.
    pub(crate) fn texts(&self) -> Result<Vec<(&'static str, String)>, FormatError> {
        let mut texts = vec![
            (SLOPE_FILE, self.slope.to_text()?),
            (SOIL_FILE, self.soil.to_text()?),
            (MANAGEMENT_FILE, self.management.to_text()?),
            (CLIMATE_FILE, self.climate.to_text()?),
            ("frost.txt", self.frost.to_text()?),
        ];
        if let Some(penman_monteith) = &self.penman_monteith {
            texts.push(("pmetpara.txt", penman_monteith.to_text()?));
        }
        Ok(texts)
    }
}

pub(crate) const SLOPE_FILE: &str = "case.slp";
pub(crate) const SOIL_FILE: &str = "case.sol";
pub(crate) const MANAGEMENT_FILE: &str = "case.man";
pub(crate) const CLIMATE_FILE: &str = "case.cli";
/// WEPP compares eight characters of the plant's name with those in `pmetpara.txt`.
const PLANT: &str = "cover";
/// Depth to which WEPPcloud gives the layers of a 7778 soil the effective conductivity, mm.
const SURFACE_DEPTH_MM: f64 = 200.0;

fn slope(inputs: &HillslopeInputs) -> Slope {
    let profile = &inputs.profile;
    let point = |point: &headwaters_engine::ProfilePoint| SlopePoint {
        distance_fraction: point.distance_fraction,
        slope_m_per_m: point.slope_m_per_m,
    };
    Slope {
        version: SlopeVersion::V97(97.5),
        comments: Vec::new(),
        planes: vec![SlopePlane {
            aspect_deg: profile.aspect_deg,
            width_m: profile.width_m,
            elevation_m: None,
        }],
        elements: vec![SlopeElement {
            length_m: profile.length_m,
            points: profile.points.iter().map(point).collect(),
        }],
    }
}

/// A fraction in percent, without the last digits that binary arithmetic adds.
fn percent(fraction: f64) -> f64 {
    (fraction * 1e12).round() / 1e10
}

/// Text that can stand between apostrophes on one line.
fn quotable(text: &str) -> String {
    let allowed = |c: char| if c == '\'' || c.is_control() { ' ' } else { c };
    text.chars().map(allowed).collect::<String>().trim().to_owned()
}

fn layer(input: &InputLayer, hydraulics: Option<LayerHydraulics>) -> SoilLayer {
    SoilLayer {
        depth_mm: input.bottom_depth_mm,
        sand_pct: percent(input.sand_fraction),
        clay_pct: percent(input.clay_fraction),
        organic_matter_pct: percent(input.organic_matter_fraction),
        cec_meq_per_100g: input.cation_exchange_capacity_meq_per_100g,
        rock_pct: percent(input.rock_fraction),
        hydraulics,
    }
}

/// Measured properties of a layer: all, none, or an error.
fn hydraulics(input: &InputLayer) -> Result<Option<LayerHydraulics>, FilesError> {
    match (
        input.bulk_density_g_per_cm3,
        input.saturated_conductivity_mm_per_h,
        input.field_capacity_m3_per_m3,
        input.wilting_point_m3_per_m3,
    ) {
        (Some(bulk_density), Some(conductivity), Some(field_capacity), Some(wilting_point)) => {
            Ok(Some(LayerHydraulics {
                bulk_density_g_per_cm3: bulk_density,
                conductivity_mm_per_h: conductivity,
                anisotropy: Some(input.anisotropy_ratio.unwrap_or(1.0)),
                field_capacity,
                wilting_point,
                retention: None,
            }))
        }
        (None, None, None, None) => Ok(None),
        _ => Err(FilesError::Unsupported(
            "a soil layer with some of bulk density, conductivity, field capacity and wilting point"
                .to_owned(),
        )),
    }
}

fn soil(inputs: &HillslopeInputs, notes: &mut Vec<String>) -> Result<Soil, FilesError> {
    let soil = &inputs.soil;
    let mut layers = Vec::new();
    let mut measured = 0;
    for input in &soil.layers {
        let properties = hydraulics(input)?;
        measured += usize::from(properties.is_some());
        layers.push(layer(input, properties));
    }
    let version = match (measured, soil.restrictive_layer) {
        (0, None) => SoilVersion::V97(97.5),
        (0, Some(_)) => SoilVersion::V2006_2,
        (n, _) if n == layers.len() => SoilVersion::V7778,
        _ => {
            return Err(FilesError::Unsupported(
                "a soil with measured properties in some layers only".to_owned(),
            ));
        }
    };
    let texture_only = version != SoilVersion::V7778;
    if !texture_only {
        give_surface_conductivity(&mut layers, soil.effective_conductivity_mm_per_h);
        notes.push(format!(
            "soil layout 7778 has no effective conductivity: layers down to {SURFACE_DEPTH_MM} mm \
             got it as saturated conductivity"
        ));
        if soil.layers.iter().any(|layer| layer.anisotropy_ratio.is_none()) {
            notes.push("soil anisotropy not given: 1 was written".to_owned());
        }
    }
    Ok(Soil {
        version,
        comments: Vec::new(),
        title: "Headwaters".to_owned(),
        adjust_conductivity: soil.adjust_conductivity,
        elements: vec![SoilElement {
            disturbance: None,
            name: quotable(&soil.name),
            texture: quotable(&soil.texture),
            albedo: soil.albedo,
            initial_saturation: soil.initial_saturation,
            interrill_erodibility_kg_s_per_m4: soil.interrill_erodibility_kg_s_per_m4,
            rill_erodibility_s_per_m: soil.rill_erodibility_s_per_m,
            critical_shear_pa: soil.critical_shear_pa,
            effective_conductivity_mm_per_h: texture_only.then_some(soil.effective_conductivity_mm_per_h),
            layers,
            restrictive_layer: restrictive(inputs, version),
        }],
    })
}

fn restrictive(inputs: &HillslopeInputs, version: SoilVersion) -> Option<RestrictiveLayer> {
    let found = inputs.soil.restrictive_layer;
    match (version, found) {
        (SoilVersion::V97(_), _) => None,
        (SoilVersion::V2006_2, Some(layer)) => Some(RestrictiveLayer {
            present: true,
            anisotropy_or_thickness_mm: layer.anisotropy_ratio.unwrap_or(25.0),
            conductivity_mm_per_h: layer.conductivity_mm_per_h,
        }),
        (_, Some(layer)) => Some(RestrictiveLayer {
            present: true,
            anisotropy_or_thickness_mm: layer.thickness_mm,
            conductivity_mm_per_h: layer.conductivity_mm_per_h,
        }),
        (_, None) => Some(RestrictiveLayer {
            present: false,
            anisotropy_or_thickness_mm: 0.0,
            conductivity_mm_per_h: 0.0,
        }),
    }
}

/// As WEPPcloud does when it writes disturbed soils: a layer across the depth is split there.
fn give_surface_conductivity(layers: &mut Vec<SoilLayer>, conductivity_mm_per_h: f64) {
    let crossing = layers.iter().position(|layer| layer.depth_mm >= SURFACE_DEPTH_MM);
    if let Some(index) = crossing
        && layers[index].depth_mm > SURFACE_DEPTH_MM
    {
        let upper = SoilLayer { depth_mm: SURFACE_DEPTH_MM, ..layers[index].clone() };
        layers.insert(index, upper);
    }
    for layer in layers.iter_mut().filter(|layer| layer.depth_mm <= SURFACE_DEPTH_MM) {
        if let Some(hydraulics) = &mut layer.hydraulics {
            hydraulics.conductivity_mm_per_h = conductivity_mm_per_h;
        }
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

fn management(inputs: &HillslopeInputs, years: usize) -> Management {
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

fn climate(inputs: &HillslopeInputs) -> Result<Climate, FilesError> {
    let climate = &inputs.climate;
    let kinds =
        |wanted: fn(&Precipitation) -> bool| climate.days().iter().any(|day| wanted(&day.precipitation));
    let storms = kinds(|precipitation| matches!(precipitation, Precipitation::Storm { .. }));
    let breakpoints = kinds(|precipitation| matches!(precipitation, Precipitation::Breakpoints { .. }));
    if storms && breakpoints {
        return Err(FilesError::Unsupported("weather that mixes storms with breakpoints".to_owned()));
    }
    let weather = |day: &headwaters_engine::ClimateDay| DailyWeather {
        date: Date { year: day.year, month: day.month, day: day.day },
        tmax_c: day.tmax_c,
        tmin_c: day.tmin_c,
        radiation_ly_per_d: day.solar_radiation_ly_per_day,
        wind_m_per_s: day.wind_m_per_s,
        wind_direction_deg: day.wind_direction_deg,
        dew_point_c: day.dew_point_c,
    };
    let days = if breakpoints {
        Days::Breakpoint(
            climate
                .days()
                .iter()
                .map(|day| BreakpointDay {
                    weather: weather(day),
                    breakpoints: climate
                        .breakpoints_of(day)
                        .iter()
                        .map(|point| Breakpoint { hour: point.hour, cumulative_mm: point.cumulative_mm })
                        .collect(),
                })
                .collect(),
        )
    } else {
        Days::Storm(climate.days().iter().map(|day| storm_day(weather(day), day.precipitation)).collect())
    };
    let first_year = climate.days().first().map_or(1, |day| i64::from(day.year));
    let last_year = climate.days().last().map_or(1, |day| i64::from(day.year));
    let means = climate.mean_monthly();
    Ok(Climate {
        cligen_version: 5.3,
        mode: SimulationMode::Continuous,
        no_wind: inputs.evapotranspiration == EvapotranspirationMethod::PriestleyTaylor,
        station: format!("Station:  {}", quotable(climate.name())).trim().to_owned(),
        command_line: None,
        latitude_deg: climate.latitude_deg(),
        longitude_deg: 0.0,
        elevation_m: climate.elevation_m(),
        observed_years: 0,
        beginning_year: first_year,
        years_simulated: last_year - first_year + 1,
        monthly_tmax_c: means.tmax_c,
        monthly_tmin_c: means.tmin_c,
        monthly_radiation_ly_per_d: means.solar_radiation_ly_per_day,
        monthly_precipitation_mm: means.precipitation_mm,
        days,
    })
}

fn storm_day(weather: DailyWeather, precipitation: Precipitation) -> StormDay {
    let (depth, duration, time_to_peak, peak) = match precipitation {
        Precipitation::Storm { depth_mm, duration_h, time_to_peak_fraction, peak_intensity_ratio } => {
            (depth_mm, duration_h, time_to_peak_fraction, peak_intensity_ratio)
        }
        _ => (0.0, 0.0, 0.0, 0.0),
    };
    StormDay {
        weather,
        precipitation_mm: depth,
        duration_h: duration,
        time_to_peak_fraction: time_to_peak,
        peak_intensity_ratio: peak,
    }
}
