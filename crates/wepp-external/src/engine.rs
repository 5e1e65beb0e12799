//! The adapter as an engine.

use std::path::Path;

use headwaters_engine::{
    Capabilities, EngineError, EngineIdentity, ExternalFailure, HillslopeEngine, HillslopeInputs,
    HillslopeResult, RunOptions,
};

use crate::configuration::ConfigurationError;
use crate::failure::{Failure, refused};
use crate::files::{FilesError, HillslopeFiles};
use crate::outputs::HillslopeOutputs;
use crate::probe;
use crate::process::{Cancellation, Limits};
use crate::program::Program;
use crate::results::{self, EXTERNAL_ENGINE_NAME};

/// A WEPP executable that has passed the probe.
#[derive(Debug)]
pub struct ExternalWepp {
    pub(crate) program: Program,
    version: String,
    pub(crate) limits: Limits,
    pub(crate) cancellation: Cancellation,
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
