//! Real executables, named by the environment; without it the tests are skipped.
//!
//! `HEADWATERS_WEPP_2010` names WEPP 2010.100, `HEADWATERS_WEPP_2024` names WEPP 2024.204.

mod hourly;
mod inputs;

use flate2::read::GzDecoder;
use headwaters_engine::{EngineError, ExternalFailure, HillslopeEngine, HillslopeInputs, RunOptions};
use headwaters_wepp_external::{ExternalWepp, HillslopeFiles, Limits, WatershedRunFiles};
use headwaters_wepp_formats::outputs::{HillslopeLoss, HillslopePass};
use headwaters_wepp_formats::{
    Channel, ChannelInflow, ChannelRouting, Climate, Frost, Inflow, Management, Slope, Soil,
    WatershedChannels, WatershedStructure,
};
use inputs::matrix_inputs;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/wepp").join(path)
}

fn text(path: &str) -> String {
    let path = data(path);
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if path.extension().is_some_and(|ending| ending == "gz") {
        let mut inflated = String::new();
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut inflated).expect("gzip");
        return inflated;
    }
    String::from_utf8(bytes).expect("text")
}

/// The executable named by `variable`, configured; none when it or the data is absent.
fn engine(variable: &str, folder: &Path) -> Option<ExternalWepp> {
    let Some(path) = std::env::var_os(variable) else {
        println!("skipped: {variable} names no executable");
        return None;
    };
    if !data("").is_dir() {
        println!("skipped: {} is absent", data("").display());
        return None;
    }
    let configured = ExternalWepp::configure(Path::new(&path), folder, Limits::default());
    Some(configured.unwrap_or_else(|error| panic!("{error}")))
}

fn files(
    slope: &str,
    soil: &str,
    management: &str,
    climate: &str,
    frost: Frost,
    years: usize,
) -> HillslopeFiles {
    HillslopeFiles {
        slope: Slope::parse(&text(slope), slope).expect(slope),
        soil: Soil::parse(&text(soil), soil).expect(soil),
        management: Management::parse(&text(management), management).expect(management),
        climate: Climate::parse(&text(climate), climate).expect(climate),
        frost,
        penman_monteith: None,
        hourly_water_balance: false,
        years,
    }
}

fn frost(path: &str) -> Frost {
    Frost::parse(&text(path), path).expect("frost.txt")
}

/// The published answer of FSWEPP: 100 years, two elements, all annual averages.
#[test]
fn fairfield_is_reproduced_with_2010_100() {
    let folder = tempfile::tempdir().expect("folder");
    let Some(engine) = engine("HEADWATERS_WEPP_2010", folder.path()) else { return };
    assert_eq!(engine.identity().version, "2010.100");
    let name = |ending: &str| format!("fswepp_disturbed_fairfield/wepp-8920.{ending}");
    let files = files(
        &name("slp"),
        &name("sol"),
        &name("man"),
        &name("cli.gz"),
        frost("fswepp_disturbed_fairfield/frost.txt"),
        100,
    );
    let outputs = engine.run_files("Fairfield", &files).unwrap_or_else(|error| panic!("{error}"));
    let published = HillslopeLoss::parse(&text(&name("out.gz")), "wepp-8920.out").expect("published");
    assert_eq!(published.sediment_kg_per_m, 0.077);
    assert_eq!(outputs.loss, published);
}

/// The three regression answers of the Daily Erosion Project: mean annual detachment in short tons
/// per acre and the largest water content of the top layer.
#[test]
fn three_regression_answers_are_given_with_2024_204() {
    let folder = tempfile::tempdir().expect("folder");
    let Some(engine) = engine("HEADWATERS_WEPP_2024", folder.path()) else { return };
    assert_eq!(engine.identity().version, "2024.204");
    // What this version takes when there is no frost.txt.
    let frost = Frost {
        reduce_conductivity: true,
        fine_layers_top: 10,
        fine_layers_below: 10,
        snow_conductivity_factor: 1.0,
        residue_conductivity_factor: 1.0,
        soil_conductivity_factor: 1.0,
        frozen_factor_annual: 1e-5,
        frozen_factor_perennial: Some(1e-5),
        frozen_factor_forest: Some(0.5),
    };
    let common = "common/092.51x042.00.cli";
    for (case, stem, climate, detachment, top_water_mm) in [
        ("CB_5percent_5till", "fp", common, 4.275, 59.61),
        ("pasture", "101800140707_651", common, 0.084, 35.07),
        ("segfault_wepp2024", "fp", "segfault_wepp2024/fp.cli", 0.091, 42.05),
    ] {
        let name = |ending: &str| format!("dep_regression/{case}/{stem}.{ending}");
        let climate = format!("dep_regression/{climate}");
        let files = files(&name("slp"), &name("sol"), &name("man"), &climate, frost, 15);
        let outputs = engine.run_files(case, &files).unwrap_or_else(|error| panic!("{error}"));
        let total: f64 = outputs.events.iter().map(|event| event.mean_detachment_kg_per_m2).sum();
        const SHORT_TONS_PER_ACRE: f64 = 4.460_9;
        let found = total / 15.0 * SHORT_TONS_PER_ACRE;
        println!("{case}: {found:.3} against {detachment}");
        assert!((found - detachment).abs() <= 0.01, "{case}: {found} against {detachment}");
        let wettest = outputs.water_balance.iter().filter_map(|day| day.top_layer_water_mm);
        let wettest = wettest.fold(0.0, f64::max);
        assert!((wettest - top_water_mm).abs() <= 1.0, "{case}: {wettest} against {top_water_mm}");
    }
}

/// The whole way of the product: engine inputs, files written here, result. The reference files were
/// written by another program, so only rounding may differ.
#[test]
fn matrix_cases_run_from_engine_inputs_match_the_reference_of_2024_204() {
    let folder = tempfile::tempdir().expect("folder");
    let Some(engine) = engine("HEADWATERS_WEPP_2024", folder.path()) else { return };
    for case in [
        "birmingham__clayloam__HighFire__s40_150",
        "birmingham__loam__Skid__s40_150",
        "mtshasta__loam__OldForest__s40_150",
    ] {
        let inputs = matrix_inputs(case);
        let result = engine.run(&inputs, &RunOptions::default()).unwrap_or_else(|error| panic!("{error}"));
        let pass = text(&format!("matrix/cases/{case}/2024.204.pass.txt.gz"));
        let pass = HillslopePass::parse(&pass, case).expect("reference");
        let wanted: f64 = pass.events.iter().map(|event| event.runoff_m * 1000.0).sum();
        let larger = result.events.iter().filter(|event| event.runoff_duration_s > 0.0);
        let (mut runoff, mut sediment) = (0.0, 0.0);
        for event in larger {
            runoff += event.runoff_mm;
            sediment += event.sediment_delivery_kg_per_m;
        }
        let wanted_sediment: f64 = pass.events.iter().map(|event| event.delivered_kg()).sum::<f64>() / 100.0;
        println!(
            "{case}: runoff {runoff:.2} / {wanted:.2} mm, sediment {sediment:.3} / {wanted_sediment:.3} kg/m"
        );
        assert!((runoff - wanted).abs() <= 1e-4 * wanted, "{case}");
        assert!((sediment - wanted_sediment).abs() <= 1e-4 * wanted_sediment, "{case}");
    }
}

/// Two hillslopes and one channel: what the hillslopes deliver must arrive in the channel.
#[test]
fn a_watershed_of_two_hillslopes_and_a_channel_is_run() {
    let folder = tempfile::tempdir().expect("folder");
    let Some(engine) = engine("HEADWATERS_WEPP_2024", folder.path()) else { return };
    // By day and by hour.
    for hourly_water_balance in [false, true] {
        run_basin(&engine, hourly_water_balance);
    }
}

fn run_basin(engine: &ExternalWepp, hourly_water_balance: bool) {
    let case = "birmingham__loam__Skid__s40_150";
    let inputs = HillslopeInputs { hourly_water_balance, ..matrix_inputs(case) };
    let mut notes = Vec::new();
    let files = HillslopeFiles::from_inputs(&inputs, 5, &mut notes).expect("files");
    let hillslope = engine.run_files(case, &files).unwrap_or_else(|error| panic!("{error}"));
    let mut slope = files.slope.clone();
    slope.planes[0].width_m = 1.0;
    slope.elements[0].length_m = 100.0;
    let channel = Channel {
        description: ["channel".to_owned(), String::new(), String::new()],
        shape: 2,
        control: 0,
        friction_slope: 2,
        output: 0,
        bank_slope: 10.0,
        manning_bare: 0.03,
        manning: 0.03,
        erodibility_s_per_m: 1e-6,
        critical_shear_pa: 50.0,
        nonerodible_depth_m: 0.5,
        nonerodible_side_depth_m: 0.5,
        control_slope_m_per_m: 0.1,
        control_bank_slope: 10.0,
        control_manning: 0.03,
        rating_curve: None,
    };
    let watershed = WatershedRunFiles {
        hillslope_passes: vec![hillslope.pass_text.clone(); 2],
        structure: WatershedStructure {
            channels: vec![ChannelInflow {
                hillslopes: Inflow { left: 1, right: 2, top: 0 },
                channels: Inflow::default(),
            }],
        },
        channels: WatershedChannels { routing: 2, length_to_width: 1.5, channels: vec![channel] },
        slope,
        soil: files.soil.clone(),
        management: files.management.clone(),
        climate: files.climate.clone(),
        routing: ChannelRouting {
            output: 0,
            time_step_s: 600.0,
            base_flow_m3_per_s: 0.0,
            channels: Vec::new(),
        },
        frost: files.frost,
        hourly_water_balance: files.hourly_water_balance,
        years: 5,
    };
    let outputs = engine.run_watershed("basin", &watershed).unwrap_or_else(|error| panic!("{error}"));
    let delivered: f64 = hillslope.pass.events.iter().map(|event| event.delivered_kg()).sum::<f64>() / 5.0;
    assert_eq!(outputs.loss.hillslopes.len(), 2);
    for totals in &outputs.loss.hillslopes {
        assert!((totals.sediment_kg - delivered).abs() <= 0.01 * delivered, "{totals:?}, {delivered} kg");
    }
    assert!((outputs.loss.area_ha - 3.0).abs() < 0.05, "{}", outputs.loss.area_ha);
    let discharge: f64 = outputs.events.iter().map(|event| event.runoff_m3).sum::<f64>() / 5.0;
    println!("{:?} {discharge}", outputs.loss);
    assert!((discharge - outputs.loss.discharge_m3).abs() <= 0.02 * discharge, "{discharge}");
}

/// 2010 counts simulation years in some outputs and calendar years in others; a result has one
/// calendar, and every event of the pass file finds its row.
#[test]
fn years_of_2010_100_are_those_of_the_weather() {
    let folder = tempfile::tempdir().expect("folder");
    let Some(engine) = engine("HEADWATERS_WEPP_2010", folder.path()) else { return };
    let mut inputs = matrix_inputs("birmingham__loam__Skid__s40_150");
    let climate = &inputs.climate;
    let days =
        climate.days().iter().map(|day| headwaters_engine::ClimateDay { year: day.year + 2000, ..*day });
    inputs.climate = Arc::new(headwaters_engine::Climate::new(
        climate.name(),
        climate.latitude_deg(),
        climate.elevation_m(),
        *climate.mean_monthly(),
        days.collect(),
        Vec::new(),
    ));
    let options = RunOptions { years: Some(5), daily_water_balance: true };
    let result = engine.run(&inputs, &options).unwrap_or_else(|error| panic!("{error}"));
    let years: Vec<i32> = result.years.iter().map(|year| year.year).collect();
    assert_eq!(years, [2001, 2002, 2003, 2004, 2005]);
    assert_eq!(result.days.len(), 5 * 365 + 1);
    let precise = result.events.iter().filter(|event| event.runoff_duration_s > 0.0).count();
    let large = result.events.iter().filter(|event| event.runoff_mm >= 1.05).count();
    assert!(large > 10 && precise >= large, "{precise} of {large}");
    let error_mm = result.max_balance_error_mm.expect("this version prints every term");
    println!("largest balance error {error_mm} mm");
    assert!(error_mm < 1.0, "{error_mm}");
}

/// A hostile or broken setup must not take the machine down with it.
#[test]
fn the_memory_limit_holds_for_a_real_executable() {
    let folder = tempfile::tempdir().expect("folder");
    let Some(engine) = engine("HEADWATERS_WEPP_2024", folder.path()) else { return };
    let engine = engine.with_limits(Limits { memory_bytes: 1 << 20, ..Limits::default() });
    let inputs = matrix_inputs("birmingham__loam__Skid__s40_150");
    let error = engine.run(&inputs, &RunOptions::default()).expect_err("1 MiB is too little");
    let EngineError::External { failure, .. } = error else { panic!("{error}") };
    assert!(
        matches!(failure, ExternalFailure::Killed | ExternalFailure::OutOfMemory | ExternalFailure::BadInput),
        "{failure}"
    );
}
