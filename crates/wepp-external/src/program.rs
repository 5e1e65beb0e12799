//! The executable and its runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use headwaters_engine::ExternalFailure;
use headwaters_wepp_formats::HillslopeRun;

use crate::configuration::ConfigurationError;
use crate::failure::Failure;
use crate::files::{self, RunShape};
use crate::outputs::{EVENTS, HillslopeOutputs, LOSS, PASS, WATER, read_outputs};
use crate::process::{self, Cancellation, HILLSLOPE_MARKER, Limits, RunDirectory};
use headwaters_hash::sha256_hex;

/// The executable and the parent of its run directories.
#[derive(Debug)]
pub(crate) struct Program {
    pub path: PathBuf,
    pub sha256: String,
    stamp: (u64, Option<SystemTime>),
    pub run_parent: PathBuf,
}

impl Program {
    pub fn open(executable: &Path, run_parent: &Path) -> Result<Self, ConfigurationError> {
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

    pub fn display(&self) -> String {
        self.path.display().to_string()
    }

    /// Runs one hillslope in a fresh directory and reads all outputs.
    pub fn run_hillslope(
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
    pub fn check_unchanged(&self) -> Result<(), Failure> {
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

fn stamp(path: &Path) -> std::io::Result<(u64, Option<SystemTime>)> {
    let metadata = fs::metadata(path)?;
    Ok((metadata.len(), metadata.modified().ok()))
}
