//! The engines a batch can choose, and the probe of the operator's executable.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use headwaters_data_folder::content;
use headwaters_engine::{EMBEDDED_ENGINE_LIMITS, EMBEDDED_ENGINE_NAME, EngineIdentity, HillslopeEngine};
use headwaters_wepp_external::{EXTERNAL_ENGINE_LIMITS, EXTERNAL_ENGINE_NAME, ExternalWepp, Limits};

use crate::config::shown;
use crate::resources::{Resources, WeppExecutable};

/// A one-year hillslope takes WEPP a fraction of a second.
const PROBE_TIME: Duration = Duration::from_secs(30);

/// Result of probing an executable.
pub type Probed = Result<EngineIdentity, String>;

/// The executable probed last, by its content, and the result.
static KNOWN: Mutex<Option<(String, Probed)>> = Mutex::new(None);

/// Runs a built-in hillslope with the operator's WEPP executable, unless this very program was probed already; none
/// without one. Blocks for as long as that takes.
pub fn probe(resources: &Resources) -> Option<Probed> {
    let executable = resources.wepp.as_ref()?;
    let content = content(&executable.path);
    // Held while the probe runs: a second reader waits for the answer instead of asking again.
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, probed)) = known.as_ref()
        && *of == content
    {
        return Some(probed.clone());
    }
    let probed = configure(executable, &resources.data, PROBE_TIME).map(|wepp| wepp.identity());
    *known = Some((content, probed.clone()));
    Some(probed)
}

/// Limits that an engine always has; none of an engine of another name.
pub fn standing_limits(is_named: impl Fn(&str) -> bool) -> &'static [&'static str] {
    let engines: [(&str, &[&str]); 2] =
        [(EMBEDDED_ENGINE_NAME, &EMBEDDED_ENGINE_LIMITS), (EXTERNAL_ENGINE_NAME, &EXTERNAL_ENGINE_LIMITS)];
    engines.into_iter().find(|(name, _)| is_named(name)).map_or(&[], |(_, limits)| limits)
}

/// The executable, probed and ready to run for `time` per hillslope, as far as the operator allows.
///
/// # Errors
/// A sentence that does not say where the operator keeps the executable.
pub fn configure(executable: &WeppExecutable, data: &Path, time: Duration) -> Result<ExternalWepp, String> {
    let path = &executable.path;
    ExternalWepp::configure(path, &std::env::temp_dir(), limits(executable, time))
        .map_err(|error| error.to_string().replace(&path.display().to_string(), &shown(path, data)))
}

/// Limits of a run that asks for `time` per hillslope.
fn limits(executable: &WeppExecutable, time: Duration) -> Limits {
    Limits { time: time.min(executable.max_time), memory_bytes: executable.memory_bytes, ..Limits::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a shared machine no batch may take more than the operator gives.
    #[test]
    fn the_operator_limits_what_a_batch_may_ask_for() {
        let executable = WeppExecutable {
            path: "wepp".into(),
            memory_bytes: 256 << 20,
            max_time: Duration::from_secs(30),
        };
        let of = |asked| {
            let limits = limits(&executable, Duration::from_secs(asked));
            (limits.time.as_secs(), limits.memory_bytes >> 20)
        };
        assert_eq!(of(60), (30, 256));
        assert_eq!(of(10), (10, 256));
    }
}
