//! Files on their way into a batch: written to a temporary file, hashed and limited as they arrive.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use headwaters_hash::Hasher;
use tempfile::{NamedTempFile, TempPath};

use crate::{Layout, is_plain_file_name};

/// A file that has arrived completely; it goes away with this value unless it is persisted.
#[derive(Debug)]
pub struct Received {
    /// Path of the temporary file, on the file system of the batches.
    pub path: TempPath,
    /// SHA-256, hex.
    pub sha256: String,
    /// Size, bytes.
    pub size_bytes: u64,
}

impl Received {
    /// A copy of a local file; `None` when it has more than `limit_bytes`.
    pub fn copy_of(file: &Path, layout: &Layout, limit_bytes: u64) -> io::Result<Option<Self>> {
        let mut source = File::open(file)?;
        let mut receiving = Receiving::begin(layout, limit_bytes)?;
        let mut buffer = vec![0; 1 << 20];
        loop {
            match source.read(&mut buffer)? {
                0 => return receiving.finish().map(Some),
                read if receiving.write(&buffer[..read])? => {}
                _ => return Ok(None),
            }
        }
    }
}

/// A file that is arriving.
#[derive(Debug)]
pub struct Receiving {
    file: NamedTempFile,
    hasher: Hasher,
    size_bytes: u64,
    limit_bytes: u64,
}

impl Receiving {
    /// Begins a temporary file that takes at most `limit_bytes`.
    pub fn begin(layout: &Layout, limit_bytes: u64) -> io::Result<Self> {
        let file = tempfile::Builder::new().prefix("upload-").tempfile_in(layout.incoming())?;
        Ok(Self { file, hasher: Hasher::default(), size_bytes: 0, limit_bytes })
    }

    /// Adds bytes; `false`, and nothing is written, when they exceed the limit.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<bool> {
        self.size_bytes += bytes.len() as u64;
        if self.size_bytes > self.limit_bytes {
            return Ok(false);
        }
        self.hasher.update(bytes);
        self.file.write_all(bytes)?;
        Ok(true)
    }

    /// Completes the file.
    pub fn finish(self) -> io::Result<Received> {
        self.file.as_file().sync_data()?;
        let Self { file, hasher, size_bytes, .. } = self;
        Ok(Received { path: file.into_temp_path(), sha256: hasher.finish(), size_bytes })
    }
}

/// A file name that cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give a plain file name ending in {}", extensions.join(" or "))]
pub struct FileNameError {
    /// Extensions that are accepted, with their dots.
    pub extensions: Vec<String>,
}

/// A file name given by a user, if it is plain and has one of the extensions (lower case, with their dots).
pub fn checked_file_name(name: &str, extensions: &[&str]) -> Result<String, FileNameError> {
    let lower = name.to_lowercase();
    let suitable = extensions.iter().any(|extension| lower.ends_with(extension));
    if suitable && is_plain_file_name(name) {
        return Ok(name.to_owned());
    }
    Err(FileNameError { extensions: extensions.iter().map(|&extension| extension.to_owned()).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An upload beyond the limit must not fill the disk, and one within it must arrive unchanged.
    #[test]
    fn a_file_arrives_whole_or_is_refused_at_the_limit() {
        let data = tempfile::tempdir().expect("temporary folder");
        let layout = Layout::new(data.path()).expect("writable");
        let file = data.path().join("polygons.geojson");
        std::fs::write(&file, "abc").expect("writable");
        let received = Received::copy_of(&file, &layout, 3).expect("readable").expect("within the limit");
        assert_eq!((received.size_bytes, std::fs::read(&received.path).expect("kept")), (3, b"abc".to_vec()));
        assert_eq!(received.sha256, headwaters_hash::sha256_hex("abc"));
        assert!(Received::copy_of(&file, &layout, 2).expect("readable").is_none());
        drop(received);
        assert_eq!(std::fs::read_dir(layout.incoming()).expect("a folder").count(), 0, "no leftovers");
    }

    #[test]
    fn only_plain_names_with_a_known_extension_are_kept() {
        assert_eq!(checked_file_name("A.GeoJSON", &[".geojson"]).as_deref(), Ok("A.GeoJSON"));
        for bad in ["../a.geojson", "a.csv", ".geojson", "a/b.geojson", ""] {
            assert!(checked_file_name(bad, &[".geojson"]).is_err(), "{bad:?}");
        }
    }
}
