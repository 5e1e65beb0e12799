//! Skip-if-done: a task whose key is unchanged since its last success has nothing to do.

use headwaters_domain::{TaskKind, TaskSet};
use sha2::{Digest, Sha256};

/// What the keys of a run's tasks are made of. Everything is named by content, never by time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInputs<'a> {
    /// Version of each task's implementation, in the order of [`TaskKind::ALL`].
    pub versions: [u32; TaskKind::ALL.len()],
    /// Hash of the controls each task reads, in the order of [`TaskKind::ALL`].
    pub controls: [String; TaskKind::ALL.len()],
    /// Hash of the batch's config.
    pub config: &'a str,
    /// Hash of the polygon.
    pub polygon: &'a str,
    /// The outlet an admin gave, as text; empty when the search decides.
    pub outlet: &'a str,
}

/// Keys of all tasks of a run, in the order of [`TaskKind::ALL`]. A key contains those of the task's parents, so
/// a change reaches everything downstream of it and nothing else.
pub fn task_keys(inputs: &KeyInputs<'_>) -> [String; TaskKind::ALL.len()] {
    let mut keys: [String; TaskKind::ALL.len()] = Default::default();
    for kind in TaskKind::ALL {
        let outlet = if kind == TaskKind::FindOutlet { inputs.outlet } else { "" };
        let version = inputs.versions[kind.index()].to_string();
        let own =
            [kind.slug(), &version, &inputs.controls[kind.index()], inputs.config, inputs.polygon, outlet];
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
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(soils: &str) -> KeyInputs<'static> {
        let mut controls: [String; 9] = Default::default();
        controls[TaskKind::Soils.index()] = soils.to_owned();
        KeyInputs { versions: [1; 9], controls, config: "c", polygon: "p", outlet: "" }
    }

    #[test]
    fn a_changed_control_changes_the_keys_of_its_readers_and_their_descendants_only() {
        let done = task_keys(&inputs("a")).map(Some);
        let same = unchanged(&done, &task_keys(&inputs("b")));
        let stale = TaskSet::NONE.with(TaskKind::Soils, true).with_descendants();
        for kind in TaskKind::ALL {
            assert_eq!(same.contains(kind), !stale.contains(kind), "{kind:?}");
        }
    }

    #[test]
    fn a_moved_outlet_repeats_what_lies_below_it_but_not_the_channels() {
        let done = task_keys(&inputs("a")).map(Some);
        let same = unchanged(&done, &task_keys(&KeyInputs { outlet: "1,2", ..inputs("a") }));
        assert!(same.contains(TaskKind::BuildChannels));
        assert!(!same.contains(TaskKind::FindOutlet) && !same.contains(TaskKind::Climate));
    }
}
