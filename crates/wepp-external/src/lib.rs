//! Adapter that runs a WEPP executable the user supplies, as a [`HillslopeEngine`].
//!
//! WEPP is not part of this program and never shipped with it. The executable is probed once, when
//! it is configured: a built-in hillslope is run for one year and its outputs must have a layout
//! that is known. Each run gets a fresh directory with short relative file names and every side file
//! written explicitly; success is the completion message plus complete outputs, never the exit code.
#![warn(missing_docs)]

mod channels;
mod files;
mod probe;
mod process;
mod results;
mod watershed;

pub use channels::{ChannelNetwork, ChannelOptions, watershed_files};
pub use files::{FilesError, HillslopeFiles};
pub use process::{Cancellation, Limits};
pub use watershed::{WatershedOutputs, WatershedRunFiles};

use headwaters_engine::{
    Capabilities, EngineError, EngineIdentity, ExternalFailure, HillslopeEngine, HillslopeInputs,
    HillslopeResult, RunOptions,
};
use headwaters_wepp_formats::outputs::{EventRow, HillslopeLoss, HillslopePass, WaterBalanceRow, version_of};
use headwaters_wepp_formats::{FormatError, HillslopeRun};
use process::{HILLSLOPE_MARKER, RunDirectory};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Name of the engine in results.
pub const EXTERNAL_ENGINE_NAME: &str = "external WEPP";

/// What its results do not represent, to be shown next to them.
pub const EXTERNAL_ENGINE_LIMITS: [&str; 2] = [
    "one overland flow element with a static cover; sums are of hillslope deliveries, and only the figures of the outlet, \
     where channels were routed, include channels",
    "events below 1 mm of runoff are known to 0.1 mm and 0.1 kg/m only",
];

/// A WEPP executable that has passed the probe.
#[derive(Debug)]
pub struct ExternalWepp {
    program: Program,
    version: String,
    limits: Limits,
    cancellation: Cancellation,
}

/// The executable and where its run directories go.
#[derive(Debug)]
pub(crate) struct Program {
    path: PathBuf,
    sha256: String,
    stamp: (u64, Option<SystemTime>),
    run_parent: PathBuf,
}

/// Why an executable cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigurationError {
    /// The file is missing or not readable.
    #[error("{path}: {reason}")]
    NotReadable {
        /// The executable.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The program starts, but does not behave like WEPP.
    #[error("{path} is not a WEPP executable that is known here: {detail}")]
    NotWepp {
        /// The executable.
        path: String,
        /// What it did instead.
        detail: String,
    },
    /// The program runs the built-in hillslope, but its outputs have another layout.
    #[error("{path} writes outputs of an unknown layout: {detail}")]
    UnknownLayout {
        /// The executable.
        path: String,
        /// File, line and what was expected.
        detail: String,
    },
    /// The program did not finish the built-in hillslope.
    #[error("{path} fails on the built-in hillslope: {failure}: {detail}")]
    ProbeFailed {
        /// The executable.
        path: String,
        /// Class of the failure.
        failure: ExternalFailure,
        /// What was seen.
        detail: String,
    },
}

/// What complete outputs of a run hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunShape {
    pub years: usize,
    pub elements: usize,
}

/// Class and detail of a failed run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    pub class: ExternalFailure,
    pub detail: String,
}

impl Failure {
    pub fn new(class: ExternalFailure, detail: impl Into<String>) -> Self {
        Self { class, detail: detail.into() }
    }

    fn named(self, hillslope: &str) -> EngineError {
        EngineError::External { hillslope: hillslope.to_owned(), failure: self.class, detail: self.detail }
    }
}

/// WEPP's outputs for one hillslope, with what identifies the run.
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

impl ExternalWepp {
    /// Hashes and probes an executable. Run directories are made, and removed, below `run_parent`.
    ///
    /// # Errors
    /// See [`ConfigurationError`].
    pub fn configure(
        executable: &Path,
        run_parent: &Path,
        limits: Limits,
    ) -> Result<Self, ConfigurationError> {
        let program = Program::open(executable, run_parent)?;
        let version = probe::probe(&program, &limits)?;
        Ok(Self { program, version, limits, cancellation: Cancellation::default() })
    }

    /// Handle that ends this engine's runs from another thread.
    #[must_use]
    pub fn cancellation(&self) -> Cancellation {
        self.cancellation.clone()
    }

    /// The same engine with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Runs one hillslope given as WEPP's own files.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for values that the file layouts refuse,
    /// [`EngineError::External`] for the rest.
    pub fn run_files(&self, name: &str, files: &HillslopeFiles) -> Result<HillslopeOutputs, EngineError> {
        let texts = files.texts().map_err(|error| refused(name, &error))?;
        let outputs = self
            .program
            .run_hillslope(&texts, files.shape(), &self.limits, &self.cancellation)
            .map_err(|failure| failure.named(name))?;
        if outputs.version != self.version {
            let detail = format!("version {} instead of {}", outputs.version, self.version);
            return Err(Failure::new(ExternalFailure::UnknownLayout, detail).named(name));
        }
        Ok(outputs)
    }
}

impl HillslopeEngine for ExternalWepp {
    fn identity(&self) -> EngineIdentity {
        EngineIdentity {
            name: EXTERNAL_ENGINE_NAME.to_owned(),
            version: self.version.clone(),
            executable_sha256: Some(self.program.sha256.clone()),
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::HILLSLOPE
    }

    fn run(&self, inputs: &HillslopeInputs, options: &RunOptions) -> Result<HillslopeResult, EngineError> {
        self.run_with_pass(inputs, options).map(|(result, _)| result)
    }
}

impl ExternalWepp {
    /// As [`HillslopeEngine::run`], with the text of the pass file, which a watershed run needs.
    ///
    /// # Errors
    /// As [`HillslopeEngine::run`].
    pub fn run_with_pass(
        &self,
        inputs: &HillslopeInputs,
        options: &RunOptions,
    ) -> Result<(HillslopeResult, String), EngineError> {
        let years = results::years_to_run(inputs, options)?;
        let mut notes = Vec::new();
        let files = HillslopeFiles::from_inputs(inputs, years, &mut notes).map_err(|error| match error {
            FilesError::Format(error) => refused(&inputs.name, &error),
            FilesError::Unsupported(what) => EngineError::Unsupported {
                hillslope: inputs.name.clone(),
                engine: EXTERNAL_ENGINE_NAME.to_owned(),
                what,
            },
        })?;
        let outputs = self.run_files(&inputs.name, &files)?;
        let result = results::hillslope_result(self.identity(), inputs, options, &outputs, notes);
        Ok((result, outputs.pass_text))
    }
}

fn refused(hillslope: &str, error: &FormatError) -> EngineError {
    EngineError::InvalidInput {
        hillslope: hillslope.to_owned(),
        field: format!("{}, {}", error.file, error.field),
        value: error.found.clone(),
        expected: error.expected.clone(),
    }
}

impl Program {
    fn open(executable: &Path, run_parent: &Path) -> Result<Self, ConfigurationError> {
        let not_readable = |error: std::io::Error| ConfigurationError::NotReadable {
            path: executable.display().to_string(),
            reason: error.to_string(),
        };
        // The working directory of a run is another one, so a relative path would not be found.
        let path = fs::canonicalize(executable).map_err(not_readable)?;
        let bytes = fs::read(&path).map_err(not_readable)?;
        Ok(Self {
            stamp: stamp(&path).map_err(not_readable)?,
            sha256: sha256_hex(&bytes),
            path,
            run_parent: run_parent.to_owned(),
        })
    }

    fn display(&self) -> String {
        self.path.display().to_string()
    }

    /// Runs one hillslope in a fresh directory and reads all outputs.
    pub(crate) fn run_hillslope(
        &self,
        texts: &[(&'static str, String)],
        shape: RunShape,
        limits: &Limits,
        cancellation: &Cancellation,
    ) -> Result<HillslopeOutputs, Failure> {
        self.check_unchanged()?;
        let mut directory = RunDirectory::create(&self.run_parent)?;
        for (name, text) in texts {
            directory.write(name, text)?;
        }
        let run = HillslopeRun {
            pass: Some(PASS.to_owned()),
            loss: LOSS.to_owned(),
            water_balance: Some(WATER.to_owned()),
            events: Some(EVENTS.to_owned()),
            ..HillslopeRun::new(
                files::MANAGEMENT_FILE,
                files::SLOPE_FILE,
                files::CLIMATE_FILE,
                files::SOIL_FILE,
                shape.years,
            )
        };
        let answers =
            run.to_text().map_err(|error| Failure::new(ExternalFailure::BadInput, error.to_string()))?;
        process::run(&self.path, &mut directory, &answers, HILLSLOPE_MARKER, limits, cancellation)?;
        read_outputs(&directory, shape)
    }

    /// A result carries the hash taken at configuration, so the file must still be the same.
    fn check_unchanged(&self) -> Result<(), Failure> {
        match stamp(&self.path) {
            Ok(found) if found == self.stamp => Ok(()),
            Ok(_) => Err(Failure::new(
                ExternalFailure::CannotStart,
                format!("{} has changed since it was configured", self.path.display()),
            )),
            Err(error) => {
                let detail = format!("{}: {error}", self.path.display());
                Err(Failure::new(ExternalFailure::CannotStart, detail))
            }
        }
    }
}

const PASS: &str = "pass.txt";
const LOSS: &str = "loss.txt";
const WATER: &str = "wat.txt";
const EVENTS: &str = "ebe.txt";

fn read_outputs(directory: &RunDirectory, shape: RunShape) -> Result<HillslopeOutputs, Failure> {
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

/// A file that fails at its end is cut short; one that fails before has another layout.
fn misread(error: &FormatError, text: &str) -> Failure {
    let class = if error.line >= text.lines().count() {
        ExternalFailure::TruncatedOutput
    } else {
        ExternalFailure::UnknownLayout
    };
    Failure::new(class, error.to_string())
}

fn stamp(path: &Path) -> std::io::Result<(u64, Option<SystemTime>)> {
    let metadata = fs::metadata(path)?;
    Ok((metadata.len(), metadata.modified().ok()))
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
