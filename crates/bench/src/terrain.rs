//! `headwaters bench terrain`: outlets and basins on folders of real cases, speed on generated DEMs.

mod args;
mod case;
mod compare;
mod disturb;
mod export;
mod files;
mod generated;
mod resources;
mod speed;
mod table;
mod trial;
mod watershed;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
pub use args::{ConditioningName, TerrainArgs};
use case::Case;
use trial::TrialRecord;

/// Runs the benchmark and prints its results to standard output.
///
/// # Errors
/// Only when the folder itself cannot be read; a bad case becomes a result with an error.
pub fn run(args: TerrainArgs) -> Result<()> {
    if let Some(path) = &args.write_dem {
        return export::write_dem(path, args.side);
    }
    for folder in [&args.write_basins, &args.write_conditioned].into_iter().flatten() {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let mut records = Vec::new();
    if let Some(folder) = &args.cases {
        for folder in case_folders(folder)? {
            records.extend(run_case(&folder, &args));
        }
        match args.json {
            true => print_json(&records),
            false => table::print(&records),
        }
    }
    if !args.json && !args.no_speed {
        speed::run(args.large)?;
        files::run(args.whitebox_tools.as_deref())?;
        watershed::run()?;
    }
    Ok(())
}

/// One array, one object per watershed and line.
fn print_json(records: &[TrialRecord]) {
    let objects: Vec<String> = records.iter().map(|record| record.to_json().to_string()).collect();
    println!("[\n{}\n]", objects.join(",\n"));
}

/// The folder itself if it holds rasters or polygons, else its subfolders, by name.
fn case_folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let listing = || std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()));
    let mut subfolders: Vec<PathBuf> = Vec::new();
    for entry in listing()? {
        let path = entry.with_context(|| format!("reading {}", folder.display()))?.path();
        if case::is_polygon_file(&path) {
            return Ok(vec![folder.to_owned()]);
        }
        if path.is_dir() {
            subfolders.push(path);
        }
    }
    subfolders.retain(|path| {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).any(|path| case::is_polygon_file(&path))
    });
    subfolders.sort();
    Ok(subfolders)
}

fn run_case(folder: &Path, args: &TerrainArgs) -> Vec<TrialRecord> {
    let name = folder.file_name().map_or_else(|| ".".to_owned(), |name| name.to_string_lossy().into_owned());
    match Case::open(folder, args) {
        Ok(case) => case.run(&name, args),
        Err(error) => vec![TrialRecord::broken(&name, "", "", format!("{error:#}"))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use headwaters_terrain::Status;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: TerrainArgs,
    }

    /// Real watersheds, exact and drawn roughly, where they are at hand: a change that lost an outlet, or called a
    /// wrong one *ok*, would show nowhere else.
    #[test]
    fn real_watersheds_keep_their_outlets() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/terrain");
        if !folder.is_dir() {
            println!("skipped: no shared terrain data beside the workspace");
            return;
        }
        let args = Line::parse_from(["bench", "--no-speed"]).args;
        for (case, exact, approximate) in
            [("bigtujunga", 12, 60), ("taylorcreek", 10, 50), ("bullrun", 2, 0), ("walker_nhdplus", 53, 0)]
        {
            let records = run_case(&folder.join(case), &args);
            let of_set = |set: &str| records.iter().filter(|r| r.set == set).cloned().collect::<Vec<_>>();
            let found = |record: &TrialRecord| record.agreement.basin_iou.is_some_and(|iou| iou >= 0.9);
            let exactly = of_set("watersheds");
            let placed = |r: &&TrialRecord| r.agreement.offset_cells.is_some_and(|cells| cells <= 1);
            assert_eq!(exactly.iter().filter(placed).count(), exact, "{case}");
            assert!(exactly.iter().all(|r| found(r) && r.status == Status::Ok), "{case}");
            let roughly = of_set("watersheds_perturbed");
            assert_eq!(roughly.iter().filter(|r| found(r)).count(), approximate, "{case}");
            let wrong = records.iter().find(|r| r.status == Status::Ok && !found(r));
            assert!(wrong.is_none(), "{case}: {wrong:?}");
            let outside = of_set("watersheds_outside_dem");
            assert!(outside.iter().all(|r| r.status == Status::Failed && r.error.is_some()), "{case}");
        }
    }
}
