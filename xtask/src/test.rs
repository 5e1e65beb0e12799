//! `cargo xtask test`: every check, cheapest first.

use std::time::Instant;

use crate::command::{cargo, command, run as execute};
use crate::{frontend, project, setup};

/// What `cargo xtask test` takes.
#[derive(clap::Args)]
pub struct TestArgs {
    /// Run only these checks, in the order given.
    #[arg(value_enum)]
    only: Vec<Check>,
}

/// One check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Check {
    /// Formatting.
    Fmt,
    /// The browser application builds and is small.
    Frontend,
    /// Lints, native and WebAssembly.
    Clippy,
    /// Unit, property and integration tests.
    Native,
    /// Tests in WebAssembly.
    Wasm,
    /// Browser tests against the real server.
    Browser,
}

const ALL: [Check; 6] =
    [Check::Fmt, Check::Frontend, Check::Clippy, Check::Native, Check::Wasm, Check::Browser];

/// Everything but the crate that only the browser can run. One choice for all native checks: another would give the
/// dependencies other features and compile them again.
const NATIVE: [&str; 3] = ["--workspace", "--exclude", "headwaters-frontend"];

/// The two crates that are built for the browser, the application's with native tests.
const BROWSER: [&str; 4] = ["--package", "headwaters-app", "--package", "headwaters-frontend"];

/// Sets up and runs the checks.
pub fn run(arguments: &TestArgs) -> anyhow::Result<()> {
    let start = Instant::now();
    setup::for_running()?;
    setup::for_testing()?;
    let checks = if arguments.only.is_empty() { ALL.as_slice() } else { &arguments.only };
    let mut took = vec![("SetUp".to_owned(), start.elapsed())];
    for check in checks {
        println!("\n== {check:?}");
        let start = Instant::now();
        match check {
            Check::Fmt => execute(cargo().args(["fmt", "--all", "--check"]))?,
            Check::Frontend => {
                frontend::build_if_stale()?;
                frontend::check_size()?;
            }
            Check::Clippy => clippy()?,
            Check::Native => native()?,
            Check::Wasm => frontend::test_wasm()?,
            Check::Browser => browser()?,
        }
        took.push((format!("{check:?}"), start.elapsed()));
    }
    println!("\nAll checks passed:");
    for (check, took) in took {
        println!("{check:>10} {:>6} s", took.as_secs());
    }
    Ok(())
}

fn clippy() -> anyhow::Result<()> {
    let strict = ["--", "-D", "warnings"];
    execute(cargo().arg("clippy").args(NATIVE).arg("--all-targets").args(strict))?;
    let browser = ["--target", "wasm32-unknown-unknown"];
    execute(cargo().arg("clippy").args(BROWSER).args(browser).args(strict))
}

fn native() -> anyhow::Result<()> {
    execute(cargo().arg("test").args(NATIVE))
}

/// The browser tests' types, then Playwright against the real server, its workers and Redis.
fn browser() -> anyhow::Result<()> {
    frontend::build_if_stale()?;
    // The server as the native tests built it.
    execute(cargo().arg("test").args(NATIVE).args(["--test", "server", "--no-run"]))?;
    let folder = project::root().join("end2end");
    execute(
        command("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&folder)
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
    )?;
    execute(command("npm").args(["run", "check"]).current_dir(&folder))?;
    execute(
        command("npx")
            .args(["playwright", "test"])
            .current_dir(&folder)
            .env("HEADWATERS_BIN", project::server()),
    )
}
