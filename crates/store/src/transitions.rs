//! State transitions: the pure machine decides, [`crate::changes`] writes, one transaction holds both.

use std::io;

use headwaters_domain::TaskAddress;
use headwaters_domain::run::Artefact;
use headwaters_scheduling::{Event, Policy, Rejection};
use sqlx::SqliteConnection;

use crate::cause::Cause;
use crate::changes::{Tally, write_changes};
use crate::events::{Actor, NewEvent, append};
use crate::packed::{load_tasks, tasks_of};
use crate::{Store, StoreError, StoreResult};

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Rows changed.
    Changed,
    /// Nothing to do: late or inapplicable.
    Rejected(Rejection),
}

/// A transition that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum TransitionError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The files could not be published.
    #[error("publish the attempt's files: {0}")]
    Publish(#[from] io::Error),
}

impl From<sqlx::Error> for TransitionError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

async fn batch_of(tx: &mut SqliteConnection, run: i64) -> StoreResult<i64> {
    Ok(sqlx::query_scalar("select batch_id from run where id = ?").bind(run).fetch_one(tx).await?)
}

impl Store {
    /// Applies an event to a task. `publish` runs between the compare-and-set and the commit, and only when the
    /// event is accepted: this is what keeps a worker that lost its lease from publishing anything. It returns
    /// the files to list; running it twice after a crash in between must be harmless.
    pub async fn apply(
        &self,
        address: TaskAddress,
        event: Event,
        cause: Cause,
        policy: Policy,
        actor: &Actor,
        publish: Option<&(dyn Fn() -> io::Result<Vec<Artefact>> + Send + Sync)>,
    ) -> Result<Recorded, TransitionError> {
        let mut tx = self.write().await?;
        let tasks = load_tasks(&mut tx, address.run).await?;
        let changes = match tasks.apply(address.kind, event, policy) {
            Ok(changes) => changes,
            Err(rejection) => {
                if rejection == Rejection::Late {
                    let batch_id = batch_of(&mut tx, address.run).await?;
                    append(&mut tx, Some(batch_id), actor, late(address, event)).await?;
                    tx.commit().await?;
                }
                return Ok(Recorded::Rejected(rejection));
            }
        };
        let batch_id = batch_of(&mut tx, address.run).await?;
        let mut tally = Tally::default();
        let why = (Some(address.kind), &cause);
        write_changes(&mut tx, (batch_id, address.run), &changes, why, actor, &mut tally).await?;
        tally.write(&mut tx, batch_id, actor).await?;
        if let Some(publish) = publish {
            let artefacts = publish()?;
            sqlx::query("delete from artefact where run_id = ? and kind = ?")
                .bind(address.run)
                .bind(address.kind.slug())
                .execute(&mut *tx)
                .await?;
            for artefact in artefacts {
                sqlx::query(
                    "insert or replace into artefact (run_id, kind, path, size_bytes) values (?, ?, ?, ?)",
                )
                .bind(address.run)
                .bind(address.kind.slug())
                .bind(artefact.path)
                .bind(artefact.size_bytes as i64)
                .execute(&mut *tx)
                .await?;
            }
        }
        tx.commit().await?;
        Ok(Recorded::Changed)
    }

    /// Whether `worker` holds the lease on this attempt.
    pub async fn holds_lease(&self, address: TaskAddress, attempt: u16, worker: &str) -> StoreResult<bool> {
        let found: Option<i64> = sqlx::query_scalar(
            "select 1 from task where run_id = ? and kind = ? and attempt = ?
             and ((state = 'running' and worker = ?) or state = 'queued')",
        )
        .bind(address.run)
        .bind(address.kind.slug())
        .bind(i64::from(attempt))
        .bind(worker)
        .fetch_optional(&self.readers)
        .await?;
        Ok(found.is_some())
    }

    /// Notes that a message of an attempt that is over was dropped.
    pub async fn record_late(&self, address: TaskAddress, event: Event, actor: &Actor) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let batch_id = batch_of(&mut tx, address.run).await?;
        append(&mut tx, Some(batch_id), actor, late(address, event)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Settles runs whose blocked tasks no longer follow from their parents; returns how many it had to mend.
    pub async fn reconcile(&self) -> StoreResult<usize> {
        let waiting = {
            let mut tx = self.read().await?;
            let blocked = "select run_id from task where state = 'blocked' and ?";
            tasks_of(&mut tx, blocked, 1).await?
        };
        let mut mended = 0;
        for stuck in waiting.into_iter().filter(|waiting| !waiting.tasks.reconcile().is_empty()) {
            let run = stuck.run;
            let mut tx = self.write().await?;
            let changes = load_tasks(&mut tx, run).await?.reconcile();
            let batch_id = batch_of(&mut tx, run).await?;
            let (actor, mut tally) = (Actor::local("scheduler"), Tally::default());
            let why = (None, &Cause::Plain);
            write_changes(&mut tx, (batch_id, run), &changes, why, &actor, &mut tally).await?;
            tally.write(&mut tx, batch_id, &actor).await?;
            tx.commit().await?;
            mended += 1;
        }
        Ok(mended)
    }
}

fn late(address: TaskAddress, event: Event) -> NewEvent {
    let attempt = match event {
        Event::Start { attempt }
        | Event::Succeed { attempt }
        | Event::Fail { attempt, .. }
        | Event::Stop { attempt }
        | Event::Lose { attempt } => Some(attempt),
        Event::Dispatch | Event::RetryDue | Event::Cancel => None,
    };
    NewEvent {
        event: "late_result",
        summary: format!("{}: dropped a message of an attempt that is over", address.kind.label()),
        run_id: Some(address.run),
        kind: Some(address.kind.slug()),
        attempt,
        ..NewEvent::default()
    }
}
