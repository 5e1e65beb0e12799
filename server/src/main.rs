//! The `headwaters` binary: API, scheduler, worker and command line. See ARCHITECTURE.md for the map.

mod api;
mod app;
mod assets;
mod auth;
mod cli;
mod error;
mod extract;
mod live;
mod memory;
mod mirror;
mod random;
mod scheduler;
mod serve;
mod settings;
mod throttle;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_env("HEADWATERS_LOG")
                .unwrap_or_else(|_| EnvFilter::new("warn,headwaters=info")),
        )
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("headwaters: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: cli::Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(cli::dispatch(cli))
}
