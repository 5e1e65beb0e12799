//! Outputs of a hillslope run, read from its directory.

use std::collections::BTreeMap;

use headwaters_engine::ExternalFailure;
use headwaters_wepp_formats::outputs::{EventRow, HillslopeLoss, HillslopePass, WaterBalanceRow, version_of};

use crate::failure::{Failure, misread};
use crate::files::RunShape;
use crate::process::RunDirectory;

/// WEPP's outputs for one hillslope, with the identification of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct HillslopeOutputs {
    /// Version the program prints.
    pub version: String,
    /// SHA-256 of every file in the run directory before the start, side files included.
    pub input_sha256: BTreeMap<String, String>,
    /// Pass file: daily runoff and sediment with five significant digits.
    pub pass: HillslopePass,
    /// The pass file as written, for a watershed run.
    pub pass_text: String,
    /// Annual averages.
    pub loss: HillslopeLoss,
    /// Events as printed.
    pub events: Vec<EventRow>,
    /// Daily water balance as printed.
    pub water_balance: Vec<WaterBalanceRow>,
}

pub(crate) const PASS: &str = "pass.txt";

pub(crate) const LOSS: &str = "loss.txt";

pub(crate) const WATER: &str = "wat.txt";

pub(crate) const EVENTS: &str = "ebe.txt";

/// Reads the outputs and checks that they are complete.
pub(crate) fn read_outputs(directory: &RunDirectory, shape: RunShape) -> Result<HillslopeOutputs, Failure> {
    let RunShape { years, elements } = shape;
    let read = |name: &str| directory.read(name);
    let (pass, loss, water, events) = (read(PASS)?, read(LOSS)?, read(WATER)?, read(EVENTS)?);
    let parsed_pass = HillslopePass::parse(&pass, PASS).map_err(|error| misread(&error, &pass))?;
    let outputs = HillslopeOutputs {
        version: version_of(&loss).unwrap_or_default().to_owned(),
        input_sha256: directory.hashes().clone(),
        pass: parsed_pass,
        loss: HillslopeLoss::parse(&loss, LOSS).map_err(|error| misread(&error, &loss))?,
        pass_text: pass,
        events: EventRow::parse_file(&events, EVENTS).map_err(|error| misread(&error, &events))?,
        water_balance: WaterBalanceRow::parse_file(&water, WATER).map_err(|error| misread(&error, &water))?,
    };
    let cut = |name: &str, what: String| {
        Err(Failure::new(ExternalFailure::TruncatedOutput, format!("{name}: {what}")))
    };
    let (last_year, last_day) = outputs.pass.last_day;
    if !outputs.pass.is_complete() || outputs.pass.years != years {
        return cut(
            PASS,
            format!("ends on day {last_day} of year {last_year}, {years} years were asked for"),
        );
    }
    if outputs.water_balance.len() != outputs.pass.days * elements {
        return cut(
            WATER,
            format!(
                "{} rows, {elements} for each of {} days were due",
                outputs.water_balance.len(),
                outputs.pass.days
            ),
        );
    }
    if outputs.loss.years != years {
        return cut(LOSS, format!("{} years of {years}", outputs.loss.years));
    }
    Ok(outputs)
}
