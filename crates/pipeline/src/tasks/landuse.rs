//! `landuse`: the disturbed class of every hillslope, changed by burn severity.

use std::collections::HashMap;

use headwaters_domain::Finished;
use headwaters_domain::controls::{ControlKind, Landuse as LanduseControls, LanduseMode, SbsMode};
use headwaters_domain::results::RunResults;
use headwaters_domain::{TableKind, TaskKind};
use headwaters_landscape::severity::Severity;
use headwaters_landscape::{BurnSwitches, BurnTable, CoverTable, UnmappedValues, ValueMap, modal_by_zone};
use headwaters_raster::Raster;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::burn;
use crate::config::RasterEntry;
use crate::context::TaskContext;
use crate::rasters::{record_provenance, source_failure};
use crate::stop::{OrFail, TaskResult, TaskStop};
use crate::task::{BaseInputs, Task};

/// Land use of a hillslope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LanduseEntry {
    /// TOPAZ id of the hillslope.
    pub topaz_id: u32,
    /// Commonest value of the land-cover raster; `None` in single mode.
    pub raster_value: Option<i32>,
    /// Share of the hillslope with that value, 0-1.
    pub share: f64,
    /// Class before the fire.
    pub class: String,
    /// Commonest burn severity.
    pub severity: String,
    /// Class after the fire: what erosion is computed for.
    pub burned_class: String,
}

/// The task.
#[derive(Debug)]
pub struct Landuse;

impl Task for Landuse {
    fn kind(&self) -> TaskKind {
        TaskKind::Landuse
    }

    fn version(&self) -> u32 {
        2
    }

    fn sources(&self, base: &BaseInputs<'_>) -> Vec<String> {
        let BaseInputs { controls, config, resources } = base;
        let gridded = controls.landuse.mode == LanduseMode::Gridded;
        let cover = config.landcover.iter().filter(|_| gridded).map(|entry| ("cover", entry));
        let burned = controls.sbs.mode == SbsMode::Config;
        let severity = config.burn_severity.iter().filter(|_| burned).map(|entry| ("severity", entry));
        let named = |(what, entry): (&str, &RasterEntry)| {
            std::iter::once(what.to_owned()).chain(entry.identity(&resources.data)).collect::<Vec<_>>()
        };
        cover.chain(severity).flat_map(named).collect()
    }
    fn run(&self, context: &TaskContext) -> TaskResult {
        run(context)
    }
}

fn run(context: &TaskContext) -> TaskResult {
    let subwta = context.raster::<u32>(TaskKind::BuildSubcatchments, "subwta.tif")?;
    let hillslopes = hillslope_ids(&subwta);
    let classes = match context.controls.landuse.mode {
        LanduseMode::Single => single(context, &hillslopes)?,
        LanduseMode::Gridded => gridded(context, &subwta, &hillslopes)?,
    };
    context.cancel.check()?;
    let severities = burn::severities(context, &subwta.spec())?;
    context.write_raster("burn_severity.tif", &burn::map(&severities, &subwta.spec())?)?;
    let modal = modal_by_zone(zones(&subwta), severities.iter().copied()).or_fail("internal")?;
    let burn_table = context.table(TableKind::Burn, BurnTable::parse)?;
    let controls = &context.controls.landuse;
    let LanduseControls { burn_forest: forest, burn_shrubs: shrubs, burn_grass: grass, .. } = *controls;
    let switches = BurnSwitches { forest, shrubs, grass };
    let mut entries = Vec::with_capacity(hillslopes.len());
    for topaz_id in hillslopes {
        let (raster_value, share, class) = classes.get(&topaz_id).cloned().ok_or_else(|| {
            let message = format!("hillslope {topaz_id} lies where the land-cover raster has no data");
            TaskStop::failed("landcover_missing", message)
        })?;
        let severity = modal.get(&topaz_id).map_or(Severity::Unburned, |mode| mode.class);
        let burned_class = burn_table.burned(&class, severity, switches).to_owned();
        let severity = severity.name().to_owned();
        entries.push(LanduseEntry { topaz_id, raster_value, share, class, severity, burned_class });
    }
    context.write_json("landuse.json", &entries)?;
    context.write("landuse.csv", table(&entries))?;
    let burned_fraction = burned_fraction(&subwta, &severities);
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for entry in &entries {
        *counts.entry(entry.burned_class.as_str()).or_default() += 1;
    }
    let result = json!({ "hillslopes_per_class": counts, "burned_fraction": burned_fraction });
    let figures = RunResults { burned_fraction: Some(burned_fraction), ..RunResults::default() };
    Ok(Finished { result, figures })
}

/// Hillslope of each cell; channels (ids ending in 4) and cells outside the basin have none.
pub fn zones(subwta: &Raster<u32>) -> impl ExactSizeIterator<Item = Option<u32>> {
    subwta.grid.as_slice().iter().map(|id| (*id != 0 && id % 10 != 4).then_some(*id))
}

/// Ids of all hillslopes, ascending.
pub fn hillslope_ids(subwta: &Raster<u32>) -> Vec<u32> {
    let mut ids: Vec<u32> = zones(subwta).flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

type Classes = HashMap<u32, (Option<i32>, f64, String)>;

fn single(context: &TaskContext, hillslopes: &[u32]) -> TaskResult<Classes> {
    let class = context.controls.landuse.single_class.trim();
    context.table(TableKind::Covers, CoverTable::parse)?.cover(class).or_fail("unknown_class")?;
    Ok(hillslopes.iter().map(|id| (*id, (None, 1.0, class.to_owned()))).collect())
}

fn gridded(context: &TaskContext, subwta: &Raster<u32>, hillslopes: &[u32]) -> TaskResult<Classes> {
    context.require_raster(ControlKind::Landuse, "no_landcover")?;
    let entry = context.config.landcover.as_ref();
    let entry = entry.ok_or_else(|| TaskStop::failed("internal", "no land cover"))?;
    let fetched = context.source(entry)?.read_classes_partial(&subwta.spec()).map_err(source_failure)?;
    record_provenance(context, "land cover", &fetched)?;
    let cover = &fetched.raster;
    let values = cover.grid.as_slice().iter().map(|value| (!cover.is_nodata(*value)).then_some(*value));
    let modal = modal_by_zone(zones(subwta), values).or_fail("internal")?;
    let map = context.table(TableKind::Landcover, ValueMap::parse)?;
    map.require(modal.values().map(|mode| i64::from(mode.class))).map_err(unmapped)?;
    let mut classes = Classes::new();
    for id in hillslopes {
        if let Some(mode) = modal.get(id)
            && let Some(class) = map.class(i64::from(mode.class))
        {
            let share = mode.cells as f64 / mode.classified.max(1) as f64;
            classes.insert(*id, (Some(mode.class), share, class.to_owned()));
        }
    }
    Ok(classes)
}

/// Every value without a class, with the number of hillslopes where it is the commonest.
fn unmapped(values: UnmappedValues) -> TaskStop {
    let message = format!(
        "{values}, counted by hillslopes: add them to the table {} of the base project, or choose the raster's \
         codes in the config (`classes = \"nlcd\"` or \"landfire_evt\" under `[landcover]`)",
        TableKind::Landcover.label()
    );
    let details = json!({ "table": values.table, "hillslopes_per_value": values.values });
    TaskStop::failed("unmapped_landcover", message).with_details(details)
}

/// Share of the basin, channels included, burned with moderate or high severity.
fn burned_fraction(subwta: &Raster<u32>, severities: &[Option<Severity>]) -> f64 {
    let mut basin = 0_u64;
    let mut burned = 0_u64;
    for (id, severity) in subwta.grid.as_slice().iter().zip(severities) {
        basin += u64::from(*id != 0);
        let hard = matches!(severity, Some(Severity::Moderate | Severity::High));
        burned += u64::from(*id != 0 && hard);
    }
    burned as f64 / basin.max(1) as f64
}

fn table(entries: &[LanduseEntry]) -> String {
    let mut text = "topaz_id,raster_value,share,class,severity,burned_class\n".to_owned();
    for entry in entries {
        let value = entry.raster_value.map_or(String::new(), |value| value.to_string());
        let LanduseEntry { topaz_id, share, class, severity, burned_class, .. } = entry;
        text.push_str(&format!("{topaz_id},{value},{share:.3},{class},{severity},{burned_class}\n"));
    }
    text
}
