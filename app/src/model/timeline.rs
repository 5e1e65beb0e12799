//! Positions of attempts on the time axis of a run.

use headwaters_domain::run::TaskDetail;

use super::order::sorted_by_key;

use super::format::duration_s;

/// A bar of the timeline; positions are shares of the axis, 0-1.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Row: index of the task.
    pub task: usize,
    /// Attempt number.
    pub attempt: u16,
    /// `running`, `succeeded`, `failed`, `lost` or `cancelled`.
    pub outcome: String,
    /// Left end.
    pub from: f64,
    /// Right end.
    pub to: f64,
    /// Length in words.
    pub length: String,
}

/// Bars and ticks of a run's timeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// One bar per attempt.
    pub bars: Vec<Bar>,
    /// Position and label of ticks.
    pub ticks: Vec<(f64, String)>,
}

/// Lays out all attempts from the first start to the last end, or to `now_ms` while something runs.
///
/// Time in which nothing ran (a night between two submissions) would squeeze the bars to nothing, so gaps longer
/// than the work itself are cut out of the axis.
pub fn timeline(tasks: &[TaskDetail], now_ms: i64) -> Timeline {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for attempt in tasks.iter().flat_map(|task| &task.attempts) {
        spans.push((attempt.started_ms, attempt.ended_ms.unwrap_or(now_ms).max(attempt.started_ms)));
    }
    let spans = sorted_by_key(&spans, |span| *span);
    let busy = merged(&spans);
    let work_ms: i64 = busy.iter().map(|(from, to)| to - from).sum::<i64>().max(1);
    let busy = without_short_gaps(&busy, work_ms / 2);
    let axis_ms = busy.iter().map(|(from, to)| to - from).sum::<i64>().max(1);
    let share = |at_ms: i64| {
        let before: i64 = busy.iter().map(|(from, to)| (at_ms.min(*to) - from).max(0)).sum();
        before as f64 / axis_ms as f64
    };
    let bars = tasks
        .iter()
        .enumerate()
        .flat_map(|(position, task)| task.attempts.iter().map(move |attempt| (position, attempt)))
        .map(|(task, attempt)| {
            let ended_ms = attempt.ended_ms.unwrap_or(now_ms).max(attempt.started_ms);
            Bar {
                task,
                attempt: attempt.number,
                outcome: attempt.outcome.clone(),
                from: share(attempt.started_ms),
                to: share(ended_ms),
                length: duration_s((ended_ms - attempt.started_ms) as f64 / 1000.0),
            }
        })
        .collect();
    let ticks = if spans.is_empty() { Vec::new() } else { ticks(axis_ms as f64 / 1000.0) };
    Timeline { bars, ticks }
}

fn merged(sorted: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (from, to) in sorted {
        match merged.last_mut() {
            Some(last) if *from <= last.1 => last.1 = last.1.max(*to),
            _ => merged.push((*from, *to)),
        }
    }
    merged
}

fn without_short_gaps(busy: &[(i64, i64)], longest_gap_ms: i64) -> Vec<(i64, i64)> {
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (from, to) in busy {
        match joined.last_mut() {
            Some(last) if from - last.1 <= longest_gap_ms => last.1 = *to,
            _ => joined.push((*from, *to)),
        }
    }
    joined
}

fn ticks(length_s: f64) -> Vec<(f64, String)> {
    const STEPS_S: [f64; 16] = [
        0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 10_800.0,
        43_200.0,
    ];
    let step_s = STEPS_S.into_iter().find(|step_s| length_s / step_s <= 5.0).unwrap_or(86_400.0);
    let most = ((length_s / step_s) as usize).min(40);
    (0..=most).map(|number| number as f64 * step_s).map(|at_s| (at_s / length_s, duration_s(at_s))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use headwaters_domain::run::AttemptDetail;
    use headwaters_domain::{TaskKind, TaskState};

    fn task(kind: TaskKind, attempts: &[(i64, Option<i64>)]) -> TaskDetail {
        let attempts = attempts.iter().enumerate().map(|(number, (started_ms, ended_ms))| AttemptDetail {
            number: number as u16 + 1,
            outcome: if ended_ms.is_some() { "failed" } else { "running" }.to_owned(),
            worker: "w".to_owned(),
            started_ms: *started_ms,
            ended_ms: *ended_ms,
            error: None,
        });
        let attempts = attempts.collect();
        TaskDetail { kind, state: TaskState::Running, waiting_for: None, attempts, result: None }
    }

    #[test]
    fn every_attempt_is_a_bar_and_a_running_one_reaches_to_now() {
        let tasks = [
            task(TaskKind::FetchDem, &[(1000, Some(2000))]),
            task(TaskKind::BuildChannels, &[(2000, Some(4000)), (4000, None)]),
        ];
        let line = timeline(&tasks, 6000);
        let spans: Vec<_> = line.bars.iter().map(|bar| (bar.task, bar.attempt, bar.from, bar.to)).collect();
        assert_eq!(spans, [(0, 1, 0.0, 0.2), (1, 1, 0.2, 0.6), (1, 2, 0.6, 1.0)]);
        assert_eq!(line.ticks.len(), 6);
        assert_eq!(timeline(&[], 6000), Timeline::default());
    }

    #[test]
    fn a_night_between_two_submissions_does_not_hide_the_work() {
        let tasks = [task(TaskKind::Wepp, &[(0, Some(10_000)), (90_000_000, Some(90_010_000))])];
        let line = timeline(&tasks, 90_020_000);
        assert_eq!(
            line.bars.iter().map(|bar| (bar.from, bar.to)).collect::<Vec<_>>(),
            [(0.0, 0.5), (0.5, 1.0)]
        );
    }

    #[test]
    fn a_clock_that_runs_behind_the_workers_does_no_harm() {
        let line = timeline(&[task(TaskKind::Wepp, &[(5000, None)])], 0);
        assert!(line.bars.iter().all(|bar| bar.from.is_finite() && bar.to >= bar.from));
    }
}
