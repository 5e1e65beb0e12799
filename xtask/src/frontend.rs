//! The browser application: built by Trunk into `dist`.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, bail};

use crate::command::{command, output, run};
use crate::project;

/// What the browser application is made of.
const SOURCES: [&str; 11] = [
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "app",
    "crates/actions",
    "crates/domain",
    "crates/markup",
    "crates/template",
    "frontend",
    "public",
    "style",
];

/// Largest WebAssembly file, brotli-compressed, bytes.
const WASM_LIMIT_BYTES: usize = 300 * 1024;

/// Builds unless `dist` is newer than everything it is made of.
pub fn build_if_stale() -> anyhow::Result<()> {
    let built = modified(&project::root().join("dist/index.html"));
    let newest = SOURCES.iter().filter_map(|source| newest(&project::root().join(source))).max();
    if built.is_some() && built >= newest {
        return Ok(());
    }
    build()
}

/// Builds.
pub fn build() -> anyhow::Result<()> {
    run(command("trunk").args(["build", "--release", "--offline=true"]))
}

/// Fails when the WebAssembly file is larger than a slow connection deserves.
pub fn check_size() -> anyhow::Result<()> {
    let wasm = wasm_file()?;
    let compressed =
        command("brotli").args(["--quality=11", "--stdout"]).arg(&wasm).output().context("run brotli")?;
    let bytes = compressed.stdout.len();
    let kilobytes = |bytes: usize| bytes as f64 / 1024.0;
    println!("WebAssembly: {:.1} KB brotli (limit {:.0} KB)", kilobytes(bytes), kilobytes(WASM_LIMIT_BYTES));
    if !compressed.status.success() || bytes == 0 || bytes > WASM_LIMIT_BYTES {
        bail!("{} is {bytes} bytes compressed, more than {WASM_LIMIT_BYTES}", wasm.display());
    }
    Ok(())
}

/// Tests in WebAssembly, run by Node: browser and server have to agree.
pub fn test_wasm() -> anyhow::Result<()> {
    let runner = project::tools().join("bin/wasm-bindgen-test-runner");
    let runner = if runner.is_file() { runner } else { on_path_runner()? };
    run(command("cargo")
        .args(["test", "--package", "headwaters-template", "--target", "wasm32-unknown-unknown"])
        .args(["--test", "bit_for_bit"])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner))
}

fn on_path_runner() -> anyhow::Result<PathBuf> {
    output("wasm-bindgen-test-runner", &["--version"]).context("wasm-bindgen-test-runner is missing")?;
    Ok(PathBuf::from("wasm-bindgen-test-runner"))
}

fn wasm_file() -> anyhow::Result<PathBuf> {
    let dist = project::root().join("dist");
    let files = std::fs::read_dir(&dist).with_context(|| format!("read {}", dist.display()))?;
    let mut paths = files.flatten().map(|file| file.path());
    paths
        .find(|path| path.extension().is_some_and(|extension| extension == "wasm"))
        .with_context(|| format!("{} has no WebAssembly file", dist.display()))
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// Latest modification in a file or folder.
fn newest(path: &Path) -> Option<SystemTime> {
    let own = modified(path);
    let Ok(entries) = std::fs::read_dir(path) else {
        return own;
    };
    entries.flatten().filter_map(|entry| newest(&entry.path())).max().max(own)
}
