//! `cargo xtask run` and `cargo xtask test`: everything a newcomer or CI needs, set-up included.

mod command;
mod frontend;
mod project;
mod run;
mod setup;
mod test;

use clap::{Parser, Subcommand};

/// Set-up, run and test of Headwaters.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up, build, and serve with a finished demo batch.
    Run(run::RunArgs),
    /// Set up and run every check: formatting, dependencies, lints, documentation, unit, integration, WebAssembly and
    /// browser tests.
    Test(test::TestArgs),
    /// Look for known vulnerabilities in third-party crates; needs the advisory database on GitHub.
    Advisories,
    /// Install what is missing, and nothing else.
    Setup,
    /// Build the browser application into `dist`.
    Frontend,
    /// Print the size of the browser application's first load, building it when it is stale.
    Size,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Run(arguments) => run::run(&arguments),
        Task::Test(arguments) => test::run(&arguments),
        Task::Advisories => test::advisories(),
        Task::Setup => {
            setup::for_running()?;
            setup::for_testing()
        }
        Task::Frontend => {
            setup::for_running()?;
            frontend::build()
        }
        Task::Size => {
            setup::for_running()?;
            setup::for_testing()?;
            frontend::build_if_stale()?;
            frontend::check_size()
        }
    }
}
