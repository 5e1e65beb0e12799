//! Inputs of a hillslope engine: profile, soil, treatment and weather, with units in the names.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::climate::Climate;

/// Everything one hillslope run needs. All engines consume the same inputs, so that their results can be compared.
#[derive(Clone, Debug, PartialEq)]
pub struct HillslopeInputs {
    /// Name that results and messages carry (for example the TOPAZ id of the hillslope).
    pub name: String,
    /// Slope profile from the top of the hillslope to the channel.
    pub profile: Profile,
    /// Soil layers and erodibility.
    pub soil: Soil,
    /// Cover, residue, roughness and the yearly disturbance of the surface.
    pub treatment: Treatment,
    /// Weather, shared by all hillslopes of a watershed.
    pub climate: Arc<Climate>,
    /// Snow and frost options (the contents of WEPP's `frost.txt` side file).
    pub winter: WinterOptions,
    /// Method of reference evapotranspiration.
    pub evapotranspiration: EvapotranspirationMethod,
    /// True to request the hourly water balance, which a WEPP executable switches on when it finds `wepp_ui.txt`. The
    /// embedded engine has none, and lists that among its limits.
    pub hourly_water_balance: bool,
}

/// Slope profile of one hillslope, uniform in width.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Direction the hillslope faces, degrees clockwise from north.
    pub aspect_deg: f64,
    /// Width across the slope, m.
    pub width_m: f64,
    /// Length along the slope, m (horizontal).
    pub length_m: f64,
    /// Slope at points along the profile, first at 0 and last at 1, distances rising.
    pub points: Vec<ProfilePoint>,
}

/// Slope at one point of a profile; slope is linear between points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfilePoint {
    /// Distance from the top as a fraction of the length, 0..=1.
    pub distance_fraction: f64,
    /// Slope (rise over run), >= 0.
    pub slope_m_per_m: f64,
}

/// Soil of one hillslope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Soil {
    /// Name of the soil, for messages.
    pub name: String,
    /// Texture name, for messages.
    pub texture: String,
    /// Albedo of the bare dry surface, 0..1.
    pub albedo: f64,
    /// Water content at the start as a fraction of porosity, 0..1.
    pub initial_saturation: f64,
    /// Baseline interrill erodibility Ki, kg s/m4.
    pub interrill_erodibility_kg_s_per_m4: f64,
    /// Baseline rill erodibility Kr, s/m.
    pub rill_erodibility_s_per_m: f64,
    /// Baseline critical shear stress, Pa.
    pub critical_shear_pa: f64,
    /// Effective hydraulic conductivity of the surface (`avke`), mm/h.
    pub effective_conductivity_mm_per_h: f64,
    /// True if effective conductivity is adjusted for management each day (`ksflag` = 1), false if it is used as given (0).
    pub adjust_conductivity: bool,
    /// Layers from the surface down. Depths rise.
    pub layers: Vec<SoilLayer>,
    /// Restrictive layer below the profile, if any.
    pub restrictive_layer: Option<RestrictiveLayer>,
}

/// One soil layer as described by the user; `None` means "estimate it" (NSERL-10 chapter 7).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SoilLayer {
    /// Depth from the surface to the bottom of the layer, mm.
    pub bottom_depth_mm: f64,
    /// Sand, fraction of the fine earth by mass, 0..1.
    pub sand_fraction: f64,
    /// Clay, fraction of the fine earth by mass, 0..1.
    pub clay_fraction: f64,
    /// Organic matter, fraction by mass, 0..1.
    pub organic_matter_fraction: f64,
    /// Cation exchange capacity, meq/100 g.
    pub cation_exchange_capacity_meq_per_100g: f64,
    /// Rock fragments, fraction by mass of the whole soil, 0..1.
    pub rock_fraction: f64,
    /// Bulk density of the fine earth, g/cm3.
    pub bulk_density_g_per_cm3: Option<f64>,
    /// Saturated hydraulic conductivity, mm/h.
    pub saturated_conductivity_mm_per_h: Option<f64>,
    /// Horizontal over vertical conductivity. It counts in WEPP's hourly water balance only, which neither engine is asked
    /// for.
    pub anisotropy_ratio: Option<f64>,
    /// Water content at 1/3 bar, m3/m3.
    pub field_capacity_m3_per_m3: Option<f64>,
    /// Water content at 15 bar, m3/m3.
    pub wilting_point_m3_per_m3: Option<f64>,
}

/// Slowly permeable layer below the soil profile.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestrictiveLayer {
    /// Thickness, mm.
    pub thickness_mm: f64,
    /// Saturated hydraulic conductivity, mm/h.
    pub conductivity_mm_per_h: f64,
    /// Anisotropy ratio (horizontal over vertical) of the soil above, when given with the layer; it counts where the soil's
    /// own layers are not measured.
    pub anisotropy_ratio: Option<f64>,
}

/// Cover and surface of a hillslope whose vegetation does not change during the run, as in Disturbed WEPP:
/// no growth, no senescence, no decomposition; a yearly operation resets the surface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Treatment {
    /// Name of the treatment or disturbance class.
    pub name: String,
    /// Plant parameters, constant over the run.
    pub plant: Plant,
    /// State of the surface on the first day.
    pub initial: InitialSurface,
    /// Surface disturbance repeated every year, if any.
    pub yearly_operation: Option<SurfaceOperation>,
    /// Parts of the management file that a static cover does not represent; reported with the results as limits. Not part
    /// of the hash of the inputs while empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_represented: Vec<String>,
}

/// Plant parameters of a static cover (names in brackets are the fields of a WEPP 98.4 management file).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plant {
    /// True if the plant is a perennial (affects leaf area and conductivity relations).
    pub perennial: bool,
    /// Canopy cover coefficient, m2/kg (`bb`).
    pub canopy_cover_coefficient_m2_per_kg: f64,
    /// Canopy height coefficient, m2/kg (`bbb`).
    pub canopy_height_coefficient_m2_per_kg: f64,
    /// Flat residue cover coefficient, m2/kg (`cf`).
    pub residue_cover_coefficient_m2_per_kg: f64,
    /// Maximum canopy height, m (`hmax`).
    pub max_canopy_height_m: f64,
    /// Maximum leaf area index, m2/m2 (`xmxlai`).
    pub max_leaf_area_index: f64,
    /// Maximum root depth, m (`rdmax`).
    pub max_root_depth_m: f64,
    /// Maximum root mass of a perennial, kg/m2 (`rtmmax`).
    pub max_root_mass_kg_per_m2: f64,
    /// Root to shoot ratio (`rsr`).
    pub root_to_shoot_ratio: f64,
    /// Darcy-Weisbach friction factor of living plants at full height (`flivmx`).
    pub max_live_friction_factor: f64,
    /// In-row plant spacing, m (`pltsp`).
    pub plant_spacing_m: f64,
    /// Plant stem diameter at maturity, m (`diam`).
    pub stem_diameter_m: f64,
    /// Base temperature below which the plant does not grow, deg C (`btemp`).
    pub base_temperature_c: f64,
    /// Height of the standing crop after cutting or harvest, m (`cuthgt`).
    pub cutting_height_m: f64,
    /// Fraction of biomass remaining after senescence (`dropfc`); 1 for a static cover.
    pub biomass_after_senescence_fraction: f64,
    /// Fraction of canopy remaining after senescence (`decfct`); 1 for a static cover.
    pub canopy_after_senescence_fraction: f64,
    /// Day on which senescence begins (second date of a perennial's yearly section); `None` = not given.
    pub senescence_day_of_year: Option<u16>,
    /// Relation of leaf area and root depth to the cover.
    pub canopy_relation: CanopyRelation,
    /// Fraction of a layer's plant-available water below which uptake is reduced (`pltol`), 0.1..=0.4.
    pub water_stress_threshold_fraction: f64,
}

/// Relations of leaf area and root depth of a static cover to its other properties.
///
/// The relation decides how much a low cover transpires and from how deep: it is the largest difference between the
/// water balances of WEPP 2010.100 and 2024.204 for the same files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CanopyRelation {
    /// Leaf area from live biomass (NSERL-10 chapter 8), roots at their maximum depth. All annual plants, and perennials
    /// of WEPP versions up to 2012.
    #[default]
    Biomass,
    /// Leaf area is its maximum times canopy cover, root depth its maximum times height over maximum height. WEPP
    /// 2024.204 does this for perennials whose management gives a day of senescence.
    CoverAndHeight,
}

/// Surface on the first day of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InitialSurface {
    /// Bulk density after the last tillage, g/cm3 (`bdtill`).
    pub bulk_density_after_tillage_g_per_cm3: f64,
    /// Canopy cover, 0..1 (`cancov`).
    pub canopy_cover_fraction: f64,
    /// Ground cover of interrill areas, 0..1 (`inrcov`).
    pub interrill_cover_fraction: f64,
    /// Ground cover of rills, 0..1 (`rilcov`).
    pub rill_cover_fraction: f64,
    /// Days since the last tillage (`daydis`).
    pub days_since_tillage: f64,
    /// Rain since the last tillage, mm (`rfcum`).
    pub rain_since_tillage_mm: f64,
    /// Random roughness, m (`rrinit`).
    pub random_roughness_m: f64,
    /// Ridge height, m (`rhinit`).
    pub ridge_height_m: f64,
    /// Distance between rills, m; 0 means 1 m (`rspace`).
    pub rill_spacing_m: f64,
    /// Width of rills, m; 0 means it follows discharge (`width`).
    pub rill_width_m: f64,
    /// Dead root mass, kg/m2 (`sumrtm`).
    pub dead_root_mass_kg_per_m2: f64,
    /// Submerged residue mass, kg/m2 (`sumsrm`).
    pub buried_residue_mass_kg_per_m2: f64,
    /// Snow depth, m (`snodpy`).
    pub snow_depth_m: f64,
    /// Frost depth, m (`frdp`).
    pub frost_depth_m: f64,
    /// Thickness of the primary (secondary) tillage layer, m (`tillay`).
    pub tillage_layers_m: [f64; 2],
}

/// A surface operation that happens on the same day each year.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurfaceOperation {
    /// Day of the year, 1..=366.
    pub day_of_year: u16,
    /// Random roughness right after the operation, m (`rro`).
    pub random_roughness_m: f64,
    /// Ridge height right after the operation, m (`rho`).
    pub ridge_height_m: f64,
    /// Fraction of the surface disturbed, 0..1 (`surdis`).
    pub disturbed_fraction: f64,
    /// Depth of disturbance, m (`tdmean` of the operation, or `tildep` of the date).
    pub depth_m: f64,
}

/// Snow and frost options.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WinterOptions {
    /// True if soil may freeze at all.
    pub frozen_soil: bool,
    /// Number of fine layers in each of the top two soil layers (first line of `frost.txt`, second figure).
    pub fine_layers_top: u8,
    /// Number of fine layers in each deeper soil layer.
    pub fine_layers_below: u8,
    /// Multiplier of the thermal conductivity of snow.
    pub snow_conductivity_factor: f64,
    /// Multiplier of the thermal conductivity of residue.
    pub residue_conductivity_factor: f64,
    /// Multiplier of the thermal conductivity of soil.
    pub soil_conductivity_factor: f64,
    /// Lowest fraction of saturated conductivity that a frozen layer keeps, 0..1.
    pub frozen_conductivity_fraction: f64,
}

impl Default for WinterOptions {
    /// The values distributed with FSWEPP's and WEPPcloud's forest runs.
    fn default() -> Self {
        Self {
            frozen_soil: true,
            fine_layers_top: 2,
            fine_layers_below: 2,
            snow_conductivity_factor: 1.0,
            residue_conductivity_factor: 1.0,
            soil_conductivity_factor: 1.0,
            frozen_conductivity_fraction: 0.5,
        }
    }
}

/// Methods of reference evapotranspiration (NSERL-10 chapter 5; FAO Irrigation and Drainage Paper 56).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum EvapotranspirationMethod {
    /// Penman (1963) when the weather has wind, Priestley-Taylor when it has none on any day. WEPP's default.
    #[default]
    PenmanOrPriestleyTaylor,
    /// Priestley-Taylor on all days.
    PriestleyTaylor,
    /// FAO Penman-Monteith with one crop coefficient (WEPP's `pmetpara.txt`).
    FaoPenmanMonteith {
        /// Mid-season basal crop coefficient.
        basal_crop_coefficient: f64,
        /// Fraction of total available water that is readily available.
        readily_available_fraction: f64,
    },
}
