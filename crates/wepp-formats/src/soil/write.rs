use super::element::{Disturbance, DisturbanceParameters, SoilElement, SoilLayer, SoilVersion};
use crate::error::FormatError;
use crate::text::Writer;

/// The value where the layout has a place for it, an error where value and layout disagree.
fn placed<'v, T>(
    out: &Writer,
    field: &str,
    wanted: bool,
    value: Option<&'v T>,
) -> Result<Option<&'v T>, FormatError> {
    match (wanted, value) {
        (true, None) => Err(out.error(field, "a value in this layout", "none")),
        (false, Some(_)) => Err(out.error(field, "no value in this layout", "one")),
        (_, value) => Ok(value),
    }
}

pub(super) fn write_element(
    out: &mut Writer,
    element: &SoilElement,
    version: SoilVersion,
) -> Result<(), FormatError> {
    let disturbance = element.disturbance.as_ref();
    if let Some(found) = placed(out, "disturbed record", version.has_disturbance(), disturbance)? {
        write_disturbance(out, found, version)?;
    }
    out.quoted("soil name", &element.name)?
        .quoted("texture", &element.texture)?
        .integer(element.layers.len());
    out.real("albedo", element.albedo)?
        .real("initial saturation", element.initial_saturation)?
        .real("interrill erodibility", element.interrill_erodibility_kg_s_per_m4)?
        .real("rill erodibility", element.rill_erodibility_s_per_m)?
        .real("critical shear", element.critical_shear_pa)?;
    let effective = element.effective_conductivity_mm_per_h.as_ref();
    let wanted = version.has_effective_conductivity();
    if let Some(value) = placed(out, "effective conductivity", wanted, effective)? {
        out.real("effective conductivity", *value)?;
    }
    out.end();
    for layer in &element.layers {
        write_layer(out, layer, version)?;
    }
    let restrictive = element.restrictive_layer.as_ref();
    let wanted = version.has_restrictive_layer();
    if let Some(layer) = placed(out, "restrictive layer", wanted, restrictive)? {
        out.integer(u8::from(layer.present))
            .real("anisotropy or thickness", layer.anisotropy_or_thickness_mm)?
            .real("restrictive conductivity", layer.conductivity_mm_per_h)?
            .end();
    }
    Ok(())
}

fn write_disturbance(
    out: &mut Writer,
    disturbance: &Disturbance,
    version: SoilVersion,
) -> Result<(), FormatError> {
    out.integer(disturbance.ksat_adjust).quoted("luse", &disturbance.land_use)?;
    match (version, disturbance.parameters) {
        (
            SoilVersion::V9001 | SoilVersion::V9002,
            DisturbanceParameters::Factors { ksat_factor, ksat_recovery },
        ) => {
            out.quoted("stext", &disturbance.texture)?
                .real("ksatfac", ksat_factor)?
                .real("ksatrec", ksat_recovery)?;
        }
        (
            SoilVersion::V9003,
            DisturbanceParameters::BurnCode { burn_code, lower_limit_conductivity_mm_per_h },
        ) => {
            out.integer(burn_code)
                .quoted("stext", &disturbance.texture)?
                .real("lkeff", lower_limit_conductivity_mm_per_h)?;
        }
        (
            SoilVersion::V9005,
            DisturbanceParameters::BurnAndTexture {
                burn_code,
                texture_code,
                unsaturated_conductivity_mm_per_h,
                lower_limit_conductivity_mm_per_h,
            },
        ) => {
            out.integer(burn_code)
                .quoted("stext", &disturbance.texture)?
                .integer(texture_code)
                .real("uksat", unsaturated_conductivity_mm_per_h)?
                .real("lkeff", lower_limit_conductivity_mm_per_h)?;
        }
        _ => {
            return Err(out.error("disturbed record", "the parameters of this layout", "others"));
        }
    }
    out.end();
    Ok(())
}

fn write_layer(out: &mut Writer, layer: &SoilLayer, version: SoilVersion) -> Result<(), FormatError> {
    out.real("layer depth", layer.depth_mm)?;
    let wanted = !version.has_effective_conductivity();
    let hydraulics = placed(out, "hydraulics", wanted, layer.hydraulics.as_ref())?;
    if let Some(hydraulics) = hydraulics {
        out.real("bulk density", hydraulics.bulk_density_g_per_cm3)?
            .real("conductivity", hydraulics.conductivity_mm_per_h)?;
        let anisotropy = hydraulics.anisotropy.as_ref();
        if let Some(value) = placed(out, "anisotropy", version.has_anisotropy(), anisotropy)? {
            out.real("anisotropy", *value)?;
        }
        out.real("field capacity", hydraulics.field_capacity)?
            .real("wilting point", hydraulics.wilting_point)?;
    }
    out.real("sand", layer.sand_pct)?
        .real("clay", layer.clay_pct)?
        .real("organic matter", layer.organic_matter_pct)?
        .real("cation exchange capacity", layer.cec_meq_per_100g)?
        .real("rock fragments", layer.rock_pct)?;
    if let Some(hydraulics) = hydraulics {
        let retention = hydraulics.retention.as_ref();
        if let Some(found) = placed(out, "retention", version.has_retention(), retention)? {
            for (field, value) in [
                ("theta_r", found.theta_r),
                ("theta_s", found.theta_s),
                ("alpha", found.alpha),
                ("npar", found.n),
                ("ks", found.conductivity),
                ("wp", found.wilting_point),
                ("fc", found.field_capacity),
            ] {
                out.real(field, value)?;
            }
        }
    }
    out.end();
    Ok(())
}
