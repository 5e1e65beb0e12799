//! Infiltration and rainfall excess by Green-Ampt Mein-Larson, with depression storage and the pore space of the
//! surface layers as limits (NSERL-10 chapter 4).

use crate::storm::Hyetograph;

/// Excess smaller than this in one step is not ponding, m.
const SMALLEST_EXCESS_M: f64 = 1e-4;
/// A day's excess below this is no runoff, m.
const SMALLEST_RUNOFF_M: f64 = 1e-4;

/// Soil as the wetting front meets it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InfiltrationSoil {
    /// Effective conductivity, m/s.
    pub conductivity: f64,
    /// Capillary potential at the front times moisture deficit, m.
    pub matric_m: f64,
    /// Empty pore space of the surface layers at the start, m.
    pub free_pores_m: f64,
    /// Rate at which water leaves the surface layers downward, m/s.
    pub drainage: f64,
    /// Depression storage, m.
    pub depression_m: f64,
}

/// Rainfall excess of one day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Excess {
    /// Depth of excess beyond depression storage, m.
    pub depth_m: f64,
    /// Time during which there was excess, s.
    pub duration_s: f64,
    /// Highest excess rate, m/s.
    pub peak_rate: f64,
    /// Rain intensity averaged over the time of excess, m/s.
    pub mean_intensity: f64,
    /// Infiltration rate when excess ended, m/s.
    pub final_infiltration_rate: f64,
    /// True if the surface ponded more than once.
    pub ponded_again: bool,
}

/// Scratch space for one storm.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExcessSeries {
    /// End of each step, with 0 first, s.
    pub time_s: Vec<f64>,
    /// Excess rate in each step, m/s.
    pub rate: Vec<f64>,
    points: Vec<Point>,
}

/// Rain and infiltration so far at a time, m, and the intensity before it, m/s.
#[derive(Clone, Copy, Debug)]
struct Point {
    time_s: f64,
    rain: f64,
    infiltrated: f64,
    intensity: f64,
}

impl ExcessSeries {
    /// Excess of a storm divided into steps.
    pub fn compute(&mut self, steps: &Hyetograph, soil: &InfiltrationSoil) -> Excess {
        self.points.clear();
        self.points.push(Point { time_s: 0.0, rain: 0.0, infiltrated: 0.0, intensity: 0.0 });
        let (excess, ponded_again) = self.infiltrate(steps, soil);
        if excess < SMALLEST_RUNOFF_M {
            return Excess::default();
        }
        let mut excess = self.fill_depressions(soil.depression_m);
        excess.ponded_again = ponded_again;
        if excess.depth_m < SMALLEST_RUNOFF_M { Excess::default() } else { excess }
    }

    /// Cumulative infiltration at the end of each step. Returns the largest excess and whether the surface ponded more
    /// than once.
    fn infiltrate(&mut self, steps: &Hyetograph, soil: &InfiltrationSoil) -> (f64, bool) {
        let k = soil.conductivity;
        let mut capacity = soil.free_pores_m;
        let mut ponding: Option<f64> = None;
        let mut times_ponded = 0u32;
        let mut largest = 0.0f64;
        let (mut rain, mut excess, mut infiltrated) = (0.0f64, 0.0f64, 0.0f64);
        for (rate, time) in steps.rate_m_per_s.iter().zip(steps.time_s.windows(2)) {
            let (start, end) = (time[0], time[1]);
            let rain_before = rain;
            rain += rate * (end - start);
            capacity = (capacity + soil.drainage * (end - start)).max(0.0);
            match ponding {
                None => {
                    let needed = if *rate > k { soil.matric_m * k / (rate - k) } else { f64::INFINITY };
                    if rain - excess - needed <= SMALLEST_EXCESS_M {
                        infiltrated = rain - excess;
                    } else {
                        times_ponded += 1;
                        let at = (start + (needed - (rain_before - excess)) / rate).max(start);
                        let rain_at = rain_before + rate * (at - start);
                        if at > start {
                            infiltrated = (infiltrated + rate * (at - start)).min(capacity);
                            excess = excess.max(rain_at - infiltrated);
                            self.points.push(Point {
                                time_s: at,
                                rain: rain_at,
                                infiltrated: rain_at - excess,
                                intensity: *rate,
                            });
                        }
                        // Time that ponded infiltration would have needed to take in what is in the soil already.
                        let shift = if soil.matric_m > 0.0 {
                            let x = ((rain_at - excess) / soil.matric_m).max(0.0);
                            soil.matric_m / k * (x - x.ln_1p())
                        } else {
                            0.0
                        };
                        let origin = at - shift;
                        infiltrated = ponded_depth(end - origin, k, soil.matric_m, infiltrated);
                        ponding = Some(origin);
                        excess = rain - infiltrated;
                    }
                }
                Some(origin) => {
                    infiltrated = ponded_depth(end - origin, k, soil.matric_m, infiltrated);
                    if rain - infiltrated - excess < SMALLEST_EXCESS_M {
                        infiltrated = rain - excess;
                        ponding = None;
                    } else {
                        excess = rain - infiltrated;
                    }
                }
            }
            if infiltrated >= capacity {
                infiltrated = capacity;
                excess = rain - infiltrated;
            }
            largest = largest.max(excess);
            self.points.push(Point { time_s: end, rain, infiltrated, intensity: *rate });
        }
        (largest, times_ponded > 1)
    }

    /// Excess first fills depressions; while there is none, they drain into the soil at the last infiltration rate.
    fn fill_depressions(&mut self, depression_m: f64) -> Excess {
        let mut result = Excess::default();
        let mut stored = 0.0f64;
        let mut infiltration_rate = 0.0f64;
        let mut intensity_sum = 0.0f64;
        self.time_s.clear();
        self.rate.clear();
        self.time_s.push(0.0);
        for pair in self.points.windows(2) {
            let (before, point) = (&pair[0], &pair[1]);
            let seconds = point.time_s - before.time_s;
            let infiltration = (point.infiltrated - before.infiltrated).max(0.0);
            let excess = (point.rain - point.infiltrated) - (before.rain - before.infiltrated);
            let excess = if excess > 1e-12 { excess } else { 0.0 };
            let room = depression_m - stored;
            let runoff = if excess > 0.0 {
                stored += excess.min(room);
                (excess - room).max(0.0)
            } else {
                stored = (stored - infiltration_rate * seconds).max(0.0);
                0.0
            };
            let rate = if seconds > 0.0 { runoff / seconds } else { 0.0 };
            self.time_s.push(point.time_s);
            self.rate.push(rate);
            if seconds > 0.0 {
                infiltration_rate = infiltration / seconds;
            }
            if rate > 0.0 {
                result.depth_m += runoff;
                result.duration_s += seconds;
                intensity_sum += point.intensity * seconds;
                result.peak_rate = result.peak_rate.max(rate);
                result.final_infiltration_rate = infiltration_rate;
            }
        }
        if result.duration_s > 0.0 {
            result.mean_intensity = intensity_sum / result.duration_s;
        }
        result
    }
}

/// Solves K t = F - psi ln(1 + F/psi) for F by Newton's method from a guess.
pub(crate) fn ponded_depth(time_s: f64, k: f64, matric_m: f64, guess: f64) -> f64 {
    let target = k * time_s;
    if matric_m <= 0.0 {
        return target;
    }
    let mut depth = if guess > 0.0 { guess } else { 0.01 };
    for _ in 0..60 {
        let error = target + matric_m * (depth / matric_m).ln_1p() - depth;
        let change = error * (1.0 + matric_m / depth);
        depth = (depth + change).max(1e-9);
        if change.abs() < 1e-9 {
            break;
        }
    }
    depth
}

/// Average capillary potential at the wetting front from texture and porosity (Rawls and Brakensiek), m, at most 0.5.
pub(crate) fn capillary_potential_m(porosity: f64, clay: f64, sand: f64) -> f64 {
    let (n2, c2, s2) = (porosity * porosity, clay * clay, sand * sand);
    let exponent = 6.531 - 7.33 * porosity
        + 15.8 * c2
        + 3.81 * n2
        + sand * (3.4 * clay - 4.98 * porosity)
        + n2 * (16.1 * s2 + 16.0 * c2)
        - 14.0 * s2 * clay
        - porosity * (34.8 * c2 + 8.0 * s2);
    (0.01 * exponent.exp()).min(0.5)
}

/// Water held in depressions, m, from random roughness and mean slope (Onstad 1984).
pub(crate) fn depression_storage_m(random_roughness_m: f64, slope: f64) -> f64 {
    (0.112 * random_roughness_m + 3.1 * random_roughness_m * random_roughness_m
        - 1.2 * random_roughness_m * slope)
        .max(0.0)
}
