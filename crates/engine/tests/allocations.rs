//! A run must not allocate day by day: on many cores the allocator would be what hillslopes wait for.

mod common;

use std::sync::Arc;

use common::{climate, dry_day};
use headwaters_engine::{
    Climate, ClimateDay, EmbeddedEngine, HillslopeEngine, Precipitation, RunOptions, burned_hillslope,
};

const YEARS: i32 = 16;

/// Years with winters and storms, all alike.
fn weather() -> Arc<Climate> {
    const MONTHS: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let day_of = |year: i32, month: usize, day: u8| {
        let mut weather = dry_day(year, month as u8 + 1, day);
        let season = -(std::f64::consts::TAU * (month as f64 + 0.5) / 12.0).cos();
        weather.tmax_c = 12.0 + 14.0 * season;
        weather.tmin_c = weather.tmax_c - 11.0;
        if day.is_multiple_of(4) {
            weather.precipitation = Precipitation::Storm {
                depth_mm: 20.0 + f64::from(day),
                duration_h: 0.5,
                time_to_peak_fraction: 0.3,
                peak_intensity_ratio: 3.0,
            };
        }
        weather
    };
    let days: Vec<ClimateDay> = (1..=YEARS)
        .flat_map(|year| MONTHS.into_iter().enumerate().map(move |(month, length)| (year, month, length)))
        .flat_map(|(year, month, length)| (1..=length).map(move |day| day_of(year, month, day)))
        .collect();
    climate(days)
}

/// Many hillslopes at once would slow each other down.
#[test]
fn days_allocate_nothing() {
    let inputs = burned_hillslope(weather());
    let allocations = |years: i32| {
        let options = RunOptions { years: Some(years as u32), daily_water_balance: false };
        let mut events = 0;
        let measured = allocation_counter::measure(|| {
            events = EmbeddedEngine.run(&inputs, &options).expect("valid inputs").events.len();
        });
        assert!(events as i32 > 5 * years, "{events} events in {years} years");
        measured.count_total
    };
    let (half, whole) = (allocations(YEARS / 2), allocations(YEARS));
    // Twice the days and twice the events: the two lists of results each double their space once.
    assert!(whole <= half + 2, "{} more allocations in {} more years", whole - half, YEARS / 2);
}
