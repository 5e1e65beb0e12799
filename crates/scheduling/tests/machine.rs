//! Loss to a user if these failed: a batch that ends, work done once, and a Cancel that holds.

use std::collections::{BTreeSet, HashSet, VecDeque};

use headwaters_domain::{TaskKind, TaskSet, TaskState};
use headwaters_scheduling::machine::counter_deltas;
use headwaters_scheduling::submit::{Submission, cancel, submit};
use headwaters_scheduling::{Change, Event, Policy, RunTasks, TaskRow};
use proptest::prelude::*;

const POLICY: Policy = Policy { max_failures: 2, max_losses: 2 };

fn write(tasks: &mut RunTasks, changes: &[Change]) {
    for change in changes {
        assert_eq!(tasks.0[change.kind.index()], change.before, "compare-and-set would fail");
        tasks.0[change.kind.index()] = change.after;
    }
}

/// No task waits for something that will never come, none started before its parents were done.
fn check_invariants(tasks: &RunTasks) {
    assert_eq!(tasks.reconcile(), [], "a transaction left something to settle");
    for kind in TaskKind::ALL {
        let row = tasks.0[kind.index()];
        let parents = || kind.parents().iter().map(|parent| tasks.0[parent.index()].state);
        match row.state {
            TaskState::Blocked => {
                assert!(parents().any(|state| !state.is_terminal()), "{kind:?} waits for ever")
            }
            TaskState::Ready | TaskState::Queued | TaskState::Running | TaskState::RetryWait => {
                assert!(parents().all(TaskState::satisfies), "{kind:?} started before its parents were done");
            }
            _ => {}
        }
        assert!(row.failures <= POLICY.max_failures && row.losses <= POLICY.max_losses);
    }
}

/// Two tasks in a chain and one beside them, one run, messages that may be duplicated, delayed or lost, workers
/// that may die, a user who may cancel: every order there is.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct World {
    tasks: RunTasks,
    /// Results some worker has sent and nobody has read yet; they can be read any number of times.
    sent: BTreeSet<(TaskKind, Event)>,
    cancelled: bool,
}

impl World {
    fn successors(&self) -> Vec<World> {
        let mut next = Vec::new();
        for kind in TaskKind::ALL {
            let row = self.tasks.0[kind.index()];
            let attempt = row.attempt;
            let mut events = vec![Event::Dispatch, Event::RetryDue, Event::Start { attempt }];
            events.push(Event::Lose { attempt });
            events.extend(self.sent.iter().filter(|(of, _)| *of == kind).map(|(_, event)| *event));
            for event in events {
                if let Ok(changes) = self.tasks.apply(kind, event, POLICY) {
                    let mut world = self.clone();
                    let succeeded_before = row.state == TaskState::Succeeded;
                    write(&mut world.tasks, &changes);
                    assert!(!succeeded_before, "a finished task changed by {event:?}");
                    if world.cancelled {
                        let started = matches!(event, Event::Start { .. } | Event::Dispatch);
                        assert!(!started, "{kind:?} started after an acknowledged cancel");
                    }
                    next.push(world);
                }
            }
            if row.state == TaskState::Running {
                let ends = [Event::Succeed { attempt }, Event::Fail { attempt, retryable: true }];
                for end in ends {
                    let mut world = self.clone();
                    if world.sent.insert((kind, end)) {
                        next.push(world);
                    }
                }
            }
        }
        if !self.cancelled {
            let mut world = self.clone();
            let changes = cancel(&world.tasks);
            write(&mut world.tasks, &changes);
            world.cancelled = true;
            next.push(world);
        }
        next
    }
}

#[test]
fn every_order_of_crashes_duplicates_delays_and_cancel_reaches_an_end_state() {
    let mut tasks =
        RunTasks([TaskRow { state: TaskState::Succeeded, attempt: 1, ..TaskRow::NEW }; TaskKind::ALL.len()]);
    let same_key = [TaskKind::AbstractWatershed, TaskKind::Climate, TaskKind::Wepp]
        .into_iter()
        .fold(TaskSet::ALL, |set, kind| set.with(kind, false));
    // Climate stays done, so the small world has a chain of two: the state space of three takes minutes.
    let same_key = same_key.with(TaskKind::Climate, true);
    let changes = submit(&tasks, Submission { selected: TaskSet::ALL, force: false, same_key });
    write(&mut tasks, &changes);
    let first = World { tasks, sent: BTreeSet::new(), cancelled: false };
    let mut seen: HashSet<World> = HashSet::from([first.clone()]);
    let mut queue = VecDeque::from([first]);
    let mut endings = BTreeSet::new();
    while let Some(world) = queue.pop_front() {
        check_invariants(&world.tasks);
        let successors = world.successors();
        let active = world.tasks.states().iter().any(|state| !state.is_terminal());
        if !active {
            endings.insert(world.tasks.states()[TaskKind::Wepp.index()]);
        }
        assert!(!active || !successors.is_empty(), "stuck: {:?}", world.tasks.states());
        for successor in successors {
            if seen.insert(successor.clone()) {
                queue.push_back(successor);
            }
        }
    }
    println!("{} worlds", seen.len());
    let expected = [TaskState::Succeeded, TaskState::Failed, TaskState::UpstreamFailed, TaskState::Cancelled];
    assert_eq!(endings, BTreeSet::from(expected), "every kind of ending is reachable");
}

fn any_event() -> impl Strategy<Value = Event> {
    let attempt = 0_u16..4;
    prop_oneof![
        4 => Just(Event::Dispatch),
        4 => attempt.clone().prop_map(|attempt| Event::Start { attempt }),
        4 => attempt.clone().prop_map(|attempt| Event::Succeed { attempt }),
        2 => (attempt.clone(), any::<bool>()).prop_map(|(attempt, retryable)| Event::Fail { attempt, retryable }),
        1 => attempt.clone().prop_map(|attempt| Event::Stop { attempt }),
        2 => attempt.prop_map(|attempt| Event::Lose { attempt }),
        2 => Just(Event::RetryDue),
        1 => Just(Event::Cancel),
    ]
}

proptest! {
    /// Whatever arrives in whatever order, counters equal a recount and the rows stay explainable.
    #[test]
    fn counters_equal_a_recount_and_nothing_waits_for_ever(
        selected in prop::collection::vec(any::<bool>(), TaskKind::ALL.len()),
        events in prop::collection::vec((0..TaskKind::ALL.len(), any_event()), 0..200),
    ) {
        let selected = TaskKind::ALL
            .into_iter()
            .fold(TaskSet::NONE, |set, kind| set.with(kind, selected[kind.index()]));
        let mut tasks = RunTasks::NEW;
        let mut counters = std::collections::BTreeMap::new();
        for kind in TaskKind::ALL {
            counters.insert((kind, TaskState::Idle), 1_i64);
        }
        let mut record = |tasks: &mut RunTasks, changes: &[Change]| {
            for (key, delta) in counter_deltas(changes) {
                *counters.entry(key).or_default() += delta;
            }
            counters.retain(|_, count| *count != 0);
            write(tasks, changes);
            let recount: std::collections::BTreeMap<_, _> =
                TaskKind::ALL.into_iter().map(|kind| ((kind, tasks.0[kind.index()].state), 1)).collect();
            assert_eq!(counters, recount);
        };
        let changes = submit(&tasks, Submission { selected, force: false, same_key: TaskSet::NONE });
        record(&mut tasks, &changes);
        check_invariants(&tasks);
        for (index, event) in events {
            if let Ok(changes) = tasks.apply(TaskKind::ALL[index], event, POLICY) {
                prop_assert!(!changes.is_empty());
                record(&mut tasks, &changes);
                check_invariants(&tasks);
            }
        }
    }
}
