//! Who may depend on whom, and on which libraries.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, Metadata, Package};

use crate::source::Sources;
use crate::workspace::{metadata, short_name, sources};

/// A crate of the workspace.
struct Row {
    name: &'static str,
    /// Crates of the workspace it may depend on, separated by spaces.
    uses: &'static str,
    /// Crates its tests may use as well.
    in_tests: &'static str,
    /// It may touch files, network, clock and processes.
    is_edge: bool,
}

const fn pure(name: &'static str, uses: &'static str) -> Row {
    Row { name, uses, in_tests: "", is_edge: false }
}

const fn edge(name: &'static str, uses: &'static str) -> Row {
    Row { name, uses, in_tests: "", is_edge: true }
}

impl Row {
    const fn in_tests(self, in_tests: &'static str) -> Self {
        Self { in_tests, ..self }
    }

    fn may_use(&self, name: &str, in_tests: bool) -> bool {
        let allowed = |list: &str| list.split_whitespace().any(|allowed| allowed == name);
        allowed(self.uses) || in_tests && allowed(self.in_tests)
    }
}

/// One row per crate.
const CRATES: &[Row] = &[
    pure("actions", "domain"),
    pure("demo-region", "raster terrain weather wepp-formats").in_tests("landscape"),
    pure("domain", ""),
    pure("engine", "hash wepp-formats"),
    pure("hash", ""),
    pure("intake", "domain raster"),
    pure("landscape", "wepp-formats").in_tests("engine"),
    pure("markup", ""),
    pure("raster", ""),
    pure("scheduling", "domain hash"),
    pure("subcatchments", "raster terrain wepp-formats"),
    pure("template", "domain hash"),
    pure("terrain", "raster"),
    pure("weather", "wepp-formats"),
    pure("wepp-formats", ""),
    edge("app", "domain markup template"),
    edge("bench", "engine raster subcatchments terrain wepp-formats"),
    edge("frontend", "app"),
    edge("raster-sources", "hash raster"),
    edge("wepp-external", "engine hash wepp-formats"),
    edge("xtask", ""),
    // The server's walls: SQL, Redis, tasks and HTTP do not know each other.
    edge("data-folder", "domain hash"),
    edge("store", "domain hash scheduling"),
    edge("queue", "domain"),
    edge(
        "pipeline",
        "data-folder domain engine hash landscape raster raster-sources scheduling subcatchments terrain weather \
         wepp-external wepp-formats",
    ),
    edge("worker", "data-folder domain pipeline queue"),
    edge("services", "data-folder domain hash intake landscape pipeline scheduling store template"),
    edge(
        "server",
        "actions bench data-folder demo-region domain engine hash intake landscape pipeline queue raster \
         raster-sources scheduling services store template wepp-external wepp-formats worker",
    )
    .in_tests("terrain weather"),
];

/// Libraries that belong to some crates only.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("axum", &["server"]),
    ("clap", &["bench", "server", "xtask"]),
    ("deadpool-redis", &["queue"]),
    ("leptos_axum", &["server"]),
    ("redis", &["queue"]),
    ("sqlx", &["store"]),
    ("tower-http", &["server"]),
    ("ureq", &["raster-sources"]),
];

/// Libraries through which a crate would touch files, network, clock or processes.
const EDGE_LIBRARIES: &[&str] = &[
    "cpu-time", "gloo-net", "mimalloc", "reqwest", "rustix", "rusty-s3", "tempfile", "tokio", "ureq",
    "web-sys",
];

/// Parts of the standard library with which a crate would do so.
const EDGE_MODULES: &[&str] =
    &["std::env", "std::fs", "std::net", "std::process", "std::time::Instant", "std::time::SystemTime"];

fn row(package: &Package) -> &'static Row {
    let name = short_name(&package.name);
    CRATES
        .iter()
        .find(|row| row.name == name)
        .unwrap_or_else(|| panic!("{name} has no row: say what it may use"))
}

/// Names of the direct dependencies of a crate, without those of its tests unless `with_tests`.
fn dependencies(package: &Package, with_tests: bool) -> BTreeSet<&str> {
    let counted = package.dependencies.iter();
    let counted = counted.filter(|dependency| with_tests || dependency.kind != DependencyKind::Development);
    counted.map(|dependency| dependency.name.as_str()).collect()
}

fn own_crates(metadata: &Metadata) -> BTreeSet<&str> {
    metadata.packages.iter().map(|package| package.name.as_str()).collect()
}

/// Without the arrows SQL, Redis, HTTP and the pipeline grow into each other again.
#[test]
fn crates_depend_on_each_other_as_the_table_says() {
    let metadata = metadata();
    let own = own_crates(&metadata);
    let mut faults = BTreeSet::new();
    for package in &metadata.packages {
        let row = row(package);
        for with_tests in [false, true] {
            for dependency in dependencies(package, with_tests).intersection(&own) {
                let used = short_name(dependency);
                if !row.may_use(used, with_tests) {
                    faults.insert(format!("{} must not use {used}", row.name));
                }
            }
        }
    }
    let names: BTreeSet<&str> = own.iter().map(|name| short_name(name)).collect();
    for row in CRATES.iter().filter(|row| !names.contains(row.name)) {
        faults.insert(format!("{} has a row and is no crate", row.name));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// A statement or a request of its own in the wrong crate begins with the library for it.
#[test]
fn libraries_stay_in_the_crates_they_belong_to() {
    let mut faults = Vec::new();
    for package in &metadata().packages {
        let row = row(package);
        let used = dependencies(package, false);
        for (library, owners) in LIBRARIES {
            if used.contains(library) && !owners.contains(&row.name) {
                faults.push(format!("{} must not use {library}: that is for {owners:?}", row.name));
            }
        }
        for library in EDGE_LIBRARIES.iter().filter(|library| !row.is_edge && used.contains(**library)) {
            faults.push(format!("{} is pure and must not use {library}", row.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A pure crate gives the same answer to the same question, on every machine and in the browser.
#[test]
fn pure_crates_touch_neither_files_nor_network_nor_clock() {
    let mut faults = Vec::new();
    for package in metadata().packages.iter().filter(|package| !row(package).is_edge) {
        for (module, path) in Sources::read(sources(package)).references {
            let path = path.join("::");
            if EDGE_MODULES.iter().any(|forbidden| format!("{path}::").starts_with(&format!("{forbidden}::")))
            {
                faults.push(format!("{}::{} uses {path}", short_name(&package.name), module.join("::")));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
