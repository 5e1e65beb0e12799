//! `soils`: the soil of every hillslope, changed by land use and fire.

use std::collections::HashMap;

use headwaters_domain::Finished;
use headwaters_domain::controls::{ControlKind, SoilMode};
use headwaters_domain::{TableKind, TaskKind};
use headwaters_landscape::{DisturbedTable, SoilOptions, SoilTable, modal_by_zone};
use headwaters_raster::Raster;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::landuse::{LanduseEntry, zones};
use crate::context::TaskContext;
use crate::rasters::{record_provenance, source_failure};
use crate::stop::{OrFail, TaskResult, TaskStop};
use crate::task::{BaseInputs, Task};

/// Soil of a hillslope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SoilEntry {
    /// TOPAZ id of the hillslope.
    pub topaz_id: u32,
    /// Key in the soil table.
    pub key: String,
    /// Name of the soil.
    pub name: String,
    /// Simple texture of the surface.
    pub texture: String,
    /// Disturbed class that changed it.
    pub class: String,
    /// Bulk density of the surface, g/cm³.
    pub surface_bulk_density_g_per_cm3: f64,
    /// Name of the soil file.
    pub file: String,
    /// Basal crop coefficient of the disturbed class.
    pub basal_crop_coefficient: Option<f64>,
    /// Readily available water fraction of the disturbed class.
    pub readily_available_fraction: Option<f64>,
}

/// The task.
#[derive(Debug)]
pub struct Soils;

impl Task for Soils {
    fn kind(&self) -> TaskKind {
        TaskKind::Soils
    }

    fn version(&self) -> u32 {
        3
    }

    fn sources(&self, base: &BaseInputs<'_>) -> Vec<String> {
        let gridded = base.controls.soils.mode == SoilMode::Gridded;
        let entries = base.config.soils.iter().filter(|_| gridded);
        entries.flat_map(|entry| entry.identity(&base.resources.data)).collect()
    }
    fn run(&self, context: &TaskContext) -> TaskResult {
        run(context)
    }
}

fn run(context: &TaskContext) -> TaskResult {
    let landuse: Vec<LanduseEntry> = context.read_json(TaskKind::Landuse, "landuse.json")?;
    let table = context.table(TableKind::Soils, SoilTable::parse)?;
    let disturbed = context.table(TableKind::Disturbed, DisturbedTable::parse)?;
    let keys = keys(context, &landuse)?;
    let controls = &context.controls.soils;
    let options = SoilOptions {
        initial_saturation: controls.initial_saturation,
        restrictive_ksat_mm_per_h: controls.restrictive_layer_mm_h,
        clip_depth_mm: controls.clip_depth_mm,
    };
    let mut written: HashMap<(String, String), SoilEntry> = HashMap::new();
    let mut estimates = csv::Writer::from_writer(Vec::new());
    estimates.write_record(["file", "layer", "property", "value", "method"]).or_fail("encode")?;
    let mut entries = Vec::with_capacity(landuse.len());
    for hillslope in &landuse {
        context.cancel.check()?;
        let topaz_id = hillslope.topaz_id;
        let key = keys.get(&topaz_id).ok_or_else(|| {
            let message = format!("hillslope {topaz_id} lies where the soil raster has no data");
            TaskStop::failed("soil_missing", message)
        })?;
        let pair = (key.clone(), hillslope.burned_class.clone());
        if let Some(known) = written.get(&pair) {
            entries.push(SoilEntry { topaz_id, ..known.clone() });
            continue;
        }
        let soil = table.soil(key).ok_or_else(|| {
            TaskStop::failed("unknown_soil", format!("the soil table has no row with the key `{key}`"))
        })?;
        let row = disturbed.row(&hillslope.burned_class, soil.texture()).ok();
        let built = soil.build(&hillslope.burned_class, row, &options);
        let file = format!("soil_{}.sol", written.len() + 1);
        context.write(&file, built.soil.to_text().or_fail("soil_file")?)?;
        for estimate in &built.estimates {
            let (layer, property, method) = (estimate.layer, estimate.property, estimate.method);
            let value = estimate.value.to_string();
            estimates
                .write_record([&file, &layer.to_string(), property, &value, method])
                .or_fail("encode")?;
        }
        let entry = SoilEntry {
            topaz_id,
            key: key.clone(),
            name: soil.name.clone(),
            texture: built.texture.name().to_owned(),
            class: hillslope.burned_class.clone(),
            surface_bulk_density_g_per_cm3: built.surface_bulk_density_g_per_cm3,
            file,
            basal_crop_coefficient: row.and_then(|row| row.basal_crop_coefficient),
            readily_available_fraction: row.and_then(|row| row.readily_available_fraction),
        };
        written.insert(pair, entry.clone());
        entries.push(entry);
    }
    context.write_json("soils.json", &entries)?;
    context.write("estimates.csv", estimates.into_inner().or_fail("encode")?)?;
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for entry in &entries {
        *counts.entry(entry.key.as_str()).or_default() += 1;
    }
    let result = json!({ "hillslopes_per_soil": counts, "soil_files": written.len() });
    Ok(Finished { result, ..Finished::default() })
}

/// Key of each hillslope's soil.
fn keys(context: &TaskContext, landuse: &[LanduseEntry]) -> TaskResult<HashMap<u32, String>> {
    let controls = &context.controls.soils;
    if controls.mode == SoilMode::Single {
        let key = controls.single_soil.trim().to_owned();
        return Ok(landuse.iter().map(|entry| (entry.topaz_id, key.clone())).collect());
    }
    context.require_raster(ControlKind::Soils, "no_soil_map")?;
    let entry = context.config.soils.as_ref();
    let entry = entry.ok_or_else(|| TaskStop::failed("internal", "no soil map"))?;
    let subwta = context.raster::<u32>(TaskKind::BuildSubcatchments, "subwta.tif")?;
    let fetched = context.source(entry)?.read_classes_partial(&subwta.spec()).map_err(source_failure)?;
    record_provenance(context, "soils", &fetched)?;
    modal_keys(&subwta, &fetched.raster)
}

fn modal_keys(subwta: &Raster<u32>, soils: &Raster<i32>) -> TaskResult<HashMap<u32, String>> {
    let values = soils.grid.as_slice().iter().map(|value| (!soils.is_nodata(*value)).then_some(*value));
    let modal = modal_by_zone(zones(subwta), values).or_fail("internal")?;
    Ok(modal.into_iter().map(|(id, mode)| (id, mode.class.to_string())).collect())
}
