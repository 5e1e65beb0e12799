use super::*;
use crate::error::FormatError;
use crate::text::Writer;

impl Management {
    /// Writes the file.
    ///
    /// # Errors
    /// Values or references that [`Management::parse`] would refuse.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let mut out = Writer::new(KIND);
        out.real("version", VERSION)?.end();
        out.comments(&self.comments)?;
        out.integer(self.element_count).end();
        out.integer(self.simulation_years).end();
        section(&mut out, "Plants", &self.plants, write_plant)?;
        section(&mut out, "Operations", &self.operations, write_operation)?;
        section(&mut out, "Initial conditions", &self.initial_conditions, write_initial)?;
        section(&mut out, "Surface effects", &self.surface_effects, write_surface)?;
        section(&mut out, "Contouring", &self.contours, write_contour)?;
        section(&mut out, "Drainage", &self.drainages, write_drainage)?;
        section(&mut out, "Yearly scenarios", &self.yearly, write_yearly)?;
        out.comments(&["Management".to_owned()])?;
        out.visible_line("management name", &self.name)?;
        write_description(&mut out, &self.description)?;
        out.integer(self.initial_by_element.len()).end();
        for index in &self.initial_by_element {
            out.integer(index).end();
        }
        out.integer(self.rotation_repeats).end();
        out.integer(self.rotation_years).end();
        for crops in self.schedule.iter().flatten() {
            out.integer(crops.len()).end();
            for scenario in crops {
                out.integer(scenario).end();
            }
        }
        let text = out.finish();
        let read_back = Self::parse(&text, KIND)?;
        if read_back.schedule != self.schedule {
            let expected = "as many years as rotations times years, each with all elements";
            let found = format!("{} years", self.schedule.len());
            return Err(FormatError::on_write(KIND, "schedule", expected, found));
        }
        Ok(text)
    }
}

fn section<T>(
    out: &mut Writer,
    title: &str,
    scenarios: &[T],
    write: impl Fn(&mut Writer, &T) -> Result<(), FormatError>,
) -> Result<(), FormatError> {
    out.comments(&[title.to_owned()])?;
    out.integer(scenarios.len()).end();
    for scenario in scenarios {
        write(out, scenario)?;
    }
    Ok(())
}

fn write_description(out: &mut Writer, description: &[String; 3]) -> Result<(), FormatError> {
    for line in description {
        out.raw_line("description", line)?;
    }
    Ok(())
}

fn write_heading(out: &mut Writer, heading: &ScenarioHeading) -> Result<(), FormatError> {
    out.visible_line("scenario name", &heading.name)?;
    write_description(out, &heading.description)?;
    out.integer(1).end();
    Ok(())
}

fn write_plant(out: &mut Writer, plant: &Plant) -> Result<(), FormatError> {
    write_heading(out, &plant.heading)?;
    out.raw_line("harvest units", &plant.harvest_units)?;
    out.reals([
        ("bb", plant.canopy_cover_coefficient),
        ("bbb", plant.canopy_height_coefficient),
        ("beinp", plant.biomass_energy_ratio_kg_per_mj),
        ("btemp", plant.base_temperature_c),
        ("cf", plant.flat_residue_cover_m2_per_kg),
        ("crit", plant.emergence_degree_days),
        ("critvm", plant.grazing_minimum_biomass_kg_per_m2),
        ("cuthgt", plant.cutting_height_m),
        ("decfct", plant.canopy_after_senescence),
        ("diam", plant.stem_diameter_m),
    ])?;
    out.reals([
        ("dlai", plant.leaf_decline_heat_index),
        ("dropfc", plant.biomass_after_senescence),
        ("extnct", plant.extinction_coefficient),
        ("fact", plant.standing_to_flat_factor),
        ("flivmx", plant.max_friction_factor),
        ("gddmax", plant.season_degree_days),
        ("hi", plant.harvest_index),
        ("hmax", plant.max_height_m),
    ])?;
    out.integer(if plant.fragile_residue { 1 } else { 2 }).end();
    out.real("oratea", plant.residue_decomposition)?
        .real("orater", plant.root_decomposition)?
        .real("otemp", plant.optimal_temperature_c)?
        .real("pltol", plant.drought_tolerance)?
        .real("pltsp", plant.plant_spacing_m)?
        .real("rdmax", plant.max_root_depth_m)?
        .real("rsr", plant.root_to_shoot)?
        .real("rtmmax", plant.max_root_mass_kg_per_m2)?
        .integer(plant.senescence_days)
        .real("tmpmax", plant.max_temperature_c)?
        .end();
    out.reals([
        ("tmpmin", plant.min_temperature_c),
        ("xmxlai", plant.max_leaf_area_index),
        ("yld", plant.optimum_yield_kg_per_m2),
    ])?;
    Ok(())
}

fn operation_code(kind: OperationKind) -> u8 {
    match kind {
        OperationKind::Planter => 1,
        OperationKind::Drill => 2,
        OperationKind::Cultivator { .. } => 3,
        OperationKind::Other => 4,
        OperationKind::ResidueAddition { disturbs, .. } => 10 + 2 * u8::from(disturbs),
        OperationKind::ResidueRemoval { disturbs, .. } => 11 + 2 * u8::from(disturbs),
    }
}

fn write_operation(out: &mut Writer, operation: &Operation) -> Result<(), FormatError> {
    write_heading(out, &operation.heading)?;
    out.real("mfo1", operation.interrill_intensity_fragile)?
        .real("mfo2", operation.interrill_intensity_nonfragile)?
        .integer(operation.rows)
        .end();
    out.integer(operation_code(operation.kind)).end();
    if let OperationKind::Cultivator { rear_mounted } = operation.kind {
        out.integer(1 + u8::from(rear_mounted)).end();
    }
    out.reals([
        ("rho", operation.ridge_height_m),
        ("rint", operation.ridge_interval_m),
        ("rmfo1", operation.rill_intensity_fragile),
        ("rmfo2", operation.rill_intensity_nonfragile),
        ("rro", operation.random_roughness_m),
        ("surdis", operation.disturbed_fraction),
        ("tdmean", operation.mean_depth_m),
    ])?;
    match operation.kind {
        OperationKind::ResidueAddition { plant, amount_kg_per_m2, .. } => {
            out.integer(plant).end();
            out.real("resad", amount_kg_per_m2)?.end();
        }
        OperationKind::ResidueRemoval { fraction, .. } => {
            out.real("frmove", fraction)?.end();
        }
        _ => {}
    }
    Ok(())
}

fn write_initial(out: &mut Writer, initial: &InitialConditions) -> Result<(), FormatError> {
    write_heading(out, &initial.heading)?;
    out.reals([
        ("bdtill", initial.bulk_density_g_per_cm3),
        ("cancov", initial.canopy_cover),
        ("daydis", initial.days_since_tillage),
        ("dsharv", initial.days_since_harvest),
        ("frdp", initial.frost_depth_m),
        ("inrcov", initial.interrill_cover),
    ])?;
    out.integer(initial.residue_plant).end();
    out.integer(match initial.previous_crop {
        PreviousCrop::Annual => 1,
        PreviousCrop::Perennial => 2,
        PreviousCrop::Fallow => 3,
    })
    .end();
    out.reals([
        ("rfcum", initial.rain_since_tillage_mm),
        ("rhinit", initial.ridge_height_m),
        ("rilcov", initial.rill_cover),
        ("rrinit", initial.random_roughness_m),
        ("rspace", initial.rill_spacing_m),
    ])?;
    out.integer(match initial.rill_type {
        RillType::Unstated => 0,
        RillType::Temporary => 1,
        RillType::Permanent => 2,
    })
    .end();
    out.reals([
        ("snodpy", initial.snow_depth_m),
        ("thdp", initial.thaw_depth_m),
        ("tillay1", initial.secondary_tillage_depth_m),
        ("tillay2", initial.primary_tillage_depth_m),
        ("width", initial.rill_width_m),
    ])?;
    out.reals([("sumrtm", initial.dead_root_kg_per_m2), ("sumsrm", initial.buried_residue_kg_per_m2)])?;
    Ok(())
}

fn write_surface(out: &mut Writer, surface: &SurfaceEffect) -> Result<(), FormatError> {
    write_heading(out, &surface.heading)?;
    out.integer(surface.operations.len()).end();
    for dated in &surface.operations {
        out.integer(dated.julian_day).end();
        out.integer(dated.operation).end();
        out.real("tildep", dated.depth_m)?.end();
        out.integer(if dated.primary { 1 } else { 2 }).end();
    }
    Ok(())
}

fn write_contour(out: &mut Writer, contour: &ContourScenario) -> Result<(), FormatError> {
    write_heading(out, &contour.heading)?;
    out.reals([
        ("cntslp", contour.slope_m_per_m),
        ("rdghgt", contour.ridge_height_m),
        ("rowlen", contour.row_length_m),
        ("rowspc", contour.row_spacing_m),
    ])?;
    Ok(())
}

fn write_drainage(out: &mut Writer, drainage: &DrainageScenario) -> Result<(), FormatError> {
    write_heading(out, &drainage.heading)?;
    out.reals([
        ("ddrain", drainage.depth_m),
        ("drainc", drainage.coefficient_m_per_d),
        ("drdiam", drainage.diameter_m),
        ("sdrain", drainage.spacing_m),
    ])?;
    Ok(())
}

fn write_yearly(out: &mut Writer, year: &YearlyScenario) -> Result<(), FormatError> {
    write_heading(out, &year.heading)?;
    out.integer(year.plant).end();
    for reference in [year.surface_effect, year.contour, year.drainage] {
        if reference == Some(0) {
            return Err(out.error("yearly scenario", "a reference of at least 1, or none", "0"));
        }
        out.integer(reference.unwrap_or(0)).end();
    }
    match &year.system {
        CropSystem::Annual(crop) => {
            out.integer(1).end();
            write_annual(out, crop)
        }
        CropSystem::Perennial(crop) => {
            out.integer(2).end();
            write_perennial(out, crop)
        }
        CropSystem::Fallow(crop) => {
            out.integer(3).end();
            write_annual(out, crop)
        }
    }
}

fn write_annual(out: &mut Writer, crop: &AnnualCrop) -> Result<(), FormatError> {
    out.integer(crop.harvest_day).end();
    out.integer(crop.planting_day).end();
    out.real("rw", crop.row_width_m)?.end();
    match crop.residue {
        ResidueManagement::Herbicide { day } => {
            out.integer(1).end().integer(day).end();
        }
        ResidueManagement::Burning { day, standing_fraction, flat_fraction } => {
            out.integer(2).end().integer(day).end();
            out.reals([("fbrnag", standing_fraction), ("fbrnog", flat_fraction)])?;
        }
        ResidueManagement::Silage { day } => {
            out.integer(3).end().integer(day).end();
        }
        ResidueManagement::Cutting { day, fraction } => {
            out.integer(4).end().integer(day).end();
            out.real("frcut", fraction)?.end();
        }
        ResidueManagement::Removal => {
            out.integer(5).end();
        }
        ResidueManagement::None => {
            out.integer(6).end();
        }
    }
    Ok(())
}

fn write_perennial(out: &mut Writer, crop: &PerennialCrop) -> Result<(), FormatError> {
    out.integer(crop.senescence_day).end();
    out.integer(crop.planting_day).end();
    out.integer(crop.stop_day).end();
    out.real("rw", crop.row_width_m)?.end();
    match &crop.use_ {
        PerennialUse::Cutting(days) => {
            out.integer(1).end().integer(days.len()).end();
            for day in days {
                out.integer(day).end();
            }
        }
        PerennialUse::Grazing(periods) => {
            out.integer(2).end().integer(periods.len()).end();
            for period in periods {
                out.reals([
                    ("animal", period.animals),
                    ("area", period.area_m2),
                    ("bodywt", period.body_weight_kg),
                    ("digest", period.digestibility),
                ])?;
                out.integer(period.first_day).end();
                out.integer(period.last_day).end();
            }
        }
        PerennialUse::Neither => {
            out.integer(3).end();
        }
    }
    Ok(())
}
