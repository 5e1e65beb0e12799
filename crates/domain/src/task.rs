//! The tasks of a run, their order, and the states they go through.

use serde::{Deserialize, Serialize};

/// One step of a run. The declaration order is a topological order of the DAG.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Crop the elevation model around the watershed.
    FetchDem,
    /// Condition the elevation model and extract channels.
    BuildChannels,
    /// Find the cell where the watershed drains.
    FindOutlet,
    /// Divide the basin into TOPAZ channels and hillslopes.
    BuildSubcatchments,
    /// Derive representative profiles, tables and vectors.
    AbstractWatershed,
    /// Land use per hillslope, changed by burn severity.
    Landuse,
    /// Soil per hillslope, changed by burn severity.
    Soils,
    /// Weather for the watershed.
    Climate,
    /// Erosion of every hillslope, and watershed totals.
    Wepp,
}

impl TaskKind {
    /// Every task, in topological order.
    pub const ALL: [TaskKind; 9] = [
        TaskKind::FetchDem,
        TaskKind::BuildChannels,
        TaskKind::FindOutlet,
        TaskKind::BuildSubcatchments,
        TaskKind::AbstractWatershed,
        TaskKind::Landuse,
        TaskKind::Soils,
        TaskKind::Climate,
        TaskKind::Wepp,
    ];

    /// Tasks that must have succeeded before this one can start.
    pub const fn parents(self) -> &'static [TaskKind] {
        use TaskKind::*;
        match self {
            FetchDem => &[],
            BuildChannels => &[FetchDem],
            FindOutlet => &[BuildChannels],
            BuildSubcatchments => &[FindOutlet],
            AbstractWatershed => &[BuildSubcatchments],
            Landuse => &[BuildSubcatchments],
            Soils => &[Landuse],
            Climate => &[FindOutlet],
            Wepp => &[AbstractWatershed, Soils, Climate],
        }
    }

    /// Position in [`TaskKind::ALL`]: the column of the grid and the index in a run's state list.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Stable identifier in SQL, URLs, logs and JSON.
    pub const fn slug(self) -> &'static str {
        use TaskKind::*;
        match self {
            FetchDem => "fetch_dem",
            BuildChannels => "build_channels",
            FindOutlet => "find_outlet",
            BuildSubcatchments => "build_subcatchments",
            AbstractWatershed => "abstract_watershed",
            Landuse => "landuse",
            Soils => "soils",
            Climate => "climate",
            Wepp => "wepp",
        }
    }

    /// The task with this slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Name for people.
    pub const fn label(self) -> &'static str {
        use TaskKind::*;
        match self {
            FetchDem => "Fetch DEM",
            BuildChannels => "Build channels",
            FindOutlet => "Find outlet",
            BuildSubcatchments => "Build subcatchments",
            AbstractWatershed => "Abstract watershed",
            Landuse => "Land use",
            Soils => "Soils",
            Climate => "Climate",
            Wepp => "Erosion",
        }
    }

    /// Heading under which the checklist shows the task.
    pub const fn group(self) -> &'static str {
        use TaskKind::*;
        match self {
            FetchDem => "Elevation",
            BuildChannels | FindOutlet => "Channels and outlet",
            BuildSubcatchments | AbstractWatershed => "Subcatchments",
            Landuse => "Land use",
            Soils => "Soils",
            Climate => "Climate",
            Wepp => "Erosion",
        }
    }
}

/// A set of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<TaskKind>", into = "Vec<TaskKind>")]
pub struct TaskSet(u16);

impl TaskSet {
    /// Every task.
    pub const ALL: TaskSet = TaskSet((1 << TaskKind::ALL.len()) - 1);
    /// No task.
    pub const NONE: TaskSet = TaskSet(0);

    /// Whether `kind` is in the set.
    pub const fn contains(self, kind: TaskKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    /// The set with `kind` in or out.
    pub const fn with(self, kind: TaskKind, present: bool) -> Self {
        if present { TaskSet(self.0 | (1 << kind as u16)) } else { TaskSet(self.0 & !(1 << kind as u16)) }
    }

    /// Members in topological order.
    pub fn iter(self) -> impl Iterator<Item = TaskKind> {
        TaskKind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }

    /// Number of members.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether nothing is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Everything that (transitively) needs one of the members, members included.
    pub fn with_descendants(self) -> Self {
        TaskKind::ALL.into_iter().fold(self, |set, kind| {
            let downstream = kind.parents().iter().any(|parent| set.contains(*parent));
            set.with(kind, set.contains(kind) || downstream)
        })
    }
}

impl From<Vec<TaskKind>> for TaskSet {
    fn from(kinds: Vec<TaskKind>) -> Self {
        kinds.into_iter().fold(Self::NONE, |set, kind| set.with(kind, true))
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

    /// Whether only a new submission can change it.
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

    /// Whether a task that needs this one may start.
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
