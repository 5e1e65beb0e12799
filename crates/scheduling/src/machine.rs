//! The state machine: `(rows of a run, event) → changed rows`.

use std::collections::BTreeMap;

use headwaters_domain::{TaskKind, TaskState};

/// Stored state of one task of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskRow {
    /// Current state.
    pub state: TaskState,
    /// Number of the latest attempt; never reused, so that it fences late results.
    pub attempt: u16,
    /// Failed attempts of the current submission.
    pub failures: u16,
    /// Attempts of the current submission whose lease expired.
    pub losses: u16,
    /// Cancellation of the running attempt was requested.
    pub cancel_requested: bool,
}

impl TaskRow {
    /// A task that was never submitted.
    pub const NEW: TaskRow =
        TaskRow { state: TaskState::Idle, attempt: 0, failures: 0, losses: 0, cancel_requested: false };

    fn to(self, state: TaskState) -> Self {
        let cancel_requested = self.cancel_requested && !state.is_terminal();
        Self { state, cancel_requested, ..self }
    }
}

/// Limits on repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Attempts that may end in a retryable failure before the task fails.
    pub max_failures: u16,
    /// Attempts whose lease may expire before the task itself is taken to kill its workers, and fails.
    pub max_losses: u16,
}

impl Default for Policy {
    fn default() -> Self {
        Self { max_failures: 3, max_losses: 3 }
    }
}

/// Something that happened to one task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// Dispatched: chosen for the dispatch window; a new attempt begins.
    Dispatch,
    /// Start of an attempt on a worker.
    Start {
        /// Number of the attempt.
        attempt: u16,
    },
    /// Success of an attempt.
    Succeed {
        /// Number of the attempt.
        attempt: u16,
    },
    /// Failure of an attempt.
    Fail {
        /// Number of the attempt.
        attempt: u16,
        /// True if another attempt may succeed.
        retryable: bool,
    },
    /// End of an attempt by cancellation.
    Stop {
        /// Number of the attempt.
        attempt: u16,
    },
    /// Expiry of the lease of an attempt: its worker has stopped sending heartbeats.
    Lose {
        /// Number of the attempt.
        attempt: u16,
    },
    /// End of the delay before the next attempt.
    RetryDue,
    /// Request of a user to cancel the task.
    Cancel,
}

/// Reason for which an event was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The event belongs to an attempt that is no longer the current one, or that has ended.
    #[error("late: the attempt is over")]
    Late,
    /// The task is not in a state to which the event applies.
    #[error("not applicable in this state")]
    NotApplicable,
}

/// One row that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The task.
    pub kind: TaskKind,
    /// The row as it was read: the change is written only if it is still the same (compare-and-set).
    pub before: TaskRow,
    /// The row afterwards.
    pub after: TaskRow,
}

/// The tasks of one run, in the order of [`TaskKind::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunTasks(pub [TaskRow; TaskKind::ALL.len()]);

impl RunTasks {
    /// A run that was never submitted.
    pub const NEW: RunTasks = RunTasks([TaskRow::NEW; TaskKind::ALL.len()]);

    /// The row of one task.
    pub fn get(&self, kind: TaskKind) -> TaskRow {
        self.0[kind.index()]
    }

    /// States in the order of [`TaskKind::ALL`].
    pub fn states(&self) -> [TaskState; TaskKind::ALL.len()] {
        self.0.map(|row| row.state)
    }

    pub(crate) fn set(&mut self, kind: TaskKind, row: TaskRow) {
        self.0[kind.index()] = row;
    }

    /// Rows that differ from `before`.
    pub(crate) fn changes_since(&self, before: &RunTasks) -> Vec<Change> {
        let change = |kind: TaskKind| Change { kind, before: before.get(kind), after: self.get(kind) };
        TaskKind::ALL.into_iter().map(change).filter(|change| change.before != change.after).collect()
    }

    /// Applies `event` to `kind` and returns all rows of the run that change.
    pub fn apply(&self, kind: TaskKind, event: Event, policy: Policy) -> Result<Vec<Change>, Rejection> {
        let mut after = *self;
        after.set(kind, step(self.get(kind), event, policy)?);
        after.settle();
        Ok(after.changes_since(self))
    }

    /// Rows whose state no longer follows from their parents. Empty unless a hint was lost or rows were edited:
    /// the periodic sweep calls it as a backstop.
    pub fn reconcile(&self) -> Vec<Change> {
        let mut after = *self;
        after.settle();
        after.changes_since(self)
    }

    /// Moves on every blocked task whose parents are all satisfied, or one of whose parents never will be.
    pub(crate) fn settle(&mut self) {
        for kind in TaskKind::ALL {
            let row = self.get(kind);
            if row.state == TaskState::Blocked {
                let parents = kind.parents().iter().map(|parent| self.get(*parent).state);
                self.set(kind, row.to(blocked_by(parents)));
            }
        }
    }
}

/// State of a waiting task, given the states of its parents.
fn blocked_by(parents: impl Iterator<Item = TaskState>) -> TaskState {
    let mut state = TaskState::Ready;
    for parent in parents {
        match parent {
            TaskState::Succeeded | TaskState::Skipped => {}
            TaskState::Failed | TaskState::UpstreamFailed | TaskState::Idle => {
                return TaskState::UpstreamFailed;
            }
            TaskState::Cancelled => state = TaskState::Cancelled,
            _ if state == TaskState::Ready => state = TaskState::Blocked,
            _ => {}
        }
    }
    state
}

fn step(row: TaskRow, event: Event, policy: Policy) -> Result<TaskRow, Rejection> {
    use TaskState::*;
    // A result may overtake or outlive the message that announced its start, so a queued attempt can end too.
    let under_way = |attempt: u16| {
        let current = row.attempt == attempt && matches!(row.state, Queued | Running);
        if current { Ok(()) } else { Err(Rejection::Late) }
    };
    match event {
        Event::Dispatch if row.state == Ready => {
            Ok(TaskRow { attempt: row.attempt.saturating_add(1), ..row.to(Queued) })
        }
        Event::Start { attempt } if row.state == Queued && row.attempt == attempt => Ok(row.to(Running)),
        Event::Start { .. } => Err(Rejection::Late),
        Event::Succeed { attempt } => under_way(attempt).map(|()| row.to(Succeeded)),
        Event::Stop { attempt } => under_way(attempt).map(|()| row.to(Cancelled)),
        Event::Fail { attempt, retryable } => under_way(attempt).map(|()| {
            let failures = row.failures.saturating_add(1);
            let state = match (row.cancel_requested, retryable && failures < policy.max_failures) {
                (true, _) => Cancelled,
                (false, true) => RetryWait,
                (false, false) => Failed,
            };
            TaskRow { failures, ..row.to(state) }
        }),
        Event::Lose { attempt } if row.state == Running && row.attempt == attempt => {
            let losses = row.losses.saturating_add(1);
            let state = match (row.cancel_requested, losses < policy.max_losses) {
                (true, _) => Cancelled,
                (false, true) => Ready,
                (false, false) => Failed,
            };
            Ok(TaskRow { losses, ..row.to(state) })
        }
        Event::Lose { .. } => Err(Rejection::Late),
        Event::RetryDue if row.state == RetryWait => Ok(row.to(Ready)),
        Event::Cancel => match row.state {
            Blocked | Ready | Queued | RetryWait => Ok(row.to(Cancelled)),
            Running if !row.cancel_requested => Ok(TaskRow { cancel_requested: true, ..row }),
            _ => Err(Rejection::NotApplicable),
        },
        Event::Dispatch | Event::RetryDue => Err(Rejection::NotApplicable),
    }
}

/// Delay before the next attempt after `failures` failed ones, milliseconds: 2 s, 4 s, 8 s … at most a minute.
pub fn retry_delay_ms(failures: u16) -> i64 {
    let doublings = u32::from(failures.saturating_sub(1)).min(5);
    (2_000_i64 << doublings).min(60_000)
}

/// Effect of a set of changes on the counters `(task, state) → number of runs`.
pub fn counter_deltas(changes: &[Change]) -> BTreeMap<(TaskKind, TaskState), i64> {
    let mut deltas = BTreeMap::new();
    for change in changes.iter().filter(|change| change.before.state != change.after.state) {
        *deltas.entry((change.kind, change.before.state)).or_default() -= 1;
        *deltas.entry((change.kind, change.after.state)).or_default() += 1;
    }
    deltas.retain(|_, delta| *delta != 0);
    deltas
}
