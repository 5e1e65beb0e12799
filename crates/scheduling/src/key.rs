//! Skip-if-done: a task whose key is unchanged since its last success has nothing to do.

use headwaters_domain::{TaskKind, TaskSet};
use sha2::{Digest, Sha256};

/// What the keys of a run's tasks are made of. Everything is named by content, never by time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInputs<'a> {
    /// Hash of what each task reads that is the same for all runs: its implementation's version, its controls, its
    /// sources. In the order of [`TaskKind::ALL`].
    pub shared: &'a [String; TaskKind::ALL.len()],
    /// Hash of the polygon.
    pub polygon: &'a str,
    /// The outlet an admin gave, as text; empty when the search decides.
    pub outlet: &'a str,
    /// The outlet the elevations are fetched for, as text: they are to hold it. Not always `outlet`, see
    /// [`extent_serves`].
    pub extent_outlet: &'a str,
}

/// Whether elevations that were fetched for another outlet, or none, serve a run as they are: they must hold the outlet
/// given now (`holds_outlet`; none when the search decides), and without one be those the polygon alone needs.
pub fn extent_serves(widened: bool, holds_outlet: Option<bool>) -> bool {
    holds_outlet.unwrap_or(!widened)
}

/// Whether a task reads the polygon itself; the others know it through the tasks they follow.
pub const fn reads_polygon(kind: TaskKind) -> bool {
    matches!(kind, TaskKind::FetchDem | TaskKind::FindOutlet)
}

/// Keys of all tasks of a run, in the order of [`TaskKind::ALL`]. A key is made of what the task reads and of the
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

/// SHA-256, hex, of texts; their lengths are part of it, so that moving a border changes the hash.
pub fn hash_parts<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let digits = b"0123456789abcdef";
    let hex = |byte: &u8| [digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]];
    hasher.finalize().iter().flat_map(hex).map(char::from).collect()
}
