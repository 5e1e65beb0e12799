//! Where things are.

use std::path::{Path, PathBuf};

/// Root of the checkout.
pub fn root() -> &'static Path {
    // The manifest lies one folder below the root.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new("."))
}

/// Cargo's build folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where the project's own build tools are installed.
pub fn tools() -> PathBuf {
    target().join("tools")
}

/// Where build tools from npm are installed.
pub fn npm_tools() -> PathBuf {
    tools().join("npm")
}

/// Where build tools from PyPI are installed.
pub fn pip_tools() -> PathBuf {
    tools().join("pip")
}

/// The built server.
pub fn server() -> PathBuf {
    target().join("debug").join("headwaters")
}
