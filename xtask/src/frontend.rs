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

/// Largest first load: all files of `dist`, brotli-compressed, bytes.
const FIRST_LOAD_LIMIT_BYTES: usize = 350 * 1024;

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

/// Prints the brotli size of every file a browser loads before it shows the first page. Fails above the limit.
pub fn check_size() -> anyhow::Result<()> {
    let mut total = 0;
    for path in files()? {
        let bytes = compressed_bytes(&path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        println!("{:>8.1} KiB  {name}", kibibytes(bytes));
        total += bytes;
    }
    let (size, limit) = (kibibytes(total), kibibytes(FIRST_LOAD_LIMIT_BYTES));
    println!("{size:>8.1} KiB  first load, brotli (limit {limit:.0} KiB)");
    if total > FIRST_LOAD_LIMIT_BYTES {
        bail!("the first load is {total} bytes compressed, more than {FIRST_LOAD_LIMIT_BYTES}");
    }
    Ok(())
}

fn compressed_bytes(path: &Path) -> anyhow::Result<usize> {
    let compressed =
        command("brotli").args(["--quality=11", "--stdout"]).arg(path).output().context("run brotli")?;
    if !compressed.status.success() || compressed.stdout.is_empty() {
        bail!("brotli could not compress {}", path.display());
    }
    Ok(compressed.stdout.len())
}

fn kibibytes(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
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

/// Files of `dist`, by name.
fn files() -> anyhow::Result<Vec<PathBuf>> {
    let dist = project::root().join("dist");
    let entries = std::fs::read_dir(&dist).with_context(|| format!("read {}", dist.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
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
