//! What does not depend on any message arriving: heartbeats and leases, due retries, lost jobs, stuck rows. The
//! sweep alone must be able to finish a batch.

use std::collections::HashSet;
use std::time::Duration;

use headwaters_domain::AttemptId;
use headwaters_queue::StopRequest;
use headwaters_scheduling::Event;
use headwaters_store::{Actor, Cause, RunningTask, WorkerRecord};
use jiff::Timestamp;

use super::{RoundError, Scheduler};

/// A delivery nobody began for this long belongs to a worker that died between reading and reporting.
const ABANDONED: Duration = Duration::from_secs(15);
/// A queued task is looked for in the stream only after this long: it may be on its way.
const SETTLED_MS: i64 = 3_000;

impl Scheduler {
    /// Copies heartbeats into SQL, extends leases, repeats requests to stop.
    pub(super) async fn heartbeats(&self) -> Result<(), RoundError> {
        let store = &self.app.store;
        let (alive, silent) = self.queue.heartbeats().await?;
        let running = store.running_tasks().await?;
        for heartbeat in &alive {
            let seen = WorkerRecord {
                id: heartbeat.id.clone(),
                host: heartbeat.host.clone(),
                pid: i64::from(heartbeat.pid),
                slots: i64::from(heartbeat.slots),
                busy: heartbeat.held.len() as i64,
                started_ms: heartbeat.started_ms,
                seen_ms: Timestamp::now().as_millisecond(),
            };
            store.worker_seen(&seen).await?;
            let held: Vec<_> = heartbeat.held.iter().map(|id| (id.address(), id.attempt)).collect();
            store
                .extend_leases(&heartbeat.id, &held, Timestamp::now().as_millisecond() + self.lease_ms())
                .await?;
            for id in &heartbeat.held {
                let stops = running.iter().any(|task| {
                    let same = task.address == id.address() && task.attempt == id.attempt;
                    same && task.worker == heartbeat.id && task.cancel_requested
                });
                if stops {
                    self.queue.request_stop(&StopRequest { worker: heartbeat.id.clone(), id: *id }).await?;
                }
            }
        }
        for worker in silent {
            self.queue.forget_worker(&worker).await?;
        }
        let expired = running.into_iter().filter(|task| task.expired);
        self.lose(expired.collect()).await
    }

    /// Sends running attempts that a user wants stopped their nudge at once.
    pub(super) async fn nudge_cancelled(&self) -> Result<(), RoundError> {
        for task in self.app.store.running_tasks().await? {
            if task.cancel_requested {
                let id = AttemptId { run: task.address.run, kind: task.address.kind, attempt: task.attempt };
                self.queue.request_stop(&StopRequest { worker: task.worker, id }).await?;
            }
        }
        Ok(())
    }

    /// A worker process of ours has ended: nobody needs to wait for its leases.
    pub(super) async fn worker_ended(&self, worker: &str) -> Result<(), RoundError> {
        self.app.store.forget_worker(worker).await?;
        let running = self.app.store.running_tasks().await?;
        self.lose(running.into_iter().filter(|task| task.worker == worker).collect()).await?;
        self.queue.forget_worker(worker).await?;
        Ok(())
    }

    async fn lose(&self, tasks: Vec<RunningTask>) -> Result<(), RoundError> {
        let any = !tasks.is_empty();
        for task in tasks {
            // A lease may have been extended since the list was read, but then its worker lives and the result
            // it sends for the old attempt is dropped as late: wasteful, never wrong.
            tracing::warn!(?task.address, task.attempt, worker = %task.worker, "worker lost");
            let actor = Actor::local(&task.worker);
            let event = Event::Lose { attempt: task.attempt };
            self.app.store.apply(task.address, event, Cause::Lost, self.policy, &actor, None).await?;
        }
        if any {
            self.app.announce().await;
        }
        Ok(())
    }

    /// Looks for everything that a lost hint, a lost message or an emptied Redis may have left behind.
    pub(super) async fn sweep(&self) -> Result<(), RoundError> {
        let store = &self.app.store;
        for address in store.due_retries().await? {
            store.apply(address, Event::RetryDue, Cause::Plain, self.policy, &self.actor, None).await?;
        }
        self.queue.ensure_group().await?;
        for delivery in self.queue.abandoned(ABANDONED).await? {
            self.queue.publish(&delivery.job).await?;
            self.queue.settle(&delivery.entry).await?;
        }
        self.publish_missing().await?;
        let mended = store.reconcile().await?;
        if mended > 0 {
            tracing::warn!(runs = mended, "runs had blocked tasks that could go on");
        }
        for batch in store.miscounted_batches().await? {
            tracing::error!(batch, "counters differ from a recount; corrected");
            store.correct_counters(batch).await?;
        }
        let (alive, _) = self.queue.heartbeats().await?;
        let alive = alive.into_iter().map(|heartbeat| heartbeat.id).collect();
        self.queue.forget_consumers(&alive).await?;
        store.forget_workers(Timestamp::now().as_millisecond() - 10 * self.lease_ms()).await?;
        self.app.announce().await;
        Ok(())
    }

    /// Publishes queued tasks again that are not in the stream.
    async fn publish_missing(&self) -> Result<(), RoundError> {
        let queued = self.app.store.queued_tasks().await?;
        let waiting = queued
            .into_iter()
            .filter(|(_, _, since)| *since < Timestamp::now().as_millisecond() - SETTLED_MS);
        let waiting: Vec<_> = waiting.collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let published = self.queue.published().await?;
        let published: HashSet<AttemptId> = published.into_iter().map(|delivery| delivery.job.id).collect();
        for (address, attempt, _) in waiting {
            if !published.contains(&AttemptId { run: address.run, kind: address.kind, attempt }) {
                self.publish(address).await?;
            }
        }
        Ok(())
    }
}
