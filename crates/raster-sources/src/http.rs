//! Requests with retries, in bounded number.

use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::address::Address;
use crate::{Clock, SourceError};

/// Options of requests and retries.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpOptions {
    /// Attempts at one request, the first included.
    pub attempts: u32,
    /// Delay before the first retry; doubled for each further one.
    pub first_delay: Duration,
    /// Longest delay between attempts without `Retry-After`.
    pub longest_delay: Duration,
    /// Longest `Retry-After` that is honoured; the request fails when a server asks for more.
    pub longest_retry_after: Duration,
    /// Time for one attempt, from connecting to the last byte.
    pub timeout: Duration,
    /// Requests under way at once, over all sources that share an environment.
    pub parallel: usize,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_delay: Duration::from_millis(500),
            longest_delay: Duration::from_secs(30),
            longest_retry_after: Duration::from_secs(120),
            timeout: Duration::from_secs(60),
            parallel: 6,
        }
    }
}

/// Delay before retry `attempt` (1 for the first): exponential, between half and the whole of it by
/// `jitter` in [0, 1), so that runs that failed together are not retried together.
pub fn retry_delay(attempt: u32, jitter: f64, options: &HttpOptions) -> Duration {
    let doubled =
        options.first_delay.saturating_mul(1_u32.checked_shl(attempt - attempt.min(1)).unwrap_or(u32::MAX));
    doubled.min(options.longest_delay).mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0))
}

/// A complete response.
pub(crate) struct Answer {
    pub body: Vec<u8>,
    /// Entity tag or modification time, when the server gives one.
    pub version: Option<String>,
    /// Length of the whole file when the answer is a part of it; `None` for a whole file.
    pub total: Option<u64>,
    /// True if the response has no content (HTTP 204).
    pub empty: bool,
}

enum Failure {
    Final(SourceError),
    Again { reason: String, retry_after: Option<Duration> },
}

/// The client that all sources of an environment share.
pub(crate) struct Http {
    agent: ureq::Agent,
    options: HttpOptions,
    clock: Arc<dyn Clock>,
    gate: Gate,
}

impl Http {
    pub fn new(options: HttpOptions, clock: Arc<dyn Clock>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(options.timeout))
            .user_agent(concat!("headwaters/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let gate = Gate::new(options.parallel);
        Self { agent, options, clock, gate }
    }

    pub fn parallel(&self) -> usize {
        self.options.parallel.max(1)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Gets a file, or the given part of it. If a server without support for ranges
    /// sends the whole file, that is returned. `limit` bounds the body.
    pub fn get(
        &self,
        address: &Address,
        range: Option<Range<u64>>,
        limit: u64,
    ) -> Result<Answer, SourceError> {
        let mut attempt = 0;
        loop {
            let outcome = {
                let _place = self.gate.enter();
                self.attempt(address, range.as_ref(), limit)
            };
            attempt += 1;
            let (reason, retry_after) = match outcome {
                Ok(answer) => return Ok(answer),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Again { reason, retry_after }) => (reason, retry_after),
            };
            let too_long = retry_after.is_some_and(|wait| wait > self.options.longest_retry_after);
            if attempt >= self.options.attempts || too_long {
                return Err(SourceError::Unavailable {
                    name: address.name.clone(),
                    attempts: attempt,
                    reason,
                });
            }
            let own = retry_delay(attempt, self.clock.jitter(), &self.options);
            self.clock.sleep(retry_after.map_or(own, |asked| asked.max(own)));
        }
    }

    fn attempt(&self, address: &Address, range: Option<&Range<u64>>, limit: u64) -> Result<Answer, Failure> {
        let again = |reason: String| Failure::Again { reason, retry_after: None };
        let mut request = self.agent.get(address.url(self.clock.now()));
        if let Some(range) = range {
            // A compressed part is no part of the file.
            request = request.header("Accept-Encoding", "identity");
            request =
                request.header("Range", format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
        }
        let mut response = request.call().map_err(|error| self.classify(address, &error))?;
        let status = response.status().as_u16();
        let header = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let (length, content_range) = (header("content-length"), header("content-range"));
        let version = header("etag").or_else(|| header("last-modified"));
        let retry_after = header("retry-after").and_then(|text| parse_retry_after(&text, self.clock.now()));
        match status {
            200 | 204 | 206 => {}
            408 | 425 | 429 | 500..=599 => {
                return Err(Failure::Again { reason: format!("HTTP {status}"), retry_after });
            }
            404 | 410 => return Err(Failure::Final(SourceError::NotFound { name: address.name.clone() })),
            _ => {
                let message =
                    response.body_mut().with_config().limit(4096).read_to_string().unwrap_or_default();
                let message = message.trim().chars().take(300).collect();
                let name = address.name.clone();
                return Err(Failure::Final(SourceError::Refused { name, status, message }));
            }
        }
        let declared: Option<u64> = length.and_then(|text| text.trim().parse().ok());
        if declared.is_some_and(|declared| declared > limit) {
            return Err(Failure::Final(too_large(address, declared, limit)));
        }
        // The library's limit is the first length it refuses.
        let body = response.body_mut().with_config().limit(limit.saturating_add(1)).read_to_vec();
        let body = match body {
            Err(ureq::Error::BodyExceedsLimit(_)) => {
                return Err(Failure::Final(too_large(address, None, limit)));
            }
            Err(error) => return Err(again(format!("the answer broke off ({error})"))),
            Ok(body) => body,
        };
        if let Some(declared) = declared.filter(|declared| *declared != body.len() as u64) {
            return Err(again(format!("the answer has {} bytes instead of {declared}", body.len())));
        }
        let total = match (status, range) {
            (206, Some(range)) => {
                Some(check_part(range, content_range.as_deref(), body.len()).map_err(again)?)
            }
            _ => None,
        };
        Ok(Answer { body, version, total, empty: status == 204 })
    }

    fn classify(&self, address: &Address, error: &ureq::Error) -> Failure {
        match error {
            ureq::Error::BadUri(_) | ureq::Error::Http(_) | ureq::Error::TooManyRedirects => Failure::Final(
                SourceError::Config(format!("{} is no usable address ({error})", address.name)),
            ),
            _ => Failure::Again { reason: error.to_string(), retry_after: None },
        }
    }
}

fn too_large(address: &Address, needed: Option<u64>, limit: u64) -> SourceError {
    SourceError::TooLarge {
        name: address.name.clone(),
        needed: needed.map_or_else(|| "more bytes".into(), |bytes| format!("{bytes} bytes")),
        limit: format!("{limit} bytes"),
    }
}

/// Checks that a part is the one asked for; gives the length of the whole.
fn check_part(range: &Range<u64>, content_range: Option<&str>, length: usize) -> Result<u64, String> {
    let unreadable = || format!("the server sent a part without a usable Content-Range ({content_range:?})");
    let text = content_range.and_then(|text| text.trim().strip_prefix("bytes ")).ok_or_else(unreadable)?;
    let (part, total) = text.split_once('/').ok_or_else(unreadable)?;
    let (first, last) = part.split_once('-').ok_or_else(unreadable)?;
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| unreadable());
    let (first, last, total) = (number(first)?, number(last)?, number(total)?);
    let expected_end = range.end.min(total);
    if first != range.start
        || last.checked_add(1) != Some(expected_end)
        || length as u64 != expected_end - first
    {
        return Err(format!(
            "asked for bytes {}-{}, got {length} bytes labelled {first}-{last}",
            range.start, expected_end
        ));
    }
    Ok(total)
}

/// Seconds or a date (RFC 9110, section 10.2.3).
fn parse_retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let date = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    let seconds = u64::try_from(date.as_second().saturating_sub(now.as_second())).unwrap_or(0);
    Some(Duration::from_secs(seconds))
}

/// Semaphore: bounds the number of concurrent requests.
struct Gate {
    free: Mutex<usize>,
    freed: Condvar,
}

struct Place<'g>(&'g Gate);

impl Gate {
    fn new(places: usize) -> Self {
        Self { free: Mutex::new(places.max(1)), freed: Condvar::new() }
    }

    fn enter(&self) -> Place<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Place(self)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_spread_by_half() {
        let options = HttpOptions::default();
        let whole = |attempt| retry_delay(attempt, 1.0, &options).as_secs_f64();
        assert_eq!([whole(1), whole(2), whole(3), whole(20), whole(u32::MAX)], [0.5, 1.0, 2.0, 30.0, 30.0]);
        assert_eq!(retry_delay(3, 0.0, &options).as_secs_f64(), 1.0);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().expect("time");
        let seconds = |text| parse_retry_after(text, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(37));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:40:00 GMT"), Some(0));
        assert_eq!(seconds("soon"), None);
    }

    #[test]
    fn parts_that_are_not_the_ones_asked_for_are_refused() {
        assert_eq!(check_part(&(0..100), Some("bytes 0-99/500"), 100), Ok(500));
        assert_eq!(check_part(&(450..600), Some("bytes 450-499/500"), 50), Ok(500));
        for (label, length) in [
            ("bytes 1-99/500", 99),
            ("bytes 0-99/500", 98),
            ("bytes 0-98/500", 99),
            ("bytes 0-99/*", 100),
            ("", 100),
        ] {
            assert!(check_part(&(0..100), Some(label), length).is_err(), "{label}");
        }
    }
}
