//! Weather stations of a config.

use std::path::Path;

use headwaters_weather::StationCatalogue;
use headwaters_wepp_formats::StationParameters;

use crate::config::shown;
use crate::stop::{OrFail, TaskResult, TaskStop};

/// The stations of a folder (`*.par`), and the files that could not be read.
pub fn stations(folder: &Path, data: &Path) -> TaskResult<(StationCatalogue, Vec<String>)> {
    let name = shown(folder, data);
    let entries = std::fs::read_dir(folder).map_err(|error| {
        let message =
            format!("{name}, the folder with station files (`stations` under `[climate]`): {error}");
        TaskStop::failed("stations", message)
    })?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("par")));
    paths.sort();
    let mut parsed = Vec::new();
    let mut refused = Vec::new();
    for path in paths {
        let Some(id) = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()) else { continue };
        // Station files carry names in whatever encoding their author used.
        let text = std::fs::read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let text = text.or_retry("disk")?;
        match StationParameters::parse(&text, &format!("{id}.par")) {
            Ok(station) => parsed.push((id, station)),
            Err(error) => refused.push(error.to_string()),
        }
    }
    Ok((StationCatalogue::new(parsed).or_fail("stations")?, refused))
}
