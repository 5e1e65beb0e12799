use super::element::{
    Disturbance, DisturbanceParameters, LayerHydraulics, RestrictiveLayer, Retention, SoilElement, SoilLayer,
    SoilVersion,
};
use crate::error::FormatError;
use crate::text::{Fields, Reader};

const MOST_LAYERS: usize = 100;

pub(super) fn read_element(
    reader: &mut Reader<'_>,
    version: SoilVersion,
) -> Result<SoilElement, FormatError> {
    let disturbance = if version.has_disturbance() {
        let mut fields = reader.record("disturbed record")?.fields();
        let found = read_disturbance(&mut fields, version)?;
        fields.end("disturbed record")?;
        Some(found)
    } else {
        None
    };
    let mut fields = reader.record("soil name")?.fields();
    let name = fields.string("soil name")?;
    let texture = fields.string("texture")?;
    let layer_count = fields.count("number of layers", 1..=MOST_LAYERS)?;
    let albedo = fields.real_in("albedo", 0.0, 1.0)?;
    let initial_saturation = fields.real_in("initial saturation", 0.0, 1.0)?;
    let interrill = fields.real_in("interrill erodibility", 0.0, f64::INFINITY)?;
    let rill = fields.real_in("rill erodibility", 0.0, f64::INFINITY)?;
    let critical_shear_pa = fields.real_in("critical shear", 0.0, f64::INFINITY)?;
    let effective = if version.has_effective_conductivity() {
        Some(fields.real_in("effective conductivity", 0.0, f64::INFINITY)?)
    } else {
        None
    };
    fields.end("soil record")?;
    let mut layers: Vec<SoilLayer> = Vec::new();
    for _ in 0..layer_count {
        let layer = read_layer(reader, version)?;
        if layers.last().is_some_and(|above| above.depth_mm >= layer.depth_mm) {
            let found = layer.depth_mm.to_string();
            return Err(reader.error("layer depth", "a depth below the layer above", found));
        }
        layers.push(layer);
    }
    let restrictive_layer =
        if version.has_restrictive_layer() { Some(read_restrictive(reader)?) } else { None };
    Ok(SoilElement {
        disturbance,
        name,
        texture,
        albedo,
        initial_saturation,
        interrill_erodibility_kg_s_per_m4: interrill,
        rill_erodibility_s_per_m: rill,
        critical_shear_pa,
        effective_conductivity_mm_per_h: effective,
        layers,
        restrictive_layer,
    })
}

fn read_disturbance(fields: &mut Fields<'_>, version: SoilVersion) -> Result<Disturbance, FormatError> {
    let ksat_adjust = fields.integer("ksatadj")?;
    let land_use = fields.string("luse")?;
    let burn_code = match version {
        SoilVersion::V9003 | SoilVersion::V9005 => Some(fields.integer("burn code")?),
        _ => None,
    };
    let texture = fields.string("stext")?;
    let parameters = match (version, burn_code) {
        (SoilVersion::V9003, Some(burn_code)) => DisturbanceParameters::BurnCode {
            burn_code,
            lower_limit_conductivity_mm_per_h: fields.real("lkeff")?,
        },
        (_, Some(burn_code)) => DisturbanceParameters::BurnAndTexture {
            burn_code,
            texture_code: fields.integer("texture code")?,
            unsaturated_conductivity_mm_per_h: fields.real("uksat")?,
            lower_limit_conductivity_mm_per_h: fields.real("lkeff")?,
        },
        (_, None) => DisturbanceParameters::Factors {
            ksat_factor: fields.real("ksatfac")?,
            ksat_recovery: fields.real("ksatrec")?,
        },
    };
    Ok(Disturbance { ksat_adjust, land_use, texture, parameters })
}

fn read_layer(reader: &mut Reader<'_>, version: SoilVersion) -> Result<SoilLayer, FormatError> {
    const ANY: f64 = f64::INFINITY;
    let mut fields = reader.record("layer depth")?.fields();
    let depth_mm = fields.real_in("layer depth", f64::MIN_POSITIVE, ANY)?;
    let mut hydraulics = if version.has_effective_conductivity() {
        None
    } else {
        Some(LayerHydraulics {
            bulk_density_g_per_cm3: fields.real_in("bulk density", 0.0, ANY)?,
            conductivity_mm_per_h: fields.real_in("conductivity", 0.0, ANY)?,
            anisotropy: if version.has_anisotropy() { Some(fields.real("anisotropy")?) } else { None },
            field_capacity: fields.real_in("field capacity", 0.0, 1.0)?,
            wilting_point: fields.real_in("wilting point", 0.0, 1.0)?,
            retention: None,
        })
    };
    let sand_pct = fields.real_in("sand", 0.0, 100.0)?;
    let clay_pct = fields.real_in("clay", 0.0, 100.0)?;
    let organic_matter_pct = fields.real_in("organic matter", 0.0, 100.0)?;
    let cec_meq_per_100g = fields.real_in("cation exchange capacity", 0.0, ANY)?;
    let rock_pct = fields.real_in("rock fragments", 0.0, 100.0)?;
    if let Some(hydraulics) = &mut hydraulics
        && version.has_retention()
    {
        hydraulics.retention = Some(Retention {
            theta_r: fields.real("theta_r")?,
            theta_s: fields.real("theta_s")?,
            alpha: fields.real("alpha")?,
            n: fields.real("npar")?,
            conductivity: fields.real("ks")?,
            wilting_point: fields.real("wp")?,
            field_capacity: fields.real("fc")?,
        });
    }
    fields.end("layer")?;
    Ok(SoilLayer { depth_mm, sand_pct, clay_pct, organic_matter_pct, cec_meq_per_100g, rock_pct, hydraulics })
}

fn read_restrictive(reader: &mut Reader<'_>) -> Result<RestrictiveLayer, FormatError> {
    let mut fields = reader.record("restrictive layer")?.fields();
    let layer = RestrictiveLayer {
        present: fields.count("restrictive layer flag", 0..=1)? == 1,
        anisotropy_or_thickness_mm: fields.real("anisotropy or thickness")?,
        conductivity_mm_per_h: fields.real_in("restrictive conductivity", 0.0, f64::INFINITY)?,
    };
    fields.end("restrictive layer")?;
    Ok(layer)
}
