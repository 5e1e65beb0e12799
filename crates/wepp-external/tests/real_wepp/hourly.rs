//! The hourly water balance, which `wepp_ui.txt` switches to.

use crate::{engine, matrix_inputs};
use headwaters_engine::{AnnualRow, HillslopeEngine, HillslopeInputs, HillslopeResult, RestrictiveLayer};

/// By default, WEPPcloud runs the hourly water balance, with lateral flow by the layers' anisotropy; a user who requests
/// it must get it, and find the request in the record of the inputs.
#[test]
fn the_hourly_water_balance_is_followed_when_asked_for() {
    let folder = tempfile::tempdir().expect("folder");
    let Some(engine) = engine("HEADWATERS_WEPP_2024", folder.path()) else { return };
    let case = "mtshasta__loam__LowFire__s40_150";
    let run = |hourly_water_balance| {
        let mut inputs = HillslopeInputs { hourly_water_balance, ..matrix_inputs(case) };
        for layer in &mut inputs.soil.layers {
            layer.bulk_density_g_per_cm3 = Some(1.4);
            layer.saturated_conductivity_mm_per_h = Some(20.0);
            layer.field_capacity_m3_per_m3 = Some(0.27);
            layer.wilting_point_m3_per_m3 = Some(0.12);
            layer.anisotropy_ratio = Some(10.0);
        }
        inputs.soil.restrictive_layer = Some(RestrictiveLayer {
            thickness_mm: 10_000.0,
            conductivity_mm_per_h: 0.01,
            anisotropy_ratio: None,
        });
        engine.run(&inputs, &Default::default()).unwrap_or_else(|error| panic!("{error}"))
    };
    let (daily, hourly) = (run(false), run(true));
    let mean = |result: &HillslopeResult, value: fn(&AnnualRow) -> f64| {
        result.years.iter().map(value).sum::<f64>() / result.years.len() as f64
    };
    let runoff = [&daily, &hourly].map(|result| mean(result, |year| year.runoff_mm()));
    let lateral = mean(&hourly, |year| year.lateral_flow_mm);
    println!("runoff {runoff:.1?} mm/y, hourly lateral flow {lateral:.1} mm/y");
    assert!(runoff[1] < 0.7 * runoff[0] && lateral > 50.0, "{runoff:?}, {lateral}");
    // Hourly, the version prints all terms of the balance, with two decimals a day.
    assert!(
        hourly.max_balance_error_mm.is_some_and(|error| error < 5.0),
        "{:?}",
        hourly.max_balance_error_mm
    );
    assert_eq!(hourly.file_hashes["wepp_ui.txt"].len(), 64);
    assert!(!daily.file_hashes.contains_key("wepp_ui.txt"));
}
