//! Skip-if-done: a task whose key is unchanged since its last success has nothing to do.

use headwaters_domain::{TaskKind, TaskSet};
use headwaters_hash::hash_parts;

/// Inputs of a run's task keys. Everything is identified by content, never by time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInputs<'a> {
    /// Hash of the inputs of each task that all runs share: the version of its implementation, its controls, its
    /// sources. In the order of [`TaskKind::ALL`].
    pub shared: &'a [String; TaskKind::ALL.len()],
    /// Hash of the polygon.
    pub polygon: &'a str,
    /// The outlet set by an administrator, as text; empty when the outlet is searched for.
    pub outlet: &'a str,
    /// The outlet that the extent of the elevations must contain, as text. Not always `outlet`, see
    /// [`extent_serves`].
    pub extent_outlet: &'a str,
}

/// Returns true if elevations fetched for another outlet, or for none, can be reused: their extent must contain the
/// outlet set now (`holds_outlet`; `None` when the outlet is searched for), and without a set outlet it must be the
/// extent that the polygon alone needs.
pub fn extent_serves(widened: bool, holds_outlet: Option<bool>) -> bool {
    holds_outlet.unwrap_or(!widened)
}

/// Returns true if a task reads the polygon itself; the others depend on it through their parents.
pub const fn reads_polygon(kind: TaskKind) -> bool {
    matches!(kind, TaskKind::FetchDem | TaskKind::FindOutlet)
}

/// Keys of all tasks of a run, in the order of [`TaskKind::ALL`]. A key is a hash of the task's inputs and of the
/// keys of its parents, so a change reaches its readers and everything downstream of them, and nothing else.
pub fn task_keys(inputs: &KeyInputs<'_>) -> [String; TaskKind::ALL.len()] {
    let mut keys: [String; TaskKind::ALL.len()] = Default::default();
    for kind in TaskKind::ALL {
        let polygon = if reads_polygon(kind) { inputs.polygon } else { "" };
        let outlet = match kind {
            TaskKind::FetchDem => inputs.extent_outlet,
            TaskKind::FindOutlet => inputs.outlet,
            _ => "",
        };
        let own = [kind.slug(), &inputs.shared[kind.index()], polygon, outlet];
        let parents = kind.parents().iter().map(|parent| keys[parent.index()].as_str());
        let key = hash_parts(own.into_iter().chain(parents));
        keys[kind.index()] = key;
    }
    keys
}

/// Tasks whose last success had the same key.
pub fn unchanged(done: &[Option<String>], keys: &[String]) -> TaskSet {
    TaskKind::ALL.into_iter().fold(TaskSet::NONE, |set, kind| {
        let before = done.get(kind.index()).and_then(Option::as_ref);
        set.with(kind, before.is_some() && before == keys.get(kind.index()))
    })
}
