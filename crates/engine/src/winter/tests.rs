//! Phase of a day's precipitation, rain or snow, hour by hour.

use std::sync::Arc;

use super::*;
use crate::climate::Climate;
use crate::example::burned_hillslope;
use crate::sun::SlopeSun;
use crate::weather::MonthlyMeans;

fn day(tmin_c: f64, tmax_c: f64, duration_h: f64) -> ClimateDay {
    ClimateDay {
        day: 15,
        month: 3,
        year: 2001,
        precipitation: Precipitation::Storm {
            depth_mm: 24.0,
            duration_h,
            time_to_peak_fraction: 0.5,
            peak_intensity_ratio: 2.0,
        },
        tmax_c,
        tmin_c,
        solar_radiation_ly_per_day: 0.0,
        wind_m_per_s: 0.0,
        wind_direction_deg: 0.0,
        dew_point_c: -5.0,
    }
}

/// Rain that reached the ground, and snow that lies, after a day of 24 mm on bare unfrozen ground, mm.
fn rain_and_snow(day: &ClimateDay) -> (f64, f64) {
    let climate = Climate::new("test", 45.0, 500.0, MonthlyMeans::default(), vec![*day], Vec::new());
    let mut inputs = burned_hillslope(Arc::new(climate));
    inputs.winter.frozen_soil = false;
    let hillslope = Hillslope::new(&inputs);
    let mut water = SoilWater::new(&hillslope.soil);
    let mut winter = Winter::new(SnowPack::default(), Frost::default());
    let sun = SlopeSun::level(45.0);
    let weather = WinterDay { day, day_of_year: 74, sun: sun.day(74), rain_m: 0.024, points: &[] };
    let fallen = winter.day(&hillslope, &weather, 0.01, &mut water);
    (1000.0 * fallen.depth_m, 1000.0 * winter.snow.water_m)
}

/// All rain above freezing point, all snow below it; nothing is lost in between.
#[test]
fn a_warm_day_rains_and_a_cold_day_snows() {
    assert_eq!(rain_and_snow(&day(1.0, 9.0, 6.0)).1, 0.0);
    assert!((rain_and_snow(&day(1.0, 9.0, 6.0)).0 - 24.0).abs() < 1e-9);
    let (rain, snow) = rain_and_snow(&day(-9.0, -1.0, 6.0));
    assert!(rain == 0.0 && (snow - 24.0).abs() < 1e-9, "{rain} {snow}");
    // Exactly at freezing point it snows.
    assert_eq!(rain_and_snow(&day(0.0, 0.0, 6.0)).0, 0.0);
}

/// A storm of the whole day falls by the hours at or below 0 °C: of a day of -6 to 4 °C those whose hourly mean, by two
/// cosines from sunrise to 14 h and back, is not above it.
#[test]
fn a_day_of_frost_and_thaw_is_divided_by_its_hours() {
    let mixed = day(-6.0, 4.0, 24.0);
    let sun = SlopeSun::level(45.0);
    let mut hours = [0.0; 24];
    sun.day(74).hourly_temperatures(mixed.tmin_c, mixed.tmax_c, None, &mut hours);
    let cold = hours.iter().filter(|t| **t <= 0.0).count() as f64;
    assert!((10.0..=18.0).contains(&cold), "{cold}");
    let (rain, snow) = rain_and_snow(&mixed);
    // The mean of the day is below freezing, so the pack neither melts nor holds rain.
    assert!((rain - (24.0 - cold)).abs() < 1e-9 && (snow - cold).abs() < 1e-9, "{cold} h: {rain} {snow}");
}

/// Depth is kept whatever its duration, and a storm ends before midnight on every day of the year.
#[test]
fn storms_are_spread_over_hours_of_the_same_day() {
    for day_of_year in 1..=366 {
        for duration_h in [0.1, 1.0, 5.4, 23.0, 24.0] {
            let mut hours = [0.0; 24];
            spread_over_hours(&day(-5.0, 5.0, duration_h), day_of_year, 0.024, &[], &mut hours);
            let wet = hours.iter().filter(|depth| **depth > 0.0).count();
            assert_eq!(wet, (duration_h.round() as usize).max(1), "day {day_of_year}, {duration_h} h");
            assert!((hours.iter().sum::<f64>() - 0.024).abs() < 1e-12);
        }
    }
}

/// Measured rain falls in the hours in which it was measured, in proportion to the time.
#[test]
fn breakpoints_keep_their_hours() {
    let measured = ClimateDay {
        precipitation: Precipitation::Breakpoints { first: 0, count: 3 },
        ..day(-5.0, 5.0, 1.0)
    };
    let points = [(6.5, 0.0), (7.5, 4.0), (10.0, 9.0)];
    let points = points.map(|(hour, cumulative_mm)| Breakpoint { hour, cumulative_mm });
    let mut hours = [0.0; 24];
    spread_over_hours(&measured, 74, 0.009, &points, &mut hours);
    for (hour, expected_mm) in [(5, 0.0), (6, 2.0), (7, 2.0 + 1.0), (8, 2.0), (9, 2.0), (10, 0.0)] {
        assert!((1000.0 * hours[hour] - expected_mm).abs() < 1e-9, "hour {hour}: {}", 1000.0 * hours[hour]);
    }
}
