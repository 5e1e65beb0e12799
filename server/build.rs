//! Rebuilds when the frontend or the shipped configs change: their names are only known to the embedding macro.

fn main() {
    println!("cargo:rerun-if-changed=../dist");
    println!("cargo:rerun-if-changed=../configs");
}
