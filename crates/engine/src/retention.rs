//! Water retention and unsaturated conductivity from texture (Saxton and Rawls 2006), and the redistribution they
//! drive in unfrozen soil while frost is active.

use crate::soil::{MM_PER_H, SoilProfile};
use crate::water::SoilWater;

/// Suction at the wilting point and at field capacity, kPa.
const WILTING_KPA: f64 = 1500.0;
const CAPACITY_KPA: f64 = 33.0;
/// kPa of suction per metre of head, as used by the reference.
const KPA_PER_M: f64 = 10.0;

/// Retention curve of a layer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Retention {
    wilting: f64,
    capacity: f64,
    saturation: f64,
    air_entry_kpa: f64,
    /// Suction of the power law at saturation, kPa.
    coefficient: f64,
    exponent: f64,
    conductivity_m_per_s: f64,
}

impl Retention {
    /// Regressions on sand, clay and organic matter (fractions; equations 1-5, 14-16 of the paper).
    pub fn new(sand: f64, clay: f64, organic_matter: f64) -> Self {
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
        let relative = (content / self.saturation).min(1.0).ln();
        let kpa = if content <= self.wilting {
            WILTING_KPA
        } else if content < self.capacity {
            (self.coefficient * (-self.exponent * relative).exp()).min(WILTING_KPA)
        } else if content >= self.saturation {
            0.0
        } else {
            let kpa = CAPACITY_KPA
                - (CAPACITY_KPA - self.air_entry_kpa) * (content - self.capacity)
                    / (self.saturation - self.capacity);
            if kpa < self.air_entry_kpa { 0.0 } else { kpa }
        };
        let conductivity = self.conductivity_m_per_s * ((3.0 + 2.0 * self.exponent) * relative).exp();
        (-kpa / KPA_PER_M, conductivity)
    }
}

/// Moves water between unfrozen neighbouring layers by Darcy's law for `seconds`, at most until their contents meet.
pub(crate) fn redistribute(soil: &SoilProfile, water: &mut SoilWater, seconds: f64) {
    // The lower layer of one pair is the upper of the next, as it was unless water moved.
    let mut last = None;
    for i in 0..soil.layers.len() - 1 {
        let (upper, lower) = (&soil.layers[i], &soil.layers[i + 1]);
        let open = [upper.thickness_m - water.frozen_m[i], lower.thickness_m - water.frozen_m[i + 1]];
        // Frost that has reached the boundary closes it.
        if open[0] < 0.5 * upper.thickness_m || water.frozen_m[i + 1] > 0.0 {
            continue;
        }
        let content = [
            upper.wilting_point + water.mobile_m(i) / open[0],
            lower.wilting_point + water.mobile_m(i + 1) / open[1],
        ];
        let (upper_head, upper_conductivity) = match last {
            Some((layer, known, state)) if layer == i && known == content[0] => state,
            _ => upper.retention.head_and_conductivity(content[0]),
        };
        let (lower_head, lower_conductivity) = lower.retention.head_and_conductivity(content[1]);
        last = Some((i + 1, content[1], (lower_head, lower_conductivity)));
        let conductivity = 0.5 * (upper_conductivity + lower_conductivity);
        let heads = upper_head - lower_head;
        let distance = 0.5 * (upper.thickness_m + lower.thickness_m);
        // Downward positive.
        let wanted = 0.5 * conductivity * (1.0 + heads / distance) * seconds;
        let meeting = (content[0] - content[1]) * open[0] * open[1] / (open[0] + open[1]);
        let moved = if wanted > 0.0 && meeting > 0.0 {
            wanted.min(meeting).min(water.mobile_m(i))
        } else if wanted < 0.0 && meeting < 0.0 {
            wanted.max(meeting).max(-water.mobile_m(i + 1))
        } else {
            continue;
        };
        water.available_m[i] -= moved;
        water.available_m[i + 1] += moved;
    }
}
