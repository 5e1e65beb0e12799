//! The engines a batch can choose, and whether the operator's executable is a WEPP.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use headwaters_engine::{EMBEDDED_ENGINE_LIMITS, EMBEDDED_ENGINE_NAME, EngineIdentity, HillslopeEngine};
use headwaters_wepp_external::{EXTERNAL_ENGINE_LIMITS, EXTERNAL_ENGINE_NAME, ExternalWepp, Limits};

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
    let probed = configure(executable, settings, PROBE_TIME).map(|wepp| wepp.identity());
    *known = Some((content, probed.clone()));
    Some(probed)
}

/// What an engine never represents; nothing of an engine of another name.
pub fn standing_limits(is_named: impl Fn(&str) -> bool) -> &'static [&'static str] {
    let engines: [(&str, &[&str]); 2] =
        [(EMBEDDED_ENGINE_NAME, &EMBEDDED_ENGINE_LIMITS), (EXTERNAL_ENGINE_NAME, &EXTERNAL_ENGINE_LIMITS)];
    engines.into_iter().find(|(name, _)| is_named(name)).map_or(&[], |(_, limits)| limits)
}

/// The executable, probed and ready to run for `time` per hillslope, as far as the operator allows; a sentence that does
/// not say where the operator keeps it when it cannot.
pub fn configure(executable: &Path, settings: &Settings, time: Duration) -> Result<ExternalWepp, String> {
    let limits = limits(settings, time);
    ExternalWepp::configure(executable, &std::env::temp_dir(), limits).map_err(|error| {
        error.to_string().replace(&executable.display().to_string(), &shown(executable, &settings.data))
    })
}

/// What a run that asks for so much time may use.
fn limits(settings: &Settings, time: Duration) -> Limits {
    Limits {
        time: time.min(settings.wepp_time),
        memory_bytes: settings.wepp_memory_bytes,
        ..Limits::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SettingsArgs;

    /// On a shared machine no batch may take more than the operator gives.
    #[test]
    fn the_operator_limits_what_a_batch_may_ask_for() {
        let data = tempfile::tempdir().expect("temporary folder");
        let settings = |memory_mb, time_s| {
            let args = SettingsArgs {
                data: Some(data.path().to_owned()),
                wepp_memory_mb: memory_mb,
                wepp_time_s: time_s,
                ..SettingsArgs::default()
            };
            Settings::assemble(args).expect("valid")
        };
        let of = |settings: Settings, asked| {
            let limits = limits(&settings, Duration::from_secs(asked));
            (limits.time.as_secs(), limits.memory_bytes >> 20)
        };
        assert_eq!(of(settings(None, None), 60), (60, 2048));
        assert_eq!(of(settings(Some(256), Some(30)), 60), (30, 256));
        assert_eq!(of(settings(Some(256), Some(30)), 10), (10, 256));
    }
}
