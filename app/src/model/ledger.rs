//! The browser's copy of a batch's runs, kept current by the live feed.

use std::collections::HashMap;

use headwaters_domain::batch::{BatchState, RunCounts};
use headwaters_domain::live::{Delta, Frame, Pace, Snapshot};
use headwaters_domain::run::{RunRow, RunState};

/// Every run of a batch at one sequence number.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Runs in the order of the snapshot.
    pub rows: Vec<RunRow>,
    /// Runs per state.
    pub counts: RunCounts,
    /// State of the batch, once known.
    pub state: Option<BatchState>,
    /// Basis of the ETA.
    pub pace: Pace,
    /// Database the sequence numbers belong to.
    pub epoch: Option<String>,
    /// Sequence number reached.
    pub seq: i64,
    /// Server time of the last frame, milliseconds since 1970.
    pub at_ms: i64,
    position_of_key: HashMap<u32, usize>,
}

/// Effect of a frame on the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Rows or counts may have changed.
    Changed,
    /// Nothing changed; the data are confirmed current.
    Unchanged,
    /// Something in between is missing: reconnect to get it.
    Gap,
}

impl Ledger {
    /// Takes in one frame. A frame that does not fit changes nothing.
    pub fn apply(&mut self, frame: Frame) -> Applied {
        match frame {
            Frame::Snapshot(snapshot) => {
                self.replace(snapshot);
                Applied::Changed
            }
            Frame::Delta(delta) => self.merge(delta),
            Frame::Beat { seq, at_ms } => {
                if self.epoch.is_none() || seq != self.seq {
                    return Applied::Gap;
                }
                self.at_ms = at_ms;
                Applied::Unchanged
            }
        }
    }

    /// The run with this key.
    pub fn by_key(&self, key: u32) -> Option<&RunRow> {
        self.rows.get(*self.position_of_key.get(&key)?)
    }

    /// The run with this id.
    pub fn by_run_id(&self, run_id: &str) -> Option<&RunRow> {
        self.rows.iter().find(|row| row.run_id == run_id)
    }

    /// Runs in one state.
    pub fn count(&self, state: RunState) -> u32 {
        self.counts.get(&state).copied().unwrap_or(0)
    }

    /// Runs of the latest submission that have ended, and all that were submitted.
    pub fn progress(&self) -> (u32, u32) {
        let ended =
            self.count(RunState::Succeeded) + self.count(RunState::Failed) + self.count(RunState::Cancelled);
        (ended, ended + self.count(RunState::Pending) + self.count(RunState::Running))
    }

    fn replace(&mut self, snapshot: Snapshot) {
        let position_of_key = snapshot.runs.iter().enumerate().map(|(position, row)| (row.key, position));
        self.position_of_key = position_of_key.collect();
        self.rows = snapshot.runs;
        self.counts = snapshot.counts;
        self.state = Some(snapshot.state);
        self.pace = snapshot.pace;
        self.epoch = Some(snapshot.epoch);
        self.seq = snapshot.seq;
        self.at_ms = snapshot.at_ms;
    }

    fn merge(&mut self, delta: Delta) -> Applied {
        if self.epoch.is_none() || delta.from > self.seq {
            return Applied::Gap;
        }
        if delta.seq <= self.seq {
            return Applied::Unchanged;
        }
        if delta.from != self.seq {
            return Applied::Gap;
        }
        for row in delta.runs {
            if let Some(position) = self.position_of_key.get(&row.key) {
                self.rows[*position] = row;
            } else {
                self.position_of_key.insert(row.key, self.rows.len());
                self.rows.push(row);
            }
        }
        self.counts = delta.counts;
        self.state = Some(delta.state);
        self.pace = delta.pace;
        self.seq = delta.seq;
        self.at_ms = delta.at_ms;
        Applied::Changed
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::run_query::tests::row;
    use headwaters_domain::TaskState;
    use proptest::prelude::*;

    pub(crate) fn snapshot(seq: i64, runs: Vec<RunRow>) -> Frame {
        let state = BatchState::Active;
        let counts = RunCounts::from([(RunState::Running, runs.len() as u32)]);
        Frame::Snapshot(Snapshot {
            epoch: "e1".into(),
            seq,
            at_ms: seq,
            state,
            counts,
            pace: Pace::default(),
            runs,
        })
    }

    pub(crate) fn delta(from: i64, seq: i64, runs: Vec<RunRow>) -> Frame {
        let (state, counts) = (BatchState::Active, RunCounts::new());
        Frame::Delta(Delta { from, seq, at_ms: seq, state, counts, pace: Pace::default(), runs })
    }

    #[test]
    fn a_missing_delta_is_noticed_and_a_repeated_one_does_no_harm() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.apply(delta(0, 1, vec![])), Applied::Gap, "nothing to build on");
        ledger.apply(snapshot(10, vec![row(7, "a", 1.0, TaskState::Ready)]));
        assert_eq!(ledger.apply(delta(10, 11, vec![row(7, "a", 1.0, TaskState::Running)])), Applied::Changed);
        assert_eq!(ledger.apply(delta(12, 13, vec![])), Applied::Gap);
        assert_eq!(ledger.apply(delta(10, 11, vec![row(7, "a", 1.0, TaskState::Ready)])), Applied::Unchanged);
        assert_eq!(ledger.by_key(7).map(RunRow::state), Some(RunState::Running), "old news is not applied");
        assert_eq!(ledger.apply(Frame::Beat { seq: 12, at_ms: 0 }), Applied::Gap);
        assert_eq!(ledger.apply(Frame::Beat { seq: 11, at_ms: 99 }), Applied::Unchanged);
        assert_eq!(ledger.at_ms, 99);
    }

    proptest! {
        /// Deltas, however cut into frames, end in the same rows as writing each change into a map.
        #[test]
        fn deltas_add_up_to_the_truth(changes in prop::collection::vec((0u32..12, 0usize..11), 0..60), cut in 1usize..7) {
            let mut truth: std::collections::BTreeMap<u32, TaskState> = (0..8).map(|key| (key, TaskState::Idle)).collect();
            let mut ledger = Ledger::default();
            ledger.apply(snapshot(0, (0..8).map(|key| row(key, "r", 1.0, TaskState::Idle)).collect()));
            let mut seq = 0;
            for frame in changes.chunks(cut) {
                let rows = frame.iter().map(|(key, state)| row(*key, "r", 1.0, TaskState::ALL[*state])).collect();
                truth.extend(frame.iter().map(|(key, state)| (*key, TaskState::ALL[*state])));
                let reached = seq + frame.len() as i64;
                prop_assert_eq!(ledger.apply(delta(seq, reached, rows)), Applied::Changed);
                seq = reached;
            }
            prop_assert_eq!(ledger.rows.len(), truth.len());
            for (key, state) in truth {
                prop_assert_eq!(ledger.by_key(key).map(|row| row.tasks[0]), Some(state));
            }
        }
    }
}
