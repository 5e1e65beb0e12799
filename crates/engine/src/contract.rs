//! The trait that every hillslope engine implements, and its errors.

use crate::inputs::HillslopeInputs;
use crate::result::{Capabilities, EngineIdentity, HillslopeResult, RunOptions};

/// An engine that turns a hillslope and its weather into runoff and sediment.
///
/// Implementations may be called from several threads at once; equal inputs give equal results.
pub trait HillslopeEngine: Send + Sync {
    /// Name and version that results carry.
    fn identity(&self) -> EngineIdentity;
    /// Processes the engine can represent.
    fn capabilities(&self) -> Capabilities;
    /// Runs one hillslope.
    ///
    /// # Errors
    /// [`EngineError`] when the inputs are refused or an external program fails. No partial result is returned.
    fn run(&self, inputs: &HillslopeInputs, options: &RunOptions) -> Result<HillslopeResult, EngineError>;
}

/// Failure of a run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// An input value that no engine can use.
    #[error("{hillslope}: {field} = {value}: {expected}")]
    InvalidInput {
        /// Hillslope name.
        hillslope: String,
        /// The field, for example `soil.layers[2].clay_fraction`.
        field: String,
        /// The value found.
        value: String,
        /// Description of accepted values.
        expected: String,
    },
    /// The engine cannot represent a requested process.
    #[error("{hillslope}: {engine} cannot represent {what}")]
    Unsupported {
        /// Hillslope name.
        hillslope: String,
        /// Engine name.
        engine: String,
        /// The request.
        what: String,
    },
    /// An external program failed.
    #[error("{hillslope}: external engine: {failure}: {detail}")]
    External {
        /// Hillslope name.
        hillslope: String,
        /// Class of the failure.
        failure: ExternalFailure,
        /// Evidence, for example the last lines of the program's output.
        detail: String,
    },
}

/// Classes of failure of an external executable (whose exit code says nothing).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ExternalFailure {
    /// The executable is missing or cannot be started.
    #[error("cannot be started")]
    CannotStart,
    /// The program refused an input file.
    #[error("an input was refused")]
    BadInput,
    /// The climate file was missing or too short.
    #[error("the climate is missing or too short")]
    MissingClimate,
    /// The completion marker or an output file is missing, or an output is cut short.
    #[error("the output is incomplete")]
    TruncatedOutput,
    /// An output has a layout that is not known.
    #[error("the output has an unknown layout")]
    UnknownLayout,
    /// The time limit passed.
    #[error("the time limit passed")]
    TimedOut,
    /// The memory limit was reached.
    #[error("the memory limit was reached")]
    OutOfMemory,
    /// The process was killed by a signal.
    #[error("the process was killed")]
    Killed,
    /// The run was cancelled by the caller.
    #[error("the run was cancelled")]
    Cancelled,
    /// Reading or writing the run directory failed.
    #[error("the run directory cannot be used")]
    RunDirectory,
}
