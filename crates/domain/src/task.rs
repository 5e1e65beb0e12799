//! The tasks of a run, their order, and the states they go through.

use serde::{Deserialize, Serialize};

use crate::controls::ControlKind;

/// Fixed facts about one task: everything that is known of it without running it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TaskDescriptor {
    /// Stable identifier in SQL, URLs, logs and JSON.
    pub slug: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// Column heading of the grid, at most four letters.
    pub short_label: &'static str,
    /// Heading under which the checklist shows the task.
    pub group: &'static str,
    /// Tasks that must have succeeded before this one can start.
    pub parents: &'static [TaskKind],
    /// Controls that the task reads; a change of one makes its results stale.
    pub controls: &'static [ControlKind],
    /// Time limit of one attempt when nothing else is set, s.
    pub default_timeout_s: u32,
}

/// Time limit of a task that has no reason for another one, s.
const TWELVE_HOURS_S: u32 = 12 * 3600;

/// Declares the tasks: a variant of [`TaskKind`] and a [`TaskDescriptor`] from each row. The order of the rows is a
/// topological order of the DAG.
macro_rules! tasks {
    ($($(#[$doc:meta])* $kind:ident { $($fact:ident: $value:expr),* $(,)? })*) => {
        /// One step of a run. The declaration order is a topological order of the DAG.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum TaskKind {
            $($(#[$doc])* $kind,)*
        }

        impl TaskKind {
            /// Every task, in topological order.
            pub const ALL: [TaskKind; [$(TaskKind::$kind),*].len()] = [$(TaskKind::$kind),*];
        }

        /// One row per task, in the order of [`TaskKind::ALL`].
        const DESCRIPTORS: [TaskDescriptor; TaskKind::ALL.len()] =
            [$(TaskDescriptor { $($fact: $value),* }),*];
    };
}

tasks! {
    /// Crop the elevation model around the watershed.
    FetchDem {
        slug: "fetch_dem",
        label: "Fetch DEM",
        short_label: "DEM",
        group: "Elevation",
        parents: &[],
        controls: &[ControlKind::Channels],
        default_timeout_s: TWELVE_HOURS_S,
    }
    /// Condition the elevation model and extract channels.
    BuildChannels {
        slug: "build_channels",
        label: "Build channels",
        short_label: "Chn",
        group: "Channels and outlet",
        parents: &[TaskKind::FetchDem],
        controls: &[ControlKind::Channels],
        default_timeout_s: TWELVE_HOURS_S,
    }
    /// Find the outlet: the channel cell where the watershed drains.
    FindOutlet {
        slug: "find_outlet",
        label: "Find outlet",
        short_label: "Out",
        group: "Channels and outlet",
        parents: &[TaskKind::BuildChannels],
        controls: &[ControlKind::Channels],
        default_timeout_s: TWELVE_HOURS_S,
    }
    /// Divide the basin into TOPAZ channels and hillslopes.
    BuildSubcatchments {
        slug: "build_subcatchments",
        label: "Build subcatchments",
        short_label: "Sub",
        group: "Subcatchments",
        parents: &[TaskKind::FindOutlet],
        controls: &[ControlKind::Subcatchments],
        default_timeout_s: TWELVE_HOURS_S,
    }
    /// Derive representative profiles, tables and vectors.
    AbstractWatershed {
        slug: "abstract_watershed",
        label: "Abstract watershed",
        short_label: "Abs",
        group: "Subcatchments",
        parents: &[TaskKind::BuildSubcatchments],
        controls: &[ControlKind::Subcatchments],
        default_timeout_s: TWELVE_HOURS_S,
    }
    /// Land use per hillslope, changed by burn severity.
    Landuse {
        slug: "landuse",
        label: "Land use",
        short_label: "Use",
        group: "Land use",
        parents: &[TaskKind::BuildSubcatchments],
        controls: &[ControlKind::Sbs, ControlKind::Landuse],
        default_timeout_s: TWELVE_HOURS_S,
    }
    /// Soil per hillslope, changed by burn severity.
    Soils {
        slug: "soils",
        label: "Soils",
        short_label: "Soil",
        group: "Soils",
        parents: &[TaskKind::Landuse],
        controls: &[ControlKind::Sbs, ControlKind::Soils],
        default_timeout_s: TWELVE_HOURS_S,
    }
    /// Weather for the watershed.
    Climate {
        slug: "climate",
        label: "Climate",
        short_label: "Clim",
        group: "Climate",
        parents: &[TaskKind::FindOutlet],
        controls: &[ControlKind::Climate],
        default_timeout_s: TWELVE_HOURS_S,
    }
    /// Erosion of every hillslope, and watershed totals.
    Wepp {
        slug: "wepp",
        label: "Erosion",
        short_label: "Eros",
        group: "Erosion",
        parents: &[TaskKind::AbstractWatershed, TaskKind::Soils, TaskKind::Climate],
        controls: &[ControlKind::Wepp],
        default_timeout_s: TWELVE_HOURS_S,
    }
}

impl TaskKind {
    /// The task's row.
    pub const fn descriptor(self) -> &'static TaskDescriptor {
        const ROWS: &[TaskDescriptor] = &DESCRIPTORS;
        &ROWS[self.index()]
    }

    /// Position in [`TaskKind::ALL`]: the column of the grid and the index in a run's state list.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Tasks that must have succeeded before this one can start.
    pub const fn parents(self) -> &'static [TaskKind] {
        self.descriptor().parents
    }

    /// Stable identifier in SQL, URLs, logs and JSON.
    pub const fn slug(self) -> &'static str {
        self.descriptor().slug
    }

    /// The task with this slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Name for people.
    pub const fn label(self) -> &'static str {
        self.descriptor().label
    }

    /// Column heading of the grid.
    pub const fn short_label(self) -> &'static str {
        self.descriptor().short_label
    }

    /// Heading under which the checklist shows the task.
    pub const fn group(self) -> &'static str {
        self.descriptor().group
    }
}

/// A set of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<TaskKind>", into = "Vec<TaskKind>")]
pub struct TaskSet([bool; TaskKind::ALL.len()]);

impl TaskSet {
    /// Every task.
    pub const ALL: TaskSet = TaskSet([true; TaskKind::ALL.len()]);
    /// No task.
    pub const NONE: TaskSet = TaskSet([false; TaskKind::ALL.len()]);

    /// Membership of `kind`.
    pub const fn contains(self, kind: TaskKind) -> bool {
        self.0[kind.index()]
    }

    /// The set with `kind` in or out.
    pub const fn with(mut self, kind: TaskKind, present: bool) -> Self {
        self.0[kind.index()] = present;
        self
    }

    /// Members in topological order.
    pub fn iter(self) -> impl Iterator<Item = TaskKind> {
        TaskKind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }

    /// Number of members.
    pub fn len(self) -> usize {
        self.iter().count()
    }

    /// True when nothing is in the set.
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// Everything that (transitively) needs one of the members, members included.
    pub fn with_descendants(self) -> Self {
        TaskKind::ALL.into_iter().fold(self, |set, kind| {
            let downstream = kind.parents().iter().any(|parent| set.contains(*parent));
            set.with(kind, set.contains(kind) || downstream)
        })
    }
}

impl FromIterator<TaskKind> for TaskSet {
    fn from_iter<I: IntoIterator<Item = TaskKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, |set, kind| set.with(kind, true))
    }
}

impl From<Vec<TaskKind>> for TaskSet {
    fn from(kinds: Vec<TaskKind>) -> Self {
        kinds.into_iter().collect()
    }
}

impl From<TaskSet> for Vec<TaskKind> {
    fn from(set: TaskSet) -> Self {
        set.iter().collect()
    }
}

/// State of one task of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Not selected in any submission so far.
    Idle,
    /// Waits for its parents.
    Blocked,
    /// May be dispatched.
    Ready,
    /// Lies in the dispatch stream.
    Queued,
    /// A worker holds its lease.
    Running,
    /// Waits for its next attempt.
    RetryWait,
    /// Done.
    Succeeded,
    /// Nothing to do: an earlier success with the same inputs stands.
    Skipped,
    /// Gave up.
    Failed,
    /// A task it needs did not succeed.
    UpstreamFailed,
    /// Stopped by a user.
    Cancelled,
}

impl TaskState {
    /// Every state.
    pub const ALL: [TaskState; 11] = [
        TaskState::Idle,
        TaskState::Blocked,
        TaskState::Ready,
        TaskState::Queued,
        TaskState::Running,
        TaskState::RetryWait,
        TaskState::Succeeded,
        TaskState::Skipped,
        TaskState::Failed,
        TaskState::UpstreamFailed,
        TaskState::Cancelled,
    ];

    /// Stable identifier in SQL and JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            TaskState::Idle => "idle",
            TaskState::Blocked => "blocked",
            TaskState::Ready => "ready",
            TaskState::Queued => "queued",
            TaskState::Running => "running",
            TaskState::RetryWait => "retry_wait",
            TaskState::Succeeded => "succeeded",
            TaskState::Skipped => "skipped",
            TaskState::Failed => "failed",
            TaskState::UpstreamFailed => "upstream_failed",
            TaskState::Cancelled => "cancelled",
        }
    }

    /// The state with this slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }

    /// True when only a new submission can change it.
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            TaskState::Idle
                | TaskState::Succeeded
                | TaskState::Skipped
                | TaskState::Failed
                | TaskState::UpstreamFailed
                | TaskState::Cancelled
        )
    }

    /// True when a task that needs this one may start.
    pub const fn satisfies(self) -> bool {
        matches!(self, TaskState::Succeeded | TaskState::Skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declaration_order_is_a_topological_order() {
        for kind in TaskKind::ALL {
            assert!(kind.parents().iter().all(|parent| parent.index() < kind.index()), "{kind:?}");
            assert_eq!(TaskKind::from_slug(kind.slug()), Some(kind));
            let json = serde_json::to_string(&kind).expect("plain enum");
            assert_eq!(json, format!("\"{}\"", kind.slug()), "one spelling everywhere");
            assert!((1..=4).contains(&kind.short_label().chars().count()), "{kind:?} fits its column");
        }
        for state in TaskState::ALL {
            assert_eq!(TaskState::from_slug(state.slug()), Some(state));
            let json = serde_json::to_string(&state).expect("plain enum");
            assert_eq!(json, format!("\"{}\"", state.slug()), "one spelling everywhere");
        }
    }

    #[test]
    fn changing_soils_reruns_erosion_but_not_the_watershed() {
        let stale = TaskSet::NONE.with(TaskKind::Soils, true).with_descendants();
        assert_eq!(stale.iter().collect::<Vec<_>>(), [TaskKind::Soils, TaskKind::Wepp]);
        assert_eq!(TaskSet::NONE.with(TaskKind::FetchDem, true).with_descendants(), TaskSet::ALL);
    }
}
