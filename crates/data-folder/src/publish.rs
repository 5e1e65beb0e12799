//! Publishing by rename.

use std::io::{self, Write};
use std::path::Path;

use headwaters_domain::TaskKind;
use headwaters_domain::run::Artefact;

/// Writes a file so that readers see the old content or the new one, never a part.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut file = tempfile::Builder::new().prefix(".part-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_data()?;
    // Temporary files are private; published ones are for whoever may read the folder.
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    file.as_file().set_permissions(readable)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Publishes an attempt's folder as a task's results, in place of earlier ones, and lists the files. When the
/// folder is gone because it was published before a crash, the published files are listed again.
pub fn publish_attempt(run: &Path, attempt: &Path, kind: TaskKind) -> io::Result<Vec<Artefact>> {
    let target = run.join(kind.slug());
    if attempt.try_exists()? {
        let old = attempt.with_extension("old");
        match std::fs::rename(&target, &old) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::fs::rename(attempt, &target)?;
        if old.try_exists()? {
            std::fs::remove_dir_all(&old)?;
        }
    }
    let mut artefacts = Vec::new();
    list(&target, kind.slug(), kind, &mut artefacts)?;
    artefacts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(artefacts)
}

fn list(folder: &Path, prefix: &str, task: TaskKind, artefacts: &mut Vec<Artefact>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let path = format!("{prefix}/{name}");
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            list(&entry.path(), &path, task, artefacts)?;
        } else if metadata.is_file() {
            artefacts.push(Artefact { path, size_bytes: metadata.len(), task });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_success_replaces_the_files_of_the_first_and_a_repeated_publication_is_harmless() {
        let run = tempfile::tempdir().expect("temporary folder");
        let attempt = |number: u32, file: &str| {
            let folder = run.path().join(format!(".attempt-wepp-{number}-w"));
            std::fs::create_dir(&folder).expect("writable");
            std::fs::write(folder.join(file), "x").expect("writable");
            folder
        };
        let first = attempt(1, "a.csv");
        publish_attempt(run.path(), &first, TaskKind::Wepp).expect("published");
        let second = attempt(2, "b.csv");
        for _ in 0..2 {
            let listed = publish_attempt(run.path(), &second, TaskKind::Wepp).expect("published");
            let paths: Vec<_> = listed.iter().map(|artefact| artefact.path.as_str()).collect();
            assert_eq!(paths, ["wepp/b.csv"]);
        }
        assert_eq!(std::fs::read_dir(run.path()).expect("readable").count(), 1, "no litter");
    }
}
