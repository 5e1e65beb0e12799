//! What handlers, scheduler and hub share.

use std::sync::Arc;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::auth::throttle::Throttle;
use crate::config::Catalogue;
use crate::files::Layout;
use crate::settings::Settings;
use crate::store::Store;

/// The parts of a running server.
pub struct App {
    /// SQL.
    pub store: Store,
    /// Settings in force.
    pub settings: Settings,
    /// Where files lie.
    pub layout: Layout,
    /// Stored configs.
    pub configs: Catalogue,
    /// Failed sign-ins.
    pub throttle: Throttle,
    /// Rings when tasks may have become ready or should stop.
    pub wake_scheduler: Notify,
    /// Latest sequence number anybody has seen; the hub and the mirror wait on it.
    pub seq: watch::Sender<i64>,
    /// The server is going down.
    pub shutdown: CancellationToken,
}

/// Shared handle.
pub type AppState = Arc<App>;

impl App {
    /// Opens the database and looks at the configs.
    pub async fn open(settings: Settings) -> anyhow::Result<AppState> {
        let store = Store::open(&settings.database_url).await?;
        let layout = Layout::new(&settings.data)?;
        let configs = Catalogue::new(&settings.data);
        let seq = store.latest_seq().await?;
        Ok(Arc::new(Self {
            store,
            settings,
            layout,
            configs,
            throttle: Throttle::default(),
            wake_scheduler: Notify::new(),
            seq: watch::channel(seq).0,
            shutdown: CancellationToken::new(),
        }))
    }

    /// Tells hub, mirror and scheduler that something was written.
    pub async fn published(&self) {
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
        self.wake_scheduler.notify_one();
    }

    /// Workers silent since this moment count as gone.
    pub fn alive_since_ms(&self) -> i64 {
        crate::clock::now_ms() - self.settings.lease_s as i64 * 1000
    }
}
