//! Ritchie's two stages (1972) against their closed form.

use super::*;

const LIMIT: f64 = 0.006;
/// Evaporation of stage two from a demand of 1 mm beyond stage one on its last day.
const BEYOND: f64 = 0.0006;

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
}

/// As long as the surface is wet it meets the demand; then, cumulatively, 3.5 mm times the root of the days.
#[test]
fn wet_soil_meets_the_demand_and_then_evaporates_with_the_root_of_time() {
    let mut stage = EvaporationStage::default();
    for _ in 0..2 {
        close(stage.demand(0.002, 0.0, LIMIT), 0.002);
    }
    let mut sum = stage.demand(0.003, 0.0, LIMIT) - 0.002;
    close(sum, BEYOND);
    let before = (BEYOND / STAGE_TWO).powi(2);
    for day in 1..=30 {
        sum += stage.demand(0.006, 0.0, LIMIT);
        close(sum, STAGE_TWO * (before + f64::from(day)).sqrt());
    }
    // No more than is asked on a cloudy day.
    close(stage.demand(0.0001, 0.0, LIMIT), 0.0001);
}

/// On the day on which stage one ends, what is asked beyond it is given to six tenths (Ritchie 1972, equation 14), and
/// stage two begins as far on as gave that much.
#[test]
fn the_day_of_change_gives_six_tenths_of_the_excess_demand() {
    let mut stage = EvaporationStage::default();
    close(stage.demand(0.008, 0.0, LIMIT), 0.006 + 0.6 * 0.002);
    close(stage.second, 0.0012);
    close(stage.demand(0.006, 0.0, LIMIT), STAGE_TWO * (1.0 + (0.0012 / STAGE_TWO).powi(2)).sqrt() - 0.0012);
}

/// More rain than stage two has taken makes the surface wet again; less is mostly evaporated on the same day.
#[test]
fn rain_restarts_the_stages() {
    let dried = || {
        let mut stage = EvaporationStage::default();
        stage.demand(LIMIT + 0.001, 0.0, LIMIT);
        (0..4).for_each(|_| {
            stage.demand(0.006, 0.0, LIMIT);
        });
        stage
    };
    let taken = STAGE_TWO * ((BEYOND / STAGE_TWO).powi(2) + 4.0).sqrt();
    close(dried().second, taken);
    let mut soaked = dried();
    close(soaked.demand(0.005, taken + LIMIT, LIMIT), 0.005);
    close(soaked.first, 0.005);
    // 0.78 mm are due on the fifth day; 0.8 of 2 mm of rain are more.
    let mut moistened = dried();
    close(moistened.demand(0.006, 0.002, LIMIT), 0.8 * 0.002);
    close(moistened.second, taken + 0.8 * 0.002 - 0.002);
}
