//! Soil file, in the layout that fits the soil's properties.

use super::error::FilesError;
use super::text::quotable;
use headwaters_engine::{HillslopeInputs, SoilLayer as InputLayer};
use headwaters_wepp_formats::{LayerHydraulics, RestrictiveLayer, Soil, SoilElement, SoilLayer, SoilVersion};

/// Depth to which WEPPcloud gives the layers of a 7778 soil the effective conductivity, mm.
const SURFACE_DEPTH_MM: f64 = 200.0;

pub(super) fn soil(inputs: &HillslopeInputs, notes: &mut Vec<String>) -> Result<Soil, FilesError> {
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

/// A fraction in percent, without the last digits that binary arithmetic adds.
fn percent(fraction: f64) -> f64 {
    (fraction * 1e12).round() / 1e10
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
