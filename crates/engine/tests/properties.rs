//! Invariants of any hillslope: water is neither made nor lost, nothing is negative, equal inputs give equal
//! results, and hostile values are refused instead of computed with.

mod common;

use common::{climate, dry_day};
use headwaters_engine::{
    ClimateDay, EmbeddedEngine, EngineError, EvapotranspirationMethod, HillslopeEngine, HillslopeInputs,
    HillslopeResult, Precipitation, ProfilePoint, RestrictiveLayer, RunOptions, burned_hillslope,
    compare_results, verification_sample,
};
use proptest::prelude::*;

fn run(inputs: &HillslopeInputs) -> HillslopeResult {
    EmbeddedEngine.run(inputs, &RunOptions { years: None, daily_water_balance: true }).expect("valid inputs")
}

/// A year of weather from a seed: warm or freezing, with storms of all sizes.
fn year_of_weather(seed: u64, mean_c: f64) -> Vec<ClimateDay> {
    const MONTHS: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut state = seed | 1;
    let mut draw = move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    };
    let mut days = Vec::new();
    for (month, length) in MONTHS.into_iter().enumerate() {
        for day in 1..=length {
            let season = -(std::f64::consts::TAU * (month as f64 + 0.5) / 12.0).cos();
            let mean = mean_c + 12.0 * season + 8.0 * (draw() - 0.5);
            let spread = 1.0 + 9.0 * draw();
            let mut weather = dry_day(1, month as u8 + 1, day);
            weather.tmax_c = mean + spread;
            weather.tmin_c = mean - spread;
            weather.dew_point_c = weather.tmin_c - 3.0 * draw();
            weather.solar_radiation_ly_per_day = 50.0 + 600.0 * draw();
            weather.wind_m_per_s = 6.0 * draw();
            if draw() < 0.35 {
                weather.precipitation = Precipitation::Storm {
                    depth_mm: 0.1 + 90.0 * draw().powi(4),
                    duration_h: 0.2 + 20.0 * draw(),
                    time_to_peak_fraction: draw(),
                    peak_intensity_ratio: 1.0 + 10.0 * draw().powi(3),
                };
            }
            days.push(weather);
        }
    }
    days
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Water would be made or lost without anyone noticing.
    #[test]
    fn water_balance_closes_and_nothing_is_negative(
        seed in any::<u64>(),
        mean_c in -5.0f64..20.0,
        sand in 0.05f64..0.75,
        clay_share in 0.05f64..0.9,
        depth_mm in 100.0f64..2000.0,
        conductivity in 0.5f64..80.0,
        cover in 0.0f64..1.0,
        slope in 0.0f64..1.0,
        foot in 0.0f64..1.0,
        canopy_height in 0.0f64..20.0,
        method in 0usize..3,
    ) {
        let mut inputs = burned_hillslope(climate(year_of_weather(seed, mean_c)));
        let layer = &mut inputs.soil.layers[0];
        layer.sand_fraction = sand;
        layer.clay_fraction = (1.0 - sand) * clay_share;
        layer.bottom_depth_mm = depth_mm;
        if seed % 3 == 0 {
            layer.saturated_conductivity_mm_per_h = Some(conductivity);
            layer.anisotropy_ratio = Some(10.0);
            layer.bulk_density_g_per_cm3 = Some(1.3);
            inputs.soil.restrictive_layer = Some(RestrictiveLayer {
                thickness_mm: 10_000.0,
                conductivity_mm_per_h: 0.001,
                anisotropy_ratio: None,
            });
        }
        inputs.soil.effective_conductivity_mm_per_h = conductivity;
        inputs.soil.adjust_conductivity = seed % 2 == 0;
        inputs.treatment.initial.interrill_cover_fraction = cover;
        inputs.treatment.initial.rill_cover_fraction = cover;
        inputs.treatment.initial.canopy_cover_fraction = cover;
        inputs.treatment.plant.max_canopy_height_m = canopy_height;
        inputs.treatment.initial.frost_depth_m = if mean_c < 0.0 { 0.1 } else { 0.0 };
        inputs.evapotranspiration = [
            EvapotranspirationMethod::PenmanOrPriestleyTaylor,
            EvapotranspirationMethod::PriestleyTaylor,
            EvapotranspirationMethod::FaoPenmanMonteith {
                basal_crop_coefficient: 0.95,
                readily_available_fraction: 0.8,
            },
        ][method];
        inputs.profile.points = vec![
            ProfilePoint { distance_fraction: 0.0, slope_m_per_m: slope / 2.0 },
            ProfilePoint { distance_fraction: 0.37, slope_m_per_m: slope },
            ProfilePoint { distance_fraction: 1.0, slope_m_per_m: foot },
        ];
        let result = run(&inputs);
        prop_assert!(result.max_balance_error_mm.is_some_and(|error| error < 1e-6), "{:?}", result.max_balance_error_mm);
        for day in &result.days {
            for (name, value) in [
                ("runoff", day.runoff_mm),
                ("transpiration", day.transpiration_mm),
                ("soil evaporation", day.soil_evaporation_mm),
                ("interception", day.interception_evaporation_mm),
                ("percolation", day.deep_percolation_mm),
                ("lateral flow", day.lateral_flow_mm),
                ("soil water", day.soil_water_mm),
                ("ice", day.frozen_water_mm),
                ("snow", day.snow_water_mm),
                ("frost", day.frost_depth_mm),
            ] {
                prop_assert!(value.is_finite() && value >= -1e-9, "{name} {value} on {day:?}");
            }
        }
        for event in &result.events {
            prop_assert!(event.runoff_mm > 0.0 && event.peak_runoff_mm_per_h > 0.0, "{event:?}");
            prop_assert!(event.sediment_delivery_kg_per_m >= 0.0, "{event:?}");
            let balance =
                event.detachment_kg_per_m - event.deposition_kg_per_m - event.sediment_delivery_kg_per_m;
            prop_assert!(balance.abs() <= 1e-9 * (1.0 + event.detachment_kg_per_m), "{event:?}");
            let classes: f64 = event.class_fractions.iter().sum();
            prop_assert!(event.sediment_delivery_kg_per_m < 1e-12 || (classes - 1.0).abs() < 1e-6, "{event:?}");
        }
    }

    /// A run could not be repeated or compared.
    #[test]
    fn equal_inputs_give_equal_results(seed in any::<u64>(), mean_c in -5.0f64..15.0) {
        let inputs = burned_hillslope(climate(year_of_weather(seed, mean_c)));
        prop_assert_eq!(run(&inputs), run(&inputs));
    }
}

/// A user would see a result for a soil or storm that cannot exist.
#[test]
fn impossible_inputs_are_refused_with_field_and_value() {
    type Change = fn(&mut HillslopeInputs);
    let cases: [(&str, Change); 7] = [
        ("soil.layers[0].clay_fraction", |i| i.soil.layers[0].clay_fraction = 0.9),
        ("soil.rill_erodibility_s_per_m", |i| i.soil.rill_erodibility_s_per_m = f64::NAN),
        ("soil.layers", |i| i.soil.layers.clear()),
        ("profile.points", |i| i.profile.points.truncate(1)),
        ("profile.length_m", |i| i.profile.length_m = -3.0),
        ("treatment.initial.canopy_cover_fraction", |i| i.treatment.initial.canopy_cover_fraction = 1.5),
        ("climate.days", |i| i.climate = climate(Vec::new())),
    ];
    for (expected, change) in cases {
        let mut inputs = burned_hillslope(climate(vec![dry_day(1, 1, 1)]));
        change(&mut inputs);
        match EmbeddedEngine.run(&inputs, &RunOptions::default()) {
            Err(EngineError::InvalidInput { field, hillslope, .. }) => {
                assert_eq!((field.as_str(), hillslope.as_str()), (expected, "h1"));
            }
            other => panic!("{expected}: {other:?}"),
        }
    }
    let mut day = dry_day(1, 1, 1);
    day.precipitation = Precipitation::Storm {
        depth_mm: 10.0,
        duration_h: f64::INFINITY,
        time_to_peak_fraction: 0.5,
        peak_intensity_ratio: 2.0,
    };
    assert!(EmbeddedEngine.run(&burned_hillslope(climate(vec![day])), &RunOptions::default()).is_err());
}

/// More cover must never mean more erosion, nor a steeper slope less: the ranking users act upon.
#[test]
fn erosion_falls_with_cover_and_rises_with_slope() {
    let weather = climate(year_of_weather(7, 14.0));
    let sediment = |cover: f64, slope: f64| {
        let mut inputs = burned_hillslope(weather.clone());
        inputs.treatment.initial.interrill_cover_fraction = cover;
        inputs.treatment.initial.rill_cover_fraction = cover;
        inputs.soil.effective_conductivity_mm_per_h = 4.0;
        for point in &mut inputs.profile.points {
            point.slope_m_per_m = slope;
        }
        run(&inputs).years.iter().map(|y| y.sediment_delivery_kg_per_m).sum::<f64>()
    };
    assert!(sediment(0.1, 0.2) > sediment(0.5, 0.2));
    assert!(sediment(0.5, 0.2) > sediment(0.9, 0.2));
    assert!(sediment(0.5, 0.4) > sediment(0.5, 0.2));
}

/// The verification mode would compare the wrong hillslopes or hide a deviation.
#[test]
fn deviation_table_reports_ratios_of_pairs() {
    let inputs = burned_hillslope(climate(year_of_weather(3, 14.0)));
    let result = run(&inputs);
    let mut twice = result.clone();
    for year in &mut twice.years {
        year.rain_runoff_mm *= 2.0;
        year.melt_runoff_mm *= 2.0;
        year.sediment_delivery_kg_per_m *= 0.5;
    }
    let table = compare_results([(&twice, &result)]).expect("one pair");
    assert_eq!((table.runoff.n, table.runoff.median), (1, 2.0));
    assert_eq!(table.sediment.median, 0.5);
    assert_eq!(table.peak.within_15_percent, 1.0);
    assert!(compare_results([]).is_none());
    assert_eq!(verification_sample(10, 3), [0, 3, 6]);
    assert_eq!(verification_sample(2, 5), [0, 1]);
}

/// A restrictive layer of 0.001 mm/h conducts 8.76 mm in a year, and the harmonic mean with the soil above it lets at most
/// twice that through; more would be water lost to the hillslope.
#[test]
fn no_more_percolates_than_the_restrictive_layer_lets_through() {
    let mut inputs = burned_hillslope(climate(year_of_weather(7, 9.0)));
    inputs.soil.restrictive_layer = Some(RestrictiveLayer {
        thickness_mm: 10_000.0,
        conductivity_mm_per_h: 0.001,
        anisotropy_ratio: None,
    });
    let tight = run(&inputs);
    let most_mm = 2.0 * 0.001 * 24.0 * 365.0;
    let percolated = tight.years[0].deep_percolation_mm;
    assert!(percolated > 0.5 * most_mm && percolated <= most_mm, "{percolated} mm of at most {most_mm} mm");
    // A layer that conducts better than the soil holds nothing back.
    inputs.soil.restrictive_layer = None;
    let open = run(&inputs).years[0].deep_percolation_mm;
    inputs.soil.restrictive_layer =
        Some(RestrictiveLayer { thickness_mm: 10_000.0, conductivity_mm_per_h: 1e6, anisotropy_ratio: None });
    let fast = run(&inputs).years[0].deep_percolation_mm;
    assert!((fast / open - 1.0).abs() < 0.01 && open > percolated, "{fast} {open} {percolated}");
}
