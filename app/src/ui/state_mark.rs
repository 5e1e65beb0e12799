//! Marks of states: a colour, a shape and a word, never the colour alone.

use crate::ui::view::view;
use headwaters_domain::TaskState;
use headwaters_domain::batch::BatchState;
use headwaters_domain::run::RunState;
use leptos::prelude::*;

/// Word for a task's state.
pub const fn task_state_label(state: TaskState) -> &'static str {
    match state {
        TaskState::Idle => "not submitted",
        TaskState::Blocked => "waiting for another task",
        TaskState::Ready => "ready",
        TaskState::Queued => "queued",
        TaskState::Running => "running",
        TaskState::RetryWait => "waiting to retry",
        TaskState::Succeeded => "succeeded",
        TaskState::Skipped => "skipped: up to date",
        TaskState::Failed => "failed",
        TaskState::UpstreamFailed => "not run: an earlier task failed",
        TaskState::Cancelled => "cancelled",
    }
}

/// Word for a run's state.
pub const fn run_state_label(state: RunState) -> &'static str {
    match state {
        RunState::Idle => "Not submitted",
        RunState::Pending => "Pending",
        RunState::Running => "Running",
        RunState::Succeeded => "Succeeded",
        RunState::Failed => "Failed",
        RunState::Cancelled => "Cancelled",
    }
}

/// Word for a batch's state.
pub const fn batch_state_label(state: BatchState) -> &'static str {
    match state {
        BatchState::Idle => "Not started",
        BatchState::Active => "Running",
        BatchState::Completed => "Completed",
        BatchState::Failed => "Ended with failures",
        BatchState::Cancelled => "Cancelled",
    }
}

/// The run state whose colour and shape a batch's state borrows.
pub const fn batch_state_look(state: BatchState) -> RunState {
    match state {
        BatchState::Idle => RunState::Idle,
        BatchState::Active => RunState::Running,
        BatchState::Completed => RunState::Succeeded,
        BatchState::Failed => RunState::Failed,
        BatchState::Cancelled => RunState::Cancelled,
    }
}

/// Colour and shape of a run's state beside its word.
#[component]
pub fn RunStateBadge(
    /// The state.
    state: RunState,
    /// Other words than the state's own.
    #[prop(optional)]
    label: Option<&'static str>,
) -> impl IntoView {
    view! {
        <span class=format!("badge state-{}", state.slug())>
            <span class=format!("mark mark-{}", state.slug()) aria-hidden="true"></span>
            {label.unwrap_or(run_state_label(state))}
        </span>
    }
}

/// Colour and shape of a task's state beside its word.
#[component]
pub fn TaskStateBadge(
    /// The state.
    state: TaskState,
) -> impl IntoView {
    view! {
        <span class=format!("badge state-{}", state.slug())>
            <span class=format!("mark mark-{}", state.slug()) aria-hidden="true"></span>
            {task_state_label(state)}
        </span>
    }
}
