//! The plan of a submission: the same function serves the browser's estimate and the scheduler.

use serde::{Deserialize, Serialize};

use crate::run::{RunRow, RunState};
use crate::task::{TaskKind, TaskSet, TaskState};

/// Selection of the runs of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RunFilter {
    /// Every run.
    All,
    /// Those that are not completely done, or whose results are out of date for a reason the row names.
    Incomplete,
    /// One run, by id.
    One {
        /// Its run id.
        run_id: String,
    },
    /// Features with `first <= index <= last` (0-based, as in the file).
    Range {
        /// First index.
        first: u32,
        /// Last index.
        last: u32,
    },
}

/// Body of `POST /api/batches/{name}/run` and of `…/plan`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRequest {
    /// Runs that it takes.
    pub filter: RunFilter,
    /// Tasks that it takes.
    pub tasks: TaskSet,
    /// True when tasks run again although they are up to date.
    pub force_rebuild: bool,
}

/// Numbers of runs and tasks that a submission would take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Runs the filter selects.
    pub runs: u32,
    /// Tasks that would be executed.
    pub tasks_to_run: u32,
    /// Tasks that are done already and would be left alone, as far as the browser can know; the server may
    /// still repeat one whose settings have changed.
    pub tasks_to_skip: u32,
    /// Selected runs that cannot finish, because a task they need is neither selected nor done.
    pub runs_blocked: u32,
}

impl RunFilter {
    /// True when the filter takes a run.
    pub fn selects(&self, row: &RunRow) -> bool {
        match self {
            RunFilter::All => true,
            RunFilter::Incomplete => row.state() != RunState::Succeeded || row.error_code.is_some(),
            RunFilter::One { run_id } => row.run_id == *run_id,
            RunFilter::Range { first, last } => (*first..=*last).contains(&row.index),
        }
    }
}

impl RunRequest {
    /// Tasks of one run that this request would execute, given their present states.
    pub fn tasks_to_run(&self, states: &[TaskState]) -> TaskSet {
        TaskKind::ALL.into_iter().fold(TaskSet::NONE, |chosen, kind| {
            let done = states.get(kind.index()).is_some_and(|state| state.satisfies());
            let parent_changes = kind.parents().iter().any(|parent| chosen.contains(*parent));
            let wanted = self.tasks.contains(kind) && (self.force_rebuild || !done || parent_changes);
            chosen.with(kind, wanted)
        })
    }

    /// Adds up what the request would do to these runs.
    pub fn plan<'a>(&self, rows: impl IntoIterator<Item = &'a RunRow>) -> Plan {
        rows.into_iter().filter(|row| self.filter.selects(row)).fold(Plan::default(), |plan, row| {
            let to_run = self.tasks_to_run(&row.tasks);
            let done = |kind: TaskKind| row.tasks.get(kind.index()).is_some_and(|state| state.satisfies());
            let blocked = to_run
                .iter()
                .flat_map(|kind| kind.parents())
                .any(|parent| !to_run.contains(*parent) && !done(*parent));
            Plan {
                runs: plan.runs + 1,
                tasks_to_run: plan.tasks_to_run + to_run.len() as u32,
                tasks_to_skip: plan.tasks_to_skip + (self.tasks.len() - to_run.len()) as u32,
                runs_blocked: plan.runs_blocked + u32::from(blocked),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASKS: usize = TaskKind::ALL.len();

    fn row(index: u32, tasks: [TaskState; TASKS]) -> RunRow {
        RunRow {
            key: index,
            index,
            run_id: format!("w{index}"),
            area_km2: 1.0,
            tasks: tasks.to_vec(),
            attempts: vec![0; TASKS],
            error_code: None,
            error_message: None,
            started_ms: None,
            ended_ms: None,
            outlet: None,
        }
    }

    #[test]
    fn the_confirm_dialog_counts_what_will_run_and_what_is_left_alone() {
        use TaskState::*;
        let done = row(0, [Succeeded; TASKS]);
        let mut failed_at_soils = row(1, [Succeeded; TASKS]);
        failed_at_soils.tasks[TaskKind::Soils.index()] = Failed;
        failed_at_soils.tasks[TaskKind::Wepp.index()] = UpstreamFailed;
        let rows = [done, failed_at_soils];
        let mut request = RunRequest { filter: RunFilter::All, tasks: TaskSet::ALL, force_rebuild: false };
        let all = 2 * TASKS as u32;
        assert_eq!(
            request.plan(&rows),
            Plan { runs: 2, tasks_to_run: 2, tasks_to_skip: all - 2, runs_blocked: 0 }
        );
        request.force_rebuild = true;
        assert_eq!(request.plan(&rows).tasks_to_run, all);
        request.filter = RunFilter::Incomplete;
        assert_eq!(request.plan(&rows).runs, 1);
    }

    #[test]
    fn leaving_out_a_needed_task_is_reported_instead_of_hanging() {
        let fresh = row(0, [TaskState::Idle; TASKS]);
        let request = RunRequest {
            filter: RunFilter::All,
            tasks: TaskSet::ALL.with(TaskKind::FindOutlet, false),
            force_rebuild: false,
        };
        assert_eq!(request.plan([&fresh]).runs_blocked, 1);
    }
}
