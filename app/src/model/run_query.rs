//! Filters and order of the runs, as the address bar holds them.

use std::cmp::Ordering;

use headwaters_domain::run::{RunRow, RunState};

use super::order::positions_by;

/// Selection and order of the shown runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunQuery {
    /// Shown states; all when empty.
    pub states: Vec<RunState>,
    /// Part of the run id or of the error message, ignoring case.
    pub text: String,
    /// Only runs that failed with this code.
    pub error_code: Option<String>,
    /// Order.
    pub sort: RunSort,
    /// Reverse order.
    pub descending: bool,
}

/// Order of the runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunSort {
    /// Position in the uploaded file.
    #[default]
    Index,
    /// Run id.
    RunId,
    /// Area: the order in which the scheduler starts runs, when descending.
    Area,
    /// State.
    State,
    /// Wall time of the latest submission.
    Duration,
}

impl RunSort {
    /// Every order.
    pub const ALL: [RunSort; 5] =
        [RunSort::Index, RunSort::RunId, RunSort::Area, RunSort::State, RunSort::Duration];

    /// Identifier in the address bar.
    pub const fn slug(self) -> &'static str {
        match self {
            RunSort::Index => "index",
            RunSort::RunId => "id",
            RunSort::Area => "area",
            RunSort::State => "state",
            RunSort::Duration => "time",
        }
    }

    /// The order with this identifier.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.slug() == slug)
    }

    /// Column heading.
    pub const fn label(self) -> &'static str {
        match self {
            RunSort::Index => "#",
            RunSort::RunId => "Run",
            RunSort::Area => "km²",
            RunSort::State => "State",
            RunSort::Duration => "Time",
        }
    }
}

impl RunQuery {
    /// Reads the parameters `state`, `q`, `error` and `sort` (`-area` for descending). Unknown words are ignored.
    pub fn from_parameters(get: impl Fn(&str) -> Option<String>) -> Self {
        let states = get("state").unwrap_or_default();
        let sort = get("sort").unwrap_or_default();
        let (descending, slug) = sort.strip_prefix('-').map_or((false, sort.as_str()), |slug| (true, slug));
        Self {
            states: states.split(',').filter_map(RunState::from_slug).collect(),
            text: get("q").unwrap_or_default(),
            error_code: get("error").filter(|code| !code.is_empty()),
            sort: RunSort::from_slug(slug).unwrap_or_default(),
            descending,
        }
    }

    /// Value of the `state` parameter, empty when it is not needed.
    pub fn states_parameter(&self) -> String {
        self.states.iter().map(|state| state.slug()).collect::<Vec<_>>().join(",")
    }

    /// Value of the `sort` parameter after a click on a column heading.
    pub fn sort_parameter_after_click(&self, sort: RunSort) -> String {
        let descending = if self.sort == sort { !self.descending } else { sort == RunSort::Area };
        let sign = if descending { "-" } else { "" };
        format!("{sign}{}", sort.slug())
    }

    /// Value of the `state` parameter after a click on a state's count.
    pub fn states_parameter_after_click(&self, state: RunState) -> String {
        let mut clicked = self.clone();
        if let Some(position) = clicked.states.iter().position(|shown| *shown == state) {
            clicked.states.remove(position);
        } else {
            clicked.states.push(state);
        }
        clicked.states_parameter()
    }

    /// True when a filter is set.
    pub fn is_filtered(&self) -> bool {
        !self.states.is_empty() || !self.text.is_empty() || self.error_code.is_some()
    }

    /// True when a run is shown.
    pub fn shows(&self, row: &RunRow) -> bool {
        let state_fits = self.states.is_empty() || self.states.contains(&row.state());
        let error_fits = self
            .error_code
            .as_ref()
            .is_none_or(|code| row.state() == RunState::Failed && row.error_code.as_ref() == Some(code));
        state_fits && error_fits && (self.text.is_empty() || mentions(row, &self.text.to_lowercase()))
    }

    /// Positions of the shown rows, in order.
    pub fn apply(&self, rows: &[RunRow]) -> Vec<usize> {
        let shown: Vec<usize> = (0..rows.len()).filter(|position| self.shows(&rows[*position])).collect();
        let order = positions_by(shown.len(), &|a, b| {
            let (a, b) = (&rows[shown[a]], &rows[shown[b]]);
            let order = self.compare(a, b);
            let order = if self.descending { order.reverse() } else { order };
            order.then(a.index.cmp(&b.index))
        });
        order.into_iter().map(|position| shown[position]).collect()
    }

    fn compare(&self, a: &RunRow, b: &RunRow) -> Ordering {
        match self.sort {
            RunSort::Index => a.index.cmp(&b.index),
            RunSort::RunId => a.run_id.cmp(&b.run_id),
            RunSort::Area => a.area_km2.total_cmp(&b.area_km2),
            RunSort::State => rank(a.state()).cmp(&rank(b.state())),
            RunSort::Duration => wall_ms(a).cmp(&wall_ms(b)),
        }
    }
}

/// Milliseconds from the first start to the last end of a run's latest submission, when it has ended.
pub fn wall_ms(row: &RunRow) -> Option<i64> {
    Some((row.ended_ms? - row.started_ms?).max(0))
}

fn rank(state: RunState) -> usize {
    RunState::ALL.iter().position(|listed| *listed == state).unwrap_or(RunState::ALL.len())
}

fn mentions(row: &RunRow, lower_case: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(lower_case);
    has(&row.run_id)
        || row.error_message.as_deref().is_some_and(has)
        || row.error_code.as_deref().is_some_and(has)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use headwaters_domain::{TaskKind, TaskState};

    pub(crate) fn row(key: u32, run_id: &str, area_km2: f64, state: TaskState) -> RunRow {
        RunRow {
            key,
            index: key,
            run_id: run_id.to_owned(),
            area_km2,
            tasks: vec![state; TaskKind::ALL.len()],
            attempts: vec![1; TaskKind::ALL.len()],
            error_code: (state == TaskState::Failed).then(|| "polygon_leaves_dem".to_owned()),
            error_message: (state == TaskState::Failed)
                .then(|| "The polygon leaves the elevation model".to_owned()),
            started_ms: Some(0),
            ended_ms: Some(i64::from(key) * 1000),
            outlet: None,
        }
    }

    fn query(parameters: &[(&str, &str)]) -> RunQuery {
        RunQuery::from_parameters(|wanted| {
            parameters.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_link_to_a_filtered_view_shows_that_view() {
        let rows = [
            row(0, "alder", 2.0, TaskState::Succeeded),
            row(1, "birch", 9.0, TaskState::Failed),
            row(2, "cedar", 5.0, TaskState::Failed),
        ];
        assert_eq!(query(&[]).apply(&rows), [0, 1, 2]);
        assert_eq!(query(&[("sort", "-area")]).apply(&rows), [1, 2, 0]);
        assert_eq!(query(&[("state", "failed,nonsense"), ("sort", "area")]).apply(&rows), [2, 1]);
        assert_eq!(query(&[("q", "LEAVES")]).apply(&rows), [1, 2], "error messages are searched too");
        assert_eq!(query(&[("error", "polygon_leaves_dem"), ("q", "ced")]).apply(&rows), [2]);
        assert_eq!(query(&[("sort", "time")]).apply(&rows), [0, 1, 2]);
        assert!(query(&[("state", "nonsense")]).apply(&rows).len() == 3);
    }

    #[test]
    fn clicks_toggle_filters_and_turn_the_order_round() {
        let start = query(&[("state", "failed"), ("sort", "area")]);
        assert_eq!(start.states_parameter_after_click(RunState::Running), "failed,running");
        assert_eq!(start.states_parameter_after_click(RunState::Failed), "");
        assert_eq!(start.sort_parameter_after_click(RunSort::Area), "-area");
        assert_eq!(start.sort_parameter_after_click(RunSort::RunId), "id");
    }
}
