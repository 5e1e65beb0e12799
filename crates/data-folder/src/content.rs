//! What identifies a file: its content.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use headwaters_hash::{Hasher, hash_parts};

/// A larger file is known by size and date: reading it whole would take longer than a user waits for a plan.
const LARGEST_HASHED: u64 = 512 << 20;
const BUFFER: usize = 1 << 20;

type Known = HashMap<PathBuf, (u64, Option<SystemTime>, String)>;

/// Files hashed before by this process, with the size and date they had.
static KNOWN: Mutex<Option<Known>> = Mutex::new(None);

/// Text that changes when the content of a file, or of a folder's files, changes; a file that is merely touched or
/// copied stays the same. What cannot be read is `absent`: the task that needs it says so.
pub fn content(path: &Path) -> String {
    let folder = std::fs::read_dir(path).map(|entries| {
        let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        entries
    });
    match folder {
        Ok(entries) => {
            let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
            let entry = |path: &PathBuf| [name(path).unwrap_or_default(), content(path)];
            let parts: Vec<String> = entries.iter().flat_map(entry).collect();
            hash_parts(parts.iter().map(String::as_str))
        }
        Err(_) => file(path).unwrap_or_else(|_| "absent".to_owned()),
    }
}

fn file(path: &Path) -> io::Result<String> {
    let metadata = std::fs::metadata(path)?;
    let (length, modified) = (metadata.len(), metadata.modified().ok());
    if length > LARGEST_HASHED {
        return Ok(format!("{length} bytes of {modified:?}"));
    }
    let known = |known: &Option<Known>| {
        let (size, date, hash) = known.as_ref()?.get(path)?;
        (*size == length && *date == modified).then(|| hash.clone())
    };
    if let Some(hash) = known(&KNOWN.lock().unwrap_or_else(PoisonError::into_inner)) {
        return Ok(hash);
    }
    let hash = hashed(path)?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.get_or_insert_default().insert(path.to_owned(), (length, modified, hash.clone()));
    Ok(hash)
}

fn hashed(path: &Path) -> io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_what_they_hold_not_by_their_date() {
        let data = tempfile::tempdir().expect("temporary folder");
        let path = data.path().join("a.par");
        std::fs::write(&path, "one").expect("writable");
        let (file, folder) = (content(&path), content(data.path()));
        let touched = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
        std::fs::File::open(&path).and_then(|file| file.set_modified(touched)).expect("touched");
        assert_eq!((content(&path), content(data.path())), (file.clone(), folder.clone()));
        std::fs::write(&path, "two").expect("writable");
        assert!(content(&path) != file && content(data.path()) != folder);
        assert_eq!(content(&data.path().join("b.par")), "absent");
    }
}
