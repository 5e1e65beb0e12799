//! The engines a batch can choose, and whether the operator's executable is a WEPP.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use headwaters_engine::{EngineIdentity, HillslopeEngine};
use headwaters_wepp_external::{ExternalWepp, Limits};

use crate::config::shown;
use crate::files::content;
use crate::settings::Settings;

/// A one-year hillslope takes WEPP a fraction of a second.
const PROBE_TIME: Duration = Duration::from_secs(30);

/// What the probe of an executable said.
pub type Probed = Result<EngineIdentity, String>;

/// The executable probed last, by its content, and what came of it.
static KNOWN: Mutex<Option<(String, Probed)>> = Mutex::new(None);

/// Runs a built-in hillslope with the operator's WEPP executable, unless this very program was probed already; none
/// without one. Blocks for as long as that takes.
pub fn probe(settings: &Settings) -> Option<Probed> {
    let executable = settings.wepp.as_deref()?;
    let content = content(executable);
    // Held while the probe runs: a second reader waits for the answer instead of asking again.
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, probed)) = known.as_ref()
        && *of == content
    {
        return Some(probed.clone());
    }
    let probed = configure(executable, &settings.data, PROBE_TIME).map(|wepp| wepp.identity());
    *known = Some((content, probed.clone()));
    Some(probed)
}

/// The executable, probed and ready to run; a sentence that does not say where the operator keeps it when it cannot.
pub fn configure(executable: &Path, data: &Path, time: Duration) -> Result<ExternalWepp, String> {
    let limits = Limits { time, ..Limits::default() };
    ExternalWepp::configure(executable, &std::env::temp_dir(), limits).map_err(|error| {
        error.to_string().replace(&executable.display().to_string(), &shown(executable, data))
    })
}
