//! The watershed mode: channels fed by the pass files of hillslopes that have been run.

use crate::engine::ExternalWepp;
use crate::failure::{Failure, misread, refused};
use crate::files::{HOURLY_FILE, HOURLY_TEXT};
use crate::process::{self, Limits, RunDirectory};
use headwaters_engine::{EngineError, ExternalFailure};
use headwaters_wepp_formats::outputs::{WatershedEvent, WatershedLoss};
use headwaters_wepp_formats::{
    ChannelRouting, Climate, FormatError, Frost, Management, NO_IMPOUNDMENTS, Slope, Soil, WatershedChannels,
    WatershedRun, WatershedStructure,
};
use std::collections::BTreeMap;

const MARKER: &str = "WEPP COMPLETED WATERSHED SIMULATION SUCCESSFULLY";
const LOSS: &str = "loss_pw0.txt";
const EVENTS: &str = "ebe_pw0.txt";

/// The input files of a watershed run. Slopes, soils and management have one element per channel.
#[derive(Debug, Clone, PartialEq)]
pub struct WatershedRunFiles {
    /// Text of each hillslope's pass file, in element order.
    pub hillslope_passes: Vec<String>,
    /// Inflows of each channel.
    pub structure: WatershedStructure,
    /// Hydraulics of the channels.
    pub channels: WatershedChannels,
    /// Profiles of the channels.
    pub slope: Slope,
    /// Soils of the channels.
    pub soil: Soil,
    /// Management of the channels.
    pub management: Management,
    /// Weather.
    pub climate: Climate,
    /// Routing options (`chan.inp`).
    pub routing: ChannelRouting,
    /// `frost.txt`.
    pub frost: Frost,
    /// True to write `wepp_ui.txt`, which switches to the hourly water balance.
    pub hourly_water_balance: bool,
    /// Years to simulate.
    pub years: usize,
}

/// Outputs of a watershed run.
#[derive(Debug, Clone, PartialEq)]
pub struct WatershedOutputs {
    /// SHA-256 of every file in the run directory before the start.
    pub input_sha256: BTreeMap<String, String>,
    /// Annual averages.
    pub loss: WatershedLoss,
    /// Events at the outlet.
    pub events: Vec<WatershedEvent>,
}

impl WatershedRunFiles {
    fn texts(&self) -> Result<Vec<(String, String)>, FormatError> {
        let mut texts: Vec<(String, String)> = [
            ("pw0.str", self.structure.to_text()?),
            ("pw0.chn", self.channels.to_text()?),
            ("pw0.imp", NO_IMPOUNDMENTS.to_owned()),
            ("pw0.man", self.management.to_text()?),
            ("pw0.slp", self.slope.to_text()?),
            ("pw0.cli", self.climate.to_text()?),
            ("pw0.sol", self.soil.to_text()?),
            ("chan.inp", self.routing.to_text()?),
            ("frost.txt", self.frost.to_text()?),
        ]
        .map(|(name, text)| (name.to_owned(), text))
        .into();
        if self.hourly_water_balance {
            texts.push((HOURLY_FILE.to_owned(), HOURLY_TEXT.to_owned()));
        }
        for (pass, name) in self.hillslope_passes.iter().zip(self.pass_names()) {
            texts.push((name, pass.clone()));
        }
        Ok(texts)
    }

    fn pass_names(&self) -> Vec<String> {
        (1..=self.hillslope_passes.len()).map(|hillslope| format!("H{hillslope}.pass.dat")).collect()
    }
}

impl ExternalWepp {
    /// Runs the channels of a watershed on the pass files of its hillslopes.
    ///
    /// # Errors
    /// As [`ExternalWepp::run_files`].
    pub fn run_watershed(
        &self,
        name: &str,
        files: &WatershedRunFiles,
    ) -> Result<WatershedOutputs, EngineError> {
        let texts = files.texts().map_err(|error| refused(name, &error))?;
        let run = WatershedRun { hillslope_passes: files.pass_names(), years: files.years };
        let answers = run.to_text().map_err(|error| refused(name, &error))?;
        self.watershed_outputs(&texts, &answers, files).map_err(|failure| failure.named(name))
    }

    fn watershed_outputs(
        &self,
        texts: &[(String, String)],
        answers: &str,
        files: &WatershedRunFiles,
    ) -> Result<WatershedOutputs, Failure> {
        self.program.check_unchanged()?;
        let mut directory = RunDirectory::create(&self.program.run_parent)?;
        for (name, text) in texts {
            directory.write(name, text)?;
        }
        // The limit is per hillslope.
        let hillslopes = u32::try_from(files.hillslope_passes.len()).unwrap_or(u32::MAX);
        let limits = Limits { time: self.limits.time.saturating_mul(hillslopes.max(1)), ..self.limits };
        process::run(&self.program.path, &mut directory, answers, MARKER, &limits, &self.cancellation)?;
        let (loss, events) = (directory.read(LOSS)?, directory.read(EVENTS)?);
        let outputs = WatershedOutputs {
            input_sha256: directory.hashes().clone(),
            loss: WatershedLoss::parse(&loss, LOSS).map_err(|error| misread(&error, &loss))?,
            events: WatershedEvent::parse_file(&events, EVENTS).map_err(|error| misread(&error, &events))?,
        };
        let found = (outputs.loss.hillslopes.len(), outputs.loss.channels.len());
        let wanted = (files.hillslope_passes.len(), files.structure.channels.len());
        if found != wanted {
            let detail = format!("{LOSS}: {found:?} hillslopes and channels, {wanted:?} were run");
            return Err(Failure::new(ExternalFailure::TruncatedOutput, detail));
        }
        Ok(outputs)
    }
}
