//! Soil replacements by disturbed class and simple texture.

use std::collections::HashMap;

use crate::table::{Replacement, Row, Table, TableError, class_name};
use crate::texture::SimpleTexture;

/// Replacements of a disturbed class for a soil of one texture. Units as in the table's head.
#[derive(Clone, Debug, PartialEq)]
pub struct DisturbedRow {
    /// Interrill erodibility, kg s/m4.
    pub interrill_erodibility: Replacement,
    /// Rill erodibility, s/m.
    pub rill_erodibility: Replacement,
    /// Critical shear stress, Pa.
    pub critical_shear: Replacement,
    /// Effective hydraulic conductivity of the surface, mm/h.
    pub effective_conductivity: Replacement,
    /// True if WEPP adjusts the conductivity day by day (`ksflag`).
    pub adjust_conductivity: Option<bool>,
    /// Conductivity adjustment switch of the 9000 layouts (`ksatadj`).
    pub ksat_adjust: Option<f64>,
    /// Conductivity factor of the 9000 layouts (`ksatfac`).
    pub ksat_factor: Option<f64>,
    /// Conductivity recovery of the 9000 layouts (`ksatrec`).
    pub ksat_recovery: Option<f64>,
    /// Basal crop coefficient for FAO Penman-Monteith.
    pub basal_crop_coefficient: Option<f64>,
    /// Readily available fraction of water for FAO Penman-Monteith.
    pub readily_available_fraction: Option<f64>,
    /// Largest root depth, m.
    pub max_root_depth_m: Option<f64>,
    /// Largest leaf area index.
    pub max_leaf_area_index: Option<f64>,
    /// Albedo of the bare dry soil.
    pub albedo: Option<f64>,
    /// Initial saturation of the pore space, 0..1.
    pub initial_saturation: Option<f64>,
    /// Source of the row.
    pub source: String,
}

/// The disturbed-land soil table.
#[derive(Clone, Debug, PartialEq)]
pub struct DisturbedTable {
    name: String,
    rows: HashMap<(String, SimpleTexture), DisturbedRow>,
}

/// A class that the table lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table} has no row for the class {class:?} on {texture}")]
pub struct UnknownDisturbance {
    /// Name of the table.
    pub table: String,
    /// The requested class.
    pub class: String,
    /// The requested texture.
    pub texture: SimpleTexture,
}

impl DisturbedTable {
    /// Text of the built-in table: a template for a user's table.
    pub const BUILT_IN: &str = include_str!("../data/disturbed.csv");

    /// Reads a table; WEPPcloud's own lookup files (first columns `luse`, `stext`) are accepted too.
    ///
    /// # Errors
    /// The first faulty cell, or a class and texture that occur twice.
    pub fn parse(text: &str, name: &str) -> Result<Self, TableError> {
        let weppcloud = text
            .lines()
            .find(|l| !l.trim_start().starts_with('#'))
            .is_some_and(|header| header.trim_start_matches('\u{feff}').starts_with("luse"));
        let (class, texture) = if weppcloud { ("luse", "stext") } else { ("class", "texture") };
        let required = [class, texture, "ki", "kr", "shcrit", "avke"];
        let optional = [
            "ksflag",
            "ksatadj",
            "ksatfac",
            "ksatrec",
            "pmet_kcb",
            "pmet_rawp",
            "rdmax",
            "xmxlai",
            "albedo",
            "initial_saturation",
            "source",
        ];
        let table = Table::parse(text, name, &required, &optional)?;
        let mut rows = HashMap::new();
        for row in table.rows() {
            let soil = SimpleTexture::from_name(&row.class(texture)?)
                .ok_or_else(|| row.error(texture, "clay loam, loam, sand loam or silt loam"))?;
            if rows.insert((row.class(class)?, soil), read_row(&row)?).is_some() {
                return Err(row.error(class, "each class and texture once"));
            }
        }
        Ok(Self { name: name.to_owned(), rows })
    }

    /// The built-in table.
    ///
    /// # Errors
    /// None in practice: the table is part of the program and tested.
    pub fn built_in() -> Result<Self, TableError> {
        Self::parse(Self::BUILT_IN, "disturbed.csv")
    }

    /// Row of a class on a texture. Classes with a treatment suffix (`-mulch_15`, `-thinning_40_85` and the like) use
    /// the class before the `-`.
    ///
    /// # Errors
    /// [`UnknownDisturbance`].
    pub fn row(&self, class: &str, texture: SimpleTexture) -> Result<&DisturbedRow, UnknownDisturbance> {
        let class = class_name(class);
        let plain = class.split('-').next().unwrap_or(&class).trim().to_owned();
        [class.clone(), plain]
            .into_iter()
            .find_map(|c| self.rows.get(&(c, texture)))
            .ok_or_else(|| UnknownDisturbance { table: self.name.clone(), class, texture })
    }

    /// Classes of the table, each once, in order.
    pub fn classes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = self.rows.keys().map(|(class, _)| class.as_str()).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }
}

/// Factors that keep a soil's own erodibility within what the engine takes.
const FACTORS: std::ops::RangeInclusive<f64> = 0.01..=100.0;

fn read_row(row: &Row<'_>) -> Result<DisturbedRow, TableError> {
    let adjust_conductivity = match row.text("ksflag") {
        "" => None,
        "0" => Some(false),
        "1" => Some(true),
        _ => return Err(row.error("ksflag", "0 or 1")),
    };
    Ok(DisturbedRow {
        interrill_erodibility: row.replacement("ki", 1.0..=1e9, FACTORS)?,
        rill_erodibility: row.replacement("kr", 1e-9..=10.0, FACTORS)?,
        critical_shear: row.replacement("shcrit", 1e-3..=1000.0, FACTORS)?,
        effective_conductivity: row.replacement("avke", 1e-3..=1e4, 0.01..=10.0)?,
        adjust_conductivity,
        ksat_adjust: row.optional("ksatadj", 0.0..=1.0)?,
        ksat_factor: row.optional("ksatfac", 0.0..=1e4)?,
        ksat_recovery: row.optional("ksatrec", 0.0..=1e4)?,
        basal_crop_coefficient: row.optional("pmet_kcb", 0.0..=3.0)?,
        readily_available_fraction: row.optional("pmet_rawp", 0.0..=1.0)?,
        max_root_depth_m: row.optional("rdmax", 0.0..=20.0)?,
        max_leaf_area_index: row.optional("xmxlai", 0.0..=20.0)?,
        albedo: row.optional("albedo", 0.0..=1.0)?,
        initial_saturation: row.optional("initial_saturation", 0.0..=1.0)?,
        source: row.text("source").to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spot values of the published table; a shifted column would pass any shape test.
    #[test]
    fn the_built_in_table_has_the_published_values() {
        let table = DisturbedTable::built_in().unwrap();
        let high = table.row("forest high sev fire", SimpleTexture::SandLoam).unwrap();
        assert_eq!(high.interrill_erodibility, Replacement::Set(400_000.0));
        assert_eq!(high.rill_erodibility, Replacement::Set(1.4e-4));
        assert_eq!(high.critical_shear, Replacement::Set(2.0));
        assert_eq!(high.effective_conductivity, Replacement::Set(15.0));
        assert_eq!(
            (high.ksat_adjust, high.ksat_factor, high.ksat_recovery),
            (Some(1.0), Some(100.0), Some(0.3))
        );
        assert_eq!((high.albedo, high.initial_saturation), (Some(0.10), Some(0.75)));
        let forest = table.row("forest", SimpleTexture::SiltLoam).unwrap();
        assert_eq!(forest.effective_conductivity, Replacement::Set(40.0));
        assert_eq!((forest.max_root_depth_m, forest.max_leaf_area_index), (Some(2.0), Some(14.0)));
        assert_eq!((forest.albedo, forest.initial_saturation), (Some(0.06), Some(0.5)));
        assert_eq!(forest.adjust_conductivity, Some(false));
    }

    #[test]
    fn every_class_has_all_textures_and_a_source() {
        let table = DisturbedTable::built_in().unwrap();
        assert_eq!(table.classes().len(), 25);
        for class in table.classes() {
            for texture in SimpleTexture::ALL {
                let row = table.row(class, texture).unwrap();
                assert!(!row.source.is_empty(), "{class} on {texture}");
            }
        }
        let error = table.row("lava", SimpleTexture::Loam).unwrap_err();
        assert_eq!(error.to_string(), "disturbed.csv has no row for the class \"lava\" on loam");
    }

    #[test]
    fn treatment_suffixes_use_the_treated_class() {
        let table = DisturbedTable::built_in().unwrap();
        let plain = table.row("forest high sev fire", SimpleTexture::Loam).unwrap();
        assert_eq!(table.row("forest high sev fire-mulch_30", SimpleTexture::Loam).unwrap(), plain);
    }

    #[test]
    fn a_users_table_may_multiply_and_keep_values() {
        let text = "luse,stext,ki,kr,shcrit,avke\nforest,loam,*2,,1.5,*0.5\n";
        let table = DisturbedTable::parse(text, "mine.csv").unwrap();
        let row = table.row("Forest", SimpleTexture::Loam).unwrap();
        assert_eq!(row.interrill_erodibility, Replacement::Multiply(2.0));
        assert_eq!(row.rill_erodibility, Replacement::Keep);
        assert_eq!(row.effective_conductivity, Replacement::Multiply(0.5));
        let bad = DisturbedTable::parse("luse,stext,ki,kr,shcrit,avke\nforest,peat,1,1,1,1\n", "mine.csv");
        assert_eq!(bad.unwrap_err().column, "stext");
    }
}
