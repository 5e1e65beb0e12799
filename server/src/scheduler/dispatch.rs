//! Keeps the window of dispatched jobs full.

use headwaters_data_folder::{SNAPSHOT_DOCUMENTS, write_atomically};
use headwaters_domain::{AttemptId, TaskAddress};
use headwaters_queue::Job;
use headwaters_scheduling::Event;
use headwaters_scheduling::order::{Candidate, pick};
use headwaters_store::{Cause, Dispatchable, ReadyTask, Recorded};
use serde_json::json;

use super::{RoundError, Scheduler};

/// Jobs in flight per worker slot: enough that no slot waits for the scheduler, few enough that a run, once
/// begun, is finished before many others begin.
const PER_SLOT: usize = 3;
/// Smallest window.
const SMALLEST: usize = 6;

impl Scheduler {
    /// Dispatches ready tasks until the window is full.
    pub(super) async fn fill_window(&self) -> Result<(), RoundError> {
        let store = &self.app.store;
        let workers = store.workers(self.app.alive_since_ms()).await?;
        let slots: usize = workers.iter().map(|worker| worker.slots.max(0) as usize).sum();
        let window = (PER_SLOT * slots).max(SMALLEST);
        let room = window.saturating_sub(store.in_flight().await?);
        if room == 0 {
            return Ok(());
        }
        let ready = store.ready_tasks(room).await?;
        let candidate = |task: ReadyTask| Candidate {
            batch: task.batch,
            run: task.address.run,
            area_km2: task.area_km2,
            kind: task.address.kind,
        };
        let picked = pick(ready.into_iter().map(candidate).collect(), room);
        for task in &picked {
            let address = TaskAddress { run: task.run, kind: task.kind };
            let event = Event::Dispatch;
            let recorded =
                store.apply(address, event, Cause::Dispatched, self.policy, &self.actor, None).await?;
            if recorded == Recorded::Changed {
                self.publish(address).await?;
            }
        }
        if !picked.is_empty() {
            self.app.announce().await;
        }
        Ok(())
    }

    /// Puts a queued task into the stream. A crash before or after is mended by the sweep.
    pub(super) async fn publish(&self, address: TaskAddress) -> Result<(), RoundError> {
        let Some(task) = self.app.store.dispatchable(address).await? else { return Ok(()) };
        self.prepare_run(&task)?;
        let id = AttemptId { run: address.run, kind: address.kind, attempt: task.attempt };
        self.queue.publish(&Job { id, batch: task.batch, run_id: task.run_id }).await?;
        Ok(())
    }

    /// Makes the run's folder from the submission's snapshot, or brings its documents up to date.
    fn prepare_run(&self, task: &Dispatchable) -> Result<(), RoundError> {
        let layout = &self.app.layout;
        let snapshot = layout.snapshot(&task.batch, task.submission);
        let run = layout.run(&task.batch, &task.run_id);
        let geometry: serde_json::Value = serde_json::from_str(&task.geometry)?;
        let properties: serde_json::Value = serde_json::from_str(&task.properties)?;
        let polygon =
            json!({ "type": "Feature", "id": task.run_id, "geometry": geometry, "properties": properties });
        let about = json!({
            "run_id": task.run_id,
            "batch": task.batch,
            "submission": task.submission,
            "outlet_override": task.outlet,
        });
        let own = [
            ("watershed.geojson", polygon.to_string().into_bytes()),
            ("run.json", about.to_string().into_bytes()),
        ];
        if run.try_exists()? {
            let shared = |name| Ok((name, std::fs::read(snapshot.join(name))?));
            let shared: std::io::Result<Vec<_>> = SNAPSHOT_DOCUMENTS.into_iter().map(shared).collect();
            for (name, bytes) in own.into_iter().chain(shared?) {
                if std::fs::read(run.join(name)).ok().as_ref() != Some(&bytes) {
                    write_atomically(&run.join(name), &bytes)?;
                }
            }
            return Ok(());
        }
        let runs = layout.batch(&task.batch).join("runs");
        let fresh = tempfile::Builder::new().prefix(".new-").tempdir_in(runs)?;
        std::fs::create_dir(fresh.path().join("logs"))?;
        // Every dispatch compares the documents with what they should be, so none needs to be synced one by one.
        for (name, bytes) in own {
            std::fs::write(fresh.path().join(name), bytes)?;
        }
        for name in SNAPSHOT_DOCUMENTS {
            // Documents are replaced by rename, never written into, so a link keeps the snapshot's content.
            std::fs::hard_link(snapshot.join(name), fresh.path().join(name))?;
        }
        std::fs::rename(fresh.keep(), run)?;
        Ok(())
    }
}
