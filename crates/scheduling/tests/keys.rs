//! Loss to a user if these failed: a change that repeats more than it must, or results that should have been
//! made anew and were not.

use headwaters_domain::{TaskKind, TaskSet};
use headwaters_scheduling::key::{KeyInputs, extent_serves, reads_polygon, task_keys, unchanged};
use proptest::prelude::*;

const TASKS: usize = TaskKind::ALL.len();

/// Everything the keys of one run are made of.
#[derive(Clone, Debug)]
struct World {
    shared: [String; TASKS],
    polygon: String,
    outlet: String,
    extent_outlet: String,
}

impl World {
    fn keys(&self) -> [String; TASKS] {
        task_keys(&KeyInputs {
            shared: &self.shared,
            polygon: &self.polygon,
            outlet: &self.outlet,
            extent_outlet: &self.extent_outlet,
        })
    }
}

fn worlds() -> impl Strategy<Value = World> {
    // Few and short texts, so that inputs of different tasks often have the same content.
    let text = || "[ab]{0,2}";
    (prop::array::uniform9(text()), text(), text(), text())
        .prop_map(|(shared, polygon, outlet, extent_outlet)| World { shared, polygon, outlet, extent_outlet })
}

proptest! {
    #[test]
    fn exactly_the_readers_of_what_changed_and_their_descendants_are_stale(
        before in worlds(),
        after in worlds(),
    ) {
        let same = unchanged(&before.keys().map(Some), &after.keys());
        let reads_a_change = |kind: TaskKind| {
            before.shared[kind.index()] != after.shared[kind.index()]
                || reads_polygon(kind) && before.polygon != after.polygon
                || kind == TaskKind::FindOutlet && before.outlet != after.outlet
                || kind == TaskKind::FetchDem && before.extent_outlet != after.extent_outlet
        };
        let readers = TaskKind::ALL.into_iter().filter(|kind| reads_a_change(*kind)).collect::<Vec<_>>();
        let stale = TaskSet::from(readers).with_descendants();
        for kind in TaskKind::ALL {
            prop_assert_eq!(same.contains(kind), !stale.contains(kind), "{:?}", kind);
        }
    }
}

/// A download too many costs minutes; one too few leaves an outlet without elevations, or results that depend on an
/// outlet long taken back.
#[test]
fn elevations_are_reused_while_their_extent_contains_the_outlet_and_is_not_wider_than_needed() {
    for widened in [false, true] {
        assert!(extent_serves(widened, Some(true)), "an outlet on the grid needs no other grid");
        assert!(!extent_serves(widened, Some(false)));
        assert_eq!(extent_serves(widened, None), !widened, "taken back: as if it had never been given");
    }
}
