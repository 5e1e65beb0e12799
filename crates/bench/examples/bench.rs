//! Runs the benchmarks without the server: `cargo run -p headwaters-bench --release --example bench -- engine --cases DIR`.

use clap::Parser;

#[derive(Parser)]
enum Bench {
    /// The embedded engine against reference runs.
    Engine(headwaters_bench::engine::EngineArgs),
}

fn main() -> anyhow::Result<()> {
    match Bench::parse() {
        Bench::Engine(args) => headwaters_bench::engine::run(args),
    }
}
