//! Peak runoff rate by the kinematic wave (NSERL-10 chapter 4).

/// Exponent of the depth-discharge relation q = alpha h^m (Chezy).
const M: f64 = 1.5;
/// Acceleration of gravity, m/s2.
const GRAVITY: f64 = 9.807;
/// Longest effective runoff duration, s.
const LONGEST_S: f64 = 86_400.0;
/// Lowest peak, m/s.
const LOWEST_PEAK: f64 = 3.6e-8;

/// x^M.
fn three_halves(x: f64) -> f64 {
    x * x.sqrt()
}

/// x^(1/M).
fn two_thirds(x: f64) -> f64 {
    let root = x.cbrt();
    root * root
}

/// Depth-discharge coefficient from mean slope and friction, m^0.5/s.
pub(crate) fn alpha(slope: f64, friction: f64) -> f64 {
    (8.0 * GRAVITY * slope / friction).sqrt()
}

/// Time to equilibrium of a plane under a constant excess rate, s.
fn equilibrium_s(length_m: f64, alpha: f64, rate: f64) -> f64 {
    two_thirds(length_m / (alpha * rate.sqrt()))
}

/// Peak per area by the regression to kinematic solutions, m/s; `depth` over `duration` is the mean excess.
pub(crate) fn approximate(depth_m: f64, duration_s: f64, peak_rate: f64, length_m: f64, alpha: f64) -> f64 {
    let mean = depth_m / duration_s;
    let t = equilibrium_s(length_m, alpha, mean) / duration_s;
    let v = mean / peak_rate;
    let relative = if t >= 1.0 {
        1.0 / three_halves(t)
    } else if v < 1.0 {
        let a = 0.6 * (1.0 - v);
        let crossing = (1.0 - (1.0 - 4.0 * a * v).sqrt()) / (2.0 * a);
        if t > crossing { 1.0 / t } else { 1.0 / v - a / v * t }
    } else {
        1.0
    };
    mean * relative
}

/// Runoff left after infiltration during the recession, m, of `depth_m` of excess.
pub(crate) fn after_recession(
    depth_m: f64,
    duration_s: f64,
    infiltration_rate: f64,
    length_m: f64,
    alpha: f64,
) -> f64 {
    let mean = depth_m / duration_s;
    let t = equilibrium_s(length_m, alpha, mean) / duration_s;
    if infiltration_rate <= 0.0 || t < 1.0 {
        return depth_m;
    }
    let f = infiltration_rate / mean;
    let limit = two_thirds((f + 1.0) / f);
    let share = if t >= limit {
        (f + 1.0) / f * 1.0 / three_halves(t) / (M + 1.0)
    } else {
        1.0 - M / (M + 1.0) * two_thirds(f / (f + 1.0)) * t
    };
    depth_m * share
}

/// Peak per area by the full solution along characteristics, m/s: the depth at the foot is the excess that fell since
/// the characteristic now arriving left the top (or since the start, before any has arrived).
pub(crate) fn characteristics(
    time_s: &[f64],
    rate: &[f64],
    length_m: f64,
    alpha: f64,
    cumulative: &mut Vec<f64>,
) -> f64 {
    cumulative.clear();
    cumulative.push(0.0);
    let mut sum = 0.0;
    for (r, t) in rate.iter().zip(time_s.windows(2)) {
        sum += r * (t[1] - t[0]);
        cumulative.push(sum);
    }
    let mut peak = 0.0f64;
    let mut departed = 0usize;
    for end in 1..cumulative.len() {
        if rate[end - 1] <= 0.0 {
            continue;
        }
        // The step in which the arriving characteristic left the top; it only moves forward in time.
        while departed < end
            && distance(time_s, rate, cumulative, departed, cumulative[departed], end, alpha) > length_m
        {
            departed += 1;
        }
        let start_depth = if departed == 0 {
            cumulative[0]
        } else {
            departure(time_s, rate, cumulative, departed - 1, end, length_m, alpha)
        };
        peak = peak.max(alpha * three_halves((cumulative[end] - start_depth).max(0.0)));
    }
    peak / length_m
}

/// Distance travelled until step boundary `end` by a characteristic that leaves the top in step `step`, when the
/// cumulative excess is `start_depth`.
fn distance(
    time_s: &[f64],
    rate: &[f64],
    cumulative: &[f64],
    step: usize,
    start_depth: f64,
    end: usize,
    alpha: f64,
) -> f64 {
    (step..end)
        .map(|i| {
            let after = (cumulative[i + 1] - start_depth).max(0.0);
            if rate[i] > 0.0 {
                let before = (cumulative[i] - start_depth).max(0.0);
                alpha / rate[i] * (three_halves(after) - three_halves(before))
            } else {
                alpha * M * after.sqrt() * (time_s[i + 1] - time_s[i])
            }
        })
        .sum()
}

/// Cumulative excess when the characteristic left that arrives at the foot at step boundary `end`, by the Illinois form
/// of false position.
fn departure(
    time_s: &[f64],
    rate: &[f64],
    cumulative: &[f64],
    step: usize,
    end: usize,
    length_m: f64,
    alpha: f64,
) -> f64 {
    let beyond = |depth: f64| distance(time_s, rate, cumulative, step, depth, end, alpha) - length_m;
    let (mut low, mut high) = (cumulative[step], cumulative[step + 1]);
    let (mut at_low, mut at_high) = (beyond(low), beyond(high));
    let mut kept_low = None;
    let mut depth = 0.5 * (low + high);
    for _ in 0..30 {
        if at_low <= at_high {
            break;
        }
        depth = low + (high - low) * at_low / (at_low - at_high);
        let value = beyond(depth);
        if value.abs() <= 1e-12 * length_m {
            break;
        }
        // An end that is kept twice in a row counts half, or it would never move.
        if value > 0.0 {
            (low, at_low) = (depth, value);
            if kept_low == Some(false) {
                at_high *= 0.5;
            }
            kept_low = Some(false);
        } else {
            (high, at_high) = (depth, value);
            if kept_low == Some(true) {
                at_low *= 0.5;
            }
            kept_low = Some(true);
        }
    }
    depth
}

/// Peak within its lower limit and the effective duration that goes with it: (m/s, s).
pub(crate) fn limited(peak: f64, runoff_m: f64) -> (f64, f64) {
    let duration = (runoff_m / peak.max(LOWEST_PEAK)).min(LONGEST_S);
    (runoff_m / duration, duration)
}
