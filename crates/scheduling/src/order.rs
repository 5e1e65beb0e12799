//! Dispatch order of ready tasks.

use std::collections::BTreeMap;

use headwaters_domain::TaskKind;

/// A ready task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Its batch.
    pub batch: i64,
    /// Its run.
    pub run: i64,
    /// Area of the run's polygon, km².
    pub area_km2: f64,
    /// The task.
    pub kind: TaskKind,
}

/// Picks at most `room` candidates: batches in turn, within a batch the largest watershed first (the longest job last
/// would leave the other workers idle at the end), within a run the task nearest to its end first.
pub fn pick(candidates: Vec<Candidate>, room: usize) -> Vec<Candidate> {
    let mut batches: BTreeMap<i64, Vec<Candidate>> = BTreeMap::new();
    for candidate in candidates {
        batches.entry(candidate.batch).or_default().push(candidate);
    }
    let mut queues: Vec<_> = batches
        .into_values()
        .map(|mut queue| {
            queue.sort_by(|a, b| {
                let by_area = b.area_km2.total_cmp(&a.area_km2);
                by_area.then(a.run.cmp(&b.run)).then(b.kind.cmp(&a.kind))
            });
            queue.into_iter()
        })
        .collect();
    let mut picked = Vec::new();
    while picked.len() < room {
        let round: Vec<_> = queues.iter_mut().filter_map(Iterator::next).collect();
        if round.is_empty() {
            break;
        }
        picked.extend(round.into_iter().take(room - picked.len()));
    }
    picked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_batch_does_not_starve_a_small_one_and_large_watersheds_go_first() {
        let candidate = |batch, run, area_km2| Candidate { batch, run, area_km2, kind: TaskKind::FetchDem };
        let mut candidates: Vec<_> = (0..50).map(|run| candidate(1, run, run as f64)).collect();
        candidates.push(candidate(2, 100, 0.1));
        let picked: Vec<_> = pick(candidates, 3).into_iter().map(|picked| picked.run).collect();
        assert_eq!(picked, [49, 100, 48]);
    }
}
