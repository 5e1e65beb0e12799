//! Runs that an earlier version of the program made, before it knew some of the tasks.

use headwaters_domain::TaskState;
use headwaters_domain::run::RunState;

/// State in which a task is added to a run that lacks it; the run keeps its own state.
///
/// A run that has not ended executes the task as part of what was submitted. A retry of a run that failed or was
/// cancelled includes it, as if it had been submitted with the others. In a run that was never submitted or is
/// done it waits until somebody presses Run.
pub const fn state_of_added_task(run: RunState) -> TaskState {
    match run {
        RunState::Idle | RunState::Succeeded => TaskState::Idle,
        RunState::Pending | RunState::Running => TaskState::Blocked,
        RunState::Failed => TaskState::UpstreamFailed,
        RunState::Cancelled => TaskState::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use headwaters_domain::TaskKind;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A finished batch that turns red, or comes to life, because the program was upgraded would alarm its owner.
        #[test]
        fn a_run_keeps_its_state_when_a_task_is_added(
            states in prop::collection::vec(prop::sample::select(TaskState::ALL.as_slice()), TaskKind::ALL.len()),
            lacking in 0..TaskKind::ALL.len(),
        ) {
            let mut known = states;
            known.remove(lacking);
            let before = RunState::derive(&known);
            known.insert(lacking, state_of_added_task(before));
            prop_assert_eq!(RunState::derive(&known), before);
        }
    }
}
