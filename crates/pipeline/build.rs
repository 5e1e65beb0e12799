//! Rebuilds when a shipped config changes: their names are only known to the embedding macro.

fn main() {
    println!("cargo:rerun-if-changed=../../configs");
}
