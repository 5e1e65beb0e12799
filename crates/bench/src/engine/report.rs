//! The comparison over all cases, as text tables and as JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use cpu_time::ProcessTime;
use headwaters_engine::{CanopyRelation, EmbeddedEngine, HillslopeEngine, HillslopeResult, RunOptions};
use serde::Serialize;

use super::cases::{Case, Matrix, Means, REFERENCE, YARDSTICK};
use super::events::{BalanceMeans, EventRatios, compare_events, own_balance, reference_balance};
use super::statistics::{Spread, log10_r2};

/// Reference figures below these are noise in the reference itself: compared by difference, not ratio.
const LEAST_RUNOFF_MM: f64 = 1.0;
const LEAST_SEDIMENT_KG_PER_M: f64 = 0.1;
/// Pairs of treatments closer than this in the reference have no ranking.
const RANKED_APART_KG_PER_M: f64 = 0.05;

/// One case.
#[derive(Clone, Debug, Serialize)]
pub struct CaseFigures {
    pub case: String,
    pub rain_runoff_mm: f64,
    pub total_runoff_mm: f64,
    pub sediment_kg_per_m: f64,
    pub balance_error_mm: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evapotranspiration_ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percolation_ratio: Option<f64>,
}

/// Spread of the embedded engine and of the yardstick version about the reference.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Against {
    pub embedded: Spread,
    pub yardstick: Spread,
}

/// Figures of a group of cases.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    pub name: String,
    pub rain_runoff: Against,
    pub total_runoff: Against,
    pub sediment: Against,
}

/// Events whose runoff agrees within 2 %, and how many are found at all.
#[derive(Clone, Debug, Serialize)]
pub struct EventFigures {
    pub climate: String,
    pub reference_events: usize,
    pub found_pct: f64,
    pub runoff: Spread,
    pub agreeing: usize,
    pub peak_median: f64,
    pub peak_within_5_pct: f64,
    pub sediment_median: f64,
    pub sediment_within_20_pct: f64,
}

/// Everything `--json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    pub engine: String,
    pub version: String,
    pub reference: &'static str,
    pub yardstick: &'static str,
    pub hillslope_years_per_cpu_s: f64,
    pub largest_balance_error_mm: f64,
    pub all: Group,
    pub sediment_log10_r2: f64,
    pub yardstick_sediment_log10_r2: f64,
    pub climates: Vec<Group>,
    pub treatments: Vec<Group>,
    pub events: Vec<EventFigures>,
    pub ranked_pairs: usize,
    pub ranked_pairs_kept: usize,
    pub evapotranspiration_within_5_pct: String,
    pub percolation_within_15_pct: String,
    /// Largest absolute difference of sediment where the reference is below 0.1 kg/m.
    pub small_sediment_largest_difference_kg_per_m: f64,
    pub cases: Vec<CaseFigures>,
}

/// Runs every case once, on one thread, and compares.
pub fn compare(matrix: &Matrix) -> Result<Comparison> {
    let engine = EmbeddedEngine;
    let mut spent = Duration::ZERO;
    let mut years = 0usize;
    let mut figures = Vec::with_capacity(matrix.cases.len());
    let mut events: BTreeMap<&str, EventRatios> = BTreeMap::new();
    for case in &matrix.cases {
        let start = ProcessTime::now();
        let result = engine
            .run(&case.inputs, &RunOptions::default())
            .with_context(|| format!("running {}", case.name))?;
        spent += start.elapsed();
        years += result.years.len();
        if let Some(found) = compare_events(&case.folder, &result)? {
            merge(events.entry(&case.climate).or_default(), found);
        }
        figures.push(case_figures(case, &result)?);
    }
    let identity = engine.identity();
    let pairs: Vec<(&Case, &CaseFigures)> = matrix.cases.iter().zip(&figures).collect();
    let (ranked_pairs, ranked_pairs_kept) = ranking(&pairs);
    let within = |ratio: fn(&CaseFigures) -> Option<f64>, tolerance: f64| {
        let all: Vec<f64> = figures.iter().filter_map(ratio).collect();
        if all.is_empty() {
            return "not in the reference's files".to_owned();
        }
        format!("{} of {}", all.iter().filter(|r| (*r - 1.0).abs() <= tolerance).count(), all.len())
    };
    Ok(Comparison {
        engine: identity.name,
        version: identity.version,
        reference: REFERENCE,
        yardstick: YARDSTICK,
        hillslope_years_per_cpu_s: years as f64 / spent.as_secs_f64().max(1e-9),
        largest_balance_error_mm: figures.iter().map(|f| f.balance_error_mm).fold(0.0, f64::max),
        all: group("all", &pairs),
        sediment_log10_r2: log10_r2(&sediment_pairs(&pairs, false)),
        yardstick_sediment_log10_r2: log10_r2(&sediment_pairs(&pairs, true)),
        climates: groups(&pairs, |case| &case.climate),
        treatments: groups(&pairs, |case| &case.treatment),
        events: events.into_iter().map(|(climate, ratios)| event_figures(climate, &ratios)).collect(),
        ranked_pairs,
        ranked_pairs_kept,
        evapotranspiration_within_5_pct: within(|f| f.evapotranspiration_ratio, 0.05),
        percolation_within_15_pct: within(|f| f.percolation_ratio, 0.15),
        small_sediment_largest_difference_kg_per_m: pairs
            .iter()
            .filter_map(|(case, f)| {
                let reference = case.reference()?.sediment_kg_per_m;
                (reference <= LEAST_SEDIMENT_KG_PER_M).then_some((f.sediment_kg_per_m - reference).abs())
            })
            .fold(0.0, f64::max),
        cases: figures,
    })
}

fn case_figures(case: &Case, result: &HillslopeResult) -> Result<CaseFigures> {
    let years = result.years.len().max(1) as f64;
    let balance = match reference_balance(&case.folder)? {
        Some((version, reference)) => Some((reference, balance_as_in(&version, case, result)?)),
        None => None,
    };
    Ok(CaseFigures {
        case: case.name.clone(),
        rain_runoff_mm: result.years.iter().map(|y| y.rain_runoff_mm).sum::<f64>() / years,
        total_runoff_mm: result.years.iter().map(|y| y.runoff_mm()).sum::<f64>() / years,
        sediment_kg_per_m: result.years.iter().map(|y| y.sediment_delivery_kg_per_m).sum::<f64>() / years,
        balance_error_mm: result.max_balance_error_mm.unwrap_or(f64::NAN),
        evapotranspiration_ratio: balance.map(|(r, o)| o.evapotranspiration_mm / r.evapotranspiration_mm),
        percolation_ratio: balance.and_then(|(r, o)| Some(o.percolation_mm? / r.percolation_mm?.max(1e-9))),
    })
}

/// Water balance with the leaf area and root depth of the version that wrote the reference: versions before 2023 took
/// both from biomass, so that is what the engine is given when its water balance is compared with theirs.
fn balance_as_in(version: &str, case: &Case, result: &HillslopeResult) -> Result<BalanceMeans> {
    let before_2023 =
        version.split('.').next().and_then(|year| year.parse::<u32>().ok()).is_some_and(|y| y < 2023);
    if !before_2023 {
        return Ok(own_balance(result));
    }
    let mut inputs = case.inputs.clone();
    inputs.treatment.plant.canopy_relation = CanopyRelation::Biomass;
    Ok(own_balance(&EmbeddedEngine.run(&inputs, &RunOptions::default())?))
}

fn merge(into: &mut EventRatios, from: EventRatios) {
    into.reference_events += from.reference_events;
    into.matched += from.matched;
    into.runoff.extend(from.runoff);
    into.peak.extend(from.peak);
    into.sediment.extend(from.sediment);
}

fn event_figures(climate: &str, ratios: &EventRatios) -> EventFigures {
    let share = |values: &[f64], tolerance: f64| {
        let inside = values.iter().filter(|r| (*r - 1.0).abs() <= tolerance).count();
        100.0 * inside as f64 / values.len().max(1) as f64
    };
    EventFigures {
        climate: climate.to_owned(),
        reference_events: ratios.reference_events,
        found_pct: 100.0 * ratios.matched as f64 / ratios.reference_events.max(1) as f64,
        runoff: Spread::of(&ratios.runoff),
        agreeing: ratios.peak.len(),
        peak_median: Spread::of(&ratios.peak).median,
        peak_within_5_pct: share(&ratios.peak, 0.05),
        sediment_median: Spread::of(&ratios.sediment).median,
        sediment_within_20_pct: share(&ratios.sediment, 0.20),
    }
}

fn groups(pairs: &[(&Case, &CaseFigures)], key: fn(&Case) -> &String) -> Vec<Group> {
    let mut by: BTreeMap<&String, Vec<(&Case, &CaseFigures)>> = BTreeMap::new();
    for pair in pairs {
        by.entry(key(pair.0)).or_default().push(*pair);
    }
    by.into_iter().map(|(name, members)| group(name, &members)).collect()
}

fn group(name: &str, pairs: &[(&Case, &CaseFigures)]) -> Group {
    let against = |ours: fn(&CaseFigures) -> f64, theirs: fn(&Means) -> f64, least: f64| {
        let (mut embedded, mut yardstick) = (Vec::new(), Vec::new());
        for (case, figures) in pairs {
            let Some(reference) = case.reference().map(theirs).filter(|r| *r > least) else { continue };
            embedded.push(ours(figures) / reference);
            if let Some(older) = case.means.get(YARDSTICK) {
                yardstick.push(theirs(older) / reference);
            }
        }
        Against { embedded: Spread::of(&embedded), yardstick: Spread::of(&yardstick) }
    };
    Group {
        name: name.to_owned(),
        rain_runoff: against(|f| f.rain_runoff_mm, |m| m.rain_runoff_mm, LEAST_RUNOFF_MM),
        total_runoff: against(|f| f.total_runoff_mm, |m| m.total_runoff_mm, LEAST_RUNOFF_MM),
        sediment: against(|f| f.sediment_kg_per_m, |m| m.sediment_kg_per_m, LEAST_SEDIMENT_KG_PER_M),
    }
}

fn sediment_pairs(pairs: &[(&Case, &CaseFigures)], yardstick: bool) -> Vec<(f64, f64)> {
    pairs
        .iter()
        .filter_map(|(case, figures)| {
            let reference = case.reference()?.sediment_kg_per_m;
            let value = if yardstick {
                case.means.get(YARDSTICK)?.sediment_kg_per_m
            } else {
                figures.sediment_kg_per_m
            };
            (reference > LEAST_SEDIMENT_KG_PER_M).then_some((reference, value))
        })
        .collect()
}

/// Pairs of treatments in the same setting that the reference separates, and how many keep their order.
fn ranking(pairs: &[(&Case, &CaseFigures)]) -> (usize, usize) {
    let (mut ranked, mut kept) = (0, 0);
    for (i, (a, ours_a)) in pairs.iter().enumerate() {
        for (b, ours_b) in &pairs[i + 1..] {
            let (Some(ra), Some(rb)) = (a.reference(), b.reference()) else { continue };
            let apart = ra.sediment_kg_per_m - rb.sediment_kg_per_m;
            if a.setting != b.setting || apart.abs() <= RANKED_APART_KG_PER_M {
                continue;
            }
            ranked += 1;
            if (ours_a.sediment_kg_per_m - ours_b.sediment_kg_per_m) * apart > 0.0 {
                kept += 1;
            }
        }
    }
    (ranked, kept)
}

/// Prints tables.
pub fn print(c: &Comparison) {
    println!(
        "{} {} against {}; beside it {} against {}",
        c.engine, c.version, c.reference, c.yardstick, c.reference
    );
    println!("ratio: median, share within ±15 % / ±30 % / factor 2\n");
    let header = format!("{:<12} {:>4}  {:<31}   {:<31}", "", "n", "embedded", c.yardstick);
    for (title, pick) in [
        ("rain runoff", (|g| &g.rain_runoff) as fn(&Group) -> &Against),
        ("total runoff", |g| &g.total_runoff),
        ("sediment", |g| &g.sediment),
    ] {
        println!("{title}\n{header}");
        for group in c.climates.iter().chain(&c.treatments).chain([&c.all]) {
            let against = pick(group);
            println!(
                "{:<12} {:>4}  {}   {}",
                group.name,
                against.embedded.n,
                spread(&against.embedded),
                spread(&against.yardstick)
            );
        }
        println!();
    }
    println!(
        "sediment log10 R2: {:.3} (yardstick {:.3})",
        c.sediment_log10_r2, c.yardstick_sediment_log10_r2
    );
    println!(
        "sediment where the reference is <= 0.1 kg/m: largest difference {:.3} kg/m",
        c.small_sediment_largest_difference_kg_per_m
    );
    println!("treatment ranking kept: {} of {} pairs", c.ranked_pairs_kept, c.ranked_pairs);
    println!("evapotranspiration within 5 %: {}", c.evapotranspiration_within_5_pct);
    println!("percolation within 15 %: {}", c.percolation_within_15_pct);
    println!("largest yearly balance error: {:.2e} mm", c.largest_balance_error_mm);
    println!("\nevents of at least 1 mm in the reference");
    for e in &c.events {
        println!(
            "{:<12} {:>5}, found {:>3.0} %, runoff {}; {} agree within 2 %: peak {:.3}, {:.0} % within 5 %; sediment {:.3}, {:.0} % within 20 %",
            e.climate,
            e.reference_events,
            e.found_pct,
            spread(&e.runoff),
            e.agreeing,
            e.peak_median,
            e.peak_within_5_pct,
            e.sediment_median,
            e.sediment_within_20_pct
        );
    }
    println!("\n{:.0} hillslope-years per CPU-second on one thread", c.hillslope_years_per_cpu_s);
}

fn spread(s: &Spread) -> String {
    if s.n == 0 {
        return format!("{:<31}", "-");
    }
    format!(
        "{:>6.2}  {:>4.0} / {:>4.0} / {:>4.0} %   ",
        s.median, s.within_15_pct, s.within_30_pct, s.within_factor_2
    )
}
