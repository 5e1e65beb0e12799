//! Deviation of two engines on the same hillslopes: the table of the mode that runs both.

use serde::{Deserialize, Serialize};

use crate::result::{EngineIdentity, HillslopeResult};

/// Reference runoff below this is compared by difference only, mm per year.
const LEAST_RUNOFF_MM: f64 = 1.0;
/// Reference sediment below this is compared by difference only, kg per m of width and year.
const LEAST_SEDIMENT_KG_PER_M: f64 = 0.1;

/// Deviation of one engine from another over a set of hillslopes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviationTable {
    /// The engine under comparison.
    pub engine: EngineIdentity,
    /// The reference engine.
    pub reference: EngineIdentity,
    /// One row per hillslope, in the order of the pairs.
    pub rows: Vec<DeviationRow>,
    /// Spread of the ratios of runoff.
    pub runoff: RatioSpread,
    /// Spread of the ratios of sediment delivery.
    pub sediment: RatioSpread,
    /// Spread of the ratios of the largest peak of the run.
    pub peak: RatioSpread,
}

/// Mean annual figures of one hillslope by both engines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviationRow {
    /// Hillslope name.
    pub hillslope: String,
    /// Runoff, mm per year: engine under comparison, reference.
    pub runoff_mm: [f64; 2],
    /// Sediment delivery, kg per m of width and year.
    pub sediment_kg_per_m: [f64; 2],
    /// Largest peak runoff rate of the run, mm/h.
    pub peak_mm_per_h: [f64; 2],
    /// Ratio of runoff, where the reference has at least 1 mm per year.
    pub runoff_ratio: Option<f64>,
    /// Ratio of sediment, where the reference has at least 0.1 kg/m per year.
    pub sediment_ratio: Option<f64>,
}

/// Spread of ratios.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RatioSpread {
    /// Number of ratios.
    pub n: usize,
    /// Median; 0 without ratios.
    pub median: f64,
    /// Share within ±15 %, 0..1.
    pub within_15_percent: f64,
    /// Share within ±30 %, 0..1.
    pub within_30_percent: f64,
    /// Share within a factor of two, 0..1.
    pub within_factor_2: f64,
}

impl RatioSpread {
    /// Computes the spread of ratios.
    pub fn of(mut ratios: Vec<f64>) -> Self {
        ratios.sort_by(f64::total_cmp);
        let n = ratios.len();
        if n == 0 {
            return Self::default();
        }
        let share = |low: f64, high: f64| {
            ratios.iter().filter(|r| (low..=high).contains(*r)).count() as f64 / n as f64
        };
        Self {
            n,
            median: if n % 2 == 1 { ratios[n / 2] } else { 0.5 * (ratios[n / 2 - 1] + ratios[n / 2]) },
            within_15_percent: share(0.85, 1.15),
            within_30_percent: share(0.7, 1.3),
            within_factor_2: share(0.5, 2.0),
        }
    }
}

/// Compares pairs of results (engine under comparison, reference) of the same hillslopes. `None` without pairs.
///
/// ```
/// use std::sync::Arc;
///
/// use headwaters_engine::{
///     Climate, EmbeddedEngine, HillslopeEngine, MonthlyMeans, RunOptions, burned_hillslope, compare_results,
/// };
/// # use headwaters_engine::{ClimateDay, Precipitation};
/// # let storm = Precipitation::Storm {
/// #     depth_mm: 80.0, duration_h: 2.0, time_to_peak_fraction: 0.3, peak_intensity_ratio: 4.0,
/// # };
/// # let days = (1..=31).map(|day| ClimateDay {
/// #     day, month: 7, year: 1, precipitation: if day == 15 { storm } else { Precipitation::None }, tmax_c: 24.0,
/// #     tmin_c: 10.0, solar_radiation_ly_per_day: 450.0, wind_m_per_s: 2.0, wind_direction_deg: 0.0, dew_point_c: 5.0,
/// # });
/// # let days: Vec<ClimateDay> = days.collect();
///
/// let climate = Climate::new("July", 39.0, 1500.0, MonthlyMeans::default(), days, Vec::new());
/// let hillslope = burned_hillslope(Arc::new(climate));
/// let result = EmbeddedEngine.run(&hillslope, &RunOptions::default())?;
/// let table = compare_results([(&result, &result)]).expect("one pair was given");
/// assert_eq!(table.runoff.median, 1.0);
/// # Ok::<(), headwaters_engine::EngineError>(())
/// ```
pub fn compare_results<'a>(
    pairs: impl IntoIterator<Item = (&'a HillslopeResult, &'a HillslopeResult)>,
) -> Option<DeviationTable> {
    let mut identities = None;
    let mut rows = Vec::new();
    let mut peaks = Vec::new();
    for (judged, reference) in pairs {
        identities.get_or_insert_with(|| (judged.identity.clone(), reference.identity.clone()));
        let both = |value: fn(&HillslopeResult) -> f64| [value(judged), value(reference)];
        let runoff_mm = both(mean_runoff_mm);
        let sediment_kg_per_m = both(mean_sediment_kg_per_m);
        let peak_mm_per_h = both(largest_peak_mm_per_h);
        let ratio = |pair: [f64; 2], least: f64| (pair[1] >= least).then(|| pair[0] / pair[1]);
        peaks.extend(ratio(peak_mm_per_h, 1e-6));
        rows.push(DeviationRow {
            hillslope: judged.hillslope.clone(),
            runoff_ratio: ratio(runoff_mm, LEAST_RUNOFF_MM),
            sediment_ratio: ratio(sediment_kg_per_m, LEAST_SEDIMENT_KG_PER_M),
            runoff_mm,
            sediment_kg_per_m,
            peak_mm_per_h,
        });
    }
    let (engine, reference) = identities?;
    Some(DeviationTable {
        engine,
        reference,
        runoff: RatioSpread::of(rows.iter().filter_map(|r| r.runoff_ratio).collect()),
        sediment: RatioSpread::of(rows.iter().filter_map(|r| r.sediment_ratio).collect()),
        peak: RatioSpread::of(peaks),
        rows,
    })
}

/// Indices of a sample of `wanted` hillslopes out of `total`, evenly spread and the same every time.
///
/// ```
/// assert_eq!(headwaters_engine::verification_sample(10, 4), [0, 2, 5, 7]);
/// ```
pub fn verification_sample(total: usize, wanted: usize) -> Vec<usize> {
    let wanted = wanted.min(total);
    (0..wanted).map(|i| i * total / wanted).collect()
}

fn mean_runoff_mm(result: &HillslopeResult) -> f64 {
    result.years.iter().map(|y| y.runoff_mm()).sum::<f64>() / result.years.len().max(1) as f64
}

fn mean_sediment_kg_per_m(result: &HillslopeResult) -> f64 {
    result.years.iter().map(|y| y.sediment_delivery_kg_per_m).sum::<f64>() / result.years.len().max(1) as f64
}

fn largest_peak_mm_per_h(result: &HillslopeResult) -> f64 {
    result.years.iter().map(|y| y.peak_runoff_mm_per_h).fold(0.0, f64::max)
}
