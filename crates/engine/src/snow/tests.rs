//! The pack against calculations by hand. An error here moves spring floods by weeks.

use super::*;
use crate::weather::Precipitation;

fn day(tmax_c: f64, tmin_c: f64) -> ClimateDay {
    ClimateDay {
        day: 1,
        month: 4,
        year: 1,
        precipitation: Precipitation::None,
        tmax_c,
        tmin_c,
        solar_radiation_ly_per_day: 300.0,
        wind_m_per_s: 3.0,
        wind_direction_deg: 0.0,
        dew_point_c: 2.0,
    }
}

fn hour(temperature_c: f64, snowfall_m: f64, rain_m: f64) -> SnowHour {
    SnowHour { snowfall_m, rain_m, temperature_c, radiation_mj: 1.2 }
}

fn close(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found} instead of {expected}");
}

/// Melt of an hour, inches, by the terms of NSERL-10 chapter 3 (U.S. Army Corps of Engineers) under half a canopy and
/// 0.4 clouds at 5 °C: short-wave 0.0607 x 0.5 x 1.2 = 0.036420; long-wave of open and shaded ground and sky
/// -0.84 x 0.6 x 0.5 / 24 + 0.025 x 9 / 24 + 0.4 x 0.045 x 9 / 24 = 0.005625; turbulent 0.0084 / 24 x 6.7122 mph x 0.6 x
/// 1.57 x 10^(-1/6) x (0.22 x 9 + 0.78 x 3.6) = 0.007219.
#[test]
fn melt_of_an_hour_is_that_of_the_hand_calculation() {
    let melt_day = MeltDay::new(0.5, 0.4, &day(10.0, 0.0));
    let dry = melt_day.melt_m(&hour(5.0, 0.0, 0.0));
    close(dry, 0.0254 * (0.036420 + 0.005625 + 0.007219), 1e-4);
    // Rain brings heat by its depth and the dew point: 0.007 x 2 mm x 3.6 °F.
    let wet = melt_day.melt_m(&hour(5.0, 0.0, 0.002));
    close(wet - dry, 0.007 * 0.002 * 3.6, 1e-9);
}

/// Each degree of air brings the same melt, and none comes at night at freezing point under clouds.
#[test]
fn melt_rises_with_the_air_by_a_constant_per_degree() {
    let still = ClimateDay { wind_m_per_s: 0.0, ..day(10.0, 0.0) };
    let melt_day = MeltDay::new(0.0, 1.0, &still);
    let melt =
        |temperature_c| melt_day.melt_m(&SnowHour { radiation_mj: 0.0, ..hour(temperature_c, 0.0, 0.0) });
    assert_eq!(melt(0.0), 0.0);
    // (0.025 + 0.045) inches a day per °F.
    close(24.0 * melt(1.0), 0.070 * 1.8 * 0.0254, 1e-9);
    close(melt(7.0), 7.0 * melt(1.0), 1e-9);
}

/// New snow of 100 kg/m3 gains the share e^-2 / 24 an hour on its first day, (1 + e^-2 / 24)^24 = 1.1445 in all, and
/// e^-4 / 24 on the second: (1 + e^-4 / 24)^24 = 1.0185. A settled pack stays as it is.
#[test]
fn new_snow_settles_by_the_day_and_old_snow_no_more() {
    let cold = MeltDay::new(0.0, 0.5, &day(-2.0, -10.0));
    let mut pack = SnowPack::default();
    pack.hour(&hour(-5.0, 0.010, 0.0), &cold);
    close(pack.density(), 100.0, 1e-12);
    for expected in [114.45, 114.45 * 1.0185] {
        (0..24).for_each(|_| assert_eq!(pack.hour(&hour(-5.0, 0.0, 0.0), &cold), 0.0));
        close(pack.density(), expected, 1e-4);
        pack.begin_day();
    }
    for _ in 0..365 {
        (0..24).for_each(|_| assert_eq!(pack.hour(&hour(-5.0, 0.0, 0.0), &cold), 0.0));
        pack.begin_day();
    }
    assert!(pack.density() < SETTLED, "cold alone makes no ice: {}", pack.density());
    assert_eq!(pack.water_m, 0.010, "nothing melts on days with a mean below freezing");
    let mut settled = SnowPack::with_depth(0.5);
    close(settled.density(), 250.0, 1e-12);
    settled.begin_day();
    let denser = {
        settled.depth_m *= 0.9;
        settled
    };
    settled.hour(&hour(-5.0, 0.0, 0.0), &cold);
    assert_eq!(settled, denser);
}

/// 10 mm of water in 50 mm of snow. Melting 2 mm takes a fifth of the depth and is held: 40 mm may hold 14. Melting
/// 3 mm more leaves 28 mm, which may hold 9.8: 0.2 mm run off. From then on the pack is ripe, and melt and rain pass.
#[test]
fn a_pack_holds_its_melt_until_it_is_ripe() {
    let mut pack = SnowPack { water_m: 0.010, depth_m: 0.050, ..SnowPack::default() };
    assert_eq!(pack.release(0.002, 0.0), 0.0);
    close(pack.depth_m, 0.040, 1e-12);
    close(pack.release(0.003, 0.0), 0.0002, 1e-9);
    close(pack.density(), RIPE, 1e-9);
    close(pack.release(0.001, 0.004), 0.005, 1e-9);
    close(pack.density(), RIPE, 1e-9);
    close(pack.water_m, 0.0088, 1e-9);
    // The last of it goes with the rain, to the drop.
    close(pack.release(0.0088, 0.001), 0.0098, 1e-9);
    assert_eq!((pack.water_m, pack.depth_m), (0.0, 0.0));
}

/// Rain on a cold-weather pack stays in it as far as there is room.
#[test]
fn rain_fills_the_pack_before_it_passes() {
    let mut pack = SnowPack { water_m: 0.010, depth_m: 0.040, ..SnowPack::default() };
    assert_eq!(pack.release(0.0, 0.003), 0.0);
    close(pack.release(0.0, 0.003), 0.002, 1e-9);
    close(pack.water_m, 0.014, 1e-9);
}
