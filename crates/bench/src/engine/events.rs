//! Comparison event by event with the reference's pass file, and of the water balance with its daily file.

use anyhow::Result;
use headwaters_engine::HillslopeResult;
use headwaters_wepp_formats::outputs::{HillslopePass, WaterBalanceRow};
use std::collections::HashMap;
use std::path::Path;

use super::cases::{REFERENCE, read_text, with_or_without_gz};

/// Matched events of one case.
#[derive(Clone, Debug, Default)]
pub struct EventRatios {
    /// Events of at least 1 mm runoff in the reference.
    pub reference_events: usize,
    /// Of these, how many the engine has too (with at least half a millimetre).
    pub matched: usize,
    /// Runoff ratios of matched events.
    pub runoff: Vec<f64>,
    /// Peak ratios of events whose runoff agrees within 2 %.
    pub peak: Vec<f64>,
    /// Sediment ratios of the same events.
    pub sediment: Vec<f64>,
}

/// Compares events; `None` without a pass file.
pub fn compare_events(folder: &Path, result: &HillslopeResult) -> Result<Option<EventRatios>> {
    let Some(path) = with_or_without_gz(folder, &format!("{REFERENCE}.pass.txt")) else { return Ok(None) };
    let pass = HillslopePass::parse(&read_text(&path)?, &path.display().to_string())?;
    let first = result.years.first().map_or(0, |y| y.year);
    let ours: HashMap<(i32, u16), _> =
        result.events.iter().map(|e| ((e.year - first, e.day_of_year), e)).collect();
    let mut ratios = EventRatios::default();
    for reference in &pass.events {
        if reference.runoff_m < 0.001 {
            continue;
        }
        ratios.reference_events += 1;
        let Some(event) = ours.get(&(reference.year - pass.first_year, reference.julian_day)) else {
            continue;
        };
        if event.runoff_mm < 0.5 {
            continue;
        }
        ratios.matched += 1;
        let runoff = event.runoff_mm / (reference.runoff_m * 1000.0);
        ratios.runoff.push(runoff);
        if (runoff - 1.0).abs() > 0.02 {
            continue;
        }
        let peak = event.peak_runoff_mm_per_h / 3.6e6 * pass.area_m2;
        ratios.peak.push(peak / reference.peak_m3_per_s);
        let delivered = reference.delivered_kg();
        if delivered > 0.0 {
            ratios.sediment.push(event.sediment_delivery_kg_per_m * result.width_m / delivered);
        }
    }
    Ok(Some(ratios))
}

/// Annual means of evapotranspiration and percolation, mm.
#[derive(Clone, Copy, Debug)]
pub struct BalanceMeans {
    pub evapotranspiration_mm: f64,
    /// `None` when the file has no column for it.
    pub percolation_mm: Option<f64>,
}

/// Means of the reference's daily water balance, whichever version wrote it; `None` without one.
pub fn reference_balance(folder: &Path) -> Result<Option<(String, BalanceMeans)>> {
    for version in ["2010.100", REFERENCE] {
        let Some(path) = with_or_without_gz(folder, &format!("{version}.wat.txt")) else { continue };
        let rows = WaterBalanceRow::parse_file(&read_text(&path)?, &path.display().to_string())?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { continue };
        let years = f64::from(last.year - first.year + 1);
        let sum = |value: fn(&WaterBalanceRow) -> f64| rows.iter().map(value).sum::<f64>() / years;
        return Ok(Some((
            version.to_owned(),
            BalanceMeans {
                evapotranspiration_mm: sum(|r| {
                    r.transpiration_mm + r.soil_evaporation_mm + r.residue_evaporation_mm
                }),
                percolation_mm: rows
                    .iter()
                    .map(|r| r.deep_percolation_mm)
                    .sum::<Option<f64>>()
                    .map(|total| total / years),
            },
        )));
    }
    Ok(None)
}

/// The same means of a result.
pub fn own_balance(result: &HillslopeResult) -> BalanceMeans {
    let years = result.years.len().max(1) as f64;
    BalanceMeans {
        evapotranspiration_mm: result.years.iter().map(|y| y.evapotranspiration_mm()).sum::<f64>() / years,
        percolation_mm: Some(result.years.iter().map(|y| y.deep_percolation_mm).sum::<f64>() / years),
    }
}
