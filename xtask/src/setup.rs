//! Installs what is missing, or names the command that does.

use anyhow::{Context, bail};

use crate::command::{cargo, command, output, run};
use crate::project;

/// A cargo-installed build tool. Versions are pinned: Trunk has to find exactly the wasm-bindgen the lock file names.
struct Tool {
    package: &'static str,
    binary: &'static str,
    version: &'static str,
    /// Whether the tool's own lock file is used.
    locked: bool,
}

const TRUNK: Tool = Tool { package: "trunk", binary: "trunk", version: "0.21.14", locked: true };
const WASM_BINDGEN: Tool =
    Tool { package: "wasm-bindgen-cli", binary: "wasm-bindgen", version: "0.2.130", locked: false };

/// A program from a Debian package.
struct Program {
    binary: &'static str,
    package: &'static str,
}

/// What building and running needs.
const FOR_RUNNING: [Program; 1] = [Program { binary: "redis-server", package: "redis-server" }];

/// Holds `wasm-opt`. Debian's version 108 numbers tables differently and breaks the application at its start.
const BINARYEN: &str = "132.0.0";

/// What the tests need beside that.
const FOR_TESTING: [Program; 2] =
    [Program { binary: "chromium", package: "chromium" }, Program { binary: "brotli", package: "brotli" }];

/// Makes everything ready for `cargo xtask run`.
pub fn for_running() -> anyhow::Result<()> {
    programs(&FOR_RUNNING)?;
    node()?;
    wasm_opt()?;
    wasm_target()?;
    tool(&TRUNK)?;
    tool(&WASM_BINDGEN)
}

/// Makes the rest ready for `cargo xtask test`.
pub fn for_testing() -> anyhow::Result<()> {
    programs(&FOR_TESTING)?;
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if output("cargo", &[subcommand, "--version"]).is_none() {
            run(command("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

fn node() -> anyhow::Result<()> {
    if output("node", &["--version"]).is_none() || output("npm", &["--version"]).is_none() {
        bail!("missing: Node.js 20 or newer with npm. Install it with your package manager");
    }
    Ok(())
}

fn wasm_opt() -> anyhow::Result<()> {
    let major = BINARYEN.split('.').next().unwrap_or(BINARYEN);
    let found = output("wasm-opt", &["--version"]).unwrap_or_default();
    if found.split_whitespace().any(|word| word == major) {
        return Ok(());
    }
    let package = format!("binaryen@{BINARYEN}");
    run(command("npm")
        .args(["install", "--no-audit", "--no-fund", &package, "--prefix"])
        .arg(project::npm_tools()))
}

fn wasm_target() -> anyhow::Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let installed = output("rustup", &["target", "list", "--installed"])
        .context("rustup is needed to add the WebAssembly target")?;
    if installed.lines().any(|line| line == TARGET) {
        return Ok(());
    }
    run(command("rustup").args(["target", "add", TARGET]))
}

fn tool(tool: &Tool) -> anyhow::Result<()> {
    let found = output(tool.binary, &["--version"]).unwrap_or_default();
    if found.split_whitespace().any(|word| word == tool.version) {
        return Ok(());
    }
    println!("Installing {} {} into {} (once)", tool.package, tool.version, project::tools().display());
    let mut install = cargo();
    install
        .args(["install", tool.package, "--version", tool.version, "--profile", "dev", "--force"])
        .arg("--root")
        .arg(project::tools())
        // Build tools are run a few times and compiled once: no optimisation, no debug information.
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env("CARGO_TARGET_DIR", project::tools().join("build"));
    if tool.locked {
        install.arg("--locked");
    }
    run(&mut install)
}

fn programs(wanted: &[Program]) -> anyhow::Result<()> {
    let missing: Vec<&str> =
        wanted.iter().filter(|program| !on_path(program.binary)).map(|program| program.package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    let is_root = output("id", &["-u"]).is_some_and(|user| user.trim() == "0");
    if !on_path("apt-get") {
        bail!(
            "missing: {packages}. Install them with your package manager (these are Debian's package names)"
        );
    }
    if !is_root {
        bail!("missing: {packages}. Install them with: sudo apt-get install {packages}");
    }
    run(command("apt-get").args(["update", "--quiet"]))?;
    run(command("apt-get")
        .args(["install", "--yes", "--quiet", "--no-install-recommends"])
        .args(&missing)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

fn on_path(binary: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(binary).is_file()))
}
