//! Rebuilds when the frontend changes: its names are only known to the embedding macro.

fn main() {
    println!("cargo:rerun-if-changed=../dist");
}
