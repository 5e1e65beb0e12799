//! Local files as one mosaic.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use headwaters_raster::{GridSpec, SeekSource};
use jiff::Timestamp;

use crate::SourceError;
use crate::budget::Budget;
use crate::config::SizeLimits;
use crate::piece::{Declared, Piece, RasterSource, open_piece};

/// Files of the mosaic.
pub(crate) enum Selection {
    Folder(PathBuf),
    Files(Vec<PathBuf>),
}

/// Local files, opened when a target needs them.
pub(crate) struct LocalFiles {
    name: String,
    selection: Selection,
    declared: Declared,
    limits: SizeLimits,
    /// Extent of each file, so that a large folder is not opened file by file for every target.
    places: Mutex<HashMap<PathBuf, (FileVersion, GridSpec)>>,
}

/// Length and modification time, by which a replaced file is recognised.
#[derive(Clone, Copy, PartialEq)]
struct FileVersion {
    bytes: u64,
    modified: SystemTime,
}

impl LocalFiles {
    pub fn new(name: String, selection: Selection, declared: Declared, limits: SizeLimits) -> Self {
        Self { name, selection, declared, limits, places: Mutex::new(HashMap::new()) }
    }

    fn paths(&self) -> Result<Vec<PathBuf>, SourceError> {
        let paths = match &self.selection {
            Selection::Files(paths) => paths.clone(),
            Selection::Folder(folder) => geotiffs(folder)?,
        };
        if paths.is_empty() {
            return Err(SourceError::Config(format!("{} holds no .tif or .tiff file", self.name)));
        }
        Ok(paths)
    }

    fn known_place(&self, path: &Path, version: FileVersion) -> Option<GridSpec> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.get(path).filter(|(known, _)| *known == version).map(|(_, spec)| spec.clone())
    }

    fn open(&self, path: &Path, version: FileVersion) -> Result<Piece, SourceError> {
        let name = path.display().to_string();
        let source = File::open(path).and_then(SeekSource::new);
        let source = source.map_err(|error| SourceError::File { path: name.clone(), error })?;
        let modified =
            Timestamp::try_from(version.modified).map_or_else(|_| "unknown".into(), |time| time.to_string());
        let version = format!("{} bytes, modified {modified}", version.bytes);
        open_piece(Arc::new(source), name, version, &self.declared, self.limits)
    }

    /// The file, opened, when it overlaps the target.
    fn overlapping(&self, path: &Path, target: &GridSpec) -> Result<Option<Piece>, SourceError> {
        let version = version_of(path)?;
        if let Some(place) = self.known_place(path, version) {
            return if overlaps(&place, target) { self.open(path, version).map(Some) } else { Ok(None) };
        }
        let piece = self.open(path, version)?;
        let place = piece.spec.clone();
        let overlapping = overlaps(&place, target);
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.insert(path.to_owned(), (version, place));
        Ok(overlapping.then_some(piece))
    }
}

impl RasterSource for LocalFiles {
    fn name(&self) -> &str {
        &self.name
    }

    fn pieces(&self, target: &GridSpec, _budget: &Arc<Budget>) -> Result<Vec<Piece>, SourceError> {
        let paths = self.paths()?;
        paths.iter().filter_map(|path| self.overlapping(path, target).transpose()).collect()
    }
}

/// Overlap with a target; a target that the file's system cannot express lies elsewhere on the globe.
fn overlaps(place: &GridSpec, target: &GridSpec) -> bool {
    place.window_for(target).is_ok_and(|window| window.is_some())
}

fn version_of(path: &Path) -> Result<FileVersion, SourceError> {
    let failed = |error| SourceError::File { path: path.display().to_string(), error };
    let metadata = fs::metadata(path).map_err(failed)?;
    Ok(FileVersion { bytes: metadata.len(), modified: metadata.modified().map_err(failed)? })
}

fn geotiffs(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let failed = |error| SourceError::File { path: folder.display().to_string(), error };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("");
        if path.is_file() && ["tif", "tiff"].iter().any(|known| extension.eq_ignore_ascii_case(known)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
