//! The folders of the data folder. Names come from [`BatchName`] and validated run ids only.

use std::io;
use std::path::{Component, Path, PathBuf};

use headwaters_domain::{BatchName, TableKind, TaskKind};

/// Paths below the data folder.
#[derive(Clone, Debug)]
pub struct Layout {
    data: PathBuf,
}

/// Name of a landscape table's file in a snapshot.
pub fn table_file(kind: TableKind) -> String {
    format!("{}.csv", kind.slug())
}

/// Tells if a text can be a file name and nothing else: no separators, no dots-only name, no control characters.
pub fn is_plain_file_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let single = matches!((components.next(), components.next()), (Some(Component::Normal(_)), None));
    let clean = !name.contains(['/', '\\']) && !name.chars().any(char::is_control);
    single && clean && !name.starts_with('.') && name.len() <= 200
}

impl Layout {
    /// Makes the folders every server needs.
    pub fn new(data: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(data.join("batch"))?;
        std::fs::create_dir_all(data.join("incoming"))?;
        Ok(Self { data: data.to_owned() })
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Uploads on their way; on the file system of the batches, so that a rename suffices.
    pub fn incoming(&self) -> PathBuf {
        self.data.join("incoming")
    }

    /// Folder of a batch.
    pub fn batch(&self, name: &str) -> PathBuf {
        self.data.join("batch").join(name)
    }

    /// Uploaded files of a batch.
    pub fn resources(&self, batch: &str) -> PathBuf {
        self.batch(batch).join("resources")
    }

    /// The base project of a batch.
    pub fn base(&self, batch: &str) -> PathBuf {
        self.batch(batch).join("_base")
    }

    /// Snapshot of `_base` that a submission's tasks read.
    pub fn snapshot(&self, batch: &str, submission: i64) -> PathBuf {
        self.batch(batch).join("snapshots").join(submission.to_string())
    }

    /// Folder of a run.
    pub fn run(&self, batch: &str, run_id: &str) -> PathBuf {
        self.batch(batch).join("runs").join(run_id)
    }

    /// Where an attempt works: no two deliveries ever share a folder.
    pub fn attempt(&self, batch: &str, run_id: &str, kind: TaskKind, attempt: u16, worker: &str) -> PathBuf {
        let slug = kind.slug();
        self.run(batch, run_id).join(format!(".attempt-{slug}-{attempt}-{worker}"))
    }

    /// Log of an attempt.
    pub fn log(&self, batch: &str, run_id: &str, kind: TaskKind, attempt: u16) -> PathBuf {
        self.run(batch, run_id).join("logs").join(format!("{}-{attempt}.log", kind.slug()))
    }

    /// Makes the folder of a new batch, all of it or nothing.
    pub fn create_batch(&self, name: &BatchName) -> io::Result<()> {
        let target = self.batch(name.as_str());
        let fresh = tempfile::Builder::new().prefix(".new-").tempdir_in(self.data.join("batch"))?;
        for part in ["_base", "resources", "runs", "logs", "snapshots"] {
            std::fs::create_dir(fresh.path().join(part))?;
        }
        // Renaming onto an existing folder succeeds when that is empty; a batch's never is.
        if target.try_exists()? {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists));
        }
        let made = fresh.keep();
        std::fs::rename(&made, &target).inspect_err(|_| {
            let _ = std::fs::remove_dir_all(&made);
        })
    }

    /// A published file of a run, by the path the API shows. Only plain names, no hidden files, no links that
    /// lead out of the run.
    pub fn run_file(&self, batch: &str, run_id: &str, path: &str) -> io::Result<PathBuf> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        if path.split('/').any(|part| !is_plain_file_name(part)) {
            return Err(missing());
        }
        let root = self.run(batch, run_id).canonicalize()?;
        let file = root.join(path).canonicalize()?;
        if file.starts_with(&root) && file.is_file() { Ok(file) } else { Err(missing()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_cannot_leave_the_folder_of_its_run() {
        let data = tempfile::tempdir().expect("temporary folder");
        let layout = Layout::new(data.path()).expect("writable");
        let run = layout.run("fire", "w1");
        std::fs::create_dir_all(run.join("wepp")).expect("writable");
        std::fs::write(run.join("wepp/a.csv"), "x").expect("writable");
        std::fs::write(run.join(".hidden"), "x").expect("writable");
        std::fs::write(data.path().join("secret"), "x").expect("writable");
        std::os::unix::fs::symlink(data.path().join("secret"), run.join("link")).expect("writable");
        assert!(layout.run_file("fire", "w1", "wepp/a.csv").is_ok());
        for hostile in
            ["../../../../secret", "/etc/passwd", "wepp/../../x", "link", ".hidden", "", "wepp", "a\0b"]
        {
            assert!(layout.run_file("fire", "w1", hostile).is_err(), "{hostile:?}");
        }
    }

    #[test]
    fn two_batches_cannot_share_a_folder() {
        let data = tempfile::tempdir().expect("temporary folder");
        let layout = Layout::new(data.path()).expect("writable");
        let name = BatchName::parse("fire").expect("valid");
        layout.create_batch(&name).expect("created");
        assert!(layout.create_batch(&name).is_err());
        assert!(layout.base("fire").is_dir());
    }
}
