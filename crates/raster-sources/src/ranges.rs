//! A remote file read by ranges.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use headwaters_raster::RangeRead;

use crate::SourceError;
use crate::address::Address;
use crate::budget::Budget;
use crate::cache::DiskCache;
use crate::http::Http;

/// Unit of fetching and caching, in bytes.
const PAGE: u64 = 128 << 10;

/// Most pages fetched with one request.
const PAGES_PER_REQUEST: u64 = 32;

/// Client and cache shared by remote reads.
#[derive(Clone)]
pub(crate) struct Remote {
    pub http: Arc<Http>,
    pub cache: Option<Arc<DiskCache>>,
}

/// A remote file as random-access bytes, in pages that are fetched once.
pub(crate) struct RemoteFile {
    remote: Remote,
    address: Address,
    budget: Arc<Budget>,
    version: String,
    /// True if the server identifies versions of the file; otherwise nothing of it may be cached.
    versioned: bool,
    len: u64,
    pages: Mutex<HashMap<u64, Arc<Vec<u8>>>>,
    /// The whole file, from servers that know no ranges.
    whole: Option<Vec<u8>>,
}

impl RemoteFile {
    /// Fetches the beginning of a file and learns its length and version.
    pub fn open(remote: Remote, address: Address, budget: Arc<Budget>) -> Result<Self, SourceError> {
        let answer = budget.get(&remote.http, &address, Some(0..PAGE), PAGE)?;
        let length = answer.total.unwrap_or(answer.body.len() as u64);
        let version = version_text(answer.version.as_deref(), length);
        let ranges = answer.total.is_some();
        let mut file = Self {
            remote,
            address,
            budget,
            version,
            versioned: answer.version.is_some(),
            len: length,
            pages: Mutex::new(HashMap::new()),
            whole: None,
        };
        if ranges {
            file.keep(0, Arc::new(answer.body));
        } else {
            file.whole = Some(answer.body);
        }
        Ok(file)
    }

    /// Entity tag or time, and length: what identifies the content.
    pub fn version(&self) -> &str {
        &self.version
    }

    fn keep(&self, page: u64, bytes: Arc<Vec<u8>>) {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).insert(page, bytes);
    }

    fn page(&self, page: u64) -> Option<Arc<Vec<u8>>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).get(&page).cloned()
    }

    fn page_len(&self, page: u64) -> u64 {
        PAGE.min(self.len.saturating_sub(page * PAGE))
    }

    fn cache_key(&self, page: u64) -> String {
        format!("{} [{}] page {page} of {PAGE}", self.address.name, self.version)
    }

    /// Makes the pages of some ranges present.
    fn load(&self, ranges: &[Range<u64>]) -> Result<(), SourceError> {
        if self.whole.is_some() {
            return Ok(());
        }
        let mut wanted = BTreeSet::new();
        for range in ranges {
            let end = range.end.min(self.len);
            if range.start < end {
                wanted.extend(range.start / PAGE..=(end - 1) / PAGE);
            }
        }
        wanted.retain(|page| self.page(*page).is_none() && !self.take_from_cache(*page));
        let missing: u64 = wanted.iter().map(|page| self.page_len(*page)).sum();
        self.budget.take(missing, &self.address.name)?;
        self.fetch_spans(spans(&wanted))
    }

    fn cache(&self) -> Option<&DiskCache> {
        self.remote.cache.as_deref().filter(|_| self.versioned)
    }

    fn take_from_cache(&self, page: u64) -> bool {
        let found = self.cache().and_then(|cache| cache.get(&self.cache_key(page)));
        match found.filter(|bytes| bytes.len() as u64 == self.page_len(page)) {
            Some(bytes) => {
                self.keep(page, Arc::new(bytes));
                true
            }
            None => false,
        }
    }

    /// Fetches spans of pages, several at once.
    fn fetch_spans(&self, spans: Vec<Range<u64>>) -> Result<(), SourceError> {
        let workers = self.remote.http.parallel().min(spans.len());
        if workers <= 1 {
            return spans.into_iter().try_for_each(|span| self.fetch_span(span));
        }
        let queue = Mutex::new(spans.into_iter());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || -> Result<(), SourceError> {
            while let Some(span) = next() {
                self.fetch_span(span)?;
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            // The scope waits for the others when one has failed.
            workers.into_iter().try_for_each(|worker| match worker.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })
    }

    fn fetch_span(&self, span: Range<u64>) -> Result<(), SourceError> {
        let bytes = span.start * PAGE..(span.end * PAGE).min(self.len);
        let length = bytes.end - bytes.start;
        let answer = self.remote.http.get(&self.address, Some(bytes), length)?;
        let total = answer.total.unwrap_or(answer.body.len() as u64);
        if answer.total.is_none() || version_text(answer.version.as_deref(), total) != self.version {
            return Err(SourceError::Changed { name: self.address.name.clone() });
        }
        for (page, bytes) in (span.start..).zip(answer.body.chunks(PAGE as usize)) {
            if let Some(cache) = self.cache() {
                cache.put(&self.cache_key(page), bytes, self.remote.http.now())?;
            }
            self.keep(page, Arc::new(bytes.to_vec()));
        }
        Ok(())
    }
}

fn version_text(version: Option<&str>, length: u64) -> String {
    format!("{}, {length} bytes", version.unwrap_or("no version"))
}

/// Runs of neighbouring pages, none longer than one request may be.
fn spans(pages: &BTreeSet<u64>) -> Vec<Range<u64>> {
    let mut spans: Vec<Range<u64>> = Vec::new();
    for page in pages {
        match spans.last_mut() {
            Some(span) if span.end == *page && span.end - span.start < PAGES_PER_REQUEST => span.end += 1,
            _ => spans.push(*page..page + 1),
        }
    }
    spans
}

impl RangeRead for RemoteFile {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_exact_at(&self, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let end = offset + len as u64;
        if let Some(whole) = &self.whole {
            return whole.read_exact_at(offset, len);
        }
        self.load(std::slice::from_ref(&(offset..end))).map_err(SourceError::into_io)?;
        let mut bytes = Vec::with_capacity(len);
        for page in offset / PAGE..end.div_ceil(PAGE) {
            let found = self.page(page).ok_or(io::ErrorKind::UnexpectedEof)?;
            let start = page * PAGE;
            let from = offset.saturating_sub(start).min(found.len() as u64) as usize;
            let to = (end - start).min(found.len() as u64) as usize;
            bytes.extend_from_slice(&found[from..to]);
        }
        if bytes.len() == len { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn prefetch(&self, ranges: &[Range<u64>]) -> io::Result<()> {
        self.load(ranges).map_err(SourceError::into_io)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        self.whole.as_deref()
    }
}
