//! Temporary files beside the outputs: known by their whole names, made by us, gone with the job.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tempfile::{NamedTempFile, TempPath};
use twox_hash::xxhash3_128;

use crate::error::{Error, Result};
use crate::regular;

const PREFIX: &str = ".poly-match-";
const SUFFIX: &str = ".tmp";

/// Digits of the random part of a name, and as many of its check.
const DIGITS: usize = 16;

/// A name that no one else gives: a random part, and a check of it.
fn new_name() -> String {
    // The keys of such a hasher are random.
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    hasher.write_u128(now.as_nanos());
    let random = format!("{:016x}", hasher.finish());
    format!("{PREFIX}{random}{}{SUFFIX}", check_of(&random))
}

fn check_of(random: &str) -> String {
    let hash = xxhash3_128::Hasher::oneshot(format!("poly-match {random}").as_bytes());
    format!("{:016x}", hash as u64)
}

/// Whether a file has the name of a temporary file of ours.
pub(super) fn is_temporary(name: &OsStr) -> bool {
    let middle = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    match middle.filter(|middle| middle.is_ascii()) {
        Some(middle) if middle.len() == 2 * DIGITS => {
            let (random, check) = middle.split_at(DIGITS);
            check_of(random) == check
        }
        _ => false,
    }
}

/// Makes a file in a folder, which is empty, ours and locked as long as it lives. The lock tells it
/// from what a killed job has left.
///
/// `is_private` tells whether nobody else may read it; else whoever the umask lets.
pub(super) fn create(folder: &Path, is_private: bool) -> io::Result<NamedTempFile> {
    loop {
        let path = folder.join(new_name());
        let mut options = File::options();
        // Where anything is there already, a link too, this fails.
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        {
            let mode = if is_private { 0o600 } else { 0o666 };
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        }
        #[cfg(not(unix))]
        let _ = is_private;
        let file = match options.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            opened => NamedTempFile::from_parts(opened?, TempPath::try_from_path(path)?),
        };
        match file.as_file().try_lock() {
            // Another job may have taken it for stale before it was locked.
            Ok(()) if !file.path().exists() => {}
            Err(TryLockError::WouldBlock) => {}
            // Not every file system has locks: without, nothing is ever taken for stale.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
}

/// Removes what killed jobs have left in a folder: temporary files of ours that no process holds.
pub(super) fn remove_stale(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| is_temporary(&entry.file_name())) {
        // One that cannot be opened, locked or removed is left to whoever can.
        if let Ok((file, _)) = regular::open_unlinked(&entry.path())
            && file.try_lock().is_ok()
        {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// The temporary files of a job. Once it is stopped, none is left and none becomes an output, even
/// if a thread of the job is still at work on it.
#[derive(Debug, Clone, Default)]
pub(super) struct Temporaries(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    is_closed: bool,
    paths: HashSet<PathBuf>,
}

impl Temporaries {
    /// As [`create`].
    pub(super) fn create(&self, folder: &Path, is_private: bool) -> io::Result<NamedTempFile> {
        let file = create(folder, is_private)?;
        let mut kept = self.lock();
        if kept.is_closed {
            return Err(io::Error::other("stopped"));
        }
        kept.paths.insert(file.path().to_owned());
        Ok(file)
    }

    /// Gives a file its name by `rename`, unless the job has been stopped.
    pub(super) fn rename<T>(&self, file: &Path, rename: impl FnOnce() -> T) -> Result<T> {
        let mut kept = self.lock();
        if kept.is_closed {
            return Err(Error::Interrupted);
        }
        kept.paths.remove(file);
        Ok(rename())
    }

    /// Removes all that there are.
    pub(super) fn close(&self) {
        let mut kept = self.lock();
        kept.is_closed = true;
        for path in kept.paths.drain() {
            drop(std::fs::remove_file(path));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_as_a_whole() {
        let name = new_name();
        assert!(is_temporary(name.as_ref()));
        assert_ne!(name, new_name());
        // One digit is another.
        let at = PREFIX.len() + 3;
        let other = if &name[at..=at] == "0" { "1" } else { "0" };
        let other = format!("{}{other}{}", &name[..at], &name[at + 1..]);
        for other in [
            &*other,
            &name[1..],
            &name[..name.len() - 1],
            &format!("{name}.tmp"),
            ".poly-match-notes.md",
            ".poly-match-.tmp",
            ".poly-match-Ab12Cd.tmp",
            ".poly-match-0123456789abcdef0123456789abcdef.tmp",
            ".poly-match-éééééééééééééééé.tmp",
        ] {
            assert!(!is_temporary(other.as_ref()), "{other}");
        }
    }

    #[test]
    fn what_is_stale_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let held = create(folder.path(), false).unwrap();
        let stale = folder.path().join(new_name());
        std::fs::write(&stale, "left").unwrap();
        let notes = folder.path().join(".poly-match-notes.md");
        std::fs::write(&notes, "notes").unwrap();
        let directory = folder.path().join(new_name());
        std::fs::create_dir(&directory).unwrap();
        #[cfg(unix)]
        let link = folder.path().join(new_name());
        #[cfg(unix)]
        std::os::unix::fs::symlink(&notes, &link).unwrap();
        remove_stale(folder.path());
        assert!(!stale.exists());
        assert!(held.path().exists() && notes.exists() && directory.exists());
        #[cfg(unix)]
        assert!(link.symlink_metadata().is_ok());
    }

    #[test]
    fn nothing_is_left_once_closed() {
        let folder = tempfile::tempdir().unwrap();
        let temporaries = Temporaries::default();
        let file = temporaries.create(folder.path(), false).unwrap();
        temporaries.close();
        assert!(!file.path().exists());
        assert!(temporaries.create(folder.path(), false).is_err());
        let renamed = temporaries.rename(file.path(), || ());
        assert!(matches!(renamed, Err(Error::Interrupted)));
        drop(file);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
