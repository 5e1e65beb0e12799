use super::*;
use crate::error::FormatError;
use crate::text::{Fields, Reader};

/// Far above WEPP's own array bounds, far below what could exhaust memory.
const MOST_SCENARIOS: usize = 100_000;
const MOST_YEARS: usize = 10_000;

impl Management {
    /// Reads a management file of layout 98.4.
    ///
    /// ```
    /// use headwaters_wepp_formats::Management;
    ///
    /// let text = "98.4\n1\n1\n1\nplant\n\n\n\n1\nWeppWillSet\n14 3 0 2 5 5 0 .3 1 .005\n\
    ///     .5 1 .45 .99 17 0 .42 .2\n2\n0 0 20 .1 .5 .3 .33 .2 90 40\n-40 2 0\n0\n\
    ///     1\ninitial\n\n\n\n1\n1.1 .45 330 1000 0 .45\n1\n2\n400 .06 .45 .06 0\n1\n0 0 0 0 0\n.2 .2\n\
    ///     0\n0\n0\n1\nyear\n\n\n\n1\n1\n0\n0\n0\n2\n250\n0\n0\n0\n3\n\
    ///     name\n\n\n\n1\n1\n1\n1\n1\n1\n";
    /// let file = Management::parse(text, "hill.man")?;
    /// assert_eq!(file.initial_conditions[0].rill_cover, 0.45);
    /// assert_eq!(Management::parse(&file.to_text()?, "hill.man")?, file);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// Another layout; a land use other than cropland (1); a line that is missing or not what the
    /// section asks for; a reference to a scenario that does not exist.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let version = reader.real("version")?;
        if version != VERSION {
            return Err(reader.error("version", VERSION.to_string(), version.to_string()));
        }
        let comments = reader.comments();
        let element_count = reader.count("number of elements", 1..=MOST_SCENARIOS)?;
        let simulation_years = reader.count("simulation years", 1..=MOST_YEARS)?;
        let plants = scenarios(&mut reader, "plants", 1, plant)?;
        let plant_count = plants.len();
        let operations = scenarios(&mut reader, "operations", 0, |r| operation(r, plant_count))?;
        let initial_conditions =
            scenarios(&mut reader, "initial conditions", 1, |r| initial(r, plant_count))?;
        let operation_count = operations.len();
        let surface_effects = scenarios(&mut reader, "surface effects", 0, |r| surface(r, operation_count))?;
        let contours = scenarios(&mut reader, "contours", 0, contour)?;
        let drainages = scenarios(&mut reader, "drainages", 0, drainage)?;
        let bounds = YearBounds {
            plants: plant_count,
            surface_effects: surface_effects.len(),
            contours: contours.len(),
            drainages: drainages.len(),
        };
        let yearly = scenarios(&mut reader, "yearly scenarios", 1, |r| yearly(r, bounds))?;
        let name = reader.visible_line("management name")?.to_owned();
        let description = description(&mut reader)?;
        let elements = reader.count("number of elements", element_count..=element_count)?;
        let mut initial_by_element = Vec::new();
        for _ in 0..elements {
            initial_by_element.push(reader.count("initial condition", 1..=initial_conditions.len())?);
        }
        let rotation_repeats = reader.count("rotation repeats", 1..=MOST_YEARS)?;
        let rotation_years = reader.count("years in rotation", 1..=MOST_YEARS)?;
        let mut schedule = Vec::new();
        for _ in 0..rotation_repeats.saturating_mul(rotation_years) {
            schedule.push(year_of_schedule(&mut reader, elements, yearly.len())?);
        }
        reader.finish("after the last year")?;
        Ok(Self {
            comments,
            element_count,
            simulation_years,
            plants,
            operations,
            initial_conditions,
            surface_effects,
            contours,
            drainages,
            yearly,
            name,
            description,
            initial_by_element,
            rotation_repeats,
            rotation_years,
            schedule,
        })
    }
}

fn year_of_schedule(
    reader: &mut Reader<'_>,
    elements: usize,
    yearly_count: usize,
) -> Result<Vec<Vec<usize>>, FormatError> {
    let mut year = Vec::new();
    for _ in 0..elements {
        let crops = reader.count("plants in the year", 1..=MOST_SCENARIOS)?;
        let mut scenarios = Vec::new();
        for _ in 0..crops {
            scenarios.push(reader.count("yearly scenario", 1..=yearly_count)?);
        }
        year.push(scenarios);
    }
    Ok(year)
}

fn scenarios<T>(
    reader: &mut Reader<'_>,
    section: &str,
    at_least: usize,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<T, FormatError>,
) -> Result<Vec<T>, FormatError> {
    let count = reader.count(&format!("number of {section}"), at_least..=MOST_SCENARIOS)?;
    let mut found = Vec::new();
    for _ in 0..count {
        found.push(read(reader)?);
    }
    Ok(found)
}

fn description(reader: &mut Reader<'_>) -> Result<[String; 3], FormatError> {
    let mut lines: [String; 3] = Default::default();
    for line in &mut lines {
        reader.raw("description")?.trim().clone_into(line);
    }
    Ok(lines)
}

/// Name, three lines and the land use, which must be cropland.
fn heading(reader: &mut Reader<'_>) -> Result<ScenarioHeading, FormatError> {
    let name = reader.visible_line("scenario name")?.to_owned();
    let description = description(reader)?;
    let land_use = reader.count("land use", 1..=4)?;
    if land_use != 1 {
        return Err(reader.error("land use", "1 (cropland)", land_use.to_string()));
    }
    Ok(ScenarioHeading { name, description })
}

fn day(reader: &mut Reader<'_>, field: &str, least: usize) -> Result<u16, FormatError> {
    // At most 366, so the cast is lossless.
    Ok(reader.count(field, least..=366)? as u16)
}

fn optional(reader: &mut Reader<'_>, field: &str, most: usize) -> Result<Option<usize>, FormatError> {
    Ok(Some(reader.count(field, 0..=most)?).filter(|index| *index > 0))
}

fn plant(reader: &mut Reader<'_>) -> Result<Plant, FormatError> {
    let heading = heading(reader)?;
    let harvest_units = reader.raw("harvest units")?.trim().to_owned();
    let [bb, bbb, beinp, btemp, cf, crit, critvm, cuthgt, decfct, diam] =
        reader.reals(["bb", "bbb", "beinp", "btemp", "cf", "crit", "critvm", "cuthgt", "decfct", "diam"])?;
    let [dlai, dropfc, extnct, fact, flivmx, gddmax, hi, hmax] =
        reader.reals(["dlai", "dropfc", "extnct", "fact", "flivmx", "gddmax", "hi", "hmax"])?;
    let fragile_residue = reader.count("mfocod", 1..=2)? == 1;
    let mut fields = reader.record("oratea")?.fields();
    let mut next = |field: &str| fields.real(field);
    let [oratea, orater, otemp, pltol] = [next("oratea")?, next("orater")?, next("otemp")?, next("pltol")?];
    let [pltsp, rdmax, rsr, rtmmax] = [next("pltsp")?, next("rdmax")?, next("rsr")?, next("rtmmax")?];
    let senescence_days = fields.integer("spriod")?;
    let tmpmax = fields.real("tmpmax")?;
    fields.end("tmpmax")?;
    let [tmpmin, xmxlai, yld] = reader.reals(["tmpmin", "xmxlai", "yld"])?;
    Ok(Plant {
        heading,
        harvest_units,
        canopy_cover_coefficient: bb,
        canopy_height_coefficient: bbb,
        biomass_energy_ratio_kg_per_mj: beinp,
        base_temperature_c: btemp,
        flat_residue_cover_m2_per_kg: cf,
        emergence_degree_days: crit,
        grazing_minimum_biomass_kg_per_m2: critvm,
        cutting_height_m: cuthgt,
        canopy_after_senescence: decfct,
        stem_diameter_m: diam,
        leaf_decline_heat_index: dlai,
        biomass_after_senescence: dropfc,
        extinction_coefficient: extnct,
        standing_to_flat_factor: fact,
        max_friction_factor: flivmx,
        season_degree_days: gddmax,
        harvest_index: hi,
        max_height_m: hmax,
        fragile_residue,
        residue_decomposition: oratea,
        root_decomposition: orater,
        optimal_temperature_c: otemp,
        drought_tolerance: pltol,
        plant_spacing_m: pltsp,
        max_root_depth_m: rdmax,
        root_to_shoot: rsr,
        max_root_mass_kg_per_m2: rtmmax,
        senescence_days,
        max_temperature_c: tmpmax,
        min_temperature_c: tmpmin,
        max_leaf_area_index: xmxlai,
        optimum_yield_kg_per_m2: yld,
    })
}

fn operation(reader: &mut Reader<'_>, plants: usize) -> Result<Operation, FormatError> {
    let heading = heading(reader)?;
    let mut fields = reader.record("mfo1")?.fields();
    let interrill_intensity_fragile = fields.real("mfo1")?;
    let interrill_intensity_nonfragile = fields.real("mfo2")?;
    let rows = fields.integer("numof")?;
    fields.end("numof")?;
    let code = reader.count("pcode", 1..=13)?;
    let rear_mounted = code == 3 && reader.count("cltpos", 1..=2)? == 2;
    let [rho, rint, rmfo1, rmfo2, rro, surdis, tdmean] =
        reader.reals(["rho", "rint", "rmfo1", "rmfo2", "rro", "surdis", "tdmean"])?;
    let kind = match code {
        1 => OperationKind::Planter,
        2 => OperationKind::Drill,
        3 => OperationKind::Cultivator { rear_mounted },
        4 => OperationKind::Other,
        10 | 12 => OperationKind::ResidueAddition {
            disturbs: code == 12,
            plant: reader.count("iresad", 1..=plants)?,
            amount_kg_per_m2: reader.real("resad")?,
        },
        11 | 13 => OperationKind::ResidueRemoval { disturbs: code == 13, fraction: reader.real("frmove")? },
        _ => return Err(reader.error("pcode", "1 to 4 or 10 to 13", code.to_string())),
    };
    Ok(Operation {
        heading,
        interrill_intensity_fragile,
        interrill_intensity_nonfragile,
        rows,
        kind,
        ridge_height_m: rho,
        ridge_interval_m: rint,
        rill_intensity_fragile: rmfo1,
        rill_intensity_nonfragile: rmfo2,
        random_roughness_m: rro,
        disturbed_fraction: surdis,
        mean_depth_m: tdmean,
    })
}

fn cover(fields: &mut Fields<'_>, field: &str) -> Result<f64, FormatError> {
    fields.real_in(field, 0.0, 1.0)
}

fn initial(reader: &mut Reader<'_>, plants: usize) -> Result<InitialConditions, FormatError> {
    let heading = heading(reader)?;
    let mut fields = reader.record("bdtill")?.fields();
    let bulk_density_g_per_cm3 = fields.real("bdtill")?;
    let canopy_cover = cover(&mut fields, "cancov")?;
    let days_since_tillage = fields.real("daydis")?;
    let days_since_harvest = fields.real("dsharv")?;
    let frost_depth_m = fields.real("frdp")?;
    let interrill_cover = cover(&mut fields, "inrcov")?;
    fields.end("inrcov")?;
    let residue_plant = reader.count("iresd", 1..=plants)?;
    let previous_crop = match reader.count("imngmt", 1..=3)? {
        1 => PreviousCrop::Annual,
        2 => PreviousCrop::Perennial,
        _ => PreviousCrop::Fallow,
    };
    let mut fields = reader.record("rfcum")?.fields();
    let rain_since_tillage_mm = fields.real("rfcum")?;
    let ridge_height_m = fields.real("rhinit")?;
    let rill_cover = cover(&mut fields, "rilcov")?;
    let random_roughness_m = fields.real("rrinit")?;
    let rill_spacing_m = fields.real("rspace")?;
    fields.end("rspace")?;
    let rill_type = match reader.count("rtyp", 0..=2)? {
        0 => RillType::Unstated,
        1 => RillType::Temporary,
        _ => RillType::Permanent,
    };
    let [snodpy, thdp, tillay1, tillay2, width] =
        reader.reals(["snodpy", "thdp", "tillay1", "tillay2", "width"])?;
    let [sumrtm, sumsrm] = reader.reals(["sumrtm", "sumsrm"])?;
    Ok(InitialConditions {
        heading,
        bulk_density_g_per_cm3,
        canopy_cover,
        days_since_tillage,
        days_since_harvest,
        frost_depth_m,
        interrill_cover,
        residue_plant,
        previous_crop,
        rain_since_tillage_mm,
        ridge_height_m,
        rill_cover,
        random_roughness_m,
        rill_spacing_m,
        rill_type,
        snow_depth_m: snodpy,
        thaw_depth_m: thdp,
        secondary_tillage_depth_m: tillay1,
        primary_tillage_depth_m: tillay2,
        rill_width_m: width,
        dead_root_kg_per_m2: sumrtm,
        buried_residue_kg_per_m2: sumsrm,
    })
}

fn surface(reader: &mut Reader<'_>, operations: usize) -> Result<SurfaceEffect, FormatError> {
    let heading = heading(reader)?;
    let count = reader.count("number of operations", 1..=MOST_SCENARIOS)?;
    let mut dated = Vec::new();
    for _ in 0..count {
        dated.push(SurfaceOperation {
            julian_day: day(reader, "mdate", 1)?,
            operation: reader.count("op", 1..=operations)?,
            depth_m: reader.real("tildep")?,
            primary: reader.count("typtil", 1..=2)? == 1,
        });
    }
    Ok(SurfaceEffect { heading, operations: dated })
}

fn contour(reader: &mut Reader<'_>) -> Result<ContourScenario, FormatError> {
    let heading = heading(reader)?;
    let [cntslp, rdghgt, rowlen, rowspc] = reader.reals(["cntslp", "rdghgt", "rowlen", "rowspc"])?;
    Ok(ContourScenario {
        heading,
        slope_m_per_m: cntslp,
        ridge_height_m: rdghgt,
        row_length_m: rowlen,
        row_spacing_m: rowspc,
    })
}

fn drainage(reader: &mut Reader<'_>) -> Result<DrainageScenario, FormatError> {
    let heading = heading(reader)?;
    let [ddrain, drainc, drdiam, sdrain] = reader.reals(["ddrain", "drainc", "drdiam", "sdrain"])?;
    Ok(DrainageScenario {
        heading,
        depth_m: ddrain,
        coefficient_m_per_d: drainc,
        diameter_m: drdiam,
        spacing_m: sdrain,
    })
}

/// Number of scenarios of each kind that a yearly scenario can refer to.
#[derive(Clone, Copy)]
struct YearBounds {
    plants: usize,
    surface_effects: usize,
    contours: usize,
    drainages: usize,
}

fn yearly(reader: &mut Reader<'_>, bounds: YearBounds) -> Result<YearlyScenario, FormatError> {
    let heading = heading(reader)?;
    let plant = reader.count("itype", 1..=bounds.plants)?;
    let surface_effect = optional(reader, "tilseq", bounds.surface_effects)?;
    let contour = optional(reader, "conset", bounds.contours)?;
    let drainage = optional(reader, "drset", bounds.drainages)?;
    let system = match reader.count("mgtopt", 1..=3)? {
        1 => CropSystem::Annual(annual(reader)?),
        2 => CropSystem::Perennial(perennial(reader)?),
        _ => CropSystem::Fallow(annual(reader)?),
    };
    Ok(YearlyScenario { heading, plant, surface_effect, contour, drainage, system })
}

fn annual(reader: &mut Reader<'_>) -> Result<AnnualCrop, FormatError> {
    let harvest_day = day(reader, "jdharv", 0)?;
    let planting_day = day(reader, "jdplt", 0)?;
    let row_width_m = reader.real("rw")?;
    let residue = match reader.count("resmgt", 1..=6)? {
        1 => ResidueManagement::Herbicide { day: day(reader, "jdherb", 1)? },
        2 => {
            let day = day(reader, "jdburn", 1)?;
            let [standing_fraction, flat_fraction] = reader.reals(["fbrnag", "fbrnog"])?;
            ResidueManagement::Burning { day, standing_fraction, flat_fraction }
        }
        3 => ResidueManagement::Silage { day: day(reader, "jdslge", 1)? },
        4 => ResidueManagement::Cutting { day: day(reader, "jdcut", 1)?, fraction: reader.real("frcut")? },
        5 => ResidueManagement::Removal,
        _ => ResidueManagement::None,
    };
    Ok(AnnualCrop { harvest_day, planting_day, row_width_m, residue })
}

fn perennial(reader: &mut Reader<'_>) -> Result<PerennialCrop, FormatError> {
    let senescence_day = day(reader, "jdharv", 0)?;
    let planting_day = day(reader, "jdplt", 0)?;
    let stop_day = day(reader, "jdstop", 0)?;
    let row_width_m = reader.real("rw")?;
    let use_ = match reader.count("mgtopt", 1..=3)? {
        1 => {
            let count = reader.count("ncut", 1..=MOST_SCENARIOS)?;
            let mut days = Vec::new();
            for _ in 0..count {
                days.push(day(reader, "cutday", 1)?);
            }
            PerennialUse::Cutting(days)
        }
        2 => {
            let count = reader.count("ncycle", 1..=MOST_SCENARIOS)?;
            let mut periods = Vec::new();
            for _ in 0..count {
                periods.push(grazing(reader)?);
            }
            PerennialUse::Grazing(periods)
        }
        _ => PerennialUse::Neither,
    };
    Ok(PerennialCrop { senescence_day, planting_day, stop_day, row_width_m, use_ })
}

fn grazing(reader: &mut Reader<'_>) -> Result<Grazing, FormatError> {
    let [animals, area_m2, body_weight_kg, digestibility] =
        reader.reals(["animal", "area", "bodywt", "digest"])?;
    Ok(Grazing {
        animals,
        area_m2,
        body_weight_kg,
        digestibility,
        first_day: day(reader, "gday", 1)?,
        last_day: day(reader, "gend", 1)?,
    })
}
