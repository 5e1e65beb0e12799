//! `cargo xtask run`.

use std::path::PathBuf;

use crate::command::{cargo, command, run as execute};
use crate::{frontend, project, setup};

/// What `cargo xtask run` takes.
#[derive(clap::Args)]
pub struct RunArgs {
    /// Data folder: database, batches, demo region.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Serve without generating and running the demo batch.
    #[arg(long)]
    no_demo: bool,
    /// End after the demo batch instead of serving on.
    #[arg(long, conflicts_with = "no_demo")]
    once: bool,
}

/// Sets up, builds and serves.
pub fn run(arguments: &RunArgs) -> anyhow::Result<()> {
    setup::for_running()?;
    frontend::build_if_stale()?;
    execute(cargo().args(["build", "--package", "headwaters"]))?;
    let mut server = command(project::server());
    server.arg(if arguments.no_demo { "serve" } else { "demo" });
    if arguments.once {
        server.arg("--once");
    }
    server.arg("--data").arg(&arguments.data).arg("--port").arg(arguments.port.to_string());
    execute(&mut server)
}
