//! Speed and memory of each step on generated DEMs.

use anyhow::Result;
use headwaters_raster::Grid;
use headwaters_terrain as terrain;
use terrain::{CellSize, Strategy};

use super::generated::fractal_dem;
use super::resources::{Cost, resident_bytes};

const CELL: CellSize = CellSize { width_m: 10.0, height_m: 10.0 };
const CRITICAL_SOURCE_AREA_HA: f64 = 5.0;
const MIN_CHANNEL_LENGTH_M: f64 = 60.0;
/// DEMs are done again and again until this many cells have been seen, within limits.
const CELLS_SEEN: usize = 100_000_000;
const LEAST_REPEATS: usize = 3;
const MOST_REPEATS: usize = 9;

/// Sums of steps.
const CORE: &str = "fill + D8 + accumulation";
const CHAIN: &str = "conditioning to outlet";

/// Times the steps on 1, 16 and, if `large`, 100 Mcells, with one and two threads.
pub fn run(large: bool) -> Result<()> {
    println!(
        "\nGenerated DEMs (fractal on a tilt, 10 m), best of several repeats. CPU seconds are those of all"
    );
    println!(
        "threads together; bytes per cell: peak resident memory in the first repeat, with what the allocator"
    );
    println!("keeps of earlier steps, less what the process held at its start.\n");
    println!(
        "{:>8} {:>7} {:<26} {:>9} {:>9} {:>9} {:>8}",
        "cells", "threads", "step", "wall s", "CPU s", "Mcell/s", "B/cell"
    );
    let sides: &[usize] = if large { &[1000, 4096, 10_000] } else { &[1000, 4096] };
    let before = resident_bytes().unwrap_or(0);
    let mut smallest: Vec<Costs> = Vec::new();
    for &side in sides {
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            let dem = fractal_dem(side);
            let mut costs = Costs::default();
            for _ in 0..(CELLS_SEEN / dem.len()).clamp(LEAST_REPEATS, MOST_REPEATS) {
                costs = costs.best(pool.install(|| steps(&dem))?);
            }
            costs.print(dem.len(), threads, before);
            if threads == 1 {
                let percent = 100.0 * share_in_depressions(&dem);
                println!("{percent:.1} % of these cells lie in depressions");
            }
            if side == sides[0] {
                smallest.push(costs);
            } else {
                costs.compare(dem.len(), &smallest[threads - 1], sides[0] * sides[0]);
            }
        }
    }
    Ok(())
}

/// Share of the cells that filling raises: what depressions cost depends on it more than on anything else.
fn share_in_depressions(dem: &Grid<f32>) -> f64 {
    let filled = terrain::fill(dem);
    let raised =
        dem.as_slice().iter().zip(filled.as_slice()).filter(|(before, after)| after > before).count();
    raised as f64 / dem.len() as f64
}

/// Time of each step, in order.
#[derive(Default)]
struct Costs(Vec<(&'static str, Cost)>);

impl Costs {
    fn time<T>(&mut self, step: &'static str, work: impl FnOnce() -> T) -> T {
        let (result, cost) = Cost::of(work);
        self.0.push((step, cost));
        result
    }

    /// Adds a line for the last `count` steps together.
    fn sum(&mut self, name: &'static str, count: usize) {
        let last = self.0.iter().rev().take(count).map(|(_, cost)| *cost);
        self.0.push((name, last.fold(Cost::default(), Cost::then)));
    }

    fn best(self, other: Self) -> Self {
        if self.0.is_empty() {
            return other;
        }
        let pairs = self.0.into_iter().zip(other.0);
        Self(pairs.map(|((step, a), (_, b))| (step, a.best(b))).collect())
    }

    fn print(&self, cells: usize, threads: usize, before: u64) {
        let mega = cells as f64 / 1e6;
        for (step, cost) in &self.0 {
            let peak = cost.peak.map(|peak| peak.saturating_sub(before) as f64 / cells as f64);
            println!(
                "{mega:>7.1}M {threads:>7} {step:<26} {:>9.3} {:>9.3} {:>9.1} {:>8}",
                cost.wall,
                cost.cpu,
                mega / cost.wall.max(1e-9),
                peak.map_or("-".into(), |bytes| format!("{bytes:.1}"))
            );
        }
    }

    /// Prints how much longer a cell takes than on the smallest DEM.
    fn compare(&self, cells: usize, smallest: &Self, smallest_cells: usize) {
        for name in [CORE, CHAIN] {
            let per_cell = |costs: &Self, cells: usize| {
                costs.0.iter().find(|(step, _)| *step == name).map_or(f64::NAN, |(_, c)| c.cpu / cells as f64)
            };
            let ratio = per_cell(self, cells) / per_cell(smallest, smallest_cells);
            println!("{name}: {ratio:.2} times the CPU time per cell of the smallest DEM");
        }
    }
}

fn steps(dem: &Grid<f32>) -> Result<Costs> {
    let mut costs = Costs::default();
    let conditioned = costs.time("conditioning", || terrain::condition(dem, CELL));
    let pointers = costs.time("D8", || conditioned.into_pointers(dem, CELL));
    let accumulation = costs.time("accumulation", || terrain::accumulate(&pointers))?;
    let threshold = terrain::threshold_cells(CRITICAL_SOURCE_AREA_HA, CELL);
    let mut streams = costs.time("streams", || terrain::streams(&accumulation, threshold));
    costs.time("pruning", || terrain::prune(&pointers, &mut streams, MIN_CHANNEL_LENGTH_M, CELL))?;
    let outlet = (0..accumulation.len()).max_by_key(|&i| accumulation.as_slice()[i]).unwrap_or(0);
    let target = terrain::Target::within(terrain::basin(&pointers, accumulation.cell(outlet)));
    let options = terrain::OutletOptions { strategy: Strategy::BestOverlap, ..Default::default() };
    let network = terrain::Network { pointers: &pointers, accumulation: &accumulation, streams: &streams };
    costs.time("outlet (both searches)", || {
        terrain::find_outlet(network, &target, CELL, &options).map(drop)
    })?;
    costs.sum(CHAIN, 6);
    costs.time("Strahler", || terrain::strahler(&pointers, &streams).map(drop))?;
    drop((pointers, accumulation, streams));

    let (filled, pointers) = costs.time("fill and D8 in one", || terrain::fill_d8(dem, CELL));
    drop(filled);
    costs.time("accumulation", || terrain::accumulate(&pointers).map(drop))?;
    costs.sum(CORE, 2);
    drop(pointers);
    let filled = costs.time("fill alone", || terrain::fill(dem));
    costs.time("D8 of the filled", || drop(terrain::d8(&filled, CELL)));
    drop(filled);
    costs.time("slope", || drop(terrain::slope(dem, CELL)));
    Ok(costs)
}
