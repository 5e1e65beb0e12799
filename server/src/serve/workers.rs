//! Worker processes of our own, started again when they end.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use headwaters_worker::new_id;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::app::AppState;

/// A process that lived this long may be replaced at once.
const HEALTHY: Duration = Duration::from_secs(10);
/// Pause before replacing one that did not.
const PAUSE: Duration = Duration::from_secs(1);

/// Keeps `count` worker processes running; tells the scheduler the names of those that end.
pub fn supervise(app: &AppState, redis_url: &str, ended: &mpsc::UnboundedSender<String>) {
    for _ in 0..app.settings.workers {
        let (app, redis_url, ended) = (app.clone(), redis_url.to_owned(), ended.clone());
        tokio::spawn(async move { keep_one(&app, &redis_url, &ended).await });
    }
}

async fn keep_one(app: &AppState, redis_url: &str, ended: &mpsc::UnboundedSender<String>) {
    while !app.shutdown.is_cancelled() {
        let id = new_id();
        let began = Instant::now();
        match spawn(app, redis_url, &id) {
            Ok(mut child) => {
                // The child ends by itself when this pipe closes, even if we are killed.
                let pipe = child.stdin.take();
                let status = tokio::select! {
                    status = child.wait() => status,
                    () = app.shutdown.cancelled() => {
                        drop(pipe);
                        let _ = tokio::time::timeout(Duration::from_secs(5), child.wait()).await;
                        return;
                    }
                };
                tracing::warn!(%id, ?status, "worker ended; starting another");
                if ended.send(id).is_err() {
                    return;
                }
            }
            Err(error) => tracing::error!(%error, "worker"),
        }
        if began.elapsed() < HEALTHY {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn spawn(app: &AppState, redis_url: &str, id: &str) -> anyhow::Result<Child> {
    let settings = &app.settings;
    let program = std::env::current_exe().context("find our own executable")?;
    let mut command = Command::new(program);
    command
        .arg("worker")
        .args(["--id", id, "--watch-stdin"])
        .args(["--slots", &settings.slots.to_string()])
        .args(["--lease-s", &settings.lease_s.to_string()])
        .args(["--cache-gb", &(settings.cache_bytes >> 30).to_string()])
        .arg("--data")
        .arg(&settings.data)
        .arg("--cache")
        .arg(&settings.cache)
        // In the environment, not on the command line: it may hold a password.
        .env("REDIS_URL", redis_url)
        .stdin(Stdio::piped())
        .kill_on_drop(true);
    if let Some(wepp) = &settings.wepp {
        command
            .arg("--wepp")
            .arg(wepp)
            .args(["--wepp-memory-mb", &(settings.wepp_memory_bytes >> 20).to_string()])
            .args(["--wepp-time-s", &settings.wepp_time.as_secs().to_string()]);
    }
    command.spawn().context("start a worker process")
}
