//! Disk cache of downloads, shared by all runs and processes.
//!
//! Bytes are stored once under their SHA-256 (`objects/`); request keys point to them (`keys/`).
//! There are no locks: files appear by atomic rename, a reader that finds an entry half removed treats it as
//! absent, and two processes that store the same thing store the same bytes. When the total passes the size
//! limit, the objects unused for longest go first.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use headwaters_hash::sha256_hex;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::SourceError;

/// A folder of downloads with a size limit.
#[derive(Debug)]
pub struct DiskCache {
    folder: PathBuf,
    max_bytes: u64,
    /// Bytes this process stored since the folder was last measured.
    unmeasured: AtomicU64,
}

/// Entry of a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CacheEntry {
    /// The key.
    pub key: String,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// Number of bytes.
    pub bytes: u64,
    /// Time of storing.
    pub stored_at: Timestamp,
}

/// Age from which an incomplete file is taken for abandoned.
const LEFTOVER_AGE: Duration = Duration::from_secs(3600);

/// Rule by which [`clean`] removes objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clean {
    /// Everything.
    All,
    /// The objects unused for longest, until at most this many bytes remain.
    DownTo(u64),
    /// Objects not used since a time.
    UnusedSince(Timestamp),
}

/// Result of [`clean`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// Number of objects.
    pub objects: usize,
    /// Their bytes.
    pub bytes: u64,
}

struct Object {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

impl DiskCache {
    /// Opens a cache, creating its folder when it is missing.
    ///
    /// # Errors
    /// A folder that cannot be created.
    pub fn open(folder: impl Into<PathBuf>, max_bytes: u64) -> Result<Self, SourceError> {
        let folder = folder.into();
        for part in ["objects", "keys", "incoming"] {
            let path = folder.join(part);
            fs::create_dir_all(&path).map_err(|error| failure(&path, error))?;
        }
        // The first store measures the folder.
        Ok(Self { folder, max_bytes, unmeasured: AtomicU64::new(u64::MAX / 2) })
    }

    /// The bytes stored for a key, checked against their checksum. Anything wrong counts as absent.
    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        let entry = read_entry(&key_path(&self.folder, key))?;
        if entry.key != key {
            return None;
        }
        let path = object_path(&self.folder, &entry.sha256)?;
        let bytes = fs::read(&path).ok()?;
        if sha256_hex(&bytes) != entry.sha256 {
            // Damaged on disk: fetching again is right, whether or not removal succeeds.
            let _ = fs::remove_file(&path);
            return None;
        }
        // Use is recorded for the size limit only; a failure costs nothing but order.
        let _ =
            File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        Some(bytes)
    }

    /// Stores the bytes of a key. Objects larger than the whole cache are not kept.
    ///
    /// # Errors
    /// A disk that cannot be written.
    pub fn put(&self, key: &str, bytes: &[u8], now: Timestamp) -> Result<(), SourceError> {
        let size = bytes.len() as u64;
        if size > self.max_bytes {
            return Ok(());
        }
        let entry =
            CacheEntry { key: key.to_owned(), sha256: sha256_hex(bytes), bytes: size, stored_at: now };
        let Some(object) = object_path(&self.folder, &entry.sha256) else { return Ok(()) };
        let present = fs::metadata(&object).is_ok_and(|existing| existing.len() == size);
        if !present {
            self.publish(&object, bytes)?;
        }
        let json = serde_json::to_vec(&entry).map_err(|error| failure(&self.folder, error.into()))?;
        self.publish(&key_path(&self.folder, key), &json)?;
        self.keep_within_limit(if present { 0 } else { size })
    }

    fn publish(&self, path: &Path, bytes: &[u8]) -> Result<(), SourceError> {
        let write = || -> io::Result<()> {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            let mut file = tempfile::NamedTempFile::new_in(self.folder.join("incoming"))?;
            file.write_all(bytes)?;
            file.persist(path)?;
            Ok(())
        };
        write().map_err(|error| failure(path, error))
    }

    /// Measures the folder from time to time, and cleans it when it is over the limit.
    fn keep_within_limit(&self, stored: u64) -> Result<(), SourceError> {
        let since = self.unmeasured.fetch_add(stored, Ordering::Relaxed).saturating_add(stored);
        if since < self.max_bytes / 20 {
            return Ok(());
        }
        self.unmeasured.store(0, Ordering::Relaxed);
        let used: u64 = objects(&self.folder)?.iter().map(|object| object.bytes).sum();
        if used > self.max_bytes {
            // Some room is left, so that the next store need not clean again.
            clean(&self.folder, Clean::DownTo(self.max_bytes / 10 * 9))?;
        }
        Ok(())
    }
}

/// Entries of a cache, by key.
///
/// # Errors
/// A folder that cannot be read.
pub fn list(folder: &Path) -> Result<Vec<CacheEntry>, SourceError> {
    let files = files_below(&folder.join("keys"))?;
    let mut entries: Vec<CacheEntry> = files
        .iter()
        .filter_map(|path| read_entry(path))
        .filter(|entry| object_path(folder, &entry.sha256).is_some_and(|path| path.is_file()))
        .collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(entries)
}

/// Removes objects from a cache and the keys that point to none. Safe while others use the cache: they fetch
/// again what they miss.
///
/// # Errors
/// A folder that cannot be read.
pub fn clean(folder: &Path, rule: Clean) -> Result<Cleaned, SourceError> {
    let mut objects = objects(folder)?;
    objects.sort_by_key(|object| object.used);
    let mut remaining: u64 = objects.iter().map(|object| object.bytes).sum();
    let mut cleaned = Cleaned::default();
    for object in objects {
        let remove = match rule {
            Clean::All => true,
            Clean::DownTo(bytes) => remaining > bytes,
            Clean::UnusedSince(time) => object.used < SystemTime::from(time),
        };
        if !remove {
            continue;
        }
        match fs::remove_file(&object.path) {
            Ok(()) => {
                cleaned.objects += 1;
                cleaned.bytes += object.bytes;
            }
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failure(&object.path, error)),
        }
        remaining -= object.bytes;
    }
    remove_dangling_keys(folder)?;
    remove_leftovers(&folder.join("incoming"));
    Ok(cleaned)
}

/// Removes incomplete files that killed processes left in a folder of transfers. A transfer takes minutes, so files older
/// than an hour are abandoned.
pub fn remove_leftovers(incoming: &Path) {
    for entry in fs::read_dir(incoming).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        if modified.and_then(|time| time.elapsed().ok()).is_some_and(|age| age > LEFTOVER_AGE) {
            // A failure leaves the file for the next time.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn remove_dangling_keys(folder: &Path) -> Result<(), SourceError> {
    for path in files_below(&folder.join("keys"))? {
        let target = read_entry(&path).and_then(|entry| object_path(folder, &entry.sha256));
        if !target.is_some_and(|target| target.is_file()) {
            // A key that stays counts as absent.
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}

fn failure(path: &Path, error: io::Error) -> SourceError {
    SourceError::Cache { path: path.display().to_string(), error }
}

fn key_path(folder: &Path, key: &str) -> PathBuf {
    let name = sha256_hex(key.as_bytes());
    folder.join("keys").join(&name[..2]).join(format!("{name}.json"))
}

/// Path of an object; `None` for text that is no checksum, so that a forged entry cannot point elsewhere.
fn object_path(folder: &Path, checksum: &str) -> Option<PathBuf> {
    let valid = checksum.len() == 64 && checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| folder.join("objects").join(&checksum[..2]).join(checksum))
}

fn read_entry(path: &Path) -> Option<CacheEntry> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn objects(folder: &Path) -> Result<Vec<Object>, SourceError> {
    let files = files_below(&folder.join("objects"))?;
    let known = files.into_iter().filter_map(|path| {
        let metadata = fs::metadata(&path).ok()?;
        Some(Object { bytes: metadata.len(), used: metadata.modified().ok()?, path })
    });
    Ok(known.collect())
}

/// Files two levels down: `ab/abcdef...`.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let children = |path: &Path| -> Result<Vec<PathBuf>, SourceError> {
        match fs::read_dir(path) {
            Ok(entries) => Ok(entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(failure(path, error)),
        }
    };
    let mut files = Vec::new();
    for child in children(folder)? {
        files.extend(children(&child)?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    #[test]
    fn stored_bytes_are_found_by_other_processes_and_listed() {
        let folder = tempfile::tempdir().expect("folder");
        let cache = DiskCache::open(folder.path(), 1000).expect("opens");
        cache.put("a", b"same", now()).expect("stored");
        cache.put("b", b"same", now()).expect("stored");
        let other = DiskCache::open(folder.path(), 1000).expect("opens");
        assert_eq!(other.get("b").as_deref(), Some(&b"same"[..]));
        assert_eq!(other.get("c"), None);
        assert_eq!(objects(folder.path()).expect("readable").len(), 1, "equal bytes are stored once");
        let keys: Vec<_> =
            list(folder.path()).expect("readable").into_iter().map(|entry| entry.key).collect();
        assert_eq!(keys, ["a", "b"]);
        let cleaned = clean(folder.path(), Clean::All).expect("cleaned");
        assert_eq!(cleaned, Cleaned { objects: 1, bytes: 4 });
        assert_eq!((cache.get("a"), list(folder.path()).expect("readable").len()), (None, 0));
    }

    /// Transfers of gigabytes that were killed must not stay for ever, nor may one that is under way be taken away.
    #[test]
    fn only_old_leftovers_are_removed() {
        let folder = tempfile::tempdir().expect("folder");
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        let hours_ago = SystemTime::now() - 2 * LEFTOVER_AGE;
        File::create(&old).and_then(|file| file.set_modified(hours_ago)).expect("writable");
        fs::write(&new, "x").expect("writable");
        remove_leftovers(folder.path());
        assert!(!old.exists() && new.exists());
    }

    #[test]
    fn damage_on_disk_is_detected() {
        let folder = tempfile::tempdir().expect("folder");
        let cache = DiskCache::open(folder.path(), 1000).expect("opens");
        cache.put("a", b"elevations", now()).expect("stored");
        let object = objects(folder.path()).expect("readable").remove(0);
        fs::write(object.path, b"elevation!").expect("damaged");
        assert_eq!(cache.get("a"), None);
        cache.put("a", b"elevations", now()).expect("stored again");
        assert_eq!(cache.get("a").as_deref(), Some(&b"elevations"[..]));
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let folder = tempfile::tempdir().expect("folder");
        let cache = DiskCache::open(folder.path(), 100).expect("opens");
        for (age, key) in ["old", "used", "new"].into_iter().enumerate() {
            cache.put(key, &[age as u8; 30], now()).expect("stored");
            let path = object_path(folder.path(), &sha256_hex([age as u8; 30])).expect("path");
            let time = SystemTime::now() - Duration::from_secs(1000 - age as u64);
            File::options().append(true).open(path).and_then(|file| file.set_modified(time)).expect("aged");
        }
        assert!(cache.get("old").is_some(), "using it makes it young");
        cache.put("more", &[9; 30], now()).expect("stored");
        assert!(cache.get("used").is_none(), "longest unused");
        assert!(cache.get("old").is_some() && cache.get("more").is_some());
        cache.put("huge", &[1; 101], now()).expect("not an error");
        assert!(cache.get("huge").is_none());
    }

    #[test]
    fn concurrent_writers_and_cleaners_never_return_wrong_bytes() {
        let folder = tempfile::tempdir().expect("folder");
        std::thread::scope(|scope| {
            for writer in 0..4_usize {
                let folder = folder.path();
                scope.spawn(move || {
                    let cache = DiskCache::open(folder, 2000).expect("opens");
                    for round in 0..60_usize {
                        let value = vec![((writer + round) % 16) as u8; 200];
                        let key = format!("k{}", (writer + round) % 16);
                        cache.put(&key, &value, now()).expect("stored");
                        if let Some(found) = cache.get(&key) {
                            assert_eq!(found, value, "a key never gives foreign bytes");
                        }
                        if round % 20 == 0 {
                            clean(folder, Clean::DownTo(800)).expect("cleaned");
                        }
                    }
                });
            }
        });
        let used: u64 = objects(folder.path()).expect("readable").iter().map(|object| object.bytes).sum();
        assert!(used <= 2200, "{used} bytes");
    }
}
