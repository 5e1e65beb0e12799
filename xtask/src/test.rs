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
    /// Licences, duplicate versions and sources of third-party crates, by `deny.toml`.
    Deny,
    /// Dependencies that a crate names and does not use.
    Unused,
    /// The browser application builds and is small.
    Frontend,
    /// Lints, native and WebAssembly.
    Clippy,
    /// Documentation of all items, without warnings.
    Doc,
    /// Unit, property and integration tests.
    Native,
    /// Tests in WebAssembly.
    Wasm,
    /// Browser tests against the real server.
    Browser,
}

const ALL: [Check; 9] = [
    Check::Fmt,
    Check::Deny,
    Check::Unused,
    Check::Frontend,
    Check::Clippy,
    Check::Doc,
    Check::Native,
    Check::Wasm,
    Check::Browser,
];

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
            Check::Deny => deny(&["bans", "licenses", "sources"])?,
            Check::Unused => execute(cargo().args(["shear", "--locked", "--deny-warnings"]))?,
            Check::Frontend => {
                frontend::build_if_stale()?;
                frontend::check_size()?;
            }
            Check::Clippy => clippy()?,
            Check::Doc => doc()?,
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

/// Asks the advisory database about the third-party crates of the lock file. Not one of the checks: see `deny.toml`.
pub fn advisories() -> anyhow::Result<()> {
    setup::for_testing()?;
    deny(&["advisories"])
}

/// An allowance of `deny.toml` that nothing needs any more is an error as well.
fn deny(which: &[&str]) -> anyhow::Result<()> {
    execute(cargo().args(["deny", "--locked", "check", "--deny", "warnings"]).args(which))
}

fn doc() -> anyhow::Result<()> {
    execute(cargo().arg("doc").args(NATIVE).arg("--no-deps").env("RUSTDOCFLAGS", "-D warnings"))
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
