//! Drives [`Link`] with a real websocket, real timers and the tab's visibility.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::time::Duration;

use futures_util::stream::{AbortHandle, Abortable, StreamExt, abortable};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, WebSocketError};
use headwaters_domain::live::{Frame, NO_SUCH_BATCH};
use leptos::prelude::*;

use super::api::segment;
use super::clock::now_ms;
use super::page::is_hidden;
use crate::model::ledger::{Applied, Ledger};
use crate::model::link::{Action, Badge, Event, Link};
use crate::model::wire;

/// The live copy of a batch.
#[derive(Clone, Copy)]
pub struct LiveBatch {
    ledger: StoredValue<Ledger>,
    version: RwSignal<u64>,
    badge: RwSignal<Badge>,
}

impl LiveBatch {
    /// Connects to a batch until the current owner is cleaned up.
    pub fn connect(batch_name: &str) -> Self {
        let live = LiveBatch {
            ledger: StoredValue::new(Ledger::default()),
            version: RwSignal::new(0),
            badge: RwSignal::new(Badge::Connecting),
        };
        let driver = Rc::new(RefCell::new(Driver {
            live,
            path: format!("/api/batches/{}/live", segment(batch_name)),
            link: Link::default(),
            socket: None,
            redraw_pending: false,
            gone: false,
        }));
        drive(&driver, Event::Start);
        let ticking = Rc::clone(&driver);
        let ticks = set_interval_with_handle(move || drive(&ticking, Event::Tick), Duration::from_secs(5));
        let watching = Rc::clone(&driver);
        let visibility = window_event_listener_untyped("visibilitychange", move |_| {
            drive(&watching, if is_hidden() { Event::Hidden } else { Event::Shown });
        });
        let owned = StoredValue::new_local(Some((driver, ticks.ok(), visibility)));
        on_cleanup(move || {
            if let Some(Some((driver, ticks, visibility))) = owned.try_update_value(Option::take) {
                if let Some(ticks) = ticks {
                    ticks.clear();
                }
                visibility.remove();
                driver.borrow_mut().socket = None;
            }
        });
        live
    }

    /// Reads the ledger and follows its changes.
    pub fn with<T>(self, read: impl FnOnce(&Ledger) -> T) -> T {
        self.version.track();
        self.ledger.with_value(read)
    }

    /// Reads the ledger as it is now.
    pub fn with_untracked<T>(self, read: impl FnOnce(&Ledger) -> T) -> T {
        self.ledger.with_value(read)
    }

    /// Age of the data.
    pub fn badge(self) -> Badge {
        self.badge.get()
    }

    /// True when a snapshot has arrived.
    pub fn has_data(self) -> bool {
        self.with(|ledger| ledger.epoch.is_some())
    }
}

struct Driver {
    live: LiveBatch,
    path: String,
    link: Link,
    socket: Option<Socket>,
    redraw_pending: bool,
    /// The server says that there is no such batch: nothing will ever come.
    gone: bool,
}

/// An open socket; dropping it closes it and silences its messages.
struct Socket(AbortHandle);

impl Drop for Socket {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn drive(driver: &Rc<RefCell<Driver>>, event: Event) {
    let actions = {
        let mut this = driver.borrow_mut();
        if this.gone {
            return;
        }
        let actions = this.link.on(event, now_ms(), js_sys::Math::random());
        let badge = this.link.badge();
        if this.live.badge.try_get_untracked().is_some_and(|shown| shown != badge) {
            this.live.badge.try_set(badge);
        }
        actions
    };
    for action in actions {
        match action {
            Action::Open { resume } => open(driver, resume),
            Action::Close => driver.borrow_mut().socket = None,
            Action::RetryAfter(wait_ms) => {
                let driver = Rc::clone(driver);
                set_timeout(
                    move || {
                        // After the page is left, its signals are gone, and with them the reason to retry.
                        if driver.borrow().live.badge.try_get_untracked().is_some() {
                            drive(&driver, Event::RetryDue);
                        }
                    },
                    Duration::from_millis(u64::from(wait_ms)),
                );
            }
        }
    }
}

fn open(driver: &Rc<RefCell<Driver>>, resume: bool) {
    let url = {
        let this = driver.borrow();
        let location = window().location();
        let scheme =
            if location.protocol().is_ok_and(|protocol| protocol == "https:") { "wss" } else { "ws" };
        let query = this.live.ledger.try_with_value(|ledger| match (&ledger.epoch, resume) {
            (Some(epoch), true) => format!("?after={}&epoch={}", ledger.seq, segment(epoch)),
            _ => String::new(),
        });
        format!(
            "{scheme}://{}{}{}",
            location.host().unwrap_or_default(),
            this.path,
            query.unwrap_or_default()
        )
    };
    let Ok(socket) = WebSocket::open(&url) else {
        drive(driver, Event::Closed);
        return;
    };
    let (messages, handle) = abortable(socket);
    driver.borrow_mut().socket = Some(Socket(handle));
    leptos::task::spawn_local(listen(Rc::downgrade(driver), messages));
}

/// Takes in messages until the socket closes or is dropped.
async fn listen(driver: Weak<RefCell<Driver>>, mut messages: Abortable<WebSocket>) {
    while let Some(message) = messages.next().await {
        let Some(driver) = driver.upgrade() else { return };
        let frame = match message {
            Ok(Message::Text(text)) => wire::document(&text).ok(),
            Ok(Message::Bytes(_)) => None,
            Err(WebSocketError::ConnectionClose(close)) => {
                driver.borrow_mut().gone = close.code == NO_SUCH_BATCH;
                continue;
            }
            // The end follows.
            Err(_) => continue,
        };
        let event = match frame.map(|frame| take_in(&driver, frame)) {
            Some(Applied::Changed | Applied::Unchanged) => Event::FrameApplied,
            Some(Applied::Gap) | None => Event::FrameMissed,
        };
        drive(&driver, event);
    }
    if let Some(driver) = driver.upgrade().filter(|_| !messages.is_aborted()) {
        drive(&driver, Event::Closed);
    }
}

/// Runs from which the page is drawn at intervals instead of with every animation frame.
const MANY_RUNS: usize = 2_000;
/// That interval.
const DRAWING: Duration = Duration::from_millis(250);

/// Applies a frame and lets the page draw at most once per animation frame.
fn take_in(driver: &Rc<RefCell<Driver>>, frame: Frame) -> Applied {
    let mut this = driver.borrow_mut();
    let live = this.live;
    let (applied, runs) = live
        .ledger
        .try_update_value(|ledger| (ledger.apply(frame), ledger.rows.len()))
        .unwrap_or((Applied::Unchanged, 0));
    if applied == Applied::Changed && !this.redraw_pending {
        this.redraw_pending = true;
        let driver = Rc::clone(driver);
        let redraw = move || {
            driver.borrow_mut().redraw_pending = false;
            live.version.try_update(|version| *version += 1);
        };
        if runs < MANY_RUNS {
            request_animation_frame(redraw);
        } else {
            set_timeout(redraw, DRAWING);
        }
    }
    applied
}

#[cfg(test)]
mod tests {
    use super::*;
    use headwaters_domain::batch::{BatchState, RunCounts};
    use headwaters_domain::live::{Delta, Pace, Snapshot};

    #[test]
    fn frames_are_read_as_the_server_writes_them() {
        let (state, counts, pace) = (BatchState::Active, RunCounts::new(), Pace::default());
        let delta = Delta { from: 1, seq: 2, at_ms: 3, state, counts: counts.clone(), pace, runs: vec![] };
        let snapshot = Snapshot { epoch: "e".into(), seq: 2, at_ms: 3, state, counts, pace, runs: vec![] };
        for frame in [Frame::Delta(delta), Frame::Snapshot(snapshot), Frame::Beat { seq: 5, at_ms: 6 }] {
            let text = serde_json::to_string(&frame).expect("plain data");
            assert_eq!(wire::document(&text), Ok(frame));
        }
        assert!(wire::document::<Frame>("{\"type\":\"news\"}").is_err());
        assert!(wire::document::<Frame>("not JSON").is_err());
    }
}
