//! Failed runs grouped by their error code.

use std::collections::BTreeMap;

use super::order::sorted_by_key;
use headwaters_domain::run::{RunRow, RunState};

/// Runs that failed for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureGroup {
    /// Error code, `unknown` when a run has none.
    pub code: String,
    /// Message of the first of them.
    pub message: String,
    /// Keys of the runs.
    pub keys: Vec<u32>,
    /// Run ids, in the order of `keys`.
    pub run_ids: Vec<String>,
}

/// Groups failed runs by error code, largest group first.
pub fn failure_groups(rows: &[RunRow]) -> Vec<FailureGroup> {
    let mut by_code: BTreeMap<&str, FailureGroup> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.state() == RunState::Failed) {
        let code = row.error_code.as_deref().unwrap_or("unknown");
        let group = by_code.entry(code).or_insert_with(|| FailureGroup {
            code: code.to_owned(),
            message: row.error_message.clone().unwrap_or_else(|| "no message was recorded".to_owned()),
            keys: Vec::new(),
            run_ids: Vec::new(),
        });
        group.keys.push(row.key);
        group.run_ids.push(row.run_id.clone());
    }
    let groups: Vec<FailureGroup> = by_code.into_values().collect();
    sorted_by_key(&groups, |group| std::cmp::Reverse(group.keys.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run_query::tests::row;
    use headwaters_domain::TaskState;

    #[test]
    fn a_hundred_equal_failures_are_one_card() {
        let mut rows: Vec<RunRow> =
            (0..100).map(|key| row(key, &format!("r{key}"), 1.0, TaskState::Failed)).collect();
        rows[3].error_code = Some("outlet_unsure".to_owned());
        rows[4].error_code = None;
        rows.push(row(100, "fine", 1.0, TaskState::Succeeded));
        let groups = failure_groups(&rows);
        let sizes: Vec<_> = groups.iter().map(|group| (group.code.as_str(), group.keys.len())).collect();
        assert_eq!(sizes, [("polygon_leaves_dem", 98), ("outlet_unsure", 1), ("unknown", 1)]);
    }
}
