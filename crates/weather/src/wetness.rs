//! Occurrence and depth of precipitation: the laws of one month.

use crate::deviates::{normal_quantile, skewed};

/// Smallest depth of a wet day, in (one hundredth, the resolution of the gauges behind the station files).
pub(crate) const MIN_DEPTH_IN: f64 = 0.01;

/// Probability of 0, 1 ... 31 wet days in a month of `days` days, for a chain that starts in its stationary state.
pub(crate) fn wet_day_count_law(wet_after_wet: f64, wet_after_dry: f64, days: usize) -> [f64; 32] {
    let stationary =
        if wet_after_dry <= 0.0 { 0.0 } else { wet_after_dry / (1.0 + wet_after_dry - wet_after_wet) };
    let (mut dry, mut wet) = ([0.0; 32], [0.0; 32]);
    (dry[0], wet[0]) = (1.0 - stationary, stationary);
    for day in 1..=days.min(31) {
        let (mut next_dry, mut next_wet) = ([0.0; 32], [0.0; 32]);
        for n in 0..day {
            next_dry[n] += dry[n] * (1.0 - wet_after_dry) + wet[n] * (1.0 - wet_after_wet);
            next_wet[n + 1] += dry[n] * wet_after_dry + wet[n] * wet_after_wet;
        }
        (dry, wet) = (next_dry, next_wet);
    }
    std::array::from_fn(|n| dry[n] + wet[n])
}

/// A value and its probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Weighted {
    pub value: f64,
    pub weight: f64,
}

/// Law of wet-day depth in one month: `max(0.01 in, location + scale K(z))` with the skewed transform K.
///
/// The station file gives mean and standard deviation of *observed* wet days, which are never below 0.01 in. CLIGEN
/// uses them as location and scale, so that cutting at 0.01 in raises its mean by up to a tenth. Here location and
/// scale are solved once per month such that the cut law has the file's mean and, where a law of that skew can have it,
/// its standard deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DepthLaw {
    location: f64,
    scale: f64,
    skew: f64,
}

impl DepthLaw {
    pub(crate) fn fit(mean_in: f64, sd_in: f64, skew: f64) -> Self {
        const POINTS: usize = 1000;
        // Equal-probability quantiles with the ends refined by the midpoint rule in z: weights are normal densities.
        let step = 16.0 / POINTS as f64;
        let nodes: Vec<(f64, f64)> = (0..POINTS)
            .map(|i| {
                let z = -8.0 + (i as f64 + 0.5) * step;
                let weight = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt() * step;
                (skewed(z, skew), weight)
            })
            .collect();
        let moments = |location: f64, scale: f64| {
            let depth = |k: f64| (location + scale * k).max(MIN_DEPTH_IN);
            let mean: f64 = nodes.iter().map(|(k, w)| w * depth(*k)).sum();
            let variance: f64 = nodes.iter().map(|(k, w)| w * (depth(*k) - mean).powi(2)).sum();
            (mean, variance.max(0.0).sqrt())
        };
        let mean_in = mean_in.max(MIN_DEPTH_IN);
        let (mut location, mut scale) = (mean_in, sd_in);
        for _ in 0..25 {
            let (mean, sd) = moments(location, scale);
            if (mean / mean_in - 1.0).abs() < 1e-4 && (sd - sd_in).abs() <= 1e-3 * sd_in {
                break;
            }
            if sd > 0.0 {
                // A scale far beyond the required deviation means that the law cannot have it.
                scale = (scale * (sd_in / sd).clamp(0.5, 2.0)).min(4.0 * sd_in);
            }
            location += mean_in - mean;
        }
        // The mean matters most: with the scale settled, it is a rising function of location.
        let (mut low, mut high) = (mean_in - 10.0 * (scale + mean_in), mean_in + scale);
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if moments(middle, scale).0 < mean_in {
                low = middle;
            } else {
                high = middle;
            }
        }
        Self { location: 0.5 * (low + high), scale, skew }
    }

    /// Weighted depths, ascending, in; most of them from the upper tail, where the monthly maxima come from (nearly
    /// half of the sample from the highest tenth of wet days).
    pub(crate) fn tail_sample(&self, n: usize) -> Vec<Weighted> {
        let exceeded = |i: usize| (1.0 - i as f64 / n as f64).powi(3);
        (0..n)
            .map(|i| {
                let (above, beyond) = (exceeded(i), exceeded(i + 1));
                Weighted { value: self.quantile(1.0 - 0.5 * (above + beyond)), weight: above - beyond }
            })
            .collect()
    }

    /// Depth, in, that a fraction `p` of wet days does not exceed.
    pub(crate) fn quantile(&self, p: f64) -> f64 {
        (self.location + self.scale * skewed(normal_quantile(p), self.skew)).max(MIN_DEPTH_IN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The count law against enumerating every sequence of a short month.
    #[test]
    fn wet_day_counts_agree_with_enumeration() {
        let (ww, wd, days) = (0.6, 0.2, 9);
        let stationary = wd / (1.0 + wd - ww);
        let mut expected = [0.0; 32];
        for pattern in 0_u32..1 << days {
            for start_wet in [false, true] {
                let mut p = if start_wet { stationary } else { 1.0 - stationary };
                let mut wet = start_wet;
                for day in 0..days {
                    let now = pattern >> day & 1 == 1;
                    let p_wet = if wet { ww } else { wd };
                    p *= if now { p_wet } else { 1.0 - p_wet };
                    wet = now;
                }
                expected[pattern.count_ones() as usize] += p;
            }
        }
        let law = wet_day_count_law(ww, wd, days);
        for (a, b) in law.iter().zip(expected) {
            assert!((a - b).abs() < 1e-12);
        }
    }

    /// Users compare mean depths with the station file; a fitted law must have them, and the deviation where possible.
    #[test]
    fn fitted_depths_keep_mean_and_deviation_of_the_file() {
        for (mean, sd, skew) in [(0.49, 0.50, 1.5), (0.25, 0.32, 5.22), (0.21, 0.21, 2.61), (0.04, 0.05, 4.0)]
        {
            let law = DepthLaw::fit(mean, sd, skew);
            let n = 200_000;
            let depths: Vec<f64> =
                (0..n).map(|i| law.quantile((f64::from(i) + 0.5) / f64::from(n))).collect();
            let got = depths.iter().sum::<f64>() / f64::from(n);
            let got_sd = (depths.iter().map(|d| (d - got).powi(2)).sum::<f64>() / f64::from(n)).sqrt();
            assert!((got / mean - 1.0).abs() < 0.003, "mean {mean} sd {sd} skew {skew}: {got}");
            assert!((got_sd / sd - 1.0).abs() < 0.06, "mean {mean} sd {sd} skew {skew}: sd {got_sd}");
        }
    }
}
