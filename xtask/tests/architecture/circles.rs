//! Modules of a crate depend on each other one way only.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{ModulePath, Sources};
use crate::workspace::{metadata, short_name, sources};

/// Dependencies between the modules of one folder.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// Dependencies between siblings, by the module they lie in. Parent and child may know each other: a parent is the
/// entrance to its children and holds what they share.
fn graphs(sources: &Sources) -> BTreeMap<ModulePath, Graph> {
    let mut graphs: BTreeMap<ModulePath, Graph> = BTreeMap::new();
    for (from, path) in sources.references.iter().filter(|(_, path)| path[0] != "std") {
        let to = sources.definition(from, path);
        let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        if let (Some(sibling), Some(other)) = (from.get(shared), to.get(shared)) {
            let graph = graphs.entry(from[..shared].to_vec()).or_default();
            graph.entry(sibling.clone()).or_default().insert(other.clone());
        }
    }
    graphs
}

/// Modules that `start` depends on, directly or through others.
fn reachable<'a>(graph: &'a Graph, start: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = graph.get(start).into_iter().flatten().map(String::as_str).collect();
    while let Some(module) = open.pop() {
        if reached.insert(module) {
            open.extend(graph.get(module).into_iter().flatten().map(String::as_str));
        }
    }
    reached
}

/// Sets of modules each of which depends on all others of its set.
fn circles(graph: &Graph) -> BTreeSet<Vec<&str>> {
    let reached: BTreeMap<&str, _> =
        graph.keys().map(|name| (name.as_str(), reachable(graph, name))).collect();
    let mut circles = BTreeSet::new();
    for (start, from_start) in &reached {
        let leads_back = |module: &&str| reached.get(module).is_some_and(|onwards| onwards.contains(start));
        let circle: Vec<&str> = from_start.iter().copied().filter(leads_back).collect();
        if !circle.is_empty() {
            circles.insert(circle);
        }
    }
    circles
}

/// Modules that depend on each other in a circle can only be read, tested and moved together.
#[test]
fn no_modules_depend_on_each_other_in_a_circle() {
    let mut found = Vec::new();
    for package in &metadata().packages {
        for (parent, graph) in graphs(&Sources::read(sources(package))) {
            for circle in circles(&graph) {
                let place: Vec<&str> = [short_name(&package.name)]
                    .into_iter()
                    .chain(parent.iter().map(String::as_str))
                    .collect();
                found.push(format!("{}: {}", place.join("::"), circle.join(", ")));
            }
        }
    }
    assert!(found.is_empty(), "circles between modules:\n{}", found.join("\n"));
}

#[test]
fn a_circle_is_found_however_long_it_is() {
    let mut sources = Sources::default();
    sources.read_module(&[], "mod a; mod b; mod c; mod d;");
    for (name, text) in [
        ("a", "use crate::b::X;"),
        ("b", "use super::c;"),
        ("c", "fn f(_: crate::a::Y) {}"),
        ("d", "use crate::a::Y;"),
    ] {
        sources.read_module(&[name.to_owned()], text);
    }
    let graphs = graphs(&sources);
    assert_eq!(circles(&graphs[&ModulePath::new()]), [vec!["a", "b", "c"]].into());
}
