//! Validation of inputs: refuses values no engine can use, with the field, the value and the accepted range.

use crate::climate::Climate;
use crate::contract::EngineError;
use crate::inputs::HillslopeInputs;
use crate::soil::{DENSEST, LIGHTEST, MOST_ORGANIC_MATTER, MOST_ROCK};

/// Most points of a slope profile.
const MOST_POINTS: usize = 1000;

struct Checker<'a> {
    hillslope: &'a str,
}

impl Checker<'_> {
    fn refuse(&self, field: impl Into<String>, value: impl ToString, expected: &str) -> EngineError {
        EngineError::InvalidInput {
            hillslope: self.hillslope.to_owned(),
            field: field.into(),
            value: value.to_string(),
            expected: expected.to_owned(),
        }
    }

    fn within(&self, field: &str, value: f64, low: f64, high: f64) -> Result<(), EngineError> {
        if value.is_finite() && (low..=high).contains(&value) {
            return Ok(());
        }
        Err(self.refuse(field, value, &format!("a number from {low} to {high}")))
    }
}

/// Checks all inputs. Returns warnings about values that will be limited.
pub(crate) fn check(inputs: &HillslopeInputs) -> Result<Vec<String>, EngineError> {
    let checker = Checker { hillslope: &inputs.name };
    profile(&checker, inputs)?;
    let warnings = soil(&checker, inputs)?;
    treatment(&checker, inputs)?;
    climate(&checker, &inputs.climate)?;
    Ok(warnings)
}

fn profile(checker: &Checker, inputs: &HillslopeInputs) -> Result<(), EngineError> {
    let profile = &inputs.profile;
    checker.within("profile.aspect_deg", profile.aspect_deg, -360.0, 360.0)?;
    checker.within("profile.width_m", profile.width_m, 1e-3, 1e7)?;
    checker.within("profile.length_m", profile.length_m, 0.1, 1e5)?;
    let points = &profile.points;
    if !(2..=MOST_POINTS).contains(&points.len()) {
        return Err(checker.refuse("profile.points", points.len(), "2 to 1000 points"));
    }
    for (i, point) in points.iter().enumerate() {
        checker.within(&format!("profile.points[{i}].slope_m_per_m"), point.slope_m_per_m, 0.0, 100.0)?;
        checker.within(
            &format!("profile.points[{i}].distance_fraction"),
            point.distance_fraction,
            0.0,
            1.0,
        )?;
    }
    if points.windows(2).any(|p| p[1].distance_fraction <= p[0].distance_fraction) {
        return Err(checker.refuse(
            "profile.points",
            "not rising",
            "distances that rise from point to point",
        ));
    }
    let (first, last) = (points[0].distance_fraction, points[points.len() - 1].distance_fraction);
    if first.abs() > 1e-6 || (last - 1.0).abs() > 1e-6 {
        return Err(checker.refuse("profile.points", format!("{first}..{last}"), "distances from 0 to 1"));
    }
    Ok(())
}

fn soil(checker: &Checker, inputs: &HillslopeInputs) -> Result<Vec<String>, EngineError> {
    let soil = &inputs.soil;
    let mut warnings = Vec::new();
    checker.within("soil.albedo", soil.albedo, 0.0, 1.0)?;
    checker.within("soil.initial_saturation", soil.initial_saturation, 0.0, 1.0)?;
    checker.within(
        "soil.interrill_erodibility_kg_s_per_m4",
        soil.interrill_erodibility_kg_s_per_m4,
        1.0,
        1e9,
    )?;
    checker.within("soil.rill_erodibility_s_per_m", soil.rill_erodibility_s_per_m, 1e-12, 10.0)?;
    checker.within("soil.critical_shear_pa", soil.critical_shear_pa, 1e-6, 1e4)?;
    checker.within(
        "soil.effective_conductivity_mm_per_h",
        soil.effective_conductivity_mm_per_h,
        1e-6,
        1e5,
    )?;
    if soil.layers.is_empty() || soil.layers.len() > 100 {
        return Err(checker.refuse("soil.layers", soil.layers.len(), "1 to 100 layers"));
    }
    let mut above = 0.0;
    for (i, layer) in soil.layers.iter().enumerate() {
        let field = |name: &str| format!("soil.layers[{i}].{name}");
        if !(layer.bottom_depth_mm > above && layer.bottom_depth_mm <= 1e6) {
            let expected = "a depth below the layer above, at most 1000000 mm";
            return Err(checker.refuse(field("bottom_depth_mm"), layer.bottom_depth_mm, expected));
        }
        above = layer.bottom_depth_mm;
        checker.within(&field("sand_fraction"), layer.sand_fraction, 0.0, 1.0)?;
        checker.within(&field("clay_fraction"), layer.clay_fraction, 0.0, 1.0)?;
        if layer.sand_fraction + layer.clay_fraction > 1.0 + 1e-6 {
            return Err(checker.refuse(
                field("clay_fraction"),
                layer.clay_fraction,
                "sand and clay that together are at most 1",
            ));
        }
        checker.within(&field("organic_matter_fraction"), layer.organic_matter_fraction, 0.0, 1.0)?;
        checker.within(
            &field("cation_exchange_capacity_meq_per_100g"),
            layer.cation_exchange_capacity_meq_per_100g,
            0.0,
            500.0,
        )?;
        checker.within(&field("rock_fraction"), layer.rock_fraction, 0.0, 1.0)?;
        if layer.rock_fraction > MOST_ROCK {
            warnings.push(format!("{} limited to {MOST_ROCK}", field("rock_fraction")));
        }
        if layer.organic_matter_fraction > MOST_ORGANIC_MATTER {
            warnings.push(format!("{} limited to {MOST_ORGANIC_MATTER}", field("organic_matter_fraction")));
        }
        if layer.bulk_density_g_per_cm3.is_some_and(|density| !(LIGHTEST..=DENSEST).contains(&density)) {
            let field = field("bulk_density_g_per_cm3");
            warnings.push(format!("{field} limited to {LIGHTEST} to {DENSEST}"));
        }
        for (name, value, low, high) in [
            ("bulk_density_g_per_cm3", layer.bulk_density_g_per_cm3, 0.3, 2.5),
            ("saturated_conductivity_mm_per_h", layer.saturated_conductivity_mm_per_h, 0.0, 1e6),
            ("anisotropy_ratio", layer.anisotropy_ratio, 0.0, 1e6),
            ("field_capacity_m3_per_m3", layer.field_capacity_m3_per_m3, 0.0, 1.0),
            ("wilting_point_m3_per_m3", layer.wilting_point_m3_per_m3, 0.0, 1.0),
        ] {
            if let Some(value) = value {
                checker.within(&field(name), value, low, high)?;
            }
        }
    }
    if above < 200.0 {
        warnings.push(format!("soil of {above} mm is taken as 200 mm deep"));
    }
    if above > 1800.0 {
        warnings.push(format!("soil of {above} mm is taken as 1800 mm deep"));
    }
    if let Some(layer) = &soil.restrictive_layer {
        checker.within(
            "soil.restrictive_layer.conductivity_mm_per_h",
            layer.conductivity_mm_per_h,
            0.0,
            1e6,
        )?;
    }
    Ok(warnings)
}

fn treatment(checker: &Checker, inputs: &HillslopeInputs) -> Result<(), EngineError> {
    let plant = &inputs.treatment.plant;
    let initial = &inputs.treatment.initial;
    for (field, value, low, high) in [
        ("canopy_cover_coefficient_m2_per_kg", plant.canopy_cover_coefficient_m2_per_kg, 0.0, 1e3),
        ("canopy_height_coefficient_m2_per_kg", plant.canopy_height_coefficient_m2_per_kg, 0.0, 1e3),
        ("residue_cover_coefficient_m2_per_kg", plant.residue_cover_coefficient_m2_per_kg, 0.0, 1e3),
        ("max_canopy_height_m", plant.max_canopy_height_m, 0.0, 200.0),
        ("max_leaf_area_index", plant.max_leaf_area_index, 0.0, 50.0),
        ("max_root_depth_m", plant.max_root_depth_m, 0.0, 50.0),
        ("max_root_mass_kg_per_m2", plant.max_root_mass_kg_per_m2, 0.0, 100.0),
        ("max_live_friction_factor", plant.max_live_friction_factor, 0.0, 1e3),
        ("stem_diameter_m", plant.stem_diameter_m, 0.0, 20.0),
        ("water_stress_threshold_fraction", plant.water_stress_threshold_fraction, 0.0, 1.0),
    ] {
        checker.within(&format!("treatment.plant.{field}"), value, low, high)?;
    }
    for (field, value, low, high) in [
        ("bulk_density_after_tillage_g_per_cm3", initial.bulk_density_after_tillage_g_per_cm3, 0.0, 2.5),
        ("canopy_cover_fraction", initial.canopy_cover_fraction, 0.0, 1.0),
        ("interrill_cover_fraction", initial.interrill_cover_fraction, 0.0, 1.0),
        ("rill_cover_fraction", initial.rill_cover_fraction, 0.0, 1.0),
        ("days_since_tillage", initial.days_since_tillage, 0.0, 1e6),
        ("rain_since_tillage_mm", initial.rain_since_tillage_mm, 0.0, 1e6),
        ("random_roughness_m", initial.random_roughness_m, 0.0, 2.0),
        ("ridge_height_m", initial.ridge_height_m, 0.0, 5.0),
        ("rill_spacing_m", initial.rill_spacing_m, 0.0, 1e3),
        ("rill_width_m", initial.rill_width_m, 0.0, 1e3),
        ("dead_root_mass_kg_per_m2", initial.dead_root_mass_kg_per_m2, 0.0, 100.0),
        ("buried_residue_mass_kg_per_m2", initial.buried_residue_mass_kg_per_m2, 0.0, 100.0),
        ("snow_depth_m", initial.snow_depth_m, 0.0, 50.0),
        ("frost_depth_m", initial.frost_depth_m, 0.0, 10.0),
    ] {
        checker.within(&format!("treatment.initial.{field}"), value, low, high)?;
    }
    if let Some(operation) = &inputs.treatment.yearly_operation {
        let prefix = "treatment.yearly_operation";
        checker.within(&format!("{prefix}.random_roughness_m"), operation.random_roughness_m, 0.0, 2.0)?;
        checker.within(&format!("{prefix}.ridge_height_m"), operation.ridge_height_m, 0.0, 5.0)?;
        checker.within(&format!("{prefix}.disturbed_fraction"), operation.disturbed_fraction, 0.0, 1.0)?;
        checker.within(&format!("{prefix}.depth_m"), operation.depth_m, 0.0, 5.0)?;
    }
    let winter = &inputs.winter;
    checker.within("winter.snow_conductivity_factor", winter.snow_conductivity_factor, 0.01, 100.0)?;
    checker.within("winter.residue_conductivity_factor", winter.residue_conductivity_factor, 0.01, 100.0)?;
    checker.within("winter.soil_conductivity_factor", winter.soil_conductivity_factor, 0.01, 100.0)?;
    checker.within("winter.frozen_conductivity_fraction", winter.frozen_conductivity_fraction, 1e-9, 1.0)
}

fn climate(checker: &Checker, climate: &Climate) -> Result<(), EngineError> {
    checker.within("climate.latitude_deg", climate.latitude_deg(), -90.0, 90.0)?;
    checker.within("climate.elevation_m", climate.elevation_m(), -500.0, 9000.0)?;
    match climate.fault() {
        Some(fault) => Err(checker.refuse(&fault.field, &fault.value, fault.expected)),
        None => Ok(()),
    }
}
