//! The table of soils and their layers.

use std::collections::BTreeMap;

use crate::soil_layer::{LEAST_KSAT_MM_PER_H, SoilLayerEntry, water_limits};
use crate::table::{Row, Table, TableError, class_name};

/// A soil of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct SoilEntry {
    /// Key in the table.
    pub key: String,
    /// Name.
    pub name: String,
    /// Layers from the surface down; at least one.
    pub layers: Vec<SoilLayerEntry>,
    /// Conductivity of what lies below, mm/h; none lets water drain freely.
    pub restrictive_ksat_mm_per_h: Option<f64>,
    /// Source of the values (of the first layer).
    pub source: String,
}

/// Soils by key.
#[derive(Clone, Debug, PartialEq)]
pub struct SoilTable {
    soils: BTreeMap<String, SoilEntry>,
}

const MAX_LAYERS: usize = 10;
/// Thinnest layer, mm.
const THINNEST_MM: f64 = 1.0;
/// Tolerance of the sum of sand and clay beyond 100 %: the error of adding two decimal fractions.
const SUM_ERROR_PCT: f64 = 1e-6;

impl SoilTable {
    /// Text of the built-in table: a template for a user's table.
    pub const BUILT_IN: &str = include_str!("../data/soils.csv");

    /// Reads a table with one row per layer, the layers of a soil one after the other from the surface down.
    ///
    /// # Errors
    /// The first faulty cell, layers that do not go down, a sum of sand and clay above 100 %, or a wilting point that
    /// is not below the field capacity. Ranges lie within those of the engine's check of its inputs.
    pub fn parse(text: &str, name: &str) -> Result<Self, TableError> {
        let required = ["soil", "bottom_depth_mm", "sand_pct", "clay_pct", "organic_matter_pct"];
        let optional = [
            "name",
            "cec_meq_per_100g",
            "rock_pct",
            "bulk_density_g_per_cm3",
            "ksat_mm_per_h",
            "anisotropy",
            "field_capacity",
            "wilting_point",
            "restrictive_ksat_mm_per_h",
            "source",
        ];
        let table = Table::parse(text, name, &required, &optional)?;
        let mut soils: BTreeMap<String, SoilEntry> = BTreeMap::new();
        let mut last = String::new();
        for row in table.rows() {
            let key = row.class("soil")?;
            let layer = read_layer(&row)?;
            let restrictive = row.optional("restrictive_ksat_mm_per_h", 0.0..=1e4)?;
            if key == last {
                // The soil of the row before: its entry exists.
                let Some(soil) = soils.get_mut(&key) else { continue };
                if soil
                    .layers
                    .last()
                    .is_some_and(|above| above.bottom_depth_mm + THINNEST_MM > layer.bottom_depth_mm)
                {
                    return Err(row.error("bottom_depth_mm", "a depth at least 1 mm below the layer above"));
                }
                if soil.layers.len() >= MAX_LAYERS {
                    return Err(row.error("soil", format!("at most {MAX_LAYERS} layers")));
                }
                soil.layers.push(layer);
                soil.restrictive_ksat_mm_per_h = soil.restrictive_ksat_mm_per_h.or(restrictive);
                continue;
            }
            let title = row.text("name");
            let soil = SoilEntry {
                name: if title.is_empty() { key.clone() } else { title.to_owned() },
                key: key.clone(),
                layers: vec![layer],
                restrictive_ksat_mm_per_h: restrictive,
                source: row.text("source").to_owned(),
            };
            if soils.insert(key.clone(), soil).is_some() {
                return Err(row.error("soil", "the layers of a soil one after the other"));
            }
            last = key;
        }
        Ok(Self { soils })
    }

    /// Default soils: one per simple texture.
    ///
    /// # Errors
    /// None in practice: the table is part of the program and tested.
    pub fn built_in() -> Result<Self, TableError> {
        Self::parse(Self::BUILT_IN, "soils.csv")
    }

    /// A soil by its key.
    pub fn soil(&self, key: &str) -> Option<&SoilEntry> {
        self.soils.get(&class_name(key))
    }

    /// All soils, by key.
    pub fn soils(&self) -> impl Iterator<Item = &SoilEntry> {
        self.soils.values()
    }
}

fn read_layer(row: &Row<'_>) -> Result<SoilLayerEntry, TableError> {
    let layer = SoilLayerEntry {
        bottom_depth_mm: row.number("bottom_depth_mm", 1.0..=50_000.0)?,
        sand_pct: row.number("sand_pct", 0.0..=100.0)?,
        clay_pct: row.number("clay_pct", 0.0..=100.0)?,
        organic_matter_pct: row.number("organic_matter_pct", 0.0..=100.0)?,
        cec_meq_per_100g: row.optional("cec_meq_per_100g", 0.0..=400.0)?,
        rock_pct: row.optional("rock_pct", 0.0..=99.0)?.unwrap_or(0.0),
        bulk_density_g_per_cm3: row.optional("bulk_density_g_per_cm3", 0.3..=2.5)?,
        ksat_mm_per_h: row.optional("ksat_mm_per_h", LEAST_KSAT_MM_PER_H..=1e4)?,
        anisotropy: row.optional("anisotropy", 0.01..=1000.0)?,
        field_capacity: row.optional("field_capacity", 0.0..=1.0)?,
        wilting_point: row.optional("wilting_point", 0.0..=1.0)?,
    };
    if layer.sand_pct + layer.clay_pct > 100.0 + SUM_ERROR_PCT {
        return Err(row.error("clay_pct", "sand and clay of together at most 100 %"));
    }
    check_water(row, &layer)?;
    Ok(layer)
}

/// Refuses a layer that would hold no water for plants; where the table gives only one limit, the other is estimated.
fn check_water(row: &Row<'_>, layer: &SoilLayerEntry) -> Result<(), TableError> {
    let estimated = water_limits(layer);
    let field_capacity = layer.field_capacity.unwrap_or(estimated.field_capacity);
    let wilting_point = layer.wilting_point.unwrap_or(estimated.wilting_point);
    if wilting_point < field_capacity {
        return Ok(());
    }
    Err(match (layer.field_capacity, layer.wilting_point) {
        (Some(_), None) => row.error(
            "field_capacity",
            format!("more water than at the wilting point, estimated {wilting_point}"),
        ),
        (None, _) => row
            .error("wilting_point", format!("less water than at field capacity, estimated {field_capacity}")),
        _ => row.error("wilting_point", "less water than at field capacity"),
    })
}
