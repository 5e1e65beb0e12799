//! The executable's watershed mode: channels fed by the hillslopes it has run.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use headwaters_domain::results::RunResults;
use headwaters_domain::{TableKind, TaskKind};
use headwaters_engine::{
    Capabilities, EngineError, EngineIdentity, HillslopeEngine, HillslopeInputs, HillslopeResult, RunOptions,
};
use headwaters_landscape::{Cover, CoverTable};
use headwaters_subcatchments::StructureElement;
use headwaters_wepp_external::{
    ChannelNetwork, ChannelOptions, ExternalWepp, HillslopeFiles, WatershedOutputs, watershed_files,
};
use headwaters_wepp_formats::{ChannelInflow, Inflow, Slope, WatershedStructure};
use serde_json::{Value, json};

use super::About;
use crate::context::TaskContext;
use crate::stop::{OrFail, TaskResult, TaskStop};

/// Class whose cover all channels get: nothing grows in their beds.
const CHANNEL_COVER: &str = "bare";

/// The executable, keeping the pass file of every hillslope it runs.
pub struct KeepingPasses<'a> {
    wepp: &'a ExternalWepp,
    passes: Mutex<HashMap<String, String>>,
}

impl<'a> KeepingPasses<'a> {
    /// Nothing run yet.
    pub fn new(wepp: &'a ExternalWepp) -> Self {
        Self { wepp, passes: Mutex::default() }
    }
}

impl HillslopeEngine for KeepingPasses<'_> {
    fn identity(&self) -> EngineIdentity {
        self.wepp.identity()
    }

    fn capabilities(&self) -> Capabilities {
        self.wepp.capabilities()
    }

    fn run(&self, inputs: &HillslopeInputs, options: &RunOptions) -> Result<HillslopeResult, EngineError> {
        let (result, pass) = self.wepp.run_with_pass(inputs, options)?;
        self.passes.lock().unwrap_or_else(PoisonError::into_inner).insert(inputs.name.clone(), pass);
        Ok(result)
    }
}

/// The channels, and the cover they all have. Looked for before the hillslopes run: what is missing is then said at once.
pub fn channels(context: &TaskContext) -> TaskResult<(ChannelNetwork, Cover)> {
    let covers = context.table(TableKind::Covers, CoverTable::parse)?;
    let cover = covers.cover(CHANNEL_COVER).map_err(|error| {
        TaskStop::failed("unknown_class", format!("{error}, which channels take their cover from"))
    })?;
    Ok((network(context)?, cover.clone()))
}

/// Routes what the hillslopes deliver through the channels; writes `channels.csv` and `outlet_events.csv`, and gives
/// the figures of the outlet.
pub fn route(
    context: &TaskContext,
    engine: KeepingPasses<'_>,
    (network, cover): (ChannelNetwork, Cover),
    inputs: &[HillslopeInputs],
    about: &[About],
    results: &[HillslopeResult],
) -> TaskResult<(RunResults, Value)> {
    let wepp = engine.wepp;
    let mut passes = engine.passes.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Elements are numbered by WEPP id: the hillslopes from 1, then the channels.
    let mut order: Vec<usize> = (0..inputs.len()).collect();
    order.sort_by_key(|&at| about[at].entry.wepp_id);
    let kept = |at: usize| passes.remove(&inputs[at].name);
    let passes: Option<Vec<String>> = order.into_iter().map(kept).collect();
    let passes = passes.ok_or_else(|| TaskStop::failed("internal", "a pass file is missing"))?;

    let (first, years) = match (inputs.first(), results.first()) {
        (Some(inputs), Some(result)) => (inputs, result.years.len()),
        _ => return Err(TaskStop::failed("missing_input", "no hillslopes")),
    };
    let files = HillslopeFiles::from_inputs(first, years, &mut Vec::new()).or_fail("channels")?;
    let names = network.names.clone();
    let files = watershed_files(passes, network, &ChannelOptions::default(), cover.management(years), files);
    context.log.line(format_args!("routing through {} channels", files.structure.channels.len()));
    let outputs = wepp.run_watershed("channels", &files).or_fail("channels")?;
    write_tables(context, &names, &outputs)?;
    let loss = &outputs.loss;
    let area_m2: f64 = results.iter().map(|result| result.area_m2).sum();
    let figures = RunResults {
        outlet_discharge_mm_y: Some(1000.0 * loss.discharge_m3 / area_m2.max(1.0)),
        outlet_sediment_t_y: Some(loss.sediment_t),
        ..RunResults::default()
    };
    let record = json!({
        "meaning": "what leaves the outlet after the executable's channel routing",
        "channels": loss.channels.len(),
        "discharge_m3_y": loss.discharge_m3,
        "channel_loss_t_y": loss.channel_loss_t,
        "sediment_t_y": loss.sediment_t,
        "delivery_ratio": loss.delivery_ratio,
        "input_sha256": outputs.input_sha256,
    });
    Ok((figures, record))
}

/// The channels that the earlier tasks published.
fn network(context: &TaskContext) -> TaskResult<ChannelNetwork> {
    let elements: Vec<StructureElement> =
        context.read_json(TaskKind::BuildSubcatchments, "structure.json")?;
    let slope = context.read(TaskKind::AbstractWatershed, "slope/channels.slp")?;
    let slope = String::from_utf8(slope).or_fail("missing_input")?;
    let channels = elements.iter().map(|element| {
        let [left, right, top, from_left, from_right, from_top, ..] = element.feeders().map(|id| id as usize);
        ChannelInflow {
            hillslopes: Inflow { left, right, top },
            channels: Inflow { left: from_left, right: from_right, top: from_top },
        }
    });
    Ok(ChannelNetwork {
        structure: WatershedStructure { channels: channels.collect() },
        slope: Slope::parse_channels(&slope, "slope/channels.slp").or_fail("slope_file")?,
        names: elements.iter().map(|element| element.topaz_id.to_string()).collect(),
    })
}

fn write_tables(context: &TaskContext, names: &[String], outputs: &WatershedOutputs) -> TaskResult<()> {
    let mut text = "topaz_id,discharge_m3_y,sediment_t_y,loss_kg_y,contributing_area_ha\n".to_owned();
    for (name, totals) in names.iter().zip(&outputs.loss.channels) {
        text.push_str(&format!(
            "{name},{:.1},{:.3},{:.1},{:.2}\n",
            totals.discharge_m3, totals.sediment_t, totals.loss_kg, totals.area_ha
        ));
    }
    context.write("channels.csv", text)?;
    let mut text = "year,month,day,precipitation_mm,runoff_m3,peak_m3_s,sediment_kg\n".to_owned();
    for event in &outputs.events {
        text.push_str(&format!(
            "{},{},{},{:.2},{:.2},{:.5},{:.2}\n",
            event.year,
            event.month,
            event.day,
            event.precipitation_mm,
            event.runoff_m3,
            event.peak_m3_per_s,
            event.sediment_kg
        ));
    }
    context.write("outlet_events.csv", text)
}
