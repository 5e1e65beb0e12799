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

/// The crate that only the browser can run.
const ENTRY_CRATE: &str = "headwaters-frontend";

/// The two crates that are linted for the browser; everything else is linted for the machine.
const BROWSER_CRATES: [&str; 2] = ["headwaters-app", ENTRY_CRATE];

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
    execute(
        cargo().args(["clippy", "--workspace", "--all-targets"]).args(without_browser_crates()).args(strict),
    )?;
    let browser = ["--target", "wasm32-unknown-unknown"];
    execute(cargo().arg("clippy").args(only_browser_crates()).args(browser).args(strict))
}

fn native() -> anyhow::Result<()> {
    execute(cargo().args(["test", "--workspace", "--exclude", ENTRY_CRATE]))
}

/// The browser tests' types, then Playwright against the real server, its workers and Redis.
fn browser() -> anyhow::Result<()> {
    frontend::build_if_stale()?;
    // As the tests before built it: built alone it would be compiled again, with fewer features of its dependencies.
    execute(cargo().args(["test", "--workspace", "--exclude", ENTRY_CRATE, "--test", "server", "--no-run"]))?;
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

fn without_browser_crates() -> impl Iterator<Item = &'static str> {
    BROWSER_CRATES.into_iter().flat_map(|package| ["--exclude", package])
}

fn only_browser_crates() -> impl Iterator<Item = &'static str> {
    BROWSER_CRATES.into_iter().flat_map(|package| ["--package", package])
}
