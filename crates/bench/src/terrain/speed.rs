//! Speed and memory of each step on generated DEMs.

use std::time::Instant;

use anyhow::Result;
use cpu_time::ProcessTime;
use headwaters_raster::Grid;
use headwaters_terrain as terrain;
use terrain::{CellSize, Strategy};

use super::generated::fractal_dem;
use super::resources::{peak_bytes, reset_peak, resident_bytes};

const CELL: CellSize = CellSize { width_m: 10.0, height_m: 10.0 };
const CRITICAL_SOURCE_AREA_HA: f64 = 5.0;

/// Times the steps on 1, 16 and, if `large`, 100 Mcells, with one and two threads.
pub fn run(large: bool) -> Result<()> {
    println!("\nGenerated DEMs (fractal on a tilt, 10 m). CPU seconds are those of all threads together;");
    println!(
        "bytes per cell: peak resident memory of the step, less what the process held before the DEM.\n"
    );
    println!(
        "{:>8} {:>7} {:<22} {:>9} {:>9} {:>9} {:>8}",
        "cells", "threads", "step", "wall s", "CPU s", "Mcell/s", "B/cell"
    );
    let sides: &[usize] = if large { &[1000, 4096, 10_000] } else { &[1000, 4096] };
    for &side in sides {
        let before = resident_bytes().unwrap_or(0);
        let dem = fractal_dem(side);
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            pool.install(|| steps(&dem, threads, before))?;
        }
    }
    Ok(())
}

struct Clock {
    cells: usize,
    threads: usize,
    before: u64,
    core_wall: f64,
    core_cpu: f64,
}

impl Clock {
    fn time<T>(&mut self, step: &str, core: bool, work: impl FnOnce() -> T) -> T {
        reset_peak();
        let (wall, cpu) = (Instant::now(), ProcessTime::now());
        let result = work();
        let wall = wall.elapsed().as_secs_f64();
        let cpu = cpu.elapsed().as_secs_f64();
        if core {
            self.core_wall += wall;
            self.core_cpu += cpu;
        }
        let peak = peak_bytes().map(|peak| peak.saturating_sub(self.before));
        self.print(step, wall, cpu, peak);
        result
    }

    fn print(&self, step: &str, wall: f64, cpu: f64, peak: Option<u64>) {
        let mega = self.cells as f64 / 1e6;
        let per_cell = peak.map_or("-".into(), |bytes| format!("{:.1}", bytes as f64 / self.cells as f64));
        println!(
            "{:>7.1}M {:>7} {step:<22} {wall:>9.3} {cpu:>9.3} {:>9.1} {per_cell:>8}",
            mega,
            self.threads,
            mega / wall.max(1e-9)
        );
    }
}

fn steps(dem: &Grid<f32>, threads: usize, before: u64) -> Result<()> {
    let mut clock = Clock { cells: dem.len(), threads, before, core_wall: 0.0, core_cpu: 0.0 };
    let filled = clock.time("fill", true, || terrain::fill(dem));
    let pointers = clock.time("D8", true, || terrain::d8(&filled, CELL));
    drop(filled);
    let accumulation = clock.time("accumulation", true, || terrain::accumulate(&pointers))?;
    clock.print("fill + D8 + accum.", clock.core_wall, clock.core_cpu, None);
    let threshold = terrain::threshold_cells(CRITICAL_SOURCE_AREA_HA, CELL);
    let mut streams = clock.time("streams", false, || terrain::streams(&accumulation, threshold));
    clock.time("pruning", false, || terrain::prune(&pointers, &mut streams, 60.0, CELL))?;
    clock.time("Strahler", false, || terrain::strahler(&pointers, &streams).map(drop))?;
    let outlet = (0..accumulation.len()).max_by_key(|&i| accumulation.as_slice()[i]).unwrap_or(0);
    let target = terrain::Target::within(terrain::basin(&pointers, accumulation.cell(outlet)));
    let options = terrain::OutletOptions { strategy: Strategy::BestOverlap, ..Default::default() };
    let network = terrain::Network { pointers: &pointers, accumulation: &accumulation, streams: &streams };
    clock.time("outlet (both searches)", false, || {
        terrain::find_outlet(network, &target, &options).map(drop)
    })?;
    drop((pointers, accumulation, streams, target));
    clock.time("slope", false, || drop(terrain::slope(dem, CELL)));
    clock.time("conditioning", false, || drop(terrain::condition(dem, CELL)));
    Ok(())
}
