//! What a task works with.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use headwaters_data_folder::{TABLES, table_file};
use headwaters_domain::controls::Controls;
use headwaters_domain::{TableKind, TaskKind};
use headwaters_landscape::TableError;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::config::Config;
use crate::resources::Resources;
use crate::stop::{OrFail, TaskResult, TaskStop};

/// A request to stop, shared between the worker and a running task.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the task to stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the task was asked to stop.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Leaves the task if it was asked to stop. Call it between steps of at most a second.
    pub fn check(&self) -> TaskResult<()> {
        if self.is_requested() { Err(TaskStop::Cancelled) } else { Ok(()) }
    }
}

/// The log of an attempt; lines appear in the browser as they are written.
#[derive(Debug)]
pub struct TaskLog(Mutex<File>);

impl TaskLog {
    /// Begins the log at `path`.
    pub fn create(path: &Path) -> io::Result<Self> {
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        Ok(Self(Mutex::new(File::create(path)?)))
    }

    /// Adds a line with the time. A full disk must not fail the task through its log.
    pub fn line(&self, text: impl std::fmt::Display) {
        let ms = jiff::Timestamp::now().as_millisecond();
        let (hours, minutes, seconds) = (ms / 3_600_000 % 24, ms / 60_000 % 60, ms / 1000 % 60);
        let line = format!("{hours:02}:{minutes:02}:{seconds:02}.{:03}Z  {text}\n", ms % 1000);
        let mut file = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let _ = file.write_all(line.as_bytes());
    }
}

/// What `run.json` says.
#[derive(Clone, Debug, Deserialize)]
pub struct RunInputs {
    /// Submission whose snapshot applies.
    pub submission: i64,
    /// Outlet an admin gave, lon/lat.
    pub outlet_override: Option<[f64; 2]>,
}

/// Everything a task may read and where it may write.
#[derive(Debug)]
pub struct TaskContext {
    /// The run's folder; results of earlier tasks lie in folders named by their slugs.
    pub run_dir: PathBuf,
    /// The attempt's folder: what the task writes here is published when it succeeds.
    pub attempt_dir: PathBuf,
    /// Snapshot of `_base`.
    pub snapshot_dir: PathBuf,
    /// The attempt's log.
    pub log: TaskLog,
    /// Request to stop.
    pub cancel: Cancel,
    /// Controls, as snapshotted.
    pub controls: Controls,
    /// Config with absolute paths.
    pub config: Config,
    /// The run.
    pub run: RunInputs,
    /// Folders and programs of the operator.
    pub resources: Resources,
}

impl TaskContext {
    /// A document of the run's folder.
    pub fn document<T: DeserializeOwned>(run_dir: &Path, name: &str) -> TaskResult<T> {
        let path = run_dir.join(name);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| TaskStop::retryable("run_folder", format!("read {name} of the run: {error}")))?;
        serde_json::from_str(&text).or_fail("run_folder")
    }

    /// A file published by an earlier task of this run.
    pub fn input(&self, task: TaskKind, name: &str) -> PathBuf {
        self.run_dir.join(task.slug()).join(name)
    }

    /// Content of a file published by an earlier task.
    pub fn read(&self, task: TaskKind, name: &str) -> TaskResult<Vec<u8>> {
        std::fs::read(self.input(task, name)).map_err(|error| {
            let message = format!("read {}/{name}: {error}; run {} again", task.slug(), task.label());
            TaskStop::failed("missing_input", message)
        })
    }

    /// A JSON document published by an earlier task.
    pub fn read_json<T: DeserializeOwned>(&self, task: TaskKind, name: &str) -> TaskResult<T> {
        serde_json::from_slice(&self.read(task, name)?).or_fail("missing_input")
    }

    /// A landscape table as it was when the run was submitted.
    pub fn table<T>(&self, kind: TableKind, parse: fn(&str, &str) -> Result<T, TableError>) -> TaskResult<T> {
        let name = table_file(kind);
        let text = std::fs::read_to_string(self.snapshot_dir.join(TABLES).join(&name)).map_err(|error| {
            let message =
                format!("read the table {} of this submission: {error}; submit again", kind.label());
            TaskStop::failed("table", message)
        })?;
        parse(&text, &name).or_fail("table")
    }

    /// Writes a file of this attempt.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> TaskResult<()> {
        let path = self.attempt_dir.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).or_retry("disk")?;
        }
        std::fs::write(&path, bytes).or_retry("disk")?;
        self.log.line(format_args!("wrote {name}"));
        Ok(())
    }

    /// Writes a JSON document of this attempt.
    pub fn write_json(&self, name: &str, value: &impl serde::Serialize) -> TaskResult<()> {
        self.write(name, serde_json::to_vec_pretty(value).or_fail("encode")?)
    }
}
