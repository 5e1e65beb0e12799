//! `GET /api/batches/{name}/live?after=&epoch=`: the websocket of a batch, closed with 4404 when there is none. Admins
//! only.
//!
//! One snapshot, then deltas. Each connection remembers only the sequence number it has sent; when something was
//! written it waits a moment, reads what changed since, and sends each changed row once. A slow reader therefore
//! gets fewer, newer frames, and the memory it costs does not grow.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use headwaters_domain::live::{Delta, Frame, NO_SUCH_BATCH, Snapshot};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::time::{Instant, timeout};

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiFailure;
use crate::extract::{Batch, Params};

/// Changes within this time share a frame.
const COALESCE: Duration = Duration::from_millis(150);
/// A frame at least this often shows that the connection lives.
const BEAT: Duration = Duration::from_secs(5);
/// A reader that takes longer to accept a frame is cut off; it comes back and resumes.
const PATIENCE: Duration = Duration::from_secs(10);
/// Largest message a browser may send: it has nothing to say.
const LARGEST_MESSAGE: usize = 4096;
/// Longest gap that is bridged by deltas, in events; beyond it a snapshot is smaller.
const LONGEST_RESUME: i64 = 20_000;

#[derive(Deserialize)]
pub struct Resume {
    after: Option<i64>,
    epoch: Option<String>,
}

pub async fn handle(
    _: Admin,
    State(app): State<AppState>,
    batch: Result<Batch, ApiFailure>,
    Params(resume): Params<Resume>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let batch = match batch {
        Ok(Batch(batch)) => batch,
        Err(failure) if failure.status() == StatusCode::NOT_FOUND => {
            return upgrade.on_upgrade(refuse);
        }
        Err(failure) => return failure.into_response(),
    };
    upgrade.max_message_size(LARGEST_MESSAGE).on_upgrade(move |socket| async move {
        let mut feed = Feed { app, batch: batch.id, socket, sent: 0 };
        if let Err(error) = feed.run(resume).await {
            tracing::debug!(error = %error, "live connection ended");
        }
    })
}

/// A browser is not told the status of a refused upgrade, only that it failed: it would try again for ever. So the
/// connection is made, and closed with a code that says why.
async fn refuse(mut socket: WebSocket) {
    let frame = CloseFrame { code: NO_SUCH_BATCH, reason: "there is no such batch".into() };
    let _ = timeout(PATIENCE, socket.send(Message::Close(Some(frame)))).await;
}

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the browser left")]
    Left,
    #[error("the browser reads too slowly")]
    TooSlow,
    #[error(transparent)]
    Store(#[from] headwaters_store::StoreError),
    #[error(transparent)]
    Encode(#[from] serde_json::Error),
}

struct Feed {
    app: AppState,
    batch: i64,
    socket: WebSocket,
    sent: i64,
}

impl Feed {
    async fn run(&mut self, resume: Resume) -> Result<(), Ended> {
        // Subscribed before the first read: what is written in between is noticed.
        let mut seq = self.app.seq.subscribe();
        self.begin(resume).await?;
        let mut beat = tokio::time::interval_at(Instant::now() + BEAT, BEAT);
        loop {
            tokio::select! {
                () = self.app.shutdown.cancelled() => {
                    let frame = CloseFrame { code: 1012, reason: "the server restarts".into() };
                    let _ = timeout(PATIENCE, self.socket.send(Message::Close(Some(frame)))).await;
                    return Ok(());
                }
                message = self.socket.recv() => match message {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return Err(Ended::Left),
                    Some(Ok(_)) => {}
                },
                changed = seq.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    tokio::time::sleep(COALESCE).await;
                    seq.mark_unchanged();
                    self.catch_up().await?;
                    beat.reset();
                }
                _ = beat.tick() => {
                    self.catch_up().await?;
                    self.send(&Frame::Beat { seq: self.sent, at_ms: Timestamp::now().as_millisecond() }).await?;
                    self.write(Message::Ping(Bytes::new())).await?;
                }
            }
        }
    }

    /// The missing deltas when the browser's knowledge can be continued, otherwise a snapshot.
    async fn begin(&mut self, resume: Resume) -> Result<(), Ended> {
        let latest = self.app.store.latest_seq().await?;
        let oldest = self.app.store.oldest_seq().await?;
        let continues = |after: &i64| {
            let known = *after <= latest && *after + 1 >= oldest && latest - *after <= LONGEST_RESUME;
            known && resume.epoch.as_deref() == Some(self.app.store.epoch())
        };
        match resume.after.filter(continues) {
            Some(after) => {
                self.sent = after;
                self.catch_up().await
            }
            None => self.snapshot().await,
        }
    }

    async fn snapshot(&mut self) -> Result<(), Ended> {
        let snapshot = self.app.store.snapshot(self.batch, self.app.alive_since_ms()).await?;
        self.sent = snapshot.seq;
        self.send(&Frame::Snapshot(snapshot)).await
    }

    /// Sends what changed since the last frame, if anything did.
    async fn catch_up(&mut self) -> Result<(), Ended> {
        if self.app.store.runs_replaced_since(self.batch, self.sent).await? {
            return self.snapshot().await;
        }
        let changes = self.app.store.changes_since(self.batch, self.sent, self.app.alive_since_ms()).await?;
        if changes.runs.is_empty() {
            // Other batches move the sequence on as well; the next beat or delta takes this browser along.
            return Ok(());
        }
        let from = self.sent;
        let Snapshot { seq, at_ms, state, counts, pace, runs, .. } = changes;
        self.sent = seq;
        self.send(&Frame::Delta(Delta { from, seq, at_ms, state, counts, pace, runs })).await
    }

    async fn send(&mut self, frame: &Frame) -> Result<(), Ended> {
        let text = serde_json::to_string(frame)?;
        self.write(Message::Text(Utf8Bytes::from(text))).await
    }

    async fn write(&mut self, message: Message) -> Result<(), Ended> {
        match timeout(PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Ended::Left),
            Err(_) => Err(Ended::TooSlow),
        }
    }
}
