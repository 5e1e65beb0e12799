//! The soil of a hillslope: table layers, disturbed replacements, the user's options, and recorded estimates.

use headwaters_wepp_formats::{LayerHydraulics, RestrictiveLayer, Soil, SoilElement, SoilLayer, SoilVersion};

use crate::disturbed::DisturbedRow;
use crate::pedotransfer::{cation_exchange_capacity, cropland_erodibility};
use crate::soil_layer::{LEAST_KSAT_MM_PER_H, SoilLayerEntry, estimated, rounded, water_limits};
use crate::soil_table::SoilEntry;
use crate::table::Replacement;
use crate::texture::{SimpleTexture, simple_texture};

/// Soil options of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SoilOptions {
    /// Initial saturation, 0..1; the disturbed class's when absent.
    pub initial_saturation: Option<f64>,
    /// Ksat of the restrictive layer, mm/h; the soil's own when absent.
    pub restrictive_ksat_mm_per_h: Option<f64>,
    /// Maximum soil depth, mm.
    pub clip_depth_mm: Option<f64>,
}

/// A value that was not in the tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Layer, from 1; 0 for values of the whole soil.
    pub layer: usize,
    /// The property, with unit.
    pub property: &'static str,
    /// The value used.
    pub value: f64,
    /// Source of the estimate.
    pub method: &'static str,
}

/// A soil ready for an engine.
#[derive(Clone, Debug, PartialEq)]
pub struct BuiltSoil {
    /// Soil file, layout 7778, one element.
    pub soil: Soil,
    /// Simple texture of the surface, by which the disturbed row was chosen.
    pub texture: SimpleTexture,
    /// Effective conductivity of the surface, mm/h; the file holds it as the conductivity of the top layers.
    pub effective_conductivity_mm_per_h: f64,
    /// Bulk density of the top layer, g/cm3.
    pub surface_bulk_density_g_per_cm3: f64,
    /// Estimated values and their methods.
    pub estimates: Vec<Estimate>,
}

/// Depth of the surface soil whose conductivity a disturbance changes, mm: WEPP's two tillage layers.
const SURFACE_DEPTH_MM: f64 = 200.0;
/// Thickness of the restrictive layer, mm, as WEPPcloud writes it.
const RESTRICTIVE_THICKNESS_MM: f64 = 10_000.0;
const DEFAULT_SATURATION: f64 = 0.75;
const SAXTON_RAWLS: &str = "Saxton & Rawls 2006";

impl SoilEntry {
    /// Simple texture of the surface layer.
    pub fn texture(&self) -> SimpleTexture {
        let surface = self.layers.first();
        // The table refuses layers without a possible texture.
        surface.and_then(|l| simple_texture(l.sand_pct, l.clay_pct)).unwrap_or(SimpleTexture::Loam)
    }

    /// The soil of a hillslope: the table's layers, replacements of the disturbed class, the user's options, and
    /// estimates for what is missing.
    ///
    /// A replaced effective conductivity becomes the conductivity of the top 200 mm (a layer that reaches deeper is
    /// divided there), because layout 7778 has no other place for it.
    pub fn build(&self, class: &str, disturbed: Option<&DisturbedRow>, options: &SoilOptions) -> BuiltSoil {
        let mut estimates = Vec::new();
        let texture = self.texture();
        let mut layers = self.filled_layers(options, &mut estimates);
        let surface_bulk_density_g_per_cm3 = bulk_density(&layers);
        let effective = self.replace_conductivity(&mut layers, disturbed);
        let restrictive = options.restrictive_ksat_mm_per_h.or(self.restrictive_ksat_mm_per_h);
        let element = SoilElement {
            disturbance: None,
            name: file_word(&self.name),
            texture: texture.name().to_owned(),
            albedo: disturbed.and_then(|d| d.albedo).unwrap_or_else(|| self.albedo(&mut estimates)),
            initial_saturation: options
                .initial_saturation
                .or(disturbed.and_then(|d| d.initial_saturation))
                .unwrap_or(DEFAULT_SATURATION),
            interrill_erodibility_kg_s_per_m4: 0.0,
            rill_erodibility_s_per_m: 0.0,
            critical_shear_pa: 0.0,
            effective_conductivity_mm_per_h: None,
            layers,
            restrictive_layer: Some(RestrictiveLayer {
                present: restrictive.is_some(),
                anisotropy_or_thickness_mm: if restrictive.is_some() {
                    RESTRICTIVE_THICKNESS_MM
                } else {
                    0.0
                },
                conductivity_mm_per_h: restrictive.unwrap_or(0.0),
            }),
        };
        let element = self.with_erodibility(element, disturbed, &mut estimates);
        BuiltSoil {
            soil: Soil {
                version: SoilVersion::V7778,
                comments: vec![format!("{} as {}", self.name, class)],
                title: file_word(&self.key),
                adjust_conductivity: disturbed.and_then(|d| d.adjust_conductivity).unwrap_or(false),
                elements: vec![element],
            },
            texture,
            effective_conductivity_mm_per_h: effective,
            surface_bulk_density_g_per_cm3,
            estimates,
        }
    }

    fn filled_layers(&self, options: &SoilOptions, estimates: &mut Vec<Estimate>) -> Vec<SoilLayer> {
        let deepest = options.clip_depth_mm.unwrap_or(f64::INFINITY);
        let mut top = 0.0;
        let mut layers = Vec::new();
        for (index, entry) in self.layers.iter().enumerate() {
            if top >= deepest {
                break;
            }
            let mut layer = fill(entry, index + 1, estimates);
            layer.depth_mm = layer.depth_mm.min(deepest);
            top = layer.depth_mm;
            layers.push(layer);
        }
        layers
    }

    fn replace_conductivity(&self, layers: &mut Vec<SoilLayer>, disturbed: Option<&DisturbedRow>) -> f64 {
        let own = layers.first().and_then(|l| l.hydraulics.as_ref()).map(|h| h.conductivity_mm_per_h);
        let replaced = disturbed.and_then(|d| match d.effective_conductivity {
            Replacement::Keep => None,
            other => other.apply(own),
        });
        let Some(effective) = replaced else { return own.unwrap_or(0.0) };
        let crossing = layers.iter().position(|l| l.depth_mm > SURFACE_DEPTH_MM);
        if let Some(at) = crossing.filter(|at| *at == 0 || layers[at - 1].depth_mm < SURFACE_DEPTH_MM) {
            let upper = SoilLayer { depth_mm: SURFACE_DEPTH_MM, ..layers[at].clone() };
            layers.insert(at, upper);
        }
        for layer in layers.iter_mut().filter(|l| l.depth_mm <= SURFACE_DEPTH_MM) {
            if let Some(hydraulics) = &mut layer.hydraulics {
                hydraulics.conductivity_mm_per_h = effective;
            }
        }
        effective
    }

    fn with_erodibility(
        &self,
        mut element: SoilElement,
        disturbed: Option<&DisturbedRow>,
        estimates: &mut Vec<Estimate>,
    ) -> SoilElement {
        let Some(surface) = self.layers.first() else { return element };
        let base = cropland_erodibility(surface.sand_pct, surface.clay_pct, surface.organic_matter_pct);
        let mut value = |replacement: Option<Replacement>, base: f64, property| {
            let replacement = replacement.unwrap_or_default();
            if !matches!(replacement, Replacement::Set(_)) {
                let method = "cropland relation, Alberts et al. 1995 (NSERL Report No. 10, chapter 7)";
                estimates.push(Estimate { layer: 0, property, value: base, method });
            }
            replacement.apply(Some(base)).unwrap_or(base)
        };
        element.interrill_erodibility_kg_s_per_m4 = value(
            disturbed.map(|d| d.interrill_erodibility),
            base.interrill_kg_s_per_m4,
            "interrill erodibility, kg s/m4",
        );
        element.rill_erodibility_s_per_m =
            value(disturbed.map(|d| d.rill_erodibility), base.rill_s_per_m, "rill erodibility, s/m");
        element.critical_shear_pa =
            value(disturbed.map(|d| d.critical_shear), base.critical_shear_pa, "critical shear stress, Pa");
        element
    }

    /// Albedo of the bare dry soil from organic matter (Baumer 1990, as in the WEPP user summary).
    fn albedo(&self, estimates: &mut Vec<Estimate>) -> f64 {
        let organic_matter = self.layers.first().map_or(0.0, |l| l.organic_matter_pct);
        let value = rounded(0.6 / (0.4 * organic_matter).exp(), 3).clamp(0.02, 0.6);
        estimates.push(Estimate {
            layer: 0,
            property: "albedo",
            value,
            method: "0.6 / exp(0.4 OM), Baumer 1990",
        });
        value
    }
}

fn bulk_density(layers: &[SoilLayer]) -> f64 {
    layers.first().and_then(|l| l.hydraulics.as_ref()).map_or(1.1, |h| h.bulk_density_g_per_cm3)
}

/// A layer with estimates for what its table row leaves out.
fn fill(entry: &SoilLayerEntry, layer: usize, estimates: &mut Vec<Estimate>) -> SoilLayer {
    let estimated = estimated(entry);
    let mut value = |given: Option<f64>, property, estimate: f64, digits, method| {
        given.unwrap_or_else(|| {
            let value = rounded(estimate, digits);
            estimates.push(Estimate { layer, property, value, method });
            value
        })
    };
    let bulk_density_g_per_cm3 = value(
        entry.bulk_density_g_per_cm3,
        "bulk density, g/cm3",
        estimated.bulk_density_g_per_cm3,
        3,
        SAXTON_RAWLS,
    );
    let water = water_limits(entry);
    let field_capacity =
        value(entry.field_capacity, "field capacity, m3/m3", water.field_capacity, 4, SAXTON_RAWLS);
    let wilting_point =
        value(entry.wilting_point, "wilting point, m3/m3", water.wilting_point, 4, SAXTON_RAWLS);
    SoilLayer {
        depth_mm: entry.bottom_depth_mm,
        sand_pct: entry.sand_pct,
        clay_pct: entry.clay_pct,
        organic_matter_pct: entry.organic_matter_pct,
        cec_meq_per_100g: value(
            entry.cec_meq_per_100g,
            "cation exchange capacity, meq/100 g",
            cation_exchange_capacity(entry.clay_pct, entry.organic_matter_pct),
            2,
            "0.5 clay + 2 organic matter (Brady & Weil)",
        ),
        rock_pct: entry.rock_pct,
        hydraulics: Some(LayerHydraulics {
            bulk_density_g_per_cm3,
            conductivity_mm_per_h: value(
                entry.ksat_mm_per_h,
                "saturated conductivity, mm/h",
                estimated.conductivity_mm_per_h.max(LEAST_KSAT_MM_PER_H),
                3,
                SAXTON_RAWLS,
            ),
            anisotropy: Some(value(entry.anisotropy, "anisotropy", 1.0, 1, "isotropic unless given")),
            field_capacity,
            wilting_point,
            retention: None,
        }),
    }
}

/// Text that a soil file can hold between quotes.
fn file_word(text: &str) -> String {
    let word: String =
        text.chars().map(|c| if c == '\'' || c.is_control() { ' ' } else { c }).take(80).collect();
    let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
    if word.is_empty() { "soil".to_owned() } else { word }
}

#[cfg(test)]
#[path = "soil_tests.rs"]
mod tests;
