//! Water retention and unsaturated conductivity from texture (Saxton and Rawls 2006).

use crate::units::MM_PER_H;

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
    pub fn head_and_conductivity(&self, content: f64) -> (f64, f64) {
        let at = (content * self.steps_per_content).clamp(0.0, STEPS as f64);
        let below = at as usize;
        let share = at - below as f64;
        let ((head, conductivity), (next_head, next_conductivity)) =
            (self.points[below], self.points[below + 1]);
        (head + share * (next_head - head), conductivity + share * (next_conductivity - conductivity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
