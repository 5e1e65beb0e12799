//! Ratios of a result to a reference.

use serde::Serialize;

/// Spread of ratios.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Spread {
    /// Number of ratios.
    pub n: usize,
    /// Median ratio.
    pub median: f64,
    /// Share within ±15 %, %.
    pub within_15_pct: f64,
    /// Share within ±30 %, %.
    pub within_30_pct: f64,
    /// Share within a factor of two, %.
    pub within_factor_2: f64,
}

impl Spread {
    /// Computes the spread of ratios (result over reference).
    pub fn of(ratios: &[f64]) -> Self {
        let n = ratios.len();
        if n == 0 {
            return Self::default();
        }
        let share = |low: f64, high: f64| {
            100.0 * ratios.iter().filter(|r| (low..=high).contains(*r)).count() as f64 / n as f64
        };
        Self {
            n,
            median: median(ratios),
            within_15_pct: share(0.85, 1.15),
            within_30_pct: share(0.7, 1.3),
            within_factor_2: share(0.5, 2.0),
        }
    }
}

/// Median; 0 of nothing.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]),
    }
}

/// Coefficient of determination of log10 values about the 1:1 line's regression; 0 with fewer than three pairs.
pub fn log10_r2(pairs: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = pairs.iter().map(|(x, y)| (x.log10(), y.max(1e-6).log10())).collect();
    let n = logs.len() as f64;
    if logs.len() < 3 {
        return 0.0;
    }
    let mean = |f: fn(&(f64, f64)) -> f64| logs.iter().map(f).sum::<f64>() / n;
    let (mx, my) = (mean(|p| p.0), mean(|p| p.1));
    let covariance: f64 = logs.iter().map(|(x, y)| (x - mx) * (y - my)).sum();
    let (vx, vy): (f64, f64) =
        (logs.iter().map(|(x, _)| (x - mx).powi(2)).sum(), logs.iter().map(|(_, y)| (y - my).powi(2)).sum());
    if vx * vy > 0.0 { covariance * covariance / (vx * vy) } else { 0.0 }
}
