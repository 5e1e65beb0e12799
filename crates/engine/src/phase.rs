//! Water of the soil that freezes and thaws between two depths, and the heat that takes (NSERL-10 chapter 3).

use crate::soil::SoilProfile;
use crate::water::SoilWater;

/// Latent heat of fusion of water, J/m3.
pub(crate) const LATENT_HEAT: f64 = 3.35e8;

/// Latent heat in the ice of a layer per metre of frozen depth, J/m3 of soil.
fn heat_to_thaw(soil: &SoilProfile, water: &SoilWater, layer: usize) -> f64 {
    let frozen = water.frozen_m[layer];
    if frozen <= 1e-9 {
        return 0.0;
    }
    LATENT_HEAT * (soil.layers[layer].wilting_point + water.ice_m[layer] / frozen)
}

/// Freezes the soil between two depths from the top by withdrawing heat, J/m2, until it is used up. Returns the depth
/// reached, m.
pub(crate) fn freeze_with(
    soil: &SoilProfile,
    water: &mut SoilWater,
    (from, to): (f64, f64),
    joules: f64,
) -> f64 {
    let mut left = joules;
    let mut depth = from;
    for (i, layer) in soil.layers.iter().enumerate() {
        if layer.bottom_m <= depth {
            continue;
        }
        let open = layer.thickness_m - water.frozen_m[i];
        let mobile = water.mobile_m(i);
        // Share of what is open in the layer that the heat freezes.
        let latent = (LATENT_HEAT * (layer.wilting_point * open + mobile)).max(open);
        let bottom = layer.bottom_m.min(to);
        let stretch = bottom - depth;
        let share = if open > 1e-9 { left / latent } else { f64::INFINITY };
        let reach = share * open.max(0.0);
        let ends_here = reach <= layer.bottom_m - depth;
        let (thickness, share) =
            if ends_here && reach <= stretch { (reach, share) } else { (stretch, stretch / open) };
        if open > 0.0 && thickness > 0.0 {
            freeze_part(soil, water, i, thickness, share);
        }
        depth += thickness;
        if ends_here || depth >= to {
            return depth;
        }
        left -= stretch * if open > 1e-9 { latent / open } else { 1.0 };
    }
    to
}

/// Position of a thawing front that starts at the top (`downward`) or bottom of a frozen stretch, and heat left over.
pub(crate) fn thaw_depth(
    soil: &SoilProfile,
    water: &SoilWater,
    top: f64,
    bottom: f64,
    joules: f64,
    downward: bool,
) -> (f64, f64) {
    let mut left = joules;
    let count = soil.layers.iter().take_while(|l| l.top_m < bottom).count();
    for step in 0..count {
        let i = if downward { step } else { count - 1 - step };
        let layer = &soil.layers[i];
        let low = layer.top_m.max(top);
        let high = layer.bottom_m.min(bottom);
        if high <= low {
            continue;
        }
        let per_metre = heat_to_thaw(soil, water, i).max(1.0);
        let reach = left / per_metre;
        if reach < high - low {
            return (if downward { low + reach } else { high - reach }, 0.0);
        }
        left -= (high - low) * per_metre;
    }
    (if downward { bottom } else { top }, left)
}

/// Freezes the soil between two depths: its water changes from liquid to ice.
pub(crate) fn freeze(soil: &SoilProfile, water: &mut SoilWater, from: f64, to: f64) {
    for (i, layer) in soil.layers.iter().enumerate() {
        let top_m = layer.top_m;
        if top_m >= to {
            break;
        }
        let thickness = to.min(layer.bottom_m) - from.max(top_m);
        let open = layer.thickness_m - water.frozen_m[i];
        if thickness <= 0.0 || open <= 0.0 {
            continue;
        }
        freeze_part(soil, water, i, thickness, thickness / open);
    }
}

/// Freezes a thickness, m, and a share of the open part of a layer.
fn freeze_part(soil: &SoilProfile, water: &mut SoilWater, layer: usize, thickness_m: f64, share: f64) {
    let moved = water.mobile_m(layer) * share.min(1.0);
    water.available_m[layer] -= moved;
    water.ice_m[layer] += moved;
    water.frozen_m[layer] = (water.frozen_m[layer] + thickness_m).min(soil.layers[layer].thickness_m);
}

/// Thaws the soil between two depths from the bottom by heat, J/m2, until it is used up. Returns the position of the
/// front, m.
pub(crate) fn thaw_upward_with(
    soil: &SoilProfile,
    water: &mut SoilWater,
    (top, bottom): (f64, f64),
    joules: f64,
) -> f64 {
    let mut left = joules;
    let count = soil.layers.iter().take_while(|l| l.top_m < bottom).count();
    for (i, layer) in soil.layers.iter().enumerate().take(count).rev() {
        let high = layer.bottom_m.min(bottom);
        let stretch = high - layer.top_m.max(top);
        if stretch <= 0.0 {
            continue;
        }
        let frozen = water.frozen_m[i];
        // Share of what is frozen in the layer that the heat thaws.
        let latent = (LATENT_HEAT * (layer.wilting_point * frozen + water.ice_m[i])).max(frozen);
        let share = if frozen > 1e-9 { left / latent } else { left / 1e-9 };
        let reach = share * frozen.max(1e-9);
        if reach < stretch {
            thaw_part(water, i, reach, share);
            return high - reach;
        }
        thaw_part(water, i, stretch, stretch / frozen);
        left -= stretch * if frozen > 1e-9 { latent / frozen } else { 1.0 };
    }
    top
}

/// Thaws a thickness, m, and a share of the frozen part of a layer.
fn thaw_part(water: &mut SoilWater, layer: usize, thickness_m: f64, share: f64) {
    if thickness_m <= 0.0 || water.frozen_m[layer] <= 0.0 {
        return;
    }
    let moved = water.ice_m[layer] * share.min(1.0);
    water.ice_m[layer] -= moved;
    water.available_m[layer] += moved;
    water.frozen_m[layer] = (water.frozen_m[layer] - thickness_m).max(0.0);
    if water.frozen_m[layer] < 1e-6 {
        water.available_m[layer] += water.ice_m[layer];
        water.ice_m[layer] = 0.0;
        water.frozen_m[layer] = 0.0;
    }
}

/// Thaws the soil between two depths.
pub(crate) fn thaw(soil: &SoilProfile, water: &mut SoilWater, from: f64, to: f64) {
    for (i, layer) in soil.layers.iter().enumerate() {
        let top_m = layer.top_m;
        if top_m >= to {
            break;
        }
        let thickness = to.min(layer.bottom_m) - from.max(top_m);
        if thickness > 0.0 && water.frozen_m[i] > 0.0 {
            thaw_part(water, i, thickness, thickness / water.frozen_m[i]);
        }
    }
}
