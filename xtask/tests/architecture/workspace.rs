//! The workspace as Cargo sees it.

use std::path::Path;

use cargo_metadata::{Metadata, MetadataCommand, Package};

/// Crates of the workspace with their manifests; third-party crates are not resolved.
pub fn metadata() -> Metadata {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().expect("cargo metadata")
}

/// A crate's name without the prefix they all share; the program's own is `server`, after its folder.
pub fn short_name(package: &str) -> &str {
    match package {
        "headwaters" => "server",
        _ => package.strip_prefix("headwaters-").unwrap_or(package),
    }
}

/// Folder of a crate's sources.
pub fn sources(package: &Package) -> &Path {
    let root = package.targets.iter().find(|target| target.src_path.ends_with("src/lib.rs"));
    let root =
        root.or_else(|| package.targets.iter().find(|target| target.src_path.ends_with("src/main.rs")));
    root.expect("a library or a program").src_path.parent().expect("a folder").as_std_path()
}
