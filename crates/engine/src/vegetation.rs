//! Canopy, residue and roots of a cover that does not change (NSERL-10 chapters 8 and 9).

use crate::inputs::{CanopyRelation, Treatment};

/// Largest cover fraction; the cover-mass relations have no finite mass at 1.
const MAX_COVER: f64 = 0.999;

/// Constant properties of the cover.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vegetation {
    pub canopy_cover: f64,
    pub canopy_height_m: f64,
    pub leaf_area_index: f64,
    /// Ground cover between rills and in rills, 0..1.
    pub interrill_cover: f64,
    pub rill_cover: f64,
    /// Ground cover weighted over rills and interrill areas.
    pub ground_cover: f64,
    /// Flat residue on the ground, kg/m2.
    pub residue_kg_per_m2: f64,
    /// Thickness of the residue, m.
    pub residue_depth_m: f64,
    pub root_depth_m: f64,
    /// Live roots of the top 0.15 m, dead roots and buried residue, kg/m2.
    pub live_roots_kg_per_m2: f64,
    pub dead_roots_kg_per_m2: f64,
    pub buried_residue_kg_per_m2: f64,
    /// Darcy-Weisbach friction of living plants.
    pub live_friction: f64,
    pub rill_spacing_m: f64,
    pub stress_threshold: f64,
    pub perennial: bool,
}

impl Vegetation {
    /// Derives the cover from a treatment; `soil_depth_m` limits roots.
    pub fn new(treatment: &Treatment, soil_depth_m: f64) -> Self {
        let plant = &treatment.plant;
        let initial = &treatment.initial;
        let canopy_cover = initial.canopy_cover_fraction.clamp(0.0, MAX_COVER);
        let interrill_cover = initial.interrill_cover_fraction.clamp(0.0, MAX_COVER);
        let rill_cover = initial.rill_cover_fraction.clamp(0.0, MAX_COVER);
        // Canopy cover = 1 - exp(-bb biomass), inverted; height and leaf area from the same biomass (chapter 8).
        let biomass = if plant.canopy_cover_coefficient_m2_per_kg > 0.0 {
            -(1.0 - canopy_cover).ln() / plant.canopy_cover_coefficient_m2_per_kg
        } else {
            0.0
        };
        let relative_height = 1.0 - (-plant.canopy_height_coefficient_m2_per_kg * biomass).exp();
        let canopy_height_m = relative_height * plant.max_canopy_height_m;
        let most_leaves = plant.max_leaf_area_index;
        let deepest_m = plant.max_root_depth_m.min(soil_depth_m);
        let (leaf_area_index, root_depth_m) = match (plant.canopy_relation, plant.perennial) {
            (CanopyRelation::CoverAndHeight, _) => (most_leaves * canopy_cover, deepest_m * relative_height),
            (CanopyRelation::Biomass, true) => {
                (most_leaves * biomass / (biomass + 0.2756 * (-13.6 * biomass).exp()), deepest_m)
            }
            (CanopyRelation::Biomass, false) => {
                (most_leaves * biomass / (biomass + 0.5512 * (-6.8 * biomass).exp()), deepest_m)
            }
        };
        let rill_spacing_m = if initial.rill_spacing_m > 0.0 { initial.rill_spacing_m } else { 1.0 };
        let rill_share = (initial.rill_width_m / rill_spacing_m).clamp(0.0, 1.0);
        let residue = |cover: f64| {
            if plant.residue_cover_coefficient_m2_per_kg > 0.0 {
                -(1.0 - cover).ln() / plant.residue_cover_coefficient_m2_per_kg
            } else {
                0.0
            }
        };
        let residue_kg_per_m2 =
            (1.0 - rill_share) * residue(interrill_cover) + rill_share * residue(rill_cover);
        Self {
            canopy_cover,
            canopy_height_m,
            leaf_area_index,
            interrill_cover,
            rill_cover,
            ground_cover: (1.0 - rill_share) * interrill_cover + rill_share * rill_cover,
            residue_kg_per_m2,
            residue_depth_m: residue_kg_per_m2 / (residue_packing(plant.stem_diameter_m) * 100.0),
            root_depth_m,
            live_roots_kg_per_m2: plant.max_root_mass_kg_per_m2,
            dead_roots_kg_per_m2: initial.dead_root_mass_kg_per_m2,
            buried_residue_kg_per_m2: initial.buried_residue_mass_kg_per_m2,
            live_friction: relative_height.max(0.0) * plant.max_live_friction_factor,
            rill_spacing_m,
            stress_threshold: plant.water_stress_threshold_fraction.clamp(0.1, 0.4),
            perennial: plant.perennial,
        }
    }

    /// Depth of water that the litter layer can hold, m (chapter 4; mass in kg/ha up to 8000).
    pub fn litter_storage_m(&self) -> f64 {
        let mass = (self.residue_kg_per_m2 * 1e4).min(8000.0);
        self.ground_cover * (0.000627 * mass - 3.73349e-8 * mass * mass) / 1000.0
    }

    /// Residue and other dead matter that shades the soil, kg/m2.
    pub fn shading_mass_kg_per_m2(&self) -> f64 {
        self.residue_kg_per_m2
    }
}

/// Effective specific gravity of residue by stem type (chapter 3): hollow, woody or pithy stems.
fn residue_packing(stem_diameter_m: f64) -> f64 {
    match stem_diameter_m {
        d if d > 0.06 => 0.6,
        d if d >= 0.03 => 0.174,
        d if d >= 0.007 => 0.6,
        d if d >= 0.001 => 0.3,
        _ => 0.6,
    }
}
