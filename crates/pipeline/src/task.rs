//! What a task of a run has to provide.

use headwaters_domain::TaskKind;
use headwaters_domain::controls::Controls;

use crate::config::Config;
use crate::context::TaskContext;
use crate::resources::Resources;
use crate::stop::TaskResult;

/// One step of a run. Its place in the DAG and the controls it reads stand in the descriptor of its [`TaskKind`].
pub trait Task: Send + Sync {
    /// The task's descriptor.
    fn kind(&self) -> TaskKind;

    /// Version of the implementation. Raise it when the same inputs give other results: earlier successes are then
    /// repeated instead of kept.
    fn version(&self) -> u32;

    /// What the task reads of the config under these controls, by content. A file replaced under the same name makes
    /// earlier results of its readers stale, and of no other task.
    fn sources(&self, _base: &BaseInputs<'_>) -> Vec<String> {
        Vec::new()
    }

    /// Programs of the operator that the task runs under these controls, by content.
    fn programs(&self, _base: &BaseInputs<'_>) -> Vec<String> {
        Vec::new()
    }

    /// Runs the task in its attempt's folder.
    ///
    /// # Errors
    /// [`crate::TaskStop`] when it was cancelled or failed.
    fn run(&self, context: &TaskContext) -> TaskResult;
}

/// What a submission's runs share.
#[derive(Clone, Copy, Debug)]
pub struct BaseInputs<'a> {
    /// Controls of the base project.
    pub controls: &'a Controls,
    /// Config of the batch, paths relative to the data folder.
    pub config: &'a Config,
    /// Folders and programs of the operator.
    pub resources: &'a Resources,
}
