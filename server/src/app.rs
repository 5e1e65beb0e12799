//! State that handlers, scheduler and live feeds share.

use std::ops::Deref;
use std::sync::Arc;

use headwaters_services::Services;
use headwaters_store::Store;
use tokio_util::sync::CancellationToken;

use crate::settings::Settings;
use crate::throttle::Throttle;

/// The parts of a running server. It stands for its [`Services`] wherever those are wanted.
pub struct App {
    services: Services,
    /// Settings in force.
    pub settings: Settings,
    /// Failed sign-ins.
    pub throttle: Throttle,
    /// Cancelled when the server goes down.
    pub shutdown: CancellationToken,
}

/// Shared handle.
pub type AppState = Arc<App>;

impl Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}

impl App {
    /// Opens the database and the data folder.
    pub async fn open(settings: Settings) -> anyhow::Result<AppState> {
        let store = Store::open(&settings.database_url).await?;
        let (resources, limits) = (settings.resources(), settings.upload_limits());
        let services = Services::new(store, resources, limits, settings.lease()).await?;
        let (throttle, shutdown) = (Throttle::default(), CancellationToken::new());
        Ok(Arc::new(Self { services, settings, throttle, shutdown }))
    }
}
