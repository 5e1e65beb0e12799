//! Burn severity on the grid of a run, whatever it comes from.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use headwaters_data_folder::SBS_MAP;
use headwaters_domain::TableKind;
use headwaters_domain::controls::{ControlKind, Sbs, SbsMode, Severity as Uniform};
use headwaters_landscape::severity::{ColorTable, Severity};
use headwaters_landscape::{Classification, RasterDescription};
use headwaters_raster::{ColourTable, Grid, GridSpec, Raster};

use crate::config::{RasterEntry, shown};
use crate::context::TaskContext;
use crate::rasters::{on_spec, open_tiff, record_provenance, source_failure};
use crate::stop::{OrFail, TaskResult, TaskStop};

/// Severity of each cell of a frame; `None` where the map says nothing.
pub fn severities(context: &TaskContext, spec: &GridSpec) -> TaskResult<Vec<Option<Severity>>> {
    let cells = spec.rows * spec.cols;
    let path = match context.controls.sbs.mode {
        SbsMode::Unburned => return Ok(vec![Some(Severity::Unburned); cells]),
        SbsMode::Uniform => {
            let severity = match context.controls.sbs.uniform {
                Uniform::Low => Severity::Low,
                Uniform::Moderate => Severity::Moderate,
                Uniform::High => Severity::High,
            };
            return Ok(vec![Some(severity); cells]);
        }
        SbsMode::Map => context.snapshot_dir.join(SBS_MAP),
        SbsMode::Config => {
            context.require_raster(ControlKind::Sbs, "no_burn_severity")?;
            let entry = context.config.burn_severity.as_ref();
            entry.and_then(|entry| entry.path.clone()).ok_or_else(|| {
                let message = "burn severity is read from files only: give `[burn_severity]` a `path`";
                TaskStop::failed("no_burn_severity", message)
            })?
        }
    };
    let name = match &context.controls.sbs {
        Sbs { mode: SbsMode::Map, map: Some(map), .. } => map.filename.clone(),
        _ => shown(&path, &context.resources.data),
    };
    let colors = context.table(TableKind::SeverityColors, ColorTable::parse)?;
    let classification = classified(&path, &name, &context.controls.sbs, colors)?;
    context.log.line(format_args!("burn severity: {}", classification.message()));
    let source = context.source(&RasterEntry { path: Some(path), ..RasterEntry::default() })?;
    let fetched = source.read_classes_partial(spec).map_err(|error| match error {
        // A watershed beside the fire is unburned; that is no failure.
        headwaters_raster_sources::SourceError::OutsideData { .. } => None,
        other => Some(source_failure(other)),
    });
    let fetched = match fetched {
        Ok(fetched) => fetched,
        Err(None) => {
            context.log.line("the watershed lies outside the burn-severity raster: unburned");
            return Ok(vec![Some(Severity::Unburned); cells]);
        }
        Err(Some(stop)) => return Err(stop),
    };
    record_provenance(context, "burn severity", &fetched)?;
    let raster = &fetched.raster;
    let severity = |value: &i32| match raster.is_nodata(*value) {
        true => None,
        false => classification.severity(f64::from(*value)),
    };
    Ok(raster.grid.as_slice().iter().map(severity).collect())
}

/// Value where the map says nothing.
const NO_SEVERITY: u8 = 255;

/// Colours of unburned, low, moderate and high, as the application shows them.
const COLORS: [[u8; 3]; 4] = [[26, 150, 65], [127, 201, 127], [255, 176, 0], [197, 27, 27]];

/// The severities as a raster to look at: 0 unburned to 3 high, with their colours.
pub fn map(severities: &[Option<Severity>], spec: &GridSpec) -> TaskResult<Raster<u8>> {
    let codes = severities.iter().map(|severity| severity.map_or(NO_SEVERITY, |severity| severity as u8));
    let grid = Grid::from_vec(spec.rows, spec.cols, codes.collect());
    let grid = grid.ok_or_else(|| TaskStop::failed("internal", "a grid lost its shape"))?;
    let mut entries = COLORS.to_vec();
    entries.resize(usize::from(u8::MAX) + 1, [0; 3]);
    Ok(Raster { colours: Some(ColourTable { entries }), ..on_spec(grid, spec, Some(NO_SEVERITY))? })
}

/// What decides how a file's values are read.
#[derive(Clone, Debug, PartialEq)]
struct Identity {
    length: u64,
    modified: Option<SystemTime>,
    breaks: Option<[f64; 3]>,
    nodata: Vec<f64>,
    colors: ColorTable,
}

type Known = HashMap<std::path::PathBuf, (Identity, Arc<Classification>)>;

/// Files classified before by this process. The rule follows from the whole file, not from one watershed's part of
/// it, and reading the whole file for every watershed would take longer than the rest of the task.
static KNOWN: Mutex<Option<Known>> = Mutex::new(None);

fn classified(
    path: &Path,
    name: &str,
    controls: &Sbs,
    colors: ColorTable,
) -> TaskResult<Arc<Classification>> {
    let metadata = std::fs::metadata(path)
        .map_err(|error| TaskStop::failed("sbs_unusable", format!("{name}: {error}")))?;
    let identity = Identity {
        length: metadata.len(),
        modified: metadata.modified().ok(),
        breaks: controls.breaks,
        nodata: controls.nodata_values.clone(),
        colors,
    };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some((same, classification)) = known.get(path)
        && *same == identity
    {
        return Ok(classification.clone());
    }
    let classification = Arc::new(classify(path, name, controls, &identity.colors)?);
    known.insert(path.to_owned(), (identity, classification.clone()));
    Ok(classification)
}

/// Decides from a whole file how its values become severities; `name` stands for it in messages.
pub fn classify(path: &Path, name: &str, controls: &Sbs, colors: &ColorTable) -> TaskResult<Classification> {
    let tiff = open_tiff(path, name)?;
    let mut nodata = controls.nodata_values.clone();
    nodata.extend(tiff.nodata().and_then(|text| text.trim().parse::<f64>().ok()));
    let palette = tiff.colours().map(|colours| colours.entries.clone());
    let description =
        RasterDescription { palette: palette.as_deref(), breaks: controls.breaks, nodata: &nodata };
    let mut unreadable = None;
    let stripe = |window| tiff.read_window::<f64>(window).map_err(|error| unreadable = Some(error)).ok();
    let cells = tiff.stripes().map_while(stripe).flat_map(|raster| raster.grid.into_vec());
    let classification = Classification::of(cells, &description, colors);
    unreadable.map_or(Ok(()), Err).or_fail("sbs_unusable")?;
    classification.or_fail("sbs_unusable")
}
