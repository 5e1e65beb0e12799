//! Sun against published values and against integration of its path.

use super::*;

fn close(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found} instead of {expected}");
}

fn day_length_h(day: &SunGeometry) -> f64 {
    day.sky.sunset * 24.0 / PI
}

/// FAO Irrigation and Drainage Paper 56 (Allen et al. 1998): examples 8 and 9 (20° S, 3 September) and annex 2, tables
/// 2.6 and 2.7 (40° N in the middle of June and December). The formulas here are Swift's with another solar constant
/// (1.94 ly/min), and declination.
#[test]
fn radiation_above_the_atmosphere_and_day_length_are_those_of_fao_56() {
    for (latitude, day, radiation_mj, hours) in
        [(-20.0, 246, 32.2, 11.7), (40.0, 167, 41.9, 15.0), (40.0, 350, 13.6, 9.3)]
    {
        let sun = SlopeSun::level(latitude);
        let day = sun.day(day);
        close(day.potential_ly * MJ_PER_LANGLEY, radiation_mj, 0.03);
        let found = day_length_h(day);
        assert!((found - hours).abs() < 0.15, "latitude {latitude}: {found} h instead of {hours}");
    }
}

/// Day and night are equal everywhere when the sun stands over the equator, and its radiation falls as the cosine of the
/// latitude: 12 h x 2 / pi of the constant at noon.
#[test]
fn at_the_equinox_all_days_are_twelve_hours_long() {
    let equator = SlopeSun::level(0.0);
    let equinox = (60..100).min_by(|a, b| {
        let height = |day: &u16| equator.day(*day).sky.declination.0.abs();
        height(a).total_cmp(&height(b))
    });
    let equinox = equinox.unwrap();
    assert!((78..=82).contains(&equinox), "{equinox}");
    let at_equator = equator.day(equinox);
    close(at_equator.potential_ly, at_equator.sky.hourly_ly * 24.0 / PI, 1e-4);
    for latitude in [-50.0_f64, -20.0, 10.0, 40.0, 60.0] {
        let sun = SlopeSun::level(latitude);
        let day = sun.day(equinox);
        assert!((day_length_h(day) - 12.0).abs() < 0.1, "{latitude}: {}", day_length_h(day));
        close(day.potential_ly, at_equator.potential_ly * latitude.to_radians().cos(), 0.015);
    }
}

/// Radiation of a day on a slope over that on level ground, by integration of the sun's path over the horizon.
fn integrated_share(day: &SunGeometry, latitude_deg: f64, aspect_deg: f64, slope: f64) -> f64 {
    let (latitude, aspect, tilt) = (latitude_deg.to_radians(), aspect_deg.to_radians(), slope.atan());
    let (sin_declination, cos_declination) = day.sky.declination;
    // Up, north and east.
    let normal = [tilt.cos(), tilt.sin() * aspect.cos(), tilt.sin() * aspect.sin()];
    let (mut on_slope, mut level) = (0.0, 0.0);
    const STEPS: i32 = 20_000;
    for step in 0..STEPS {
        let angle = PI * (2.0 * (f64::from(step) + 0.5) / f64::from(STEPS) - 1.0);
        let up = sin_declination * latitude.sin() + cos_declination * latitude.cos() * angle.cos();
        let north = sin_declination * latitude.cos() - cos_declination * latitude.sin() * angle.cos();
        let east = -cos_declination * angle.sin();
        if up > 0.0 {
            level += up;
            on_slope += (normal[0] * up + normal[1] * north + normal[2] * east).max(0.0);
        }
    }
    on_slope / level
}

/// A slope that faces the sun keeps no snow that the other side of the ridge still has in May. Slopes that face away
/// from the sun by more than the pole does (45 degrees at 45° N) are left out: the reference gives them the sun of the
/// other side, and so does this engine.
#[test]
fn a_slope_gets_the_sun_that_its_path_gives() {
    for latitude in [-35.0, 25.0, 45.0] {
        let level = SlopeSun::level(latitude);
        for day in [1, 81, 172, 265, 355] {
            for (aspect, slope) in
                [(180.0, 0.4), (0.0, 0.4), (90.0, 0.4), (270.0, 0.4), (135.0, 0.8), (0.0, 0.8)]
            {
                let day = level.on_slope(aspect, slope).day(day).to_owned();
                let found = day.slope_potential_ly / day.potential_ly;
                let expected = integrated_share(&day, latitude, aspect, slope);
                let where_ = format!("latitude {latitude}, aspect {aspect}, slope {slope}");
                assert!((found - expected).abs() < 0.002, "{where_}: {found} instead of {expected}");
            }
        }
    }
    let level = SlopeSun::level(45.0);
    let winter = |aspect| level.on_slope(aspect, 0.4).day(355).slope_potential_ly;
    let flat = level.day(355).potential_ly;
    assert!(
        winter(180.0) > 1.7 * flat && winter(0.0) < 0.2 * flat,
        "{} {} {flat}",
        winter(180.0),
        winter(0.0)
    );
    close(winter(90.0), winter(270.0), 1e-9);
}

/// Under a clear sky the slope gets more than the station by the share of its beam, under an overcast one nearly the same.
#[test]
fn clouds_even_out_the_slopes() {
    let south = SlopeSun::level(45.0).on_slope(180.0, 0.5);
    let day = south.day(355);
    let share = |measured_ly: f64| day.radiation(measured_ly).slope_mj / (measured_ly * MJ_PER_LANGLEY);
    let (clear, overcast) = (0.7 * day.potential_ly, 0.1 * day.potential_ly);
    assert!(share(clear) > share(overcast) && share(overcast) > 1.0, "{} {}", share(clear), share(overcast));
    assert_eq!((day.radiation(clear).cloud, day.radiation(overcast).cloud), (0.0, 1.0));
}

/// The hours' shares are the day, and without a tilt the warmest hour is that of 14 h.
#[test]
fn hours_make_up_the_day() {
    for (latitude, day) in [(0.0, 81), (45.0, 172), (45.0, 355)] {
        let sun = SlopeSun::level(latitude);
        let shares = sun.day(day).hourly_shares();
        close(shares.iter().sum(), 1.0, 0.03);
        let mut hours = [0.0; 24];
        sun.day(day).hourly_temperatures(2.0, 12.0, None, &mut hours);
        let warmest = (0..24).max_by(|a, b| hours[*a].total_cmp(&hours[*b]));
        assert!(matches!(warmest, Some(13 | 14)), "{warmest:?}");
        assert!(hours.iter().all(|t| (2.0 - 1e-9..=12.0 + 1e-9).contains(t)), "{hours:?}");
    }
}
