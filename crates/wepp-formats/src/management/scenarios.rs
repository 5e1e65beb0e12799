//! Scenarios of a management.

/// Name and description of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScenarioHeading {
    /// Name; never empty.
    pub name: String,
    /// Three lines of description, each possibly empty.
    pub description: [String; 3],
}

/// A plant (cropland plant growth scenario).
#[derive(Debug, Clone, PartialEq)]
pub struct Plant {
    /// Name and description.
    pub heading: ScenarioHeading,
    /// Units of the harvest, e.g. `WeppWillSet`.
    pub harvest_units: String,
    /// Canopy cover coefficient (bb).
    pub canopy_cover_coefficient: f64,
    /// Canopy height coefficient (bbb).
    pub canopy_height_coefficient: f64,
    /// Biomass energy ratio, kg/MJ (beinp).
    pub biomass_energy_ratio_kg_per_mj: f64,
    /// Base daily air temperature for growth, °C (btemp).
    pub base_temperature_c: f64,
    /// Flat residue cover parameter, m²/kg (cf).
    pub flat_residue_cover_m2_per_kg: f64,
    /// Growing degree days to emergence, °C d (crit).
    pub emergence_degree_days: f64,
    /// Live biomass below which grazing is not allowed, kg/m² (critvm).
    pub grazing_minimum_biomass_kg_per_m2: f64,
    /// Height of standing residue after harvest, m (cuthgt).
    pub cutting_height_m: f64,
    /// Fraction of canopy cover left after senescence (decfct).
    pub canopy_after_senescence: f64,
    /// Stem diameter at maturity, m (diam).
    pub stem_diameter_m: f64,
    /// Heat unit index at which the leaf area starts to decline (dlai).
    pub leaf_decline_heat_index: f64,
    /// Fraction of biomass left after senescence (dropfc).
    pub biomass_after_senescence: f64,
    /// Radiation extinction coefficient (extnct).
    pub extinction_coefficient: f64,
    /// Standing to flat residue adjustment factor (fact).
    pub standing_to_flat_factor: f64,
    /// Largest Darcy-Weisbach friction factor of the living plant (flivmx).
    pub max_friction_factor: f64,
    /// Growing degree days of the season, °C d (gddmax).
    pub season_degree_days: f64,
    /// Harvest index (hi).
    pub harvest_index: f64,
    /// Largest canopy height, m (hmax).
    pub max_height_m: f64,
    /// True for fragile residue (mfocod 1), false for other residue (2).
    pub fragile_residue: bool,
    /// Decomposition constant of above-ground residue (oratea).
    pub residue_decomposition: f64,
    /// Decomposition constant of roots (orater).
    pub root_decomposition: f64,
    /// Optimal temperature for growth, °C (otemp).
    pub optimal_temperature_c: f64,
    /// Plant-specific drought tolerance, fraction of porosity (pltol).
    pub drought_tolerance: f64,
    /// In-row spacing, m (pltsp).
    pub plant_spacing_m: f64,
    /// Largest root depth, m (rdmax).
    pub max_root_depth_m: f64,
    /// Root to shoot ratio (rsr).
    pub root_to_shoot: f64,
    /// Largest root mass of a perennial, kg/m² (rtmmax).
    pub max_root_mass_kg_per_m2: f64,
    /// Days over which the plant senesces (spriod).
    pub senescence_days: i64,
    /// Temperature above which growth stops, °C (tmpmax).
    pub max_temperature_c: f64,
    /// Temperature below which a perennial goes dormant, °C (tmpmin).
    pub min_temperature_c: f64,
    /// Largest leaf area index (xmxlai).
    pub max_leaf_area_index: f64,
    /// Yield under no stress, kg/m² (yld).
    pub optimum_yield_kg_per_m2: f64,
}

/// A tillage or residue operation (cropland).
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Name and description.
    pub heading: ScenarioHeading,
    /// Interrill tillage intensity for fragile residue (mfo1).
    pub interrill_intensity_fragile: f64,
    /// Interrill tillage intensity for other residue (mfo2).
    pub interrill_intensity_nonfragile: f64,
    /// Rows of the implement (numof).
    pub rows: i64,
    /// Kind of operation.
    pub kind: OperationKind,
    /// Ridge height after the operation, m (rho).
    pub ridge_height_m: f64,
    /// Ridge interval, m (rint).
    pub ridge_interval_m: f64,
    /// Rill tillage intensity for fragile residue (rmfo1).
    pub rill_intensity_fragile: f64,
    /// Rill tillage intensity for other residue (rmfo2).
    pub rill_intensity_nonfragile: f64,
    /// Random roughness after the operation, m (rro).
    pub random_roughness_m: f64,
    /// Fraction of the surface disturbed (surdis).
    pub disturbed_fraction: f64,
    /// Mean tillage depth, m (tdmean).
    pub mean_depth_m: f64,
}

/// Kinds of operation (pcode).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OperationKind {
    /// Planter (1).
    Planter,
    /// Drill (2).
    Drill,
    /// Cultivator (3).
    Cultivator {
        /// True: mounted behind the tractor (cltpos 2); false: in front (1).
        rear_mounted: bool,
    },
    /// Other tillage (4).
    Other,
    /// Addition of residue (10, or 12 with disturbance of the surface).
    ResidueAddition {
        /// True if the surface is disturbed.
        disturbs: bool,
        /// The plant (1-based) whose residue it is.
        plant: usize,
        /// Amount, kg/m².
        amount_kg_per_m2: f64,
    },
    /// Removal of residue (11, or 13 with disturbance of the surface).
    ResidueRemoval {
        /// True if the surface is disturbed.
        disturbs: bool,
        /// Fraction removed.
        fraction: f64,
    },
}

/// State of an element at the start (cropland).
#[derive(Debug, Clone, PartialEq)]
pub struct InitialConditions {
    /// Name and description.
    pub heading: ScenarioHeading,
    /// Bulk density after the last tillage, g/cm³ (bdtill).
    pub bulk_density_g_per_cm3: f64,
    /// Canopy cover, 0 to 1 (cancov).
    pub canopy_cover: f64,
    /// Days since the last tillage (daydis).
    pub days_since_tillage: f64,
    /// Days since the last harvest (dsharv).
    pub days_since_harvest: f64,
    /// Frost depth, m (frdp).
    pub frost_depth_m: f64,
    /// Interrill cover, 0 to 1 (inrcov).
    pub interrill_cover: f64,
    /// The plant (1-based) whose residue lies there (iresd).
    pub residue_plant: usize,
    /// Cropping system before the start (imngmt).
    pub previous_crop: PreviousCrop,
    /// Rain since the last tillage, mm (rfcum).
    pub rain_since_tillage_mm: f64,
    /// Ridge height, m (rhinit).
    pub ridge_height_m: f64,
    /// Rill cover, 0 to 1 (rilcov).
    pub rill_cover: f64,
    /// Random roughness, m (rrinit).
    pub random_roughness_m: f64,
    /// Rill spacing, m; 0 lets WEPP take 1 m (rspace).
    pub rill_spacing_m: f64,
    /// True if rills are wiped out by tillage (rtyp).
    pub rill_type: RillType,
    /// Snow depth, m (snodpy).
    pub snow_depth_m: f64,
    /// Depth of thaw, m (thdp).
    pub thaw_depth_m: f64,
    /// Depth of the secondary tillage layer, m (tillay 1).
    pub secondary_tillage_depth_m: f64,
    /// Depth of the primary tillage layer, m (tillay 2).
    pub primary_tillage_depth_m: f64,
    /// Rill width, m; 0 lets WEPP set it (width).
    pub rill_width_m: f64,
    /// Dead root mass, kg/m² (sumrtm).
    pub dead_root_kg_per_m2: f64,
    /// Buried residue mass, kg/m² (sumsrm).
    pub buried_residue_kg_per_m2: f64,
}

/// Cropping systems as numbered in the initial conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviousCrop {
    /// 1.
    Annual,
    /// 2.
    Perennial,
    /// 3.
    Fallow,
}

/// Rill type (rtyp).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RillType {
    /// 0: not stated; WEPP treats it as permanent.
    Unstated,
    /// 1: removed by tillage.
    Temporary,
    /// 2: permanent.
    Permanent,
}

/// The operations of a year.
#[derive(Debug, Clone, PartialEq)]
pub struct SurfaceEffect {
    /// Name and description.
    pub heading: ScenarioHeading,
    /// Operations in order.
    pub operations: Vec<SurfaceOperation>,
}

/// One dated operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurfaceOperation {
    /// Day of the year (mdate).
    pub julian_day: u16,
    /// The operation (1-based) (op).
    pub operation: usize,
    /// Depth, m (tildep).
    pub depth_m: f64,
    /// True: primary tillage (typtil 1); false: secondary (2).
    pub primary: bool,
}

/// Contouring (cropland).
#[derive(Debug, Clone, PartialEq)]
pub struct ContourScenario {
    /// Name and description.
    pub heading: ScenarioHeading,
    /// Slope along the contour, m/m (cntslp).
    pub slope_m_per_m: f64,
    /// Ridge height, m (rdghgt).
    pub ridge_height_m: f64,
    /// Row length, m (rowlen).
    pub row_length_m: f64,
    /// Row spacing, m (rowspc).
    pub row_spacing_m: f64,
}

/// Drainage (cropland).
#[derive(Debug, Clone, PartialEq)]
pub struct DrainageScenario {
    /// Name and description.
    pub heading: ScenarioHeading,
    /// Depth of the drains, m (ddrain).
    pub depth_m: f64,
    /// Drainage coefficient, m/d (drainc).
    pub coefficient_m_per_d: f64,
    /// Drain diameter, m (drdiam).
    pub diameter_m: f64,
    /// Drain spacing, m (sdrain).
    pub spacing_m: f64,
}

/// A year on an element (cropland).
#[derive(Debug, Clone, PartialEq)]
pub struct YearlyScenario {
    /// Name and description.
    pub heading: ScenarioHeading,
    /// The plant (1-based) (itype).
    pub plant: usize,
    /// The surface effect (1-based), if any (tilseq).
    pub surface_effect: Option<usize>,
    /// The contour scenario (1-based), if any (conset).
    pub contour: Option<usize>,
    /// The drainage scenario (1-based), if any (drset).
    pub drainage: Option<usize>,
    /// Cropping system and its dates.
    pub system: CropSystem,
}

/// Cropping systems (mgtopt).
#[derive(Debug, Clone, PartialEq)]
pub enum CropSystem {
    /// Annual crop (1).
    Annual(AnnualCrop),
    /// Perennial crop (2).
    Perennial(PerennialCrop),
    /// Fallow (3), with the dates of an annual crop.
    Fallow(AnnualCrop),
}

/// Dates of an annual crop or fallow; day 0 means never.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnualCrop {
    /// Day of harvest or end of fallow (jdharv).
    pub harvest_day: u16,
    /// Day of planting (jdplt).
    pub planting_day: u16,
    /// Row width, m (rw).
    pub row_width_m: f64,
    /// Residue management (resmgt).
    pub residue: ResidueManagement,
}

/// Residue management of an annual crop (resmgt).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ResidueManagement {
    /// Herbicide (1).
    Herbicide {
        /// Day of application.
        day: u16,
    },
    /// Burning (2).
    Burning {
        /// Day of burning.
        day: u16,
        /// Fraction of standing residue lost.
        standing_fraction: f64,
        /// Fraction of flat residue lost.
        flat_fraction: f64,
    },
    /// Silage (3).
    Silage {
        /// Day of harvest.
        day: u16,
    },
    /// Shredding or cutting (4).
    Cutting {
        /// Day of cutting.
        day: u16,
        /// Fraction of standing residue cut.
        fraction: f64,
    },
    /// Residue removal (5); from layout 98.3 on it is an operation and carries no date here.
    Removal,
    /// None (6).
    None,
}

/// Dates of a perennial crop; day 0 means never.
#[derive(Debug, Clone, PartialEq)]
pub struct PerennialCrop {
    /// Day of senescence (jdharv).
    pub senescence_day: u16,
    /// Day of planting (jdplt).
    pub planting_day: u16,
    /// Day growth is stopped for good (jdstop).
    pub stop_day: u16,
    /// Row width, m (rw).
    pub row_width_m: f64,
    /// Cutting or grazing (mgtopt).
    pub use_: PerennialUse,
}

/// Use of a perennial crop.
#[derive(Debug, Clone, PartialEq)]
pub enum PerennialUse {
    /// Cut and removed on these days (1).
    Cutting(Vec<u16>),
    /// Grazed (2).
    Grazing(Vec<Grazing>),
    /// Neither cut nor grazed (3).
    Neither,
}

/// One grazing period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grazing {
    /// Number of animals (animal).
    pub animals: f64,
    /// Area grazed, m² (area).
    pub area_m2: f64,
    /// Body weight of an animal, kg (bodywt).
    pub body_weight_kg: f64,
    /// Digestibility (digest).
    pub digestibility: f64,
    /// First day (gday).
    pub first_day: u16,
    /// Last day (gend).
    pub last_day: u16,
}
