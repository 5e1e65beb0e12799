//! `headwaters serve`: puts the parts together and takes them down again.

mod redis;
mod workers;

use std::fs::File;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use headwaters_data_folder::{QueueAddress, write_atomically};
use headwaters_queue::Queue;
use headwaters_raster_sources::cache::remove_leftovers;
use rustix::fs::{FlockOperation, flock};
use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::sync::mpsc;

use crate::app::{App, AppState};
use crate::auth::password;
use crate::mirror;
use crate::scheduler::Scheduler;
use crate::settings::Settings;

/// Name of the account that the first start creates.
pub const FIRST_ADMIN: &str = "admin";

/// Serves until interrupted.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let app = App::open(settings).await?;
    if let Some(password) = first_admin(&app).await? {
        println!(
            "Sign in as {FIRST_ADMIN} with the password {password} (shown once; change it in the account menu)."
        );
    }
    let server = Server::start(app).await?;
    println!("Serving on {}", server.url());
    server.until_interrupted().await
}

/// Creates the first account when there is none, and returns its password.
pub async fn first_admin(app: &App) -> anyhow::Result<Option<String>> {
    if !app.store.users().await?.is_empty() {
        return Ok(None);
    }
    let made_up = crate::random::password();
    let hash = password::hash(&made_up).await?;
    app.store.add_user(FIRST_ADMIN, &hash, true).await?;
    Ok(Some(made_up))
}

/// A running server.
pub struct Server {
    /// What its parts share.
    pub app: AppState,
    address: SocketAddr,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    mirror: tokio::task::JoinHandle<()>,
    scheduler: tokio::task::JoinHandle<()>,
    redis: Option<tokio::task::JoinHandle<()>>,
    /// Held as long as the server runs.
    _lock: File,
}

impl Server {
    /// Starts everything; returns when requests are answered.
    pub async fn start(app: AppState) -> anyhow::Result<Self> {
        let lock = lock(&app.settings)?;
        remove_leftovers(&app.layout.incoming());
        let wanted = SocketAddr::new(app.settings.addr, app.settings.port);
        let listener = TcpListener::bind(wanted).await.with_context(|| {
            format!("listen on {wanted}: choose another --port, or 0 for any that is free")
        })?;
        let address = listener.local_addr()?;
        let (redis_url, redis) = match &app.settings.redis_url {
            Some(url) => (url.clone(), None),
            None => {
                let child = redis::start(&app.settings.data).await?;
                let url = format!("unix://{}", redis::socket(&app.settings.data).display());
                (url, Some(tokio::spawn(keep_redis(app.clone(), child))))
            }
        };
        let epoch = app.store.epoch().to_owned();
        let queue = Queue::new(&redis_url, &epoch)?;
        queue.ping().await.context("reach Redis (REDIS_URL)")?;
        queue.ensure_group().await?;
        QueueAddress { redis_url: redis_url.clone(), epoch }.write(&app.settings.data)?;
        let (ended_sender, ended) = mpsc::unbounded_channel();
        let scheduler = tokio::spawn(Scheduler::new(app.clone(), queue).run(ended));
        workers::supervise(&app, &redis_url, &ended_sender);
        let mirror = tokio::spawn(mirror::keep(app.clone()));
        let service = crate::api::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let shutdown = app.shutdown.clone();
        let serving = tokio::spawn(async move {
            axum::serve(listener, service).with_graceful_shutdown(shutdown.cancelled_owned()).await
        });
        let written = format!("http://{address}\n");
        write_atomically(&app.layout.data().join("address"), written.as_bytes())?;
        Ok(Self { app, address, serving, mirror, scheduler, redis, _lock: lock })
    }

    /// Where the server is reached.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves until Ctrl-C or SIGTERM, then takes everything down.
    pub async fn until_interrupted(self) -> anyhow::Result<()> {
        interrupted().await?;
        self.stop().await
    }

    /// Takes everything down.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.app.shutdown.cancel();
        self.scheduler.await?;
        self.mirror.await?;
        // Open connections get a moment; a browser that keeps one open must not keep the server up.
        match tokio::time::timeout(Duration::from_secs(3), self.serving).await {
            Ok(served) => served??,
            Err(_) => tracing::info!("closed the remaining connections"),
        }
        if let Some(redis) = self.redis {
            redis.await?;
        }
        Ok(())
    }
}

/// One server per data folder.
fn lock(settings: &Settings) -> anyhow::Result<File> {
    let file = File::create(settings.data.join("lock")).context("write into the data folder")?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        bail!("another server uses the data folder {}", settings.data.display());
    }
    Ok(file)
}

/// Restarts the private Redis when it ends; ends it with the server.
async fn keep_redis(app: AppState, mut child: Child) {
    loop {
        let pipe = child.stdin.take();
        tokio::select! {
            status = child.wait() => tracing::warn!(?status, "redis-server ended; starting it again"),
            () = app.shutdown.cancelled() => {
                drop(pipe);
                let _ = tokio::time::timeout(Duration::from_secs(3), child.wait()).await;
                return;
            }
        }
        child = loop {
            match redis::start(&app.settings.data).await {
                Ok(child) => break child,
                Err(error) => tracing::error!(%error, "redis-server"),
            }
            if app.shutdown.is_cancelled() {
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        };
    }
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn interrupted() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}
