//! Parts that all services work with.

use std::time::Duration;

use headwaters_data_folder::Layout;
use headwaters_domain::controls::Controls;
use headwaters_pipeline::Resources;
use headwaters_pipeline::config::Catalogue;
use headwaters_store::Store;
use tokio::sync::{Notify, watch};

/// Largest uploads.
#[derive(Clone, Copy, Debug)]
pub struct UploadLimits {
    /// Polygon file, bytes.
    pub geojson_bytes: u64,
    /// Burn-severity raster, bytes.
    pub sbs_bytes: u64,
}

/// Database, data folder and configs of an installation.
#[derive(Debug)]
pub struct Services {
    /// SQL.
    pub store: Store,
    /// The data folder.
    pub layout: Layout,
    /// Stored configs.
    pub configs: Catalogue,
    /// Folders and programs of the operator.
    pub resources: Resources,
    /// Largest uploads.
    pub limits: UploadLimits,
    /// Time without a heartbeat after which a worker counts as gone.
    pub lease: Duration,
    /// Rings when tasks may have become ready or should stop.
    pub wake_scheduler: Notify,
    /// Latest sequence number of the event table that was announced.
    pub seq: watch::Sender<i64>,
}

impl Services {
    /// Services over an opened store, which gets the controls and tasks that batches of an earlier version lack.
    ///
    /// # Errors
    /// When the data folder cannot be used or the database does not answer.
    pub async fn new(
        store: Store,
        resources: Resources,
        limits: UploadLimits,
        lease: Duration,
    ) -> crate::ServiceResult<Self> {
        let layout = Layout::new(&resources.data)?;
        let configs = Catalogue::new(&resources.data);
        let starting_controls = |config: &str| match configs.load(config) {
            Ok(config) => config.starting_controls(&resources.data),
            Err(_) => Controls::default(),
        };
        let upgraded = store.reconcile_rows(&starting_controls).await?;
        if upgraded > 0 {
            tracing::info!(upgraded, "added controls or tasks that batches of an earlier version lacked");
        }
        let seq = watch::channel(store.latest_seq().await?).0;
        Ok(Self { store, layout, configs, resources, limits, lease, wake_scheduler: Notify::new(), seq })
    }

    /// Tells live feeds, mirror and scheduler that something was written.
    pub async fn published(&self) {
        self.announce().await;
        self.wake_scheduler.notify_one();
    }

    /// Tells live feeds and mirror that something was written.
    pub async fn announce(&self) {
        match self.store.latest_seq().await {
            Ok(latest) => {
                self.seq.send_if_modified(|seq| {
                    let newer = latest > *seq;
                    *seq = (*seq).max(latest);
                    newer
                });
            }
            Err(error) => tracing::error!(%error, "latest sequence number"),
        }
    }

    /// Time of the oldest heartbeat of a worker that counts as alive, milliseconds since 1970.
    pub fn alive_since_ms(&self) -> i64 {
        let lease_ms = i64::try_from(self.lease.as_millis()).unwrap_or(i64::MAX);
        jiff::Timestamp::now().as_millisecond().saturating_sub(lease_ms)
    }
}
