//! The live connection as a state machine: it is told what happened and says what to do.
//!
//! It owns neither socket nor timers, so every way a connection can break is an ordinary test. The badge the
//! page shows is [`Badge`], which never says "live" for data that may be old.

/// Age of the data, as the page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Badge {
    /// First connection under way; nothing shown yet.
    Connecting,
    /// The data are current.
    Live,
    /// The connection broke; the data are from this time (milliseconds since 1970), if there are any.
    Reconnecting {
        /// Time at which the data were last known to be current.
        data_from_ms: Option<i64>,
    },
    /// Closed on purpose, because nobody looked for a long time.
    Paused {
        /// Time at which the data were last known to be current.
        data_from_ms: Option<i64>,
    },
}

/// Event of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The page wants to be live.
    Start,
    /// A frame arrived and fitted.
    FrameApplied,
    /// A frame arrived that does not fit or cannot be read.
    FrameMissed,
    /// The socket closed or failed.
    Closed,
    /// The time asked for with [`Action::RetryAfter`] is over.
    RetryDue,
    /// A clock tick, every few seconds.
    Tick,
    /// The tab went to the background.
    Hidden,
    /// The tab came back.
    Shown,
}

/// Action in response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open a socket; with `resume` name the last sequence number, without it ask for everything.
    Open {
        /// True when the sequence number reached is still valid.
        resume: bool,
    },
    /// Close the socket; its later events do not count.
    Close,
    /// Send [`Event::RetryDue`] after this many milliseconds.
    RetryAfter(u32),
}

/// The connection of one page.
#[derive(Clone, Debug)]
pub struct Link {
    phase: Phase,
    failures: u32,
    resume: bool,
    heard_ms: Option<i64>,
    hidden_since_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Closed,
    Opening { since_ms: i64 },
    Live,
    Waiting,
    Paused,
}

/// Silence after which a connection counts as dead. The server beats every few seconds.
const SILENCE_MS: i64 = 20_000;
/// Time in the background after which the connection is given up.
const HIDDEN_MS: i64 = 600_000;
/// First and longest wait before another try.
const BACKOFF_MS: (u32, u32) = (500, 30_000);

impl Default for Link {
    fn default() -> Self {
        Self { phase: Phase::Closed, failures: 0, resume: false, heard_ms: None, hidden_since_ms: None }
    }
}

impl Link {
    /// Takes in an event at `now_ms`; `jitter` in 0-1 spreads the retries of many browsers.
    pub fn on(&mut self, event: Event, now_ms: i64, jitter: f64) -> Vec<Action> {
        match event {
            Event::Start => self.open(now_ms),
            Event::FrameApplied => {
                if matches!(self.phase, Phase::Opening { .. } | Phase::Live) {
                    self.phase = Phase::Live;
                    self.failures = 0;
                    self.resume = true;
                    self.heard_ms = Some(now_ms);
                }
                Vec::new()
            }
            Event::FrameMissed => {
                self.resume = false;
                self.break_off(jitter)
            }
            Event::Closed => match self.phase {
                Phase::Opening { .. } | Phase::Live => self.wait(jitter),
                Phase::Closed | Phase::Waiting | Phase::Paused => Vec::new(),
            },
            Event::RetryDue if self.phase == Phase::Waiting => self.open(now_ms),
            Event::RetryDue => Vec::new(),
            Event::Tick => self.tick(now_ms, jitter),
            Event::Hidden => {
                self.hidden_since_ms = Some(now_ms);
                Vec::new()
            }
            Event::Shown => {
                self.hidden_since_ms = None;
                match self.phase {
                    Phase::Paused | Phase::Waiting => self.open(now_ms),
                    _ => Vec::new(),
                }
            }
        }
    }

    /// Badge to show.
    pub fn badge(&self) -> Badge {
        let data_from_ms = self.heard_ms;
        match self.phase {
            Phase::Live => Badge::Live,
            Phase::Paused => Badge::Paused { data_from_ms },
            Phase::Opening { .. } | Phase::Closed if data_from_ms.is_none() && self.failures == 0 => {
                Badge::Connecting
            }
            _ => Badge::Reconnecting { data_from_ms },
        }
    }

    fn open(&mut self, now_ms: i64) -> Vec<Action> {
        self.phase = Phase::Opening { since_ms: now_ms };
        vec![Action::Open { resume: self.resume }]
    }

    fn wait(&mut self, jitter: f64) -> Vec<Action> {
        self.phase = Phase::Waiting;
        let (first_ms, longest_ms) = BACKOFF_MS;
        let full_ms = first_ms.saturating_mul(1 << self.failures.min(10)).min(longest_ms);
        self.failures = self.failures.saturating_add(1);
        let wait_ms = f64::from(full_ms) * (0.5 + 0.5 * jitter.clamp(0.0, 1.0));
        vec![Action::RetryAfter(wait_ms as u32)]
    }

    fn break_off(&mut self, jitter: f64) -> Vec<Action> {
        let mut actions = vec![Action::Close];
        actions.extend(self.wait(jitter));
        actions
    }

    fn tick(&mut self, now_ms: i64, jitter: f64) -> Vec<Action> {
        if self.hidden_since_ms.is_some_and(|since_ms| now_ms - since_ms > HIDDEN_MS) {
            return if self.phase == Phase::Paused {
                Vec::new()
            } else {
                self.phase = Phase::Paused;
                vec![Action::Close]
            };
        }
        let heard_last_ms = match self.phase {
            Phase::Opening { since_ms } => Some(since_ms),
            Phase::Live => self.heard_ms,
            Phase::Closed | Phase::Waiting | Phase::Paused => None,
        };
        if heard_last_ms.is_some_and(|heard_ms| now_ms - heard_ms > SILENCE_MS) {
            return self.break_off(jitter);
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cut_connection_says_from_when_its_data_are_and_resumes() {
        let mut link = Link::default();
        assert_eq!(link.badge(), Badge::Connecting);
        assert_eq!(link.on(Event::Start, 0, 0.0), [Action::Open { resume: false }]);
        assert_eq!(link.badge(), Badge::Connecting);
        link.on(Event::FrameApplied, 1_000, 0.0);
        assert_eq!(link.badge(), Badge::Live);
        assert_eq!(link.on(Event::Closed, 5_000, 1.0), [Action::RetryAfter(500)]);
        assert_eq!(link.badge(), Badge::Reconnecting { data_from_ms: Some(1_000) });
        assert_eq!(link.on(Event::RetryDue, 5_500, 1.0), [Action::Open { resume: true }]);
        assert_eq!(
            link.badge(),
            Badge::Reconnecting { data_from_ms: Some(1_000) },
            "not live before a frame"
        );
        link.on(Event::FrameApplied, 5_600, 0.0);
        assert_eq!(link.badge(), Badge::Live);
    }

    #[test]
    fn a_gap_asks_for_everything_again() {
        let mut link = Link::default();
        link.on(Event::Start, 0, 0.0);
        link.on(Event::FrameApplied, 0, 0.0);
        assert_eq!(link.on(Event::FrameMissed, 1, 0.0), [Action::Close, Action::RetryAfter(250)]);
        assert_eq!(link.on(Event::RetryDue, 300, 0.0), [Action::Open { resume: false }]);
    }

    #[test]
    fn retries_slow_down_and_a_success_forgets_the_failures() {
        let mut link = Link::default();
        link.on(Event::Start, 0, 0.0);
        let mut waits = Vec::new();
        for _ in 0..9 {
            waits.extend(link.on(Event::Closed, 0, 1.0));
            link.on(Event::RetryDue, 0, 1.0);
        }
        let expected = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000].map(Action::RetryAfter);
        assert_eq!(waits, expected);
        link.on(Event::FrameApplied, 0, 1.0);
        assert_eq!(link.on(Event::Closed, 0, 1.0), [Action::RetryAfter(500)]);
    }

    #[test]
    fn silence_is_not_taken_for_calm() {
        let mut link = Link::default();
        link.on(Event::Start, 0, 0.0);
        link.on(Event::FrameApplied, 0, 0.0);
        assert_eq!(link.on(Event::Tick, SILENCE_MS, 0.0), []);
        assert_eq!(link.on(Event::Tick, SILENCE_MS + 1, 0.0), [Action::Close, Action::RetryAfter(250)]);
    }

    #[test]
    fn a_forgotten_tab_lets_go_and_catches_up_when_it_is_looked_at() {
        let mut link = Link::default();
        link.on(Event::Start, 0, 0.0);
        link.on(Event::FrameApplied, 0, 0.0);
        link.on(Event::Hidden, 0, 0.0);
        assert_eq!(link.on(Event::Tick, HIDDEN_MS + 1, 0.0), [Action::Close]);
        assert_eq!(link.badge(), Badge::Paused { data_from_ms: Some(0) });
        assert_eq!(link.on(Event::Closed, HIDDEN_MS + 2, 0.0), [], "our own close is no failure");
        assert_eq!(link.on(Event::Shown, HIDDEN_MS + 9, 0.0), [Action::Open { resume: true }]);
    }

    fn any_event() -> impl Strategy<Value = Event> {
        use Event::*;
        prop::sample::select(vec![FrameApplied, FrameMissed, Closed, RetryDue, Tick, Hidden, Shown])
    }

    proptest! {
        /// Whatever happens, there is never a second socket, and the page never gets stuck without a way back.
        #[test]
        fn there_is_at_most_one_socket_and_always_a_next_try(
            events in prop::collection::vec((any_event(), 0i64..700_000), 0..80),
        ) {
            let mut link = Link::default();
            let (mut open, mut retry_pending, mut now_ms) = (false, false, 0);
            let mut events: Vec<(Event, i64)> = events;
            events.insert(0, (Event::Start, 0));
            for (event, later_ms) in events {
                now_ms += later_ms;
                let possible = match event {
                    Event::FrameApplied | Event::FrameMissed | Event::Closed => open,
                    Event::RetryDue => retry_pending,
                    _ => true,
                };
                if !possible {
                    continue;
                }
                match event {
                    Event::Closed => open = false,
                    Event::RetryDue => retry_pending = false,
                    _ => {}
                }
                for action in link.on(event, now_ms, 0.5) {
                    match action {
                        Action::Open { .. } => {
                            prop_assert!(!open, "second socket after {event:?}");
                            open = true;
                        }
                        Action::Close => open = false,
                        Action::RetryAfter(wait_ms) => {
                            prop_assert!((250..=30_000).contains(&wait_ms));
                            retry_pending = true;
                        }
                    }
                }
                let paused = matches!(link.badge(), Badge::Paused { .. });
                prop_assert!(open || retry_pending || paused, "stuck after {event:?}");
            }
        }
    }
}
