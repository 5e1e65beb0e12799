//! From a worker's report to a transition.

use headwaters_data_folder::publish_attempt;
use headwaters_queue::{Outcome, Report, StopRequest};
use headwaters_scheduling::Event;
use headwaters_store::{Actor, Cause, Recorded};
use jiff::Timestamp;

use super::{Batch, RECOVERY, RoundError, Scheduler};

impl Scheduler {
    /// Writes a batch of reports. It is repeated until it succeeds: nobody else will deliver it again.
    pub(super) async fn handle_reports(&self, batch: Batch) -> Result<(), RoundError> {
        for (_, report) in &batch {
            let Some(report) = report else { continue };
            while let Err(error) = self.handle_report(report).await {
                if self.app.shutdown.is_cancelled() {
                    return Err(error);
                }
                tracing::warn!(%error, ?report, "report");
                if let RoundError::Transition(headwaters_store::TransitionError::Publish(error)) = &error {
                    self.publication_failed(report, error).await?;
                    break;
                }
                tokio::time::sleep(RECOVERY).await;
            }
        }
        let entries: Vec<String> = batch.into_iter().map(|(entry, _)| entry).collect();
        self.queue.forget_reports(&entries).await?;
        self.app.published().await;
        Ok(())
    }

    async fn handle_report(&self, report: &Report) -> Result<(), RoundError> {
        let address = report.id.address();
        let attempt = report.id.attempt;
        let actor = Actor::local(&report.worker);
        let store = &self.app.store;
        match &report.outcome {
            Outcome::Started { entry } => {
                let worker = report.worker.clone();
                let cause = Cause::Started {
                    worker,
                    lease_until_ms: Timestamp::now().as_millisecond() + self.lease_ms(),
                };
                let event = Event::Start { attempt };
                let recorded = store.apply(address, event, cause, self.policy, &actor, None).await?;
                self.queue.settle(entry).await?;
                if recorded != Recorded::Changed
                    && !store.holds_lease(address, attempt, &report.worker).await?
                {
                    self.queue
                        .request_stop(&StopRequest { worker: report.worker.clone(), id: report.id })
                        .await?;
                }
            }
            // A result counts only from the holder of the lease; any other is a zombie's.
            outcome if !store.holds_lease(address, attempt, &report.worker).await? => {
                let event = Event::Lose { attempt };
                tracing::info!(?report.id, worker = %report.worker, ?outcome, "late result dropped");
                store.record_late(address, event, &actor).await?;
                self.discard(report).await?;
            }
            Outcome::Finished(finished) => {
                let Some((batch, run_id)) = store.run_names(address.run).await? else { return Ok(()) };
                let layout = &self.app.layout;
                let run = layout.run(&batch, &run_id);
                let folder = layout.attempt(&batch, &run_id, address.kind, attempt, &report.worker);
                let publish = move || publish_attempt(&run, &folder, address.kind);
                let cause = Cause::Finished(finished.clone());
                let event = Event::Succeed { attempt };
                store.apply(address, event, cause, self.policy, &actor, Some(&publish)).await?;
            }
            Outcome::Failed(error) => {
                let event = Event::Fail { attempt, retryable: error.retryable };
                let cause = Cause::Failed(error.clone());
                store.apply(address, event, cause, self.policy, &actor, None).await?;
                self.discard(report).await?;
            }
            Outcome::Stopped => {
                let event = Event::Stop { attempt };
                store.apply(address, event, Cause::Stopped, self.policy, &actor, None).await?;
                self.discard(report).await?;
            }
        }
        Ok(())
    }

    /// Removes the folder of an attempt that does not count; its log stays. The folder is this worker's alone.
    async fn discard(&self, report: &Report) -> Result<(), RoundError> {
        let address = report.id.address();
        if let Some((batch, run_id)) = self.app.store.run_names(address.run).await? {
            let layout = &self.app.layout;
            let folder = layout.attempt(&batch, &run_id, address.kind, report.id.attempt, &report.worker);
            match std::fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    tracing::warn!(%error, folder = %folder.display(), "folder of a failed attempt");
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The results were computed but could not be put in place: the attempt failed, and another may help.
    async fn publication_failed(&self, report: &Report, error: &std::io::Error) -> Result<(), RoundError> {
        let failure = headwaters_domain::run::TaskError {
            code: "publish_failed".to_owned(),
            message: format!(
                "the results could not be put into the run's folder: {error}; is the disk full?"
            ),
            details: None,
            retryable: true,
        };
        let event = Event::Fail { attempt: report.id.attempt, retryable: true };
        let actor = Actor::local(&report.worker);
        let cause = Cause::Failed(failure);
        self.app.store.apply(report.id.address(), event, cause, self.policy, &actor, None).await?;
        Ok(())
    }
}
