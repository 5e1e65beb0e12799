//! Failed sign-ins slow further ones down, per account and per address.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Failures that cost nothing.
const FREE_FAILURES: u32 = 5;
/// Pause after the first failure beyond those; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// Longest pause; failures older than this are forgotten.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// Names and addresses remembered at most, so that guessing names cannot fill the memory.
const CAPACITY: usize = 20_000;

/// Counts of failures.
#[derive(Default)]
pub struct Throttle {
    failures: Mutex<HashMap<String, (u32, Instant)>>,
}

fn pause_after(failures: u32) -> Duration {
    if failures < FREE_FAILURES {
        return Duration::ZERO;
    }
    let doublings = (failures - FREE_FAILURES).min(16);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

impl Throttle {
    fn failures(&self) -> std::sync::MutexGuard<'_, HashMap<String, (u32, Instant)>> {
        self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// How long to wait before any of `keys` may try again.
    pub fn wait(&self, keys: &[String], now: Instant) -> Option<Duration> {
        let failures = self.failures();
        let left = |key: &String| {
            let (count, last) = failures.get(key)?;
            (*last + pause_after(*count)).checked_duration_since(now).filter(|left| !left.is_zero())
        };
        keys.iter().filter_map(left).max()
    }

    /// Notes a failure.
    pub fn failed(&self, keys: &[String], now: Instant) {
        let mut failures = self.failures();
        if failures.len() >= CAPACITY {
            failures.retain(|_, (_, last)| now.duration_since(*last) < LONGEST_PAUSE);
        }
        for key in keys {
            if failures.len() < CAPACITY || failures.contains_key(key) {
                let (count, last) = failures.entry(key.clone()).or_insert((0, now));
                *count = if now.duration_since(*last) > LONGEST_PAUSE { 1 } else { count.saturating_add(1) };
                *last = now;
            }
        }
    }

    /// Forgets an account's failures after it has signed in.
    pub fn succeeded(&self, key: &str) {
        self.failures().remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_gets_slower_and_forgetting_a_password_thrice_does_not_hurt() {
        let throttle = Throttle::default();
        let keys = ["admin".to_owned()];
        let start = Instant::now();
        for _ in 0..FREE_FAILURES - 1 {
            throttle.failed(&keys, start);
        }
        assert_eq!(throttle.wait(&keys, start), None);
        throttle.failed(&keys, start);
        assert_eq!(throttle.wait(&keys, start), Some(FIRST_PAUSE));
        throttle.failed(&keys, start);
        assert_eq!(throttle.wait(&keys, start), Some(FIRST_PAUSE * 2));
        throttle.succeeded("admin");
        assert_eq!(throttle.wait(&keys, start), None);
    }
}
