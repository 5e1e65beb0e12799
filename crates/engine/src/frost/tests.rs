use std::sync::Arc;

use super::*;
use crate::climate::Climate;
use crate::example::burned_hillslope;
use crate::phase::LATENT_HEAT;
use crate::weather::MonthlyMeans;

/// A soil at three quarters of saturation.
fn soil() -> (SoilProfile, SoilWater) {
    let climate = Climate::new("none", 40.0, 0.0, MonthlyMeans::default(), Vec::new(), Vec::new());
    let soil = SoilProfile::new(&burned_hillslope(Arc::new(climate)).soil);
    let water = SoilWater::new(&soil);
    (soil, water)
}

fn ice_m(soil: &SoilProfile, water: &SoilWater) -> f64 {
    let below_wilting =
        soil.layers.iter().zip(&water.frozen_m).map(|(layer, frozen)| layer.wilting_point * frozen);
    water.ice_m.iter().sum::<f64>() + below_wilting.sum::<f64>()
}

/// Frost would grow at a wrong speed, or be lost while it is thin, and with it the runoff of a cold spring. The oracle is
/// Stefan's: without heat from below and with the path of heat counted from half a fine layer (2024.204), a front at depth
/// x under a surface kept cold moves by dx/dt = k T / (L w x), so that x^2 grows evenly; above half a fine layer evenly in x.
#[test]
fn frost_grows_as_stefan_says_from_the_first_tenth_of_a_millimetre() {
    let (soil, mut water) = soil();
    let options = WinterOptions::default();
    let layer = &soil.layers[0];
    let latent = LATENT_HEAT * (layer.wilting_point + water.mobile_m(0) / layer.thickness_m);
    let half_m = 0.5 * layer.thickness_m / f64::from(options.fine_layers_top);
    let liquid_before = water.total_m();
    let mut frost = Frost::default();
    let path = Freezing { cold_c: 0.4, cover: 0.0, from_below: 0.0, fine_m: 2.0 * half_m };
    let (mut hours, mut reached_half_after, mut thin_for) = (0.0, None, 0);
    while frost.frost_m < 0.08 {
        frost.freeze_hour(&path, &soil, &mut water, &options);
        frost.tidy(1e-9, &soil, &mut water);
        assert!(frost.any(), "lost after {hours} h");
        hours += 1.0;
        if frost.frost_m < NEGLIGIBLE_M {
            thin_for += 1;
        }
        if frost.frost_m >= half_m && reached_half_after.is_none() {
            reached_half_after = Some((hours, frost.frost_m));
        }
    }
    assert!(thin_for > 0, "the first hours must leave frost thinner than {NEGLIGIBLE_M} m");
    let (then, from) = reached_half_after.expect("passes half a fine layer");
    let even = FROZEN_TILLED * path.cold_c / (latent * half_m) * HOUR_S * then;
    // The first millimetre forms inside unfrozen soil, which delays it.
    assert!(from < even && from > 0.9 * even, "{from} m after {then} h, {even} m evenly");
    let stefan = (from * from + 2.0 * FROZEN_TILLED * path.cold_c / latent * HOUR_S * (hours - then)).sqrt();
    assert!((frost.frost_m / stefan - 1.0).abs() < 0.02, "{} m, Stefan {stefan} m", frost.frost_m);
    let expected_ice = latent / LATENT_HEAT * frost.frost_m;
    assert!((ice_m(&soil, &water) / expected_ice - 1.0).abs() < 1e-9);
    assert!((water.total_m() - liquid_before).abs() < 1e-12, "water is neither made nor lost");
    // As much heat from below as the ice holds thaws all of it, and a little less leaves a little.
    let (mut other, mut rest) = (frost, water.clone());
    let heat = LATENT_HEAT * expected_ice;
    other.thaw_from_below(0.9 * heat, &soil, &mut rest);
    assert!((ice_m(&soil, &rest) / expected_ice - 0.1).abs() < 1e-9);
    frost.thaw_from_below(heat * (1.0 + 1e-9), &soil, &mut water);
    frost.tidy(NEGLIGIBLE_M, &soil, &mut water);
    assert!(!frost.any() && water.ice_m.iter().all(|ice| *ice == 0.0));
    assert!((water.total_m() - liquid_before).abs() < 1e-12);
}

/// Rain on frozen ground would freeze at once, or drain: in 2024.204 what enters a frozen layer stays apart in its open
/// pores, by the frozen share of the layer, until that thaws.
#[test]
fn water_that_enters_frozen_soil_stays_apart_until_it_thaws() {
    let (soil, mut water) = soil();
    let thickness_m = soil.layers[0].thickness_m;
    let mut frost = Frost::with_depth(0.5 * thickness_m, &soil, &mut water);
    water.begin_frost(&soil);
    assert_eq!(water.held_m[0], 0.0, "frost at the start holds no water apart");
    let ice = water.ice_m[0];
    water.available_m[0] += 0.001;
    water.begin_frost(&soil);
    assert!((water.held_m[0] - 0.0005).abs() < 1e-12, "half of it enters the frozen half");
    let path = Freezing { cold_c: 10.0, cover: 0.0, from_below: 0.0, fine_m: 0.5 * thickness_m };
    while frost.frost_m < thickness_m {
        frost.freeze_hour(&path, &soil, &mut water, &WinterOptions::default());
    }
    assert!((water.available_m[0] - 0.0005).abs() < 1e-9, "what is held does not freeze");
    assert!((water.ice_m[0] - 2.0 * ice - 0.0005).abs() < 1e-9, "what entered the open half does");
    frost.thaw_from_below(1e12, &soil, &mut water);
    frost.tidy(NEGLIGIBLE_M, &soil, &mut water);
    water.begin_frost(&soil);
    assert!(!frost.any() && water.held_m[0] == 0.0);
}
