//! Static covers: vegetation and litter of a hillslope, the same in all years of a run, and the management file for them.
//!
//! Managements are those of Disturbed WEPP: a perennial without growth, senescence or decomposition, and an operation on
//! 2 January of every year that resets the roughness of the surface. An engine needs no plant growth for them.

use std::collections::HashMap;

use headwaters_wepp_formats::Management;
use headwaters_wepp_formats::management::{
    CropSystem, InitialConditions, Operation, OperationKind, PerennialCrop, PerennialUse, Plant,
    PreviousCrop, RillType, ScenarioHeading, SurfaceEffect, SurfaceOperation, YearlyScenario,
};

use crate::disturbed::DisturbedRow;
use crate::table::{Table, TableError, class_name};

/// Vegetation and surface of one disturbed class.
#[derive(Clone, Debug, PartialEq)]
pub struct Cover {
    /// Disturbed class, with treatments after a `-`.
    pub class: String,
    /// Canopy cover, 0..1.
    pub canopy_cover_fraction: f64,
    /// Ground cover between rills, 0..1.
    pub interrill_cover_fraction: f64,
    /// Ground cover in rills, 0..1.
    pub rill_cover_fraction: f64,
    /// Largest leaf area index.
    pub max_leaf_area_index: f64,
    /// Canopy height, m.
    pub max_canopy_height_m: f64,
    /// Root depth, m.
    pub max_root_depth_m: f64,
    /// Height of standing residue after harvest, m.
    pub cutting_height_m: f64,
    /// Stem diameter, m.
    pub stem_diameter_m: f64,
    /// Radiation extinction coefficient.
    pub extinction_coefficient: f64,
    /// Plant spacing, m.
    pub plant_spacing_m: f64,
    /// Largest living root mass, kg/m2.
    pub max_root_mass_kg_per_m2: f64,
    /// Random roughness (and ridge height) at the start, m.
    pub random_roughness_m: f64,
    /// Rill spacing, m; 0 lets the engine take 1 m.
    pub rill_spacing_m: f64,
    /// Dead root mass, kg/m2.
    pub dead_root_mass_kg_per_m2: f64,
    /// Buried residue, kg/m2.
    pub buried_residue_mass_kg_per_m2: f64,
    /// Random roughness after the yearly operation, m.
    pub operation_roughness_m: f64,
    /// Depth of the yearly operation, m.
    pub operation_depth_m: f64,
    /// Bulk density of the surface, g/cm3.
    pub bulk_density_g_per_cm3: f64,
    /// Source of the values.
    pub source: String,
}

/// Bulk density of the surface in Disturbed WEPP's initial conditions, g/cm3.
const SURFACE_BULK_DENSITY: f64 = 1.1;

/// Covers by disturbed class.
#[derive(Clone, Debug, PartialEq)]
pub struct CoverTable {
    name: String,
    rows: HashMap<String, Cover>,
}

/// A class without a cover.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table} has no row for the class {class:?}")]
pub struct UnknownCover {
    /// Name of the table.
    pub table: String,
    /// The requested class.
    pub class: String,
}

const COLUMNS: [&str; 18] = [
    "class",
    "canopy_cover",
    "interrill_cover",
    "rill_cover",
    "xmxlai",
    "hmax",
    "rdmax",
    "cuthgt",
    "diam",
    "extnct",
    "pltsp",
    "rtmmax",
    "roughness",
    "rill_spacing",
    "dead_root",
    "buried_residue",
    "operation_roughness",
    "operation_depth",
];

impl CoverTable {
    /// Text of the built-in table: a template for a user's table.
    pub const BUILT_IN: &str = include_str!("../data/covers.csv");

    /// Reads a table of covers.
    ///
    /// # Errors
    /// The first faulty cell, or a class that occurs twice.
    pub fn parse(text: &str, name: &str) -> Result<Self, TableError> {
        let table = Table::parse(text, name, &COLUMNS, &["source"])?;
        let mut rows = HashMap::new();
        for row in table.rows() {
            let class = row.class("class")?;
            let cover = Cover {
                class: class.clone(),
                canopy_cover_fraction: row.number("canopy_cover", 0.0..=1.0)?,
                interrill_cover_fraction: row.number("interrill_cover", 0.0..=1.0)?,
                rill_cover_fraction: row.number("rill_cover", 0.0..=1.0)?,
                max_leaf_area_index: row.number("xmxlai", 0.0..=20.0)?,
                max_canopy_height_m: row.number("hmax", 0.0..=120.0)?,
                max_root_depth_m: row.number("rdmax", 0.0..=20.0)?,
                cutting_height_m: row.number("cuthgt", 0.0..=120.0)?,
                stem_diameter_m: row.number("diam", 0.0..=10.0)?,
                extinction_coefficient: row.number("extnct", 0.0..=1.0)?,
                plant_spacing_m: row.number("pltsp", 0.0..=100.0)?,
                max_root_mass_kg_per_m2: row.number("rtmmax", 0.0..=50.0)?,
                random_roughness_m: row.number("roughness", 0.0..=0.5)?,
                rill_spacing_m: row.number("rill_spacing", 0.0..=20.0)?,
                dead_root_mass_kg_per_m2: row.number("dead_root", 0.0..=50.0)?,
                buried_residue_mass_kg_per_m2: row.number("buried_residue", 0.0..=50.0)?,
                operation_roughness_m: row.number("operation_roughness", 0.0..=0.5)?,
                operation_depth_m: row.number("operation_depth", 0.0..=1.0)?,
                bulk_density_g_per_cm3: SURFACE_BULK_DENSITY,
                source: row.text("source").to_owned(),
            };
            if rows.insert(class, cover).is_some() {
                return Err(row.error("class", "each class once"));
            }
        }
        Ok(Self { name: name.to_owned(), rows })
    }

    /// The built-in table.
    ///
    /// # Errors
    /// None in practice: the table is part of the program and tested.
    pub fn built_in() -> Result<Self, TableError> {
        Self::parse(Self::BUILT_IN, "covers.csv")
    }

    /// Cover of a class.
    ///
    /// # Errors
    /// [`UnknownCover`].
    pub fn cover(&self, class: &str) -> Result<&Cover, UnknownCover> {
        let class = class_name(class);
        self.rows.get(&class).ok_or_else(|| UnknownCover { table: self.name.clone(), class })
    }

    /// Classes of the table, in order.
    pub fn classes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = self.rows.keys().map(String::as_str).collect();
        classes.sort_unstable();
        classes
    }
}

impl Cover {
    /// The cover with root depth and leaf area of a disturbed-soil row, where it has them (as WEPPcloud prepares
    /// managements).
    #[must_use]
    pub fn with_disturbed(mut self, row: &DisturbedRow) -> Self {
        self.max_root_depth_m = row.max_root_depth_m.unwrap_or(self.max_root_depth_m);
        self.max_leaf_area_index = row.max_leaf_area_index.unwrap_or(self.max_leaf_area_index);
        self
    }

    /// The cover on a soil of this bulk density, g/cm3.
    #[must_use]
    pub fn with_bulk_density(mut self, bulk_density_g_per_cm3: f64) -> Self {
        self.bulk_density_g_per_cm3 = bulk_density_g_per_cm3;
        self
    }

    /// Management file of this cover for one flow element and `years` years.
    pub fn management(&self, years: usize) -> Management {
        let heading = |what: &str| ScenarioHeading {
            name: format!("{}_{what}", self.class.replace(' ', "_")),
            description: ["No growth, senescence or decomposition".to_owned(), String::new(), String::new()],
        };
        Management {
            comments: vec![format!("{} ({})", self.class, self.source)],
            element_count: 1,
            simulation_years: years,
            plants: vec![self.plant(heading("plt"))],
            operations: vec![self.operation(heading("op"))],
            initial_conditions: vec![self.initial_conditions(heading("ini"))],
            surface_effects: vec![SurfaceEffect {
                heading: heading("year"),
                operations: vec![SurfaceOperation {
                    julian_day: 2,
                    operation: 1,
                    depth_m: 0.01,
                    primary: false,
                }],
            }],
            contours: Vec::new(),
            drainages: Vec::new(),
            yearly: vec![YearlyScenario {
                heading: heading("year"),
                plant: 1,
                surface_effect: Some(1),
                contour: None,
                drainage: None,
                system: CropSystem::Perennial(PerennialCrop {
                    senescence_day: 250,
                    planting_day: 0,
                    stop_day: 0,
                    row_width_m: 0.0,
                    use_: PerennialUse::Neither,
                }),
            }],
            name: "Disturbed".to_owned(),
            description: [self.class.clone(), "one flow element".to_owned(), String::new()],
            initial_by_element: vec![1],
            rotation_repeats: years,
            rotation_years: 1,
            schedule: vec![vec![vec![1]]; years],
        }
    }

    /// Values not in the table are the same in all plant files of Disturbed WEPP.
    fn plant(&self, heading: ScenarioHeading) -> Plant {
        Plant {
            heading,
            harvest_units: "WeppWillSet".to_owned(),
            canopy_cover_coefficient: 14.0,
            canopy_height_coefficient: 3.0,
            biomass_energy_ratio_kg_per_mj: 0.0,
            base_temperature_c: 2.0,
            flat_residue_cover_m2_per_kg: 5.0,
            emergence_degree_days: 5.0,
            grazing_minimum_biomass_kg_per_m2: 0.0,
            cutting_height_m: self.cutting_height_m,
            canopy_after_senescence: 1.0,
            stem_diameter_m: self.stem_diameter_m,
            leaf_decline_heat_index: 0.5,
            biomass_after_senescence: 1.0,
            extinction_coefficient: self.extinction_coefficient,
            standing_to_flat_factor: 0.99,
            max_friction_factor: 17.0,
            season_degree_days: 0.0,
            harvest_index: 0.42,
            max_height_m: self.max_canopy_height_m,
            fragile_residue: false,
            residue_decomposition: 0.0,
            root_decomposition: 0.0,
            optimal_temperature_c: 20.0,
            drought_tolerance: 0.1,
            plant_spacing_m: self.plant_spacing_m,
            max_root_depth_m: self.max_root_depth_m,
            root_to_shoot: 0.33,
            max_root_mass_kg_per_m2: self.max_root_mass_kg_per_m2,
            senescence_days: 90,
            max_temperature_c: 40.0,
            min_temperature_c: -40.0,
            max_leaf_area_index: self.max_leaf_area_index,
            optimum_yield_kg_per_m2: 0.0,
        }
    }

    fn operation(&self, heading: ScenarioHeading) -> Operation {
        Operation {
            heading,
            interrill_intensity_fragile: 0.0,
            interrill_intensity_nonfragile: 0.0,
            rows: 0,
            kind: OperationKind::Other,
            ridge_height_m: 0.0,
            ridge_interval_m: 0.0,
            rill_intensity_fragile: 0.0,
            rill_intensity_nonfragile: 0.0,
            random_roughness_m: self.operation_roughness_m,
            disturbed_fraction: 1.0,
            mean_depth_m: self.operation_depth_m,
        }
    }

    fn initial_conditions(&self, heading: ScenarioHeading) -> InitialConditions {
        InitialConditions {
            heading,
            bulk_density_g_per_cm3: self.bulk_density_g_per_cm3,
            canopy_cover: self.canopy_cover_fraction,
            days_since_tillage: 330.0,
            days_since_harvest: 1000.0,
            frost_depth_m: 0.0,
            interrill_cover: self.interrill_cover_fraction,
            residue_plant: 1,
            previous_crop: PreviousCrop::Perennial,
            rain_since_tillage_mm: 400.0,
            ridge_height_m: self.random_roughness_m,
            rill_cover: self.rill_cover_fraction,
            random_roughness_m: self.random_roughness_m,
            rill_spacing_m: self.rill_spacing_m,
            rill_type: RillType::Temporary,
            snow_depth_m: 0.0,
            thaw_depth_m: 0.0,
            secondary_tillage_depth_m: 0.0,
            primary_tillage_depth_m: 0.0,
            rill_width_m: 0.0,
            dead_root_kg_per_m2: self.dead_root_mass_kg_per_m2,
            buried_residue_kg_per_m2: self.buried_residue_mass_kg_per_m2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texture::SimpleTexture;
    use crate::{BurnTable, DisturbedTable, Severity, ValueMap};

    #[test]
    fn the_built_in_covers_have_the_published_values() {
        let table = CoverTable::built_in().unwrap();
        for (class, canopy, ground, lai, height) in [
            ("forest", 0.90, 1.00, 14.0, 20.0),
            ("young forest", 0.80, 0.96, 12.0, 4.0),
            ("forest low sev fire", 0.75, 0.85, 4.0, 0.3),
            ("forest moderate sev fire", 0.60, 0.60, 3.0, 0.28),
            ("forest high sev fire", 0.40, 0.30, 2.0, 0.2),
            ("shrub", 0.40, 0.85, 2.0, 1.0),
            ("shrub high sev fire", 0.05, 0.30, 1.0, 2.0),
            ("tall grass", 0.40, 0.60, 6.0, 0.6),
            ("grass high sev fire", 0.041, 0.10, 1.0, 0.2),
        ] {
            let cover = table.cover(class).unwrap();
            let got = (cover.canopy_cover_fraction, cover.interrill_cover_fraction);
            assert_eq!(got, (canopy, ground), "{class}");
            assert_eq!((cover.max_leaf_area_index, cover.max_canopy_height_m), (lai, height), "{class}");
            assert_eq!(cover.rill_cover_fraction, ground, "{class}");
        }
        assert!(table.classes().iter().all(|c| !table.cover(c).unwrap().source.is_empty()));
        assert!(table.cover("lava").unwrap_err().to_string().contains("lava"));
    }

    /// No watershed may stop half-way because a class of one table is missing from another.
    #[test]
    fn every_class_a_hillslope_can_get_has_a_cover_and_a_soil() {
        let (covers, soils) = (CoverTable::built_in().unwrap(), DisturbedTable::built_in().unwrap());
        let (nlcd, evt) = (ValueMap::nlcd().unwrap(), ValueMap::landfire_evt().unwrap());
        let burn = BurnTable::built_in().unwrap();
        assert_eq!(covers.classes(), soils.classes());
        for class in nlcd.classes().into_iter().chain(evt.classes()).chain(burn.outcomes()) {
            assert!(covers.cover(class).is_ok(), "{class}");
            for texture in SimpleTexture::ALL {
                assert!(soils.row(class, texture).is_ok(), "{class} on {texture}");
            }
        }
    }

    #[test]
    fn fire_never_adds_cover() {
        let covers = CoverTable::built_in().unwrap();
        for group in ["forest", "shrub", "grass"] {
            let ground = |severity: Severity| {
                covers.cover(&format!("{group} {severity} sev fire")).unwrap().interrill_cover_fraction
            };
            assert!(ground(Severity::Low) >= ground(Severity::Moderate), "{group}");
            assert!(ground(Severity::Moderate) > ground(Severity::High), "{group}");
        }
    }

    #[test]
    fn managements_read_back_as_written() {
        let covers = CoverTable::built_in().unwrap();
        for class in covers.classes() {
            let management = covers.cover(class).unwrap().management(30);
            let text = management.to_text().unwrap();
            assert_eq!(Management::parse(&text, "p1.man").unwrap(), management, "{class}");
        }
    }

    #[test]
    fn root_depth_and_leaf_area_follow_the_soil_table() {
        let soils = DisturbedTable::built_in().unwrap();
        let covers = CoverTable::built_in().unwrap();
        let row = soils.row("forest moderate sev fire", SimpleTexture::Loam).unwrap();
        let cover = covers.cover("forest moderate sev fire").unwrap().clone().with_disturbed(row);
        assert_eq!((cover.max_leaf_area_index, cover.max_root_depth_m), (4.0, 0.3));
    }
}
