//! The command line.

pub mod batch;
mod bench;
mod cache;
mod demo;
mod tables;
mod user;
mod worker;

use clap::{Parser, Subcommand};

use crate::settings::{Settings, SettingsArgs};

/// Batch runner for watershed erosion: delineates, parameterises and simulates many watersheds.
#[derive(Parser)]
#[command(name = "headwaters", version, about)]
pub struct Cli {
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the dashboard and the API, with a private Redis and workers unless told otherwise.
    Serve,
    /// Serve with a finished batch over the demo region in `<data>/demo-region`.
    Demo {
        /// End after the results are printed.
        #[arg(long)]
        once: bool,
    },
    /// Run tasks for a server that uses the same data folder and Redis.
    Worker {
        /// Name of this worker; must never have been used before.
        #[arg(long)]
        id: Option<String>,
        /// End when standard input closes.
        #[arg(long, hide = true)]
        watch_stdin: bool,
    },
    /// Create, fill, run and look at batches.
    #[command(subcommand)]
    Batch(batch::BatchCommand),
    /// Measure: terrain, engine, intake, whole batches. Without a subcommand: intake, preview, a batch over the demo region,
    /// and the size of the browser application.
    Bench {
        #[command(subcommand)]
        what: Option<bench::BenchCommand>,
    },
    /// Look at the cache of fetched rasters.
    #[command(subcommand)]
    Cache(cache::CacheCommand),
    /// Manage accounts.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Show the settings in force, secrets hidden.
    Config,
}

/// Runs the chosen command.
pub async fn dispatch(cli: Cli) -> anyhow::Result<()> {
    let settings = Settings::assemble(cli.settings)?;
    match cli.command {
        Command::Serve => crate::serve::run(settings).await,
        Command::Demo { once } => demo::run(settings, once).await,
        Command::Worker { id, watch_stdin } => worker::run(settings, id, watch_stdin).await,
        Command::Batch(command) => batch::run(settings, command).await,
        Command::Bench { what: Some(command) } => bench::run(settings, command).await,
        Command::Bench { what: None } => bench::summary(settings).await,
        Command::Cache(command) => cache::run(&settings, command),
        Command::User(command) => user::run(settings, command).await,
        Command::Config => {
            for (name, value) in settings.effective() {
                println!("{name} = {value}");
            }
            Ok(())
        }
    }
}
