//! What a run may download: all tasks of a submission add to one ledger, which lies beside the run's logs because the
//! tasks run in several processes.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use headwaters_raster_sources::{Account, SourceError};

/// The downloads of a run.
#[derive(Debug)]
pub struct RunDownloads {
    ledger: PathBuf,
    limit: u64,
}

impl RunDownloads {
    /// An account of at most so many MiB.
    pub fn new(ledger: PathBuf, limit_mib: u32) -> Self {
        Self { ledger, limit: u64::from(limit_mib) << 20 }
    }

    fn failed(&self, error: io::Error) -> SourceError {
        SourceError::File { path: self.ledger.display().to_string(), error }
    }
}

impl Account for RunDownloads {
    fn limit(&self) -> u64 {
        self.limit
    }

    fn spent(&self) -> Result<u64, SourceError> {
        match std::fs::read_to_string(&self.ledger) {
            Ok(text) => Ok(sum(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn record(&self, bytes: i64, name: &str) -> Result<(), SourceError> {
        let append = || {
            let mut file = File::options().append(true).create(true).open(&self.ledger)?;
            // One write per line, so that those of several processes do not mix.
            file.write_all(format!("{bytes}\t{name}\n").as_bytes())
        };
        append().map_err(|error| self.failed(error))
    }
}

/// Sum of a ledger; a line that is still being written does not count.
fn sum(text: &str) -> u64 {
    let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let bytes = lines.filter_map(|line| line.split('\t').next()?.parse::<i64>().ok());
    u64::try_from(bytes.fold(0, i64::saturating_add)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was refused is given back, and a torn line is no reason to fail or to let everything pass.
    #[test]
    fn a_ledger_is_the_sum_of_its_whole_lines() {
        assert_eq!(sum("100\ta\n50\tb\n-50\tb\n7"), 100);
        assert_eq!(sum(""), 0);
    }
}
