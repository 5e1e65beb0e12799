//! Reference evapotranspiration against published worked examples.

use super::*;
use crate::sun::SlopeSun;
use crate::weather::Precipitation;

fn close(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found} instead of {expected}");
}

/// FAO-56 (Allen et al. 1998), example 18: Uccle (50° 48' N, 100 m), 6 July, 12.3-21.5 °C, actual vapour pressure 1.409
/// kPa (a dew point of 12.07 °C), wind of 10 km/h at 10 m, 22.07 MJ/m2.
fn uccle() -> ClimateDay {
    ClimateDay {
        day: 6,
        month: 7,
        year: 2001,
        precipitation: Precipitation::None,
        tmax_c: 21.5,
        tmin_c: 12.3,
        solar_radiation_ly_per_day: 22.07 * LANGLEYS_PER_MJ,
        wind_m_per_s: 10.0 / 3.6,
        wind_direction_deg: 0.0,
        dew_point_c: 12.07,
    }
}

/// The example's 3.88 mm/d, with the clear-sky radiation of the example: 30.90 of 41.09 MJ/m2 above the atmosphere.
#[test]
fn penman_monteith_gives_example_18_of_fao_56() {
    let mut sun = SlopeSun::level(50.8).days().to_vec();
    let above_mj = sun[187].potential_ly / LANGLEYS_PER_MJ;
    close(above_mj, 41.09, 0.02);
    sun[187].potential_ly = 30.90 * LANGLEYS_PER_MJ;
    let found = PenmanMonteith::new(&uccle(), &sun, 100.0);
    close(1000.0 * found.reference_m, 3.88, 0.005);
    // 0.04 (u2 - 2) - 0.004 (RHmin - 45), u2 = 2.078 m/s; example 18's least relative humidity, from its vapour pressure
    // and that at 21.5 °C (2.564 kPa), is 55 %.
    close(found.climate_term, 0.04 * 0.078 - 0.004 * (55.0 - 45.0), 0.02);
}

/// Effect of comparing with radiation above the atmosphere, as in the reference: net long-wave radiation is
/// 3.71 x (1.35 x 22.07/41.09 - 0.35) / (1.35 x 22.07/30.90 - 0.35) = 2.27 instead of 3.71 MJ/m2, which evaporates
/// 0.408 x 0.122 x 1.44 / (0.122 + 0.0666 x 1.71) = 0.30 mm/d more.
#[test]
fn a_sky_that_is_never_clear_adds_to_example_18() {
    let sun = SlopeSun::level(50.8);
    let found = PenmanMonteith::new(&uccle(), sun.days(), 100.0);
    close(1000.0 * found.reference_m, 3.88 + 0.30, 0.01);
}

/// Penman's mm/d by hand for the same day over a surface of albedo 0.23: T = 16.9 °C; es = 1.926 kPa, ea = 1.409,
/// slope 0.122, psychrometric constant 0.0662; net radiation 16.99 - 0.174 x 34.6 x (0.9 x 22.07 / 41.1 + 0.1) = 13.5 MJ/m2;
/// (0.122 x 13.5 / 2.464 + 0.0662 x (2.7 + 1.63 x 2.778) x 0.517) / 0.1882 = 4.87.
#[test]
fn penman_gives_the_hand_calculation() {
    let sun = SlopeSun::level(50.8);
    let demand = DayDemand::new(&uccle(), sun.days(), 100.0);
    close(1000.0 * demand.penman.reference_m(0.23), 4.87, 0.02);
    // Saturated air in the dark evaporates nothing.
    let night = ClimateDay { solar_radiation_ly_per_day: 0.0, dew_point_c: 16.9, ..uccle() };
    assert_eq!(DayDemand::new(&night, sun.days(), 100.0).penman.reference_m(0.23), 0.0);
}

/// 1.28 times the equilibrium evaporation (Priestley and Taylor 1972, with Ritchie's coefficient), in SI units from
/// FAO-56: at 20 °C the slope is 0.1447 and the constant at sea level 0.0674 kPa/°C, the latent heat 2.45 MJ/kg.
#[test]
fn priestley_taylor_is_its_closed_form() {
    let day = ClimateDay { tmax_c: 26.0, tmin_c: 14.0, solar_radiation_ly_per_day: 500.0, ..uccle() };
    let sun = SlopeSun::level(40.0);
    let net_mj = 500.0 / LANGLEYS_PER_MJ * (1.0 - 0.23);
    let expected = 1.28 * 0.1447 / (0.1447 + 0.0674) * net_mj / 2.45;
    let demand = DayDemand::new(&day, sun.days(), 0.0);
    close(1000.0 * demand.priestley_taylor_m(0.23), expected, 0.01);
    close(demand.priestley_taylor_m(0.46), demand.priestley_taylor_m(0.23) * 0.54 / 0.77, 1e-9);
}

#[test]
fn days_of_the_year_count_the_leap_day_every_fourth_year() {
    let on = |day, month, year| day_of_year(&ClimateDay { day, month, year, ..uccle() });
    assert_eq!((on(1, 1, 2001), on(28, 2, 2004), on(1, 3, 2001), on(1, 3, 2004)), (1, 59, 60, 61));
    assert_eq!((on(31, 12, 2001), on(31, 12, 2004)), (365, 366));
}
