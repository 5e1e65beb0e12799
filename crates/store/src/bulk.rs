//! Run and Cancel of a whole batch: the changes of many runs in a handful of statements.

use std::collections::{BTreeMap, HashMap};

use headwaters_domain::TaskKind;
use headwaters_domain::run::RunState;
use headwaters_scheduling::{Change, RunTasks, TaskRow};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::StoreResult;
use crate::cause::Cause;
use crate::changes::{Tally, event_for, merge, write_rows};
use crate::events::{Actor, NewEvent, append_for_each};
use crate::now_ms;

/// Runs per statement.
const RUNS_PER_STATEMENT: usize = 500;

/// What becomes of one run.
pub(crate) struct RunChanges<'a> {
    /// Row id of the run.
    pub run: i64,
    /// Its tasks as they are.
    pub before: RunTasks,
    /// What changes.
    pub changes: Vec<Change>,
    /// Keys the tasks are to have, when they are submitted.
    pub wanted: Option<&'a [String]>,
}

impl RunChanges<'_> {
    fn after(&self) -> RunTasks {
        let mut after = self.before;
        for change in &self.changes {
            after.0[change.kind.index()] = change.after;
        }
        after
    }
}

/// Writes changes nobody but the user caused. With `submission`, runs begin a new life: their times start anew.
pub(crate) async fn write_all(
    tx: &mut SqliteConnection,
    batch_id: i64,
    runs: &[RunChanges<'_>],
    submission: Option<i64>,
    actor: &Actor,
    tally: &mut Tally,
) -> StoreResult<()> {
    if let Some(submission) = submission {
        let event = NewEvent {
            event: "run_submitted",
            summary: format!("submitted (submission {submission})"),
            ..NewEvent::default()
        };
        let about: Vec<Option<i64>> = runs.iter().map(|run| Some(run.run)).collect();
        append_for_each(tx, Some(batch_id), actor, &event, &about).await?;
    }
    for ((kind, before, after), rows) in alike(runs) {
        let change = Change { kind, before, after };
        write_rows(tx, &change, &Cause::Plain, &rows).await?;
        if let Some(event) = event_for(&change, &Cause::Plain) {
            let about: Vec<Option<i64>> = rows.iter().map(|(run, _)| Some(*run)).collect();
            append_for_each(tx, Some(batch_id), actor, &event, &about).await?;
        }
    }
    for run in runs {
        tally.count(&run.changes);
    }
    write_runs(tx, batch_id, runs, submission, tally).await
}

/// Runs with their wanted keys, by task and its rows before and after.
type Alike<'a> = BTreeMap<(TaskKind, TaskRow, TaskRow), Vec<(i64, Option<&'a str>)>>;

/// Runs in which the same happens to the same task, with the keys it is to have. There are few kinds of change, however
/// many runs there are.
fn alike<'a>(runs: &'a [RunChanges<'_>]) -> Alike<'a> {
    let mut alike: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for run in runs {
        for change in &run.changes {
            let wanted_key = run.wanted.map(|keys| keys[change.kind.index()].as_str());
            let same = alike.entry((change.kind, change.before, change.after)).or_default();
            same.push((run.run, wanted_key));
        }
    }
    alike
}

/// Derives states and results of the runs from their tasks.
async fn write_runs(
    tx: &mut SqliteConnection,
    batch_id: i64,
    runs: &[RunChanges<'_>],
    submission: Option<i64>,
    tally: &mut Tally,
) -> StoreResult<()> {
    let figures = figures(tx, batch_id, runs).await?;
    for chunk in runs.chunks(RUNS_PER_STATEMENT) {
        let mut derived = Vec::with_capacity(chunk.len());
        for run in chunk {
            let after = run.after();
            let state = RunState::derive(&after.states());
            let done = figures.get(&run.run).map_or(&[][..], Vec::as_slice).iter();
            let done = done.filter(|(kind, _)| after.get(*kind).state.satisfies());
            let results = merge(done.map(|(kind, text)| (kind.slug(), Some(text.as_str()))))?;
            let ended = !matches!(state, RunState::Pending | RunState::Running);
            if ended && state != RunState::derive(&run.before.states()) {
                tally.run_ended();
            }
            let outlet = results.outlet.map(|outlet| serde_json::to_string(&outlet)).transpose()?;
            let seeks_outlet = run
                .changes
                .iter()
                .any(|change| change.kind == TaskKind::FindOutlet && !change.after.state.is_terminal());
            derived.push((run.run, state, serde_json::to_string(&results)?, outlet, ended, seeks_outlet));
        }
        let fresh = submission.is_some();
        let mut update = QueryBuilder::<Sqlite>::new("update run set submission_id = coalesce(");
        update.push_bind(submission).push(", submission_id), started_ms = case when ").push_bind(fresh);
        update.push(
            " then null else started_ms end, ended_ms = case when new.column5 then coalesce(case when ",
        );
        update.push_bind(fresh).push(" then null else ended_ms end, ").push_bind(now_ms()).push(
            ") end, state = new.column2, results = new.column3, outlet = new.column4,
                 outlet_submitted = case when new.column6 then outlet_override else outlet_submitted end from (",
        );
        update.push_values(derived, |mut row, (run, state, results, outlet, ended, seeks_outlet)| {
            row.push_bind(run).push_bind(state.slug()).push_bind(results).push_bind(outlet);
            row.push_bind(ended).push_bind(fresh && seeks_outlet);
        });
        update.push(") as new where run.id = new.column1");
        update.build().execute(&mut *tx).await?;
    }
    Ok(())
}

/// Figures of the tasks that stay done, by run.
async fn figures(
    tx: &mut SqliteConnection,
    batch_id: i64,
    runs: &[RunChanges<'_>],
) -> StoreResult<HashMap<i64, Vec<(TaskKind, String)>>> {
    let mut figures: HashMap<i64, Vec<(TaskKind, String)>> = HashMap::new();
    if !runs.iter().any(|run| run.after().states().into_iter().any(|state| state.satisfies())) {
        return Ok(figures);
    }
    let rows: Vec<(i64, String, String)> = sqlx::query_as(
        "select task.run_id, task.kind, task.figures from task join run on run.id = task.run_id
         where run.batch_id = ? and run.current = 1 and task.figures is not null",
    )
    .bind(batch_id)
    .fetch_all(tx)
    .await?;
    for (run, kind, text) in rows {
        if let Some(kind) = TaskKind::from_slug(&kind) {
            figures.entry(run).or_default().push((kind, text));
        }
    }
    Ok(figures)
}
