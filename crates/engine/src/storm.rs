//! Rain intensity within a day: double-exponential storms and measured breakpoints (NSERL-10 chapters 2 and 4).

use crate::weather::Breakpoint;

/// Most equal-depth intervals a storm is divided into.
const MAX_INTERVALS: usize = 10;
/// Shortest interval of a disaggregated storm, s.
const SHORTEST_INTERVAL_S: f64 = 300.0;

/// A storm by its totals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct StormShape {
    pub depth_m: f64,
    pub duration_s: f64,
    pub time_to_peak: f64,
    pub peak_ratio: f64,
}

/// A step function of intensity: `rate[i]` holds from `time_s[i]` to `time_s[i + 1]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hyetograph {
    pub time_s: Vec<f64>,
    pub rate_m_per_s: Vec<f64>,
}

impl Hyetograph {
    fn clear(&mut self) {
        self.time_s.clear();
        self.rate_m_per_s.clear();
    }
    /// Whole duration, s.
    pub fn duration_s(&self) -> f64 {
        self.time_s.last().copied().unwrap_or(0.0)
    }
    /// Disaggregates a storm into at most ten intervals of equal depth; intervals are made fewer until none is
    /// shorter than five minutes.
    pub fn disaggregate(&mut self, storm: &StormShape) {
        let ratio = storm.peak_ratio.clamp(1.0, 60.0);
        let peak = storm.time_to_peak.clamp(0.01, 0.99);
        let u = if ratio > 1.0 { decay_constant(1.0 / ratio) } else { 0.0 };
        // No division into more parts than this can have none shorter than the shortest.
        let most = (storm.duration_s / SHORTEST_INTERVAL_S * (1.0 + 1e-12)) as usize;
        let mut count = MAX_INTERVALS.min(most.max(1));
        while count > 1 && u > 1e-9 && too_short_at_peak(storm.duration_s, count, ratio, peak, u) {
            count -= 1;
        }
        loop {
            self.clear();
            self.time_s.push(0.0);
            if u <= 1e-9 {
                for i in 1..=count {
                    self.time_s.push(storm.duration_s * i as f64 / count as f64);
                }
            } else {
                for i in 1..count {
                    let fraction = i as f64 / count as f64;
                    self.time_s.push(storm.duration_s * time_of_fraction(fraction, ratio, peak, u));
                }
                self.time_s.push(storm.duration_s);
            }
            let shortest = self.time_s.windows(2).map(|t| t[1] - t[0]).fold(f64::INFINITY, f64::min);
            if shortest >= SHORTEST_INTERVAL_S || count == 1 {
                break;
            }
            count -= 1;
        }
        let share = storm.depth_m / count as f64;
        for i in 0..count {
            self.rate_m_per_s.push(share / (self.time_s[i + 1] - self.time_s[i]).max(1e-3));
        }
    }

    /// Intensities between measured breakpoints. Repeated times carry no water.
    pub fn follow_breakpoints(&mut self, points: &[Breakpoint]) {
        self.clear();
        let Some(first) = points.first() else { return };
        self.time_s.push(0.0);
        for pair in points.windows(2) {
            let seconds = (pair[1].hour - pair[0].hour) * 3600.0;
            if seconds > 0.0 {
                self.time_s.push((pair[1].hour - first.hour) * 3600.0);
                self.rate_m_per_s
                    .push(((pair[1].cumulative_mm - pair[0].cumulative_mm) / 1000.0 / seconds).max(0.0));
            }
        }
    }

    /// Removes `depth_m` of water from the start (interception). Returns what was removed.
    pub fn intercept(&mut self, depth_m: f64) -> f64 {
        let mut left = depth_m;
        for (rate, time) in self.rate_m_per_s.iter_mut().zip(self.time_s.windows(2)) {
            if left <= 0.0 {
                break;
            }
            let seconds = time[1] - time[0];
            let taken = (*rate * seconds).min(left);
            *rate = (*rate - taken / seconds).max(0.0);
            left -= taken;
        }
        depth_m - left.max(0.0)
    }

    /// Divides the storm into computation steps of 1 to 10 minutes by its duration (chapter 4).
    pub fn refine_into(&self, steps: &mut Hyetograph) {
        steps.clear();
        let step = match self.duration_s() {
            d if d <= 1800.0 => 60.0,
            d if d <= 3600.0 => 120.0,
            d if d <= 7200.0 => 180.0,
            d if d <= 21600.0 => 300.0,
            _ => 600.0,
        };
        // A step boundary that would fall next to a change of intensity is left out.
        let tolerance = f64::min(54.0, 0.9 * step);
        let mut next = step;
        steps.time_s.push(0.0);
        for (rate, time) in self.rate_m_per_s.iter().zip(self.time_s.windows(2)) {
            while next < time[1] - tolerance {
                steps.time_s.push(next);
                steps.rate_m_per_s.push(*rate);
                next += step;
            }
            steps.time_s.push(time[1]);
            steps.rate_m_per_s.push(*rate);
            if (next - time[1]).abs() <= tolerance {
                next += step;
            }
        }
    }
}

/// Solves (1 - e^-u)/u = `inverse_ratio` for u by Newton's method.
fn decay_constant(inverse_ratio: f64) -> f64 {
    if inverse_ratio <= 0.06 {
        return 1.0 / inverse_ratio;
    }
    // Near 1 the series 1 - u/2 + u^2/6 is exact enough and gives the start elsewhere too.
    let mut u = if inverse_ratio > 0.94 {
        1.5 - (6.0 * inverse_ratio - 3.75).max(0.0).sqrt()
    } else {
        1.0 / inverse_ratio
    };
    for _ in 0..50 {
        let e = (-u).exp();
        let value = (1.0 - e) / u - inverse_ratio;
        let slope = (e * (u + 1.0) - 1.0) / (u * u);
        let change = value / slope;
        u = (u - change).max(1e-9);
        if change.abs() < 1e-10 * u {
            break;
        }
    }
    u
}

/// Returns true if the interval that holds the peak, which is among the shortest, is too short in a division by `count`.
fn too_short_at_peak(duration_s: f64, count: usize, ratio: f64, peak: f64, u: f64) -> bool {
    let parts = count as f64;
    let before = ((peak * parts) as usize).min(count - 1) as f64;
    let start = if before > 0.0 { time_of_fraction(before / parts, ratio, peak, u) } else { 0.0 };
    let end =
        if before + 1.0 < parts { time_of_fraction((before + 1.0) / parts, ratio, peak, u) } else { 1.0 };
    duration_s * end - duration_s * start < SHORTEST_INTERVAL_S
}

/// Time at which a fraction of the depth has fallen, both relative to the storm's totals.
fn time_of_fraction(fraction: f64, ratio: f64, peak: f64, u: f64) -> f64 {
    if fraction <= peak {
        let start = ratio * (-u).exp();
        peak / u * (1.0 + u / (peak * start) * fraction).ln()
    } else {
        let inside = 1.0 - u / ((1.0 - peak) * ratio) * (fraction - peak);
        peak - (1.0 - peak) / u * inside.max(1e-12).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth_m(hyetograph: &Hyetograph) -> f64 {
        hyetograph.rate_m_per_s.iter().zip(hyetograph.time_s.windows(2)).map(|(r, t)| r * (t[1] - t[0])).sum()
    }

    /// Rain would be made or lost between the weather file and the ground, or its peak misplaced.
    #[test]
    fn disaggregation_keeps_depth_and_peak() {
        let storm =
            StormShape { depth_m: 0.05, duration_s: 4.0 * 3600.0, time_to_peak: 0.3, peak_ratio: 5.0 };
        let mut whole = Hyetograph::default();
        whole.disaggregate(&storm);
        let mut steps = Hyetograph::default();
        whole.refine_into(&mut steps);
        for hyetograph in [&whole, &steps] {
            assert!((depth_m(hyetograph) - 0.05).abs() < 1e-12);
            assert!((hyetograph.duration_s() - storm.duration_s).abs() < 1e-6);
            let mean = storm.depth_m / storm.duration_s;
            let highest = hyetograph.rate_m_per_s.iter().copied().fold(0.0, f64::max);
            assert!(highest > 3.0 * mean && highest <= 5.0 * mean, "{}", highest / mean);
        }
        assert!(whole.time_s.windows(2).all(|t| t[1] - t[0] >= SHORTEST_INTERVAL_S));
        let taken = steps.intercept(0.004);
        assert!((taken - 0.004).abs() < 1e-15 && (depth_m(&steps) - 0.046).abs() < 1e-12);
    }

    /// The shape constant of the double exponential decides every storm's intensity.
    #[test]
    fn decay_constant_solves_its_equation() {
        for ratio in [1.001, 1.05, 1.5, 2.0, 5.0, 15.0] {
            let u = decay_constant(1.0 / ratio);
            assert!(((1.0 - (-u).exp()) / u - 1.0 / ratio).abs() < 1e-6, "{ratio}: {u}");
        }
    }
}
