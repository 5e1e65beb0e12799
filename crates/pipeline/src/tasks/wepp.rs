//! `wepp`: erosion of every hillslope, and their sums over the watershed.
//!
//! The watershed figures are sums of what the hillslopes deliver to the channels; no channel erosion or deposition
//! is in them, and the files say so.

mod comparison;
mod provenance;
mod routing;
mod tables;

use std::collections::BTreeSet;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use headwaters_data_folder::content;
use headwaters_domain::Finished;
use headwaters_domain::controls::{EngineChoice, EvapotranspirationMethod as Choice, Wepp as WeppControls};
use headwaters_domain::results::RunResults;
use headwaters_domain::{TableKind, TaskKind};
use headwaters_engine::{
    Climate, EmbeddedEngine, EvapotranspirationMethod, HillslopeEngine, HillslopeInputs, HillslopeResult,
    Profile, RunOptions, Soil, Treatment, WinterOptions, compare_results, verification_sample,
};
use headwaters_landscape::CoverTable;
use headwaters_landscape::DisturbedTable;
use headwaters_landscape::SimpleTexture;
use headwaters_wepp_external::{Cancellation, ExternalWepp};
use headwaters_wepp_formats as formats;
use rayon::prelude::*;
use serde_json::json;

use super::abstract_watershed::HillslopeEntry;
use super::landuse::LanduseEntry;
use super::soils::SoilEntry;
use crate::context::TaskContext;
use crate::engines;
use crate::stop::{OrFail, TaskResult, TaskStop};
use crate::task::{BaseInputs, Task};
use comparison::{deviation_table, figure_table};
use tables::{HillslopeRow, event_table, hillslope_table, row, year_table};

/// How soon after a cancellation the processes of an executable are stopped.
const CANCEL_WITHIN: Duration = Duration::from_millis(100);

/// The task.
#[derive(Debug)]
pub struct Wepp;

impl Task for Wepp {
    fn kind(&self) -> TaskKind {
        TaskKind::Wepp
    }

    fn version(&self) -> u32 {
        4
    }

    fn programs(&self, base: &BaseInputs<'_>) -> Vec<String> {
        let external = base.controls.wepp.engine != EngineChoice::Embedded;
        let executable = base.resources.wepp.iter().filter(|_| external);
        executable.map(|executable| content(&executable.path)).collect()
    }
    fn run(&self, context: &TaskContext) -> TaskResult {
        run(context)
    }
}

fn run(context: &TaskContext) -> TaskResult {
    let (inputs, about) = inputs(context)?;
    let controls = &context.controls.wepp;
    let embedded: Option<&dyn HillslopeEngine> =
        (controls.engine != EngineChoice::ExternalWepp).then_some(&EmbeddedEngine);
    let external = match controls.engine {
        EngineChoice::Embedded => None,
        EngineChoice::ExternalWepp | EngineChoice::Both => Some(configured(context, controls)?),
    };
    let mut shown: Option<Simulated> = None;
    if let Some(engine) = embedded {
        shown = Some(simulate(context, engine, None, &inputs, &about, "")?);
    }
    if let Some(engine) = &external {
        let cancellation = Some(engine.cancellation());
        let cancellation = cancellation.as_ref();
        shown = Some(match shown {
            None if controls.route_channels => routed(context, engine, &inputs, &about)?,
            None => simulate(context, engine, cancellation, &inputs, &about, "")?,
            Some(embedded) => {
                let sample = sample(controls, inputs.len());
                let chosen: Vec<_> = sample.iter().map(|&i| inputs[i].clone()).collect();
                let about: Vec<_> = sample.iter().map(|&i| about[i].clone()).collect();
                let external = simulate(context, engine, cancellation, &chosen, &about, "_external")?;
                context.write_json("totals_external.json", &external.record)?;
                compare(context, &embedded, &external, &sample)?;
                embedded
            }
        });
    }
    let shown = shown.ok_or_else(|| TaskStop::failed("internal", "no engine was chosen"))?;
    context.write_json("totals.json", &shown.record)?;
    Ok(Finished { result: shown.record, figures: shown.figures })
}

/// Runs the executable on all hillslopes and routes what they deliver through the channels.
fn routed(
    context: &TaskContext,
    engine: &ExternalWepp,
    inputs: &[HillslopeInputs],
    about: &[About],
) -> TaskResult<Simulated> {
    let channels = routing::channels(context)?;
    let keeping = routing::KeepingPasses::new(engine);
    let cancellation = Some(engine.cancellation());
    let mut hillslopes = simulate(context, &keeping, cancellation.as_ref(), inputs, about, "")?;
    let (outlet, record) = cancellable(context, cancellation.as_ref(), || {
        routing::route(context, keeping, channels, inputs, about, &hillslopes.results)
    })?;
    hillslopes.record["outlet"] = record;
    let figures = RunResults {
        outlet_discharge_mm_y: outlet.outlet_discharge_mm_y,
        outlet_sediment_t_y: outlet.outlet_sediment_t_y,
        ..hillslopes.figures
    };
    Ok(Simulated { figures, ..hillslopes })
}

/// What one engine made of the hillslopes.
struct Simulated {
    figures: RunResults,
    record: serde_json::Value,
    results: Vec<HillslopeResult>,
}

/// Indices of the hillslopes that both engines run.
fn sample(controls: &WeppControls, total: usize) -> Vec<usize> {
    match controls.comparison_sample {
        0 => (0..total).collect(),
        wanted => verification_sample(total, wanted as usize),
    }
}

/// Writes how the engines differ: hillslope by hillslope, and in the watershed's figures when all were compared.
fn compare(
    context: &TaskContext,
    embedded: &Simulated,
    external: &Simulated,
    sample: &[usize],
) -> TaskResult<()> {
    let pairs = sample.iter().map(|&i| &embedded.results[i]).zip(&external.results);
    if let Some(table) = compare_results(pairs) {
        context.write_json("deviations.json", &table)?;
        context.write("deviations.csv", deviation_table(&table)?)?;
    }
    if sample.len() == embedded.results.len() {
        context.write("comparison.csv", figure_table(&embedded.figures, &external.figures))?;
    }
    Ok(())
}

/// What rows carry beside the engine's figures.
#[derive(Clone)]
struct About {
    entry: HillslopeEntry,
    class: String,
    severity: String,
    soil: String,
}

fn inputs(context: &TaskContext) -> TaskResult<(Vec<HillslopeInputs>, Vec<About>)> {
    let hillslopes: Vec<HillslopeEntry> =
        context.read_json(TaskKind::AbstractWatershed, "hillslopes.json")?;
    let landuse: Vec<LanduseEntry> = context.read_json(TaskKind::Landuse, "landuse.json")?;
    let soils: Vec<SoilEntry> = context.read_json(TaskKind::Soils, "soils.json")?;
    let text = |task, name: &str| -> TaskResult<String> {
        String::from_utf8(context.read(task, name)?).or_fail("missing_input")
    };
    let weather = formats::Climate::parse(&text(TaskKind::Climate, "climate.cli")?, "climate.cli");
    let climate = Arc::new(Climate::from_climate_file(&weather.or_fail("climate_file")?));
    let years = (climate.days().len() as f64 / 365.25).round().max(1.0) as usize;
    let covers = context.table(TableKind::Covers, CoverTable::parse)?;
    let disturbed = context.table(TableKind::Disturbed, DisturbedTable::parse)?;
    let winter = WinterOptions {
        frozen_conductivity_fraction: context.controls.wepp.frozen_conductivity_share,
        ..WinterOptions::default()
    };
    let mut inputs = Vec::with_capacity(hillslopes.len());
    let mut about = Vec::with_capacity(hillslopes.len());
    for entry in hillslopes {
        let missing = |what: &str| {
            let message = format!("hillslope {} has no {what}; run that task again", entry.topaz_id);
            TaskStop::failed("missing_input", message)
        };
        let landuse = landuse.iter().find(|row| row.topaz_id == entry.topaz_id);
        let landuse = landuse.ok_or_else(|| missing("land use"))?;
        let soil = soils.iter().find(|row| row.topaz_id == entry.topaz_id).ok_or_else(|| missing("soil"))?;
        let slope_name = format!("slope/hillslope_{}.slp", entry.wepp_id);
        let slope = formats::Slope::parse(&text(TaskKind::AbstractWatershed, &slope_name)?, &slope_name);
        let soil_file = formats::Soil::parse(&text(TaskKind::Soils, &soil.file)?, &soil.file);
        let mut cover = covers.cover(&landuse.burned_class).or_fail("unknown_class")?.clone();
        let texture = SimpleTexture::ALL.into_iter().find(|texture| texture.name() == soil.texture);
        if let Some(row) = texture.and_then(|texture| disturbed.row(&landuse.burned_class, texture).ok()) {
            cover = cover.with_disturbed(row);
        }
        let management = cover.with_bulk_density(soil.surface_bulk_density_g_per_cm3).management(years);
        inputs.push(HillslopeInputs {
            name: format!("hillslope {}", entry.topaz_id),
            profile: Profile::from_slope(&slope.or_fail("slope_file")?).or_fail("slope_file")?,
            soil: Soil::from_soil(&soil_file.or_fail("soil_file")?).or_fail("soil_file")?,
            treatment: Treatment::from_management(&management).or_fail("management")?,
            climate: climate.clone(),
            winter,
            evapotranspiration: evapotranspiration(&context.controls.wepp, soil),
            hourly_water_balance: context.controls.wepp.hourly_water_balance,
        });
        about.push(About {
            entry,
            class: landuse.burned_class.clone(),
            severity: landuse.severity.clone(),
            soil: soil.key.clone(),
        });
    }
    Ok((inputs, about))
}

/// The coefficients of the disturbed class, where it has them, win over those of the control.
fn evapotranspiration(controls: &WeppControls, soil: &SoilEntry) -> EvapotranspirationMethod {
    match controls.evapotranspiration {
        Choice::Penman => EvapotranspirationMethod::PenmanOrPriestleyTaylor,
        Choice::PriestleyTaylor => EvapotranspirationMethod::PriestleyTaylor,
        Choice::FaoPenmanMonteith => EvapotranspirationMethod::FaoPenmanMonteith {
            basal_crop_coefficient: soil.basal_crop_coefficient.unwrap_or(controls.pmet_kcb),
            readily_available_fraction: soil.readily_available_fraction.unwrap_or(controls.pmet_rawp),
        },
    }
}

fn configured(context: &TaskContext, controls: &WeppControls) -> TaskResult<ExternalWepp> {
    let executable = context.resources.wepp.as_ref().ok_or_else(|| {
        let message =
            "this server has no WEPP executable: start it with --wepp FILE, or choose the embedded engine";
        TaskStop::failed("no_executable", message)
    })?;
    let time = Duration::from_secs(u64::from(controls.external_timeout_s));
    if time > executable.max_time {
        let most = executable.max_time.as_secs();
        context.log.line(format_args!("this server stops the executable after {most} s per hillslope"));
    }
    engines::configure(executable, &context.resources.data, time)
        .map_err(|reason| TaskStop::failed("external_wepp", reason))
}

/// Does what may wait for processes. Every thread may be waiting for one of its own, so somebody is kept free to stop them
/// when the task is told to stop; then whatever they say does not matter.
fn cancellable<T>(
    context: &TaskContext,
    cancellation: Option<&Cancellation>,
    work: impl FnOnce() -> TaskResult<T>,
) -> TaskResult<T> {
    let done = std::thread::scope(|scope| {
        let (working, over) = mpsc::channel::<()>();
        if let Some(cancellation) = cancellation {
            scope.spawn(move || {
                while over.recv_timeout(CANCEL_WITHIN) == Err(mpsc::RecvTimeoutError::Timeout) {
                    if context.cancel.is_requested() {
                        cancellation.cancel();
                    }
                }
            });
        }
        let done = work();
        drop(working);
        done
    });
    context.cancel.check()?;
    done
}

/// Runs one engine over all hillslopes and writes its tables; `suffix` tells those of a second engine apart.
fn simulate(
    context: &TaskContext,
    engine: &dyn HillslopeEngine,
    cancellation: Option<&Cancellation>,
    inputs: &[HillslopeInputs],
    about: &[About],
    suffix: &str,
) -> TaskResult<Simulated> {
    let identity = engine.identity();
    context.log.line(format_args!("{} {}: {} hillslopes", identity.name, identity.version, inputs.len()));
    let options = RunOptions { years: None, daily_water_balance: false };
    let simulate_one = |input: &HillslopeInputs| -> TaskResult<HillslopeResult> {
        if context.cancel.is_requested() {
            cancellation.into_iter().for_each(Cancellation::cancel);
            return Err(TaskStop::Cancelled);
        }
        engine.run(input, &options).or_fail("engine")
    };
    let results: Vec<HillslopeResult> =
        cancellable(context, cancellation, || inputs.par_iter().map(simulate_one).collect())?;
    let rows: Vec<HillslopeRow> =
        results.iter().zip(about).map(|(result, about)| row(result, about)).collect();
    context.write(&format!("hillslopes{suffix}.csv"), hillslope_table(&rows)?)?;
    context.write(&format!("years{suffix}.csv"), year_table(&results))?;
    context.write(&format!("events{suffix}.csv"), event_table(&results, about))?;
    let limits: BTreeSet<&String> = results.iter().flat_map(|result| &result.limits).collect();
    let notes: BTreeSet<&String> = results.iter().flat_map(|result| &result.warnings).collect();
    let provenance = provenance::table(&results, about)?;
    let inputs_sha256 = Some(headwaters_hash::sha256_hex(&provenance));
    context.write(&format!("provenance{suffix}.csv"), provenance)?;
    let always = engines::standing_limits(|name| name == identity.name);
    let further = limits.iter().filter(|limit| !always.contains(&limit.as_str()));
    let further_limits =
        Some(further.map(|limit| (*limit).clone()).collect()).filter(|more: &Vec<_>| !more.is_empty());
    let figures = RunResults { inputs_sha256, further_limits, ..totals(&rows, &results) };
    let record = json!({
        "engine": identity,
        "meaning": "sums of what the hillslopes deliver to the channels; channel erosion and deposition are not in them",
        "figures": figures,
        "hillslopes": rows.len(),
        "max_balance_error_mm": figures.max_balance_error_mm,
        "limits": limits,
        "notes": notes.iter().take(50).collect::<Vec<_>>(),
    });
    Ok(Simulated { figures, record, results })
}

/// Sums over the hillslopes; depths are weighted by area.
fn totals(rows: &[HillslopeRow], results: &[HillslopeResult]) -> RunResults {
    let area_ha: f64 = rows.iter().map(|row| row.area_ha).sum();
    let weighted = |value: fn(&HillslopeRow) -> f64| {
        rows.iter().map(|row| value(row) * row.area_ha).sum::<f64>() / area_ha.max(1e-9)
    };
    let sediment_t_y: f64 = rows.iter().map(|row| row.sediment_t_y).sum();
    let first = results.first();
    RunResults {
        runoff_mm_y: Some(weighted(|row| row.runoff_mm_y)),
        sediment_t_y: Some(sediment_t_y),
        sediment_t_ha_y: Some(sediment_t_y / area_ha.max(1e-9)),
        years: first.map(|result| result.years.len() as u32),
        max_balance_error_mm: largest_balance_error(rows),
        executable_sha256: first.and_then(|result| result.identity.executable_sha256.clone()),
        engine: first.map(|result| RunResults::engine_text(&result.identity.name, &result.identity.version)),
        ..RunResults::default()
    }
}

/// Largest balance error of any hillslope; none unless every hillslope's is known.
fn largest_balance_error(rows: &[HillslopeRow]) -> Option<f64> {
    rows.iter().map(|row| row.max_balance_error_mm).try_fold(0.0_f64, |most, error| Some(most.max(error?)))
}
