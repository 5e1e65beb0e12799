//! Storm patterns: duration, time to peak and peak intensity of a wet day.

use crate::deviates::unit_gamma;
use crate::philox::{Draws, Purpose};
use crate::station::MM_PER_INCH;
use crate::wetness::{DepthLaw, Weighted};

/// Shape of the gamma law of the share of a day's rain that falls in its wettest half hour (CLIGEN, NSERL-10 ch. 2).
const SHAPE: f64 = 628.0 / 100.0;
/// Draws from the gamma law before a share outside its bounds is cut to the bound.
const TRIES: usize = 8;
/// Smallest share: a constant rate over 24 hours.
const MIN_SHARE: f64 = 0.02083;
/// Highest peak intensity by storm type 1-4, mm/h.
const MAX_PEAK_MM_PER_H: [f64; 4] = [180.34, 154.94, 307.34, 330.2];
/// Smallest ratio of peak to mean intensity.
const MIN_PEAK_RATIO: f64 = 1.01;

/// Pattern of a storm as a climate file gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pattern {
    pub duration_h: f64,
    pub peak_ratio: f64,
}

/// Largest share of the day's rain that half an hour can hold: intensity is limited to 125 mm/h (CLIGEN).
fn max_share(depth_in: f64) -> f64 {
    1.0 - (-(125.0 / MM_PER_INCH) / depth_in).exp()
}

/// A share of the day's rain from gamma deviates of mean 1: the first that lies within bounds, else the bound itself.
fn bounded_share(mean: f64, depth_in: f64, mut unit: impl FnMut() -> f64) -> f64 {
    let max = max_share(depth_in).clamp(MIN_SHARE, 0.9999);
    let mut share = MIN_SHARE;
    for _ in 0..TRIES {
        share = unit() * mean;
        if (MIN_SHARE..=max).contains(&share) {
            break;
        }
    }
    share.clamp(MIN_SHARE, max)
}

/// Duration and peak of a wet day from two shares, drawn apart (after an exponential decline of intensity).
fn pattern(depth_in: f64, duration_share: f64, peak_share: f64, storm_type: u8) -> Pattern {
    let depth_mm = depth_in * MM_PER_INCH;
    let duration_h = (3.99 / (-2.0 * (-duration_share).ln_1p())).min(24.0);
    let cap = MAX_PEAK_MM_PER_H[usize::from(storm_type.clamp(1, 4)) - 1];
    let peak_mm_per_h = (-2.0 * depth_mm * (-peak_share).ln_1p()).min(cap);
    Pattern { duration_h, peak_ratio: (peak_mm_per_h * duration_h / depth_mm).max(MIN_PEAK_RATIO) }
}

/// Exponent u of the double-exponential storm of a peak ratio: `(1 - e^-u)/u = 1/ip` (NSERL-10 chapter 2).
fn storm_exponent(peak_ratio: f64) -> f64 {
    // Start above the root: e^-u < 1 gives u < ip; near 1, u is about 2 (ip - 1).
    let mut u = peak_ratio.min(2.0 * (peak_ratio - 1.0)).max(1e-6);
    for _ in 0..30 {
        let e = (-u).exp();
        let f = u - peak_ratio * (1.0 - e);
        let step = f / (1.0 - peak_ratio * e);
        let next = if step.is_finite() && u - step > 0.0 { u - step } else { 0.5 * u };
        if (next - u).abs() <= 1e-9 * u {
            return next;
        }
        u = next;
    }
    u
}

/// Greatest share of a storm's depth that falls within 30 minutes when the storm is disaggregated as WEPP does
/// (double exponential of given duration and peak ratio). The wettest window has equal intensities at its two ends,
/// which makes it independent of time to peak: `(1 - e^(-u w))/(1 - e^-u)`, w = 0.5 h over duration.
pub fn max_30_min_share(duration_h: f64, peak_ratio: f64) -> f64 {
    let window = if duration_h > 0.5 { 0.5 / duration_h } else { return 1.0 };
    if peak_ratio <= 1.0 {
        return window;
    }
    let u = storm_exponent(peak_ratio);
    (-u * window).exp_m1() / (-u).exp_m1()
}

/// Time to peak over duration: the station's 12-class distribution inverted, linear within a class.
pub(crate) fn time_to_peak(distribution: &[f64; 12], u: f64) -> f64 {
    let class = distribution.iter().position(|c| u <= *c).unwrap_or(11);
    let below = if class == 0 { 0.0 } else { distribution[class - 1] };
    let width = distribution[class] - below;
    let inside = if width > 0.0 { ((u - below) / width).clamp(0.0, 1.0) } else { 0.5 };
    ((class as f64 + inside) / 12.0).clamp(0.01, 0.99)
}

/// Law of storm patterns in one month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct StormLaw {
    mean_share: f64,
    storm_type: u8,
    /// Target of the mean of the monthly maxima of 30-minute intensity (months with rain), in/h.
    pub target_in_per_h: f64,
    /// Value it can reach, in/h: below the target where the station's daily depths do not allow it.
    pub expected_in_per_h: f64,
}

impl StormLaw {
    /// Law whose expected monthly maximum is `target_in_per_h`.
    ///
    /// CLIGEN estimates the mean share from MX.5P by a closed formula (Arnold & Williams 1989) and smooths MX.5P over
    /// three months; the maxima it generates are then 1.2 to 1.6 times the file's. Here the mean share is solved for:
    /// on a fixed sample of the month's wet days the expected maximum over a month is computed exactly from the law of
    /// the number of wet days, and bisection finds the mean share that gives the file's value.
    pub(crate) fn calibrate(
        depth: &DepthLaw,
        wet_days: &[f64; 32],
        target_in_per_h: f64,
        storm_type: u8,
        draws: &Draws,
        month: usize,
    ) -> Self {
        const SAMPLE: usize = 400;
        let mut stream = draws.stream(0, month as u16, Purpose::Calibration, 0);
        let mut units = || -> [f64; TRIES] { std::array::from_fn(|_| unit_gamma(SHAPE, &mut stream)) };
        let sample: Vec<(Weighted, [f64; TRIES], [f64; TRIES])> =
            depth.tail_sample(SAMPLE).into_iter().map(|d| (d, units(), units())).collect();
        let mut intensities = Vec::with_capacity(SAMPLE);
        let mut expected = |mean_share: f64| {
            intensities.clear();
            for (Weighted { value: depth_in, weight }, durations, peaks) in &sample {
                let share = |units: &[f64; TRIES]| {
                    let mut units = units.iter().copied();
                    bounded_share(mean_share, *depth_in, || units.next().unwrap_or(1.0))
                };
                let storm = pattern(*depth_in, share(durations), share(peaks), storm_type);
                let value = 2.0 * depth_in * max_30_min_share(storm.duration_h, storm.peak_ratio);
                intensities.push(Weighted { value, weight: *weight });
            }
            intensities.sort_unstable_by(|a, b| a.value.total_cmp(&b.value));
            mean_monthly_maximum(&intensities, wet_days)
        };
        let law = |mean_share, expected_in_per_h| Self {
            mean_share,
            storm_type,
            target_in_per_h,
            expected_in_per_h,
        };
        let (mut low, mut high) = (0.005_f64, 4.0_f64);
        let (at_low, at_high) = (expected(low), expected(high));
        if target_in_per_h <= at_low {
            return law(low, at_low);
        }
        if target_in_per_h >= at_high {
            return law(high, at_high);
        }
        for _ in 0..14 {
            // The share spans orders of magnitude: bisect its logarithm.
            let middle = (low * high).sqrt();
            if expected(middle) < target_in_per_h {
                low = middle;
            } else {
                high = middle;
            }
        }
        let mean_share = (low * high).sqrt();
        law(mean_share, expected(mean_share))
    }

    /// Pattern of one wet day.
    pub(crate) fn draw(&self, depth_in: f64, draws: &Draws, year: u32, day: u16, attempt: u16) -> Pattern {
        let share = |purpose| {
            let mut stream = draws.stream(year, day, purpose, attempt);
            bounded_share(self.mean_share, depth_in, || unit_gamma(SHAPE, &mut stream))
        };
        let (duration, peak) = (share(Purpose::Duration), share(Purpose::Peak));
        pattern(depth_in, duration, peak, self.storm_type)
    }
}

/// Mean, over months with at least one wet day, of the largest of N independent values: N by its law, the values by
/// a weighted sample in ascending order, weights summing to 1.
pub(crate) fn mean_monthly_maximum(ascending: &[Weighted], wet_days: &[f64; 32]) -> f64 {
    let generating = |x: f64| wet_days.iter().rev().fold(0.0, |sum, p| sum * x + p);
    let any = 1.0 - wet_days[0];
    if any <= 0.0 {
        return 0.0;
    }
    let (mut below, mut cumulative, mut mean) = (wet_days[0], 0.0, 0.0);
    for Weighted { value, weight } in ascending {
        cumulative += weight;
        let up_to = generating(cumulative);
        mean += value * (up_to - below);
        below = up_to;
    }
    mean / any
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The closed form of the wettest half hour against a moving window over the double exponential itself.
    #[test]
    fn max_30_min_share_agrees_with_a_moving_window() {
        for (duration, ip, tp) in
            [(4.0, 3.0, 0.3), (24.0, 12.0, 0.6), (1.0, 1.2, 0.5), (6.0, 1.01, 0.2), (0.8, 20.0, 0.9)]
        {
            let u = storm_exponent(ip);
            assert!(((1.0 - (-u).exp()) / u - 1.0 / ip).abs() < 1e-9);
            let steps = 200_000;
            let dt = 1.0 / f64::from(steps);
            let mut cumulative = vec![0.0];
            for i in 0..steps {
                let t = (f64::from(i) + 0.5) * dt;
                let rate = if t <= tp {
                    ip * (u / tp * (t - tp)).exp()
                } else {
                    ip * (u / (1.0 - tp) * (tp - t)).exp()
                };
                cumulative.push(cumulative[i as usize] + rate * dt);
            }
            let window = (0.5 / duration * f64::from(steps)).round() as usize;
            let best = (0..=steps as usize - window)
                .map(|i| cumulative[i + window] - cumulative[i])
                .fold(0.0, f64::max);
            let closed = max_30_min_share(duration, ip);
            assert!((best - closed).abs() < 2e-3, "{duration} h, ip {ip}: {best} != {closed}");
        }
        assert_eq!(max_30_min_share(0.3, 5.0), 1.0);
    }

    #[test]
    fn the_mean_maximum_of_one_value_per_month_is_the_mean() {
        let values = [1.0, 2.0, 6.0].map(|value| Weighted { value, weight: 1.0 / 3.0 });
        let mut one = [0.0; 32];
        one[1] = 1.0;
        assert!((mean_monthly_maximum(&values, &one) - 3.0).abs() < 1e-12);
        let mut two = [0.0; 32];
        two[0] = 0.5;
        two[2] = 0.5;
        // Largest of two from {1, 2, 6}: 1 (1/9), 2 (3/9), 6 (5/9); dry months do not count.
        assert!((mean_monthly_maximum(&values, &two) - 37.0 / 9.0).abs() < 1e-12);
    }

    #[test]
    fn time_to_peak_inverts_the_distribution() {
        let even: [f64; 12] = std::array::from_fn(|i| (i + 1) as f64 / 12.0);
        for u in [0.02, 0.3, 0.5, 0.77] {
            assert!((time_to_peak(&even, u) - u).abs() < 1e-12);
        }
        assert_eq!(time_to_peak(&even, 1.0), 0.99);
    }
}
