//! Effect of Run, Retry and Cancel on a run.

use headwaters_domain::{TaskKind, TaskSet, TaskState};

use crate::machine::{Change, Event, Policy, RunTasks, TaskRow};

/// Part of a submission that concerns one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Tasks the user selected.
    pub selected: TaskSet,
    /// True to repeat work that is done.
    pub force: bool,
    /// Tasks whose last success was made from the same inputs and settings as they would have now.
    pub same_key: TaskSet,
}

/// Tasks that [`submit`] would execute.
pub fn tasks_to_run(tasks: &RunTasks, submission: Submission) -> TaskSet {
    TaskKind::ALL.into_iter().fold(TaskSet::NONE, |chosen, kind| {
        let done = tasks.get(kind).state.satisfies() && submission.same_key.contains(kind);
        let parent_changes = kind.parents().iter().any(|parent| chosen.contains(*parent));
        let wanted = submission.selected.contains(kind) && (submission.force || !done || parent_changes);
        chosen.with(kind, wanted)
    })
}

/// Submits tasks of a run. Selected tasks with nothing to do become `Skipped`; a selected task that needs
/// something neither selected nor done becomes `UpstreamFailed` at once instead of waiting for ever. Tasks in
/// progress are left unchanged, so that a repeated request has no effect.
pub fn submit(tasks: &RunTasks, submission: Submission) -> Vec<Change> {
    let to_run = tasks_to_run(tasks, submission);
    let mut after = *tasks;
    for kind in TaskKind::ALL {
        let row = tasks.get(kind);
        if !row.state.is_terminal() {
            continue;
        }
        if to_run.contains(kind) {
            let fresh = TaskRow { attempt: row.attempt, state: TaskState::Blocked, ..TaskRow::NEW };
            after.set(kind, fresh);
        } else if submission.selected.contains(kind) && row.state.satisfies() {
            after.set(kind, TaskRow { state: TaskState::Skipped, ..row });
        }
    }
    after.settle();
    after.changes_since(tasks)
}

/// Cancels all tasks of a run that have not ended. Running attempts are asked to stop, the rest is cancelled at once.
pub fn cancel(tasks: &RunTasks) -> Vec<Change> {
    let mut after = *tasks;
    for kind in TaskKind::ALL {
        if let Ok(changes) = after.apply(kind, Event::Cancel, Policy::default()) {
            for change in changes {
                after.set(change.kind, change.after);
            }
        }
    }
    after.changes_since(tasks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_done() -> RunTasks {
        RunTasks([TaskRow { state: TaskState::Succeeded, attempt: 1, ..TaskRow::NEW }; TaskKind::ALL.len()])
    }

    #[test]
    fn changing_soils_repeats_soils_and_erosion_and_skips_the_rest() {
        let stale = TaskSet::NONE.with(TaskKind::Soils, true).with_descendants();
        let same_key = stale.iter().fold(TaskSet::ALL, |set, kind| set.with(kind, false));
        let submission = Submission { selected: TaskSet::ALL, force: false, same_key };
        let changes = submit(&all_done(), submission);
        let states: Vec<_> = changes.iter().map(|change| (change.kind, change.after.state)).collect();
        assert!(states.contains(&(TaskKind::Soils, TaskState::Ready)));
        assert!(states.contains(&(TaskKind::Wepp, TaskState::Blocked)));
        assert_eq!(
            states.iter().filter(|(_, state)| *state == TaskState::Skipped).count(),
            TaskKind::ALL.len() - stale.len()
        );
    }

    #[test]
    fn a_run_that_needs_an_unselected_task_says_so_instead_of_waiting() {
        let selected = TaskSet::ALL.with(TaskKind::FindOutlet, false);
        let changes = submit(&RunTasks::NEW, Submission { selected, force: false, same_key: TaskSet::NONE });
        let after = |kind| changes.iter().find(|change| change.kind == kind).map(|change| change.after.state);
        assert_eq!(after(TaskKind::FetchDem), Some(TaskState::Ready));
        assert_eq!(after(TaskKind::Wepp), Some(TaskState::UpstreamFailed));
    }

    #[test]
    fn pressing_run_or_cancel_twice_changes_nothing_more() {
        let submission = Submission { selected: TaskSet::ALL, force: true, same_key: TaskSet::NONE };
        let mut tasks = RunTasks::NEW;
        for change in submit(&tasks, submission) {
            tasks.set(change.kind, change.after);
        }
        assert_eq!(submit(&tasks, submission), []);
        for change in cancel(&tasks) {
            tasks.set(change.kind, change.after);
        }
        assert_eq!(cancel(&tasks), []);
    }
}
