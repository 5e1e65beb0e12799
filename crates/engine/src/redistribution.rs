//! Redistribution of water in unfrozen soil while frost is active.

use crate::soil::{MAX_LAYERS, SoilProfile};
use crate::water::SoilWater;

/// Part of a layer of unfrozen soil whose water is computed separately; the distributed `frost.txt` has two in each layer.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    layer: usize,
    thickness_m: f64,
    /// One over the thickness, 1/m.
    per_thickness: f64,
    /// Water content, m3/m3.
    content: f64,
    wilting_point: f64,
    /// Head, m, and conductivity, m/s, and the content they were computed for.
    head_m: f64,
    conductivity: f64,
    known_at: f64,
    /// True if no frost lies between this part and the one above.
    joined: bool,
}

const PARTS_PER_LAYER: usize = 2;

/// Change of content that head and conductivity need not follow.
const SAME_CONTENT: f64 = 3e-4;

/// Change of content within which flow stays as it is, so that hours can be taken in one step.
const STEADY_CONTENT: f64 = 1e-2;

const HOUR_S: f64 = 3600.0;

/// Moves water between neighbouring parts of unfrozen soil by Darcy's law (as the reference; NSERL Report No. 10 has no such
/// flow). A day that changes little is one step between whole layers; otherwise parts of layers exchange water hour by
/// hour from the surface down, as they do every day in the reference. Within a layer water is even at the start.
pub(crate) fn redistribute(soil: &SoilProfile, water: &mut SoilWater, hours: u32) {
    let mut parts = [Part::default(); PARTS_PER_LAYER * MAX_LAYERS];
    let mut left = f64::from(hours);
    let before = water.available_m;
    let count = divide(soil, water, 1, &mut parts);
    if sweep(soil, water, &mut parts[..count], left * HOUR_S) > STEADY_CONTENT {
        water.available_m = before;
        let count = divide(soil, water, PARTS_PER_LAYER, &mut parts);
        let mut step = 1.0;
        while left > 0.0 {
            let changed = sweep(soil, water, &mut parts[..count], step * HOUR_S);
            left -= step;
            if changed <= 0.0 {
                break;
            }
            step = (step * STEADY_CONTENT / changed).floor().clamp(1.0, left.max(1.0));
        }
    }
    for available in &mut water.available_m[..soil.layers.len()] {
        *available = available.max(0.0);
    }
}

/// Parts of the unfrozen soil from the surface down; returns how many.
fn divide(soil: &SoilProfile, water: &SoilWater, per_layer: usize, parts: &mut [Part]) -> usize {
    let mut count = 0;
    let mut joined = false;
    for (i, layer) in soil.layers.iter().enumerate() {
        let open_m = layer.thickness_m - water.frozen_m[i];
        // Frost lies at the top of a layer that it has not filled.
        let whole = water.frozen_m[i] <= 0.0;
        joined &= whole;
        if open_m < 0.5 * layer.thickness_m {
            joined = false;
            continue;
        }
        let divided = if whole { per_layer } else { 1 };
        let thickness_m = open_m / divided as f64;
        let content = layer.wilting_point + water.mobile_m(i) / open_m;
        let (head_m, conductivity) = soil.retention[i].head_and_conductivity(content);
        for _ in 0..divided {
            parts[count] = Part {
                layer: i,
                thickness_m,
                per_thickness: 1.0 / thickness_m,
                content,
                wilting_point: layer.wilting_point,
                head_m,
                conductivity,
                known_at: content,
                joined,
            };
            count += 1;
            joined = true;
        }
    }
    count
}

/// Moves water between all neighbours once. Returns the largest change of a part's content.
fn sweep(soil: &SoilProfile, water: &mut SoilWater, parts: &mut [Part], seconds: f64) -> f64 {
    let mut largest = 0.0f64;
    for at in 1..parts.len() {
        if !parts[at].joined {
            continue;
        }
        let moved = flow(&parts[at - 1], &parts[at], seconds);
        if moved == 0.0 {
            continue;
        }
        for (at, gain) in [(at - 1, -moved), (at, moved)] {
            let part = &mut parts[at];
            let change = gain * part.per_thickness;
            part.content += change;
            largest = largest.max(change.abs());
            water.available_m[part.layer] += gain;
            if (part.content - part.known_at).abs() > SAME_CONTENT {
                let retention = &soil.retention[part.layer];
                (part.head_m, part.conductivity) = retention.head_and_conductivity(part.content);
                part.known_at = part.content;
            }
        }
    }
    largest
}

/// Water that moves from an upper to a lower part, m; negative upward. A flow that would reverse the difference
/// makes the contents equal instead, whichever of the two is wetter.
fn flow(upper: &Part, lower: &Part, seconds: f64) -> f64 {
    let conductivity = 0.5 * (upper.conductivity + lower.conductivity);
    let wanted = 0.5 * conductivity * (1.0 + (upper.head_m - lower.head_m) * upper.per_thickness) * seconds;
    let (source, target, sign) = if wanted < 0.0 { (lower, upper, -1.0) } else { (upper, lower, 1.0) };
    let wanted = wanted.abs();
    let available = (source.content - source.wilting_point) * source.thickness_m;
    if available <= 0.0 {
        return 0.0;
    }
    if wanted < available && target.content + wanted * target.per_thickness < source.content {
        return sign * wanted;
    }
    let mean = (source.content * source.thickness_m + target.content * target.thickness_m)
        / (source.thickness_m + target.thickness_m);
    if mean <= target.wilting_point || (wanted < available && mean <= source.wilting_point) {
        return 0.0;
    }
    sign * ((source.content - mean) * source.thickness_m).min(available)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::climate::Climate;
    use crate::example::burned_hillslope;
    use crate::weather::MonthlyMeans;

    /// A wet soil over a restrictive layer would not feed its dry surface in nights of frost, which in WEPP 2024.204 takes
    /// away a third of what such a sandy loam evaporates and trebles its runoff.
    #[test]
    fn saturated_subsoil_feeds_a_dry_surface_hour_by_hour() {
        let climate = Climate::new("none", 40.0, 0.0, MonthlyMeans::default(), Vec::new(), Vec::new());
        let soil = SoilProfile::new(&burned_hillslope(Arc::new(climate)).soil);
        let wet = |hours| {
            let mut water = SoilWater::default();
            for (i, layer) in soil.layers.iter().enumerate() {
                water.available_m[i] = if i < 2 { 0.0 } else { layer.saturation_m };
            }
            let before = water.total_m();
            redistribute(&soil, &mut water, hours);
            assert!((water.total_m() - before).abs() < 1e-12, "water is neither made nor lost");
            assert!(water.available_m.iter().all(|m| *m >= 0.0));
            water.available_m[0]
        };
        assert!(soil.layers.len() > 2);
        let [none, few, many] = [wet(0), wet(4), wet(12)];
        assert_eq!(none, 0.0);
        assert!(few > 0.0 && many > few, "{few} {many}");
    }
}
