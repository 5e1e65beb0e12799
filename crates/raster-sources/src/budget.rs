//! Limits on downloads.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::SourceError;
use crate::address::Address;
use crate::http::{Answer, Http};

/// Shared download limit of several reads, such as all of one run, possibly by several processes.
pub trait Account: Send + Sync {
    /// Most bytes.
    fn limit(&self) -> u64;

    /// Bytes spent so far, by all readers.
    ///
    /// # Errors
    /// Records that cannot be read.
    fn spent(&self) -> Result<u64, SourceError>;

    /// Records bytes that are downloaded from `name`; negative ones take back what was refused.
    ///
    /// # Errors
    /// Records that cannot be written.
    fn record(&self, bytes: i64, name: &str) -> Result<(), SourceError>;
}

/// Bytes that one read of a source may still download, within the account it belongs to.
pub struct Budget {
    limit: u64,
    spent: AtomicU64,
    account: Option<Arc<dyn Account>>,
}

impl Budget {
    /// A budget of so many bytes.
    pub fn new(limit: u64, account: Option<Arc<dyn Account>>) -> Self {
        Self { limit, spent: AtomicU64::new(0), account }
    }

    /// Takes bytes, or refuses when they are too many.
    pub(crate) fn take(&self, bytes: u64, name: &str) -> Result<(), SourceError> {
        let spent = self.spent.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if spent > self.limit {
            return Err(SourceError::TooLarge {
                name: name.to_owned(),
                needed: format!("at least {} MiB of downloads", spent >> 20),
                limit: format!("{} MiB", self.limit >> 20),
            });
        }
        let Some(account) = self.account.as_ref().filter(|_| bytes > 0) else { return Ok(()) };
        // Recorded before it is checked: of two readers that cross the limit together, none must slip through.
        let signed = i64::try_from(bytes).unwrap_or(i64::MAX);
        account.record(signed, name)?;
        let spent = account.spent()?;
        if spent <= account.limit() {
            return Ok(());
        }
        account.record(-signed, name)?;
        Err(refusal(account.as_ref(), spent.saturating_sub(bytes), mib(bytes), name))
    }

    /// Gets a body of unknown length within what is left, at least `least` bytes, and takes it.
    pub(crate) fn get(
        &self,
        http: &Http,
        address: &Address,
        range: Option<Range<u64>>,
        least: u64,
    ) -> Result<Answer, SourceError> {
        let own = self.limit.saturating_sub(self.spent.load(Ordering::Relaxed));
        let shared = match &self.account {
            Some(account) => account.limit().saturating_sub(account.spent()?),
            None => u64::MAX,
        };
        let answer = match (http.get(address, range, own.min(shared).max(least)), &self.account) {
            (Err(SourceError::TooLarge { name, needed, .. }), Some(account)) if shared < own => {
                return Err(refusal(account.as_ref(), account.spent()?, needed, &name));
            }
            (answer, _) => answer?,
        };
        self.take(answer.body.len() as u64, &address.name)?;
        Ok(answer)
    }
}

fn refusal(account: &dyn Account, spent: u64, needed: String, name: &str) -> SourceError {
    let (spent, limit) = (mib(spent), mib(account.limit()));
    SourceError::AccountSpent { name: name.to_owned(), spent, needed, limit }
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
