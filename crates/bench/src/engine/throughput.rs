//! Many hillslopes on all processors, with results written.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use cpu_time::ProcessTime;
use headwaters_engine::{EmbeddedEngine, HillslopeEngine, HillslopeResult, RunOptions};
use rayon::prelude::*;

use super::cases::Matrix;

/// Runs `count` hillslopes of `years` years. Hillslopes are the cases in turn, each a little longer than the last, so
/// that no two are alike; each writes its annual rows and events to a file.
pub fn run(matrix: &Matrix, count: usize, years: u32, out: Option<&Path>, json: bool) -> Result<()> {
    let temporary;
    let folder = match out {
        Some(folder) => {
            fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
            folder
        }
        None => {
            temporary = tempfile::tempdir().context("creating a temporary folder")?;
            temporary.path()
        }
    };
    let options = RunOptions { years: Some(years), daily_water_balance: false };
    let (wall, cpu) = (Instant::now(), ProcessTime::now());
    let written: Result<Vec<(usize, u64)>> = (0..count)
        .into_par_iter()
        .map(|index| {
            let case = &matrix.cases[index % matrix.cases.len()];
            let mut inputs = case.inputs.clone();
            inputs.name = format!("h{index:06}");
            inputs.profile.length_m *= 1.0 + 0.001 * (index / matrix.cases.len()) as f64;
            let result = EmbeddedEngine.run(&inputs, &options)?;
            let path = folder.join(format!("{}.csv", inputs.name));
            let bytes = write(&path, &result).with_context(|| format!("writing {}", path.display()))?;
            Ok((result.years.len(), bytes))
        })
        .collect();
    let written = written?;
    let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64());
    let hillslope_years: usize = written.iter().map(|(years, _)| years).sum();
    let megabytes = written.iter().map(|(_, bytes)| bytes).sum::<u64>() as f64 / 1e6;
    if json {
        let figures = serde_json::json!({
            "hillslopes": count,
            "hillslope_years": hillslope_years,
            "threads": rayon::current_num_threads(),
            "wall_s": wall,
            "cpu_s": cpu,
            "hillslope_years_per_cpu_s": hillslope_years as f64 / cpu,
            "written_mb": megabytes,
        });
        println!("{}", serde_json::to_string_pretty(&figures)?);
    } else {
        println!(
            "{count} hillslopes, {hillslope_years} hillslope-years on {} threads: {wall:.1} s wall, {cpu:.1} s CPU, {:.0} hillslope-years per CPU-second, {megabytes:.0} MB written",
            rayon::current_num_threads(),
            hillslope_years as f64 / cpu
        );
    }
    Ok(())
}

fn write(path: &Path, result: &HillslopeResult) -> std::io::Result<u64> {
    let mut text = Vec::with_capacity(64 * 1024);
    writeln!(
        text,
        "# {} {}, {}\nyear,rain_runoff_mm,melt_runoff_mm,et_mm,percolation_mm,lateral_mm,sediment_kg_per_m,balance_error_mm",
        result.identity.name, result.identity.version, result.hillslope
    )?;
    for y in &result.years {
        writeln!(
            text,
            "{},{:.3},{:.3},{:.2},{:.2},{:.2},{:.4},{:.1e}",
            y.year,
            y.rain_runoff_mm,
            y.melt_runoff_mm,
            y.evapotranspiration_mm(),
            y.deep_percolation_mm,
            y.lateral_flow_mm,
            y.sediment_delivery_kg_per_m,
            y.balance_error_mm
        )?;
    }
    writeln!(
        text,
        "date,rain_mm,runoff_mm,peak_mm_per_h,detachment_kg_per_m,delivery_kg_per_m,f1,f2,f3,f4,f5"
    )?;
    for e in &result.events {
        let f = &e.class_fractions;
        writeln!(
            text,
            "{:04}-{:02}-{:02},{:.1},{:.3},{:.3},{:.4},{:.4},{:.3},{:.3},{:.3},{:.3},{:.3}",
            e.year,
            e.month,
            e.day,
            e.precipitation_mm,
            e.runoff_mm,
            e.peak_runoff_mm_per_h,
            e.detachment_kg_per_m,
            e.sediment_delivery_kg_per_m,
            f[0],
            f[1],
            f[2],
            f[3],
            f[4]
        )?;
    }
    fs::write(path, &text)?;
    Ok(text.len() as u64)
}
