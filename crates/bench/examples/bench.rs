//! Runs the benchmarks without the server: `cargo run -p headwaters-bench --release --example bench -- engine --cases DIR`.

use clap::Parser;
use mimalloc::MiMalloc;

/// As in the `headwaters` binary, whose `bench` this is.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[derive(Parser)]
enum Bench {
    /// The embedded engine against reference runs.
    Engine(headwaters_bench::engine::EngineArgs),
    /// Outlets and basins on real cases, speed on generated DEMs.
    Terrain(headwaters_bench::terrain::TerrainArgs),
}

fn main() -> anyhow::Result<()> {
    match Bench::parse() {
        Bench::Engine(args) => headwaters_bench::engine::run(args),
        Bench::Terrain(args) => headwaters_bench::terrain::run(args),
    }
}
