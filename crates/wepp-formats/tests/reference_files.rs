//! Every input file of the reference data is read, written and read again with the same result.
//! A user would otherwise lose parts of a soil, management or climate on its way to an engine.

use flate2::read::GzDecoder;
use headwaters_wepp_formats::outputs::{EventRow, HillslopeLoss, HillslopePass, PassEvent, WaterBalanceRow};
use headwaters_wepp_formats::{
    Climate, FormatError, Frost, HillslopeRun, Management, Slope, Soil, StationParameters,
};
use std::fmt::Debug;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

fn data(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {} is absent", path.display());
    None
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable folder") {
        let path = entry.expect("readable entry").path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Name without `.gz`, and text, of all files that end in `ending`.
fn texts(folder: &str, ending: &str) -> Vec<(String, String)> {
    let Some(root) = data(folder) else {
        return Vec::new();
    };
    let mut paths = Vec::new();
    files_below(&root, &mut paths);
    paths.sort();
    let mut texts = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        if !plain.ends_with(ending) {
            continue;
        }
        let mut bytes = fs::read(&path).expect("readable file");
        if name.ends_with(".gz") {
            let mut inflated = Vec::new();
            GzDecoder::new(bytes.as_slice()).read_to_end(&mut inflated).expect("gzip");
            bytes = inflated;
        }
        texts.push((plain.to_owned(), String::from_utf8_lossy(&bytes).into_owned()));
    }
    texts
}

fn round_trip<T: PartialEq + Debug>(
    texts: Vec<(String, String)>,
    at_least: usize,
    parse: impl Fn(&str, &str) -> Result<T, FormatError>,
    write: impl Fn(&T) -> Result<String, FormatError>,
) {
    if texts.is_empty() {
        return;
    }
    assert!(texts.len() >= at_least, "only {} files found", texts.len());
    for (name, text) in texts {
        let first = parse(&text, &name).unwrap_or_else(|error| panic!("{error}"));
        let written = write(&first).unwrap_or_else(|error| panic!("{name}: {error}"));
        let second = parse(&written, &name).unwrap_or_else(|error| panic!("{error}"));
        assert!(first == second, "{name} changed by writing");
    }
}

#[test]
fn slopes_survive_writing() {
    round_trip(texts("wepp", ".slp"), 124, Slope::parse, Slope::to_text);
}

#[test]
fn soils_survive_writing() {
    round_trip(texts("wepp", ".sol"), 124, Soil::parse, Soil::to_text);
}

#[test]
fn managements_survive_writing() {
    round_trip(texts("wepp", ".man"), 124, Management::parse, Management::to_text);
}

#[test]
fn climates_survive_writing() {
    round_trip(texts("wepp", ".cli"), 10, Climate::parse, Climate::to_text);
}

#[test]
fn stations_survive_writing() {
    let mut all = texts("stations", ".par");
    all.extend(texts("wepp", ".par"));
    round_trip(all, 68, StationParameters::parse, StationParameters::to_text);
}

#[test]
fn runs_and_side_files_survive_writing() {
    let mut runs = texts("wepp", ".run");
    runs.extend(texts("wepp", "case.run.txt"));
    runs.extend(texts("wepp", "wepp-8920.in"));
    round_trip(runs, 5, HillslopeRun::parse, HillslopeRun::to_text);
    round_trip(texts("wepp", "frost.txt"), 3, Frost::parse, Frost::to_text);
}

/// Outputs of four versions of the executable, read by their headings. The figures are those the
/// loss summary prints, so a wrong column or a lost record would show.
#[test]
fn outputs_of_all_versions_are_read_and_agree_with_each_other() {
    let losses = texts("wepp/matrix/cases", ".loss.txt");
    for (name, text) in &losses {
        HillslopeLoss::parse(text, name).unwrap_or_else(|error| panic!("{error}"));
    }
    for (name, text) in texts("wepp/matrix/cases", ".pass.txt") {
        let pass = HillslopePass::parse(&text, &name).unwrap_or_else(|error| panic!("{error}"));
        assert!(pass.is_complete(), "{name}");
        let loss_name = name.replace(".pass.", ".loss.");
        let (_, text) = losses.iter().find(|(file, _)| *file == loss_name).expect("loss file");
        let loss = HillslopeLoss::parse(text, &loss_name).expect("loss summary");
        let delivered: f64 = pass.events.iter().map(PassEvent::delivered_kg).sum();
        let mean = delivered / pass.years as f64;
        // Events with less than 1 mm of runoff are in the summary but not in the pass file.
        let most = loss.sediment_kg * 1.001 + 0.1;
        let least = loss.sediment_kg * 0.97 - 5.0;
        let agrees = (least..=most).contains(&mean);
        assert!(agrees, "{name}: {mean} kg against {} kg", loss.sediment_kg);
    }
    for (name, text) in texts("wepp/matrix/cases", ".ebe.txt") {
        let rows = EventRow::parse_file(&text, &name).unwrap_or_else(|error| panic!("{error}"));
        let loss_name = name.replace(".ebe.", ".loss.");
        let (_, text) = losses.iter().find(|(file, _)| *file == loss_name).expect("loss file");
        let loss = HillslopeLoss::parse(text, &loss_name).expect("loss summary");
        let precipitation: f64 = rows.iter().map(|row| row.precipitation_mm).sum();
        let mean = precipitation / loss.years as f64;
        assert!((mean - loss.precipitation_mm).abs() < 0.1, "{name}: {mean} mm");
    }
    for ending in [".wat.txt", "wepp_wb.txt"] {
        for (name, text) in texts("wepp", ending) {
            let rows = WaterBalanceRow::parse_file(&text, &name).unwrap_or_else(|error| panic!("{error}"));
            assert!(rows.len() > 5000, "{name}");
        }
    }
    for (name, text) in texts("wepp/dep_regression", "wepp_env.txt") {
        EventRow::parse_file(&text, &name).unwrap_or_else(|error| panic!("{error}"));
    }
}
