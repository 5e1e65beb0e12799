//! Water retention and unsaturated conductivity from texture (Saxton and Rawls 2006), and the redistribution they
//! drive in unfrozen soil while frost is active.

use crate::soil::{MAX_LAYERS, MM_PER_H, SoilProfile};
use crate::water::SoilWater;

/// Suction at the wilting point and at field capacity, kPa.
const WILTING_KPA: f64 = 1500.0;
const CAPACITY_KPA: f64 = 33.0;
/// kPa of suction per metre of head, as used by the reference.
const KPA_PER_M: f64 = 10.0;

/// Retention curve of a texture.
struct Curve {
    wilting: f64,
    capacity: f64,
    saturation: f64,
    air_entry_kpa: f64,
    /// Suction of the power law at saturation, kPa.
    coefficient: f64,
    exponent: f64,
    conductivity_m_per_s: f64,
}

impl Curve {
    /// Regressions on sand, clay and organic matter (fractions; equations 1-5, 14-16 of the paper).
    fn new(sand: f64, clay: f64, organic_matter: f64) -> Self {
        let (s, c, om) = (sand, clay, organic_matter);
        let first =
            -0.024 * s + 0.487 * c + 0.006 * om + 0.005 * s * om - 0.013 * c * om + 0.068 * s * c + 0.031;
        let wilting = (1.14 * first - 0.02).max(0.005);
        let first =
            -0.251 * s + 0.195 * c + 0.011 * om + 0.006 * s * om - 0.027 * c * om + 0.452 * s * c + 0.299;
        let capacity = (first + 1.283 * first * first - 0.374 * first - 0.015).max(wilting + 0.01);
        let first =
            0.278 * s + 0.034 * c + 0.022 * om - 0.018 * s * om - 0.027 * c * om - 0.584 * s * c + 0.078;
        let drained = 1.636 * first - 0.107;
        let first = -21.67 * s - 27.93 * c - 81.97 * drained
            + 71.12 * s * drained
            + 8.29 * c * drained
            + 14.05 * s * c
            + 27.16;
        let air_entry_kpa = first + 0.02 * first * first - 0.113 * first - 0.70;
        let saturation = (capacity + drained - 0.097 * s + 0.043).max(capacity + 0.01);
        let exponent = (WILTING_KPA / CAPACITY_KPA).ln() / (capacity / wilting).ln();
        Self {
            wilting,
            capacity,
            saturation,
            air_entry_kpa,
            coefficient: CAPACITY_KPA * (capacity / saturation).powf(exponent),
            exponent,
            conductivity_m_per_s: 1930.0 * (saturation - capacity).powf(3.0 - 1.0 / exponent) * MM_PER_H,
        }
    }

    /// Head, m (0 when saturated, negative otherwise), and conductivity, m/s, at a water content.
    fn head_and_conductivity(&self, content: f64) -> (f64, f64) {
        let relative = (content / self.saturation).min(1.0);
        // Relative content to the power of the retention curve; suction has its inverse, conductivity its square.
        let power = (self.exponent * relative.ln()).exp();
        let kpa = if content <= self.wilting {
            WILTING_KPA
        } else if content < self.capacity {
            (self.coefficient / power).min(WILTING_KPA)
        } else if content >= self.saturation {
            0.0
        } else {
            let kpa = CAPACITY_KPA
                - (CAPACITY_KPA - self.air_entry_kpa) * (content - self.capacity)
                    / (self.saturation - self.capacity);
            if kpa < self.air_entry_kpa { 0.0 } else { kpa }
        };
        let conductivity = self.conductivity_m_per_s * relative * relative * relative * power * power;
        (-kpa / KPA_PER_M, conductivity)
    }
}

/// Steps of water content, from none to saturation, at which a curve is tabulated.
const STEPS: usize = 256;

/// Head, m, and conductivity, m/s, of a texture by water content: its curve at even steps, with straight lines between
/// them, since a logarithm and an exponential for every exchange of water would cost a sixth of a run.
#[derive(Clone, Debug)]
pub(crate) struct Retention {
    steps_per_content: f64,
    points: Box<[(f64, f64)]>,
}

impl Retention {
    /// By sand, clay and organic matter, fractions.
    pub fn new(sand: f64, clay: f64, organic_matter: f64) -> Self {
        let curve = Curve::new(sand, clay, organic_matter);
        let step = curve.saturation / STEPS as f64;
        // One step more, for what lies exactly at saturation.
        let points = (0..=STEPS + 1).map(|i| curve.head_and_conductivity(i as f64 * step)).collect();
        Self { steps_per_content: 1.0 / step, points }
    }

    /// Head, m (0 when saturated, negative otherwise), and conductivity, m/s, at a water content.
    fn head_and_conductivity(&self, content: f64) -> (f64, f64) {
        let at = (content * self.steps_per_content).clamp(0.0, STEPS as f64);
        let below = at as usize;
        let share = at - below as f64;
        let ((head, conductivity), (next_head, next_conductivity)) =
            (self.points[below], self.points[below + 1]);
        (head + share * (next_head - head), conductivity + share * (next_conductivity - conductivity))
    }
}

/// Stretch of unfrozen soil that is followed on its own; `frost.txt` as distributed asks for two in each layer.
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
    /// Whether no frost lies between this part and the one above.
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

/// Water that moves from an upper to a lower part, m; negative upward. What would turn the difference round makes contents
/// equal instead, whichever of the two is the wetter.
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
    use crate::climate::{Climate, MonthlyMeans};
    use crate::example::burned_hillslope;

    /// Between its steps the table is the curve, but for its kinks at the wilting point, field capacity and saturation. A
    /// coarser one would move water of nights of frost to other layers.
    #[test]
    fn the_table_follows_the_curve() {
        for (sand, clay) in [(0.1, 0.5), (0.4, 0.2), (0.7, 0.1)] {
            let (curve, table) = (Curve::new(sand, clay, 0.02), Retention::new(sand, clay, 0.02));
            let step = curve.saturation / STEPS as f64;
            let kinks = [curve.wilting, curve.capacity, curve.saturation];
            let mut compared = 0;
            for i in 0..10 * STEPS {
                let content = curve.wilting + f64::from(i as u32) * step / 10.0;
                if content > curve.saturation || kinks.iter().any(|kink| (content - kink).abs() < step) {
                    continue;
                }
                let ((head, conductivity), (found_head, found_conductivity)) =
                    (curve.head_and_conductivity(content), table.head_and_conductivity(content));
                assert!((found_head - head).abs() <= 0.01 * head.abs(), "{content}: {found_head} {head}");
                let close = (found_conductivity - conductivity).abs() <= 0.02 * conductivity;
                assert!(close, "{content}: {found_conductivity} {conductivity}");
                compared += 1;
            }
            assert!(compared > STEPS, "{compared}");
            let above = curve.saturation + 0.1;
            assert_eq!(table.head_and_conductivity(above), table.head_and_conductivity(curve.saturation));
        }
    }

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
