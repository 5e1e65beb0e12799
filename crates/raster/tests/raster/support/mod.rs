//! GDAL as an oracle, when it is installed, and the shared real data, when they are there.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns true if GDAL's programs can be run; prints a note otherwise.
pub fn gdal_present() -> bool {
    let present =
        Command::new("gdalinfo").arg("--version").output().is_ok_and(|output| output.status.success());
    if !present {
        println!("skipped: GDAL's programs (gdalinfo, gdal_translate, ...) are not installed");
    }
    present
}

/// Folder of the shared terrain data; says so when it is missing.
pub fn terrain_data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/terrain");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the shared terrain data are not beside the workspace");
    None
}

/// Every GeoTIFF below a folder.
pub fn geotiffs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "tif") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Runs one of GDAL's programs and gives its output; panics with its complaint when it fails.
pub fn gdal(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("program runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {complaint}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Output of `gdalinfo -json` for a file.
pub fn gdal_info(path: &Path) -> serde_json::Value {
    serde_json::from_str(&gdal("gdalinfo", &["-json", text(path)])).expect("gdalinfo writes JSON")
}

/// Cells of the first band as GDAL decodes them, in the stored type, native byte order.
pub fn gdal_cells(path: &Path) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("temporary folder");
    let raw = folder.path().join("cells.bin");
    gdal("gdal_translate", &["-q", "-of", "ENVI", "-b", "1", text(path), text(&raw)]);
    std::fs::read(raw).expect("raw cells")
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("path is text")
}
