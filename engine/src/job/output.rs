//! A file or an object that appears whole or not at all.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tempfile::NamedTempFile;

use super::files::real;
use super::objects;
use crate::error::{Error, Result};
use crate::stop::Stop;
use crate::store::{self, Upload};

/// What the names of temporary files begin with.
const PREFIX: &str = ".poly-match-";

/// Refuses what cannot be an output, before any work is done.
pub(super) fn check(path: &Path, inputs: [&Path; 2], stop: &Stop) -> Result<()> {
    let refuse = |message: String| Err(Error::Parameter { parameter: "output", message });
    if store::is_url(path) {
        if objects::is_directory(path) {
            return refuse(format!("{} is a directory: expected an object", path.display()));
        }
        if inputs.into_iter().any(|input| real(input) == real(path)) {
            return refuse(format!("{} is one of the inputs", path.display()));
        }
        // Whether the bucket is there. Who may write need not be allowed to look.
        return match objects::first(path, stop) {
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied => {
                Ok(())
            }
            first => first.map(drop),
        };
    }
    if path.is_dir() {
        return refuse(format!("{} is a directory: expected a file name", path.display()));
    }
    if path.exists() && !path.is_file() {
        // Renaming over a device or a pipe would replace it.
        return refuse(format!("{} is no ordinary file", path.display()));
    }
    // A file that does not exist is none of the inputs.
    let same = |input: &Path| match (path.canonicalize(), input.canonicalize()) {
        (Ok(output), Ok(input)) => output == input,
        _ => false,
    };
    if inputs.into_iter().any(same) {
        return refuse(format!("{} is one of the inputs", path.display()));
    }
    let folder = folder_of(path);
    match std::fs::metadata(folder) {
        Ok(_) => Ok(()),
        Err(source) => Err(Error::Io { path: folder.to_owned(), source }),
    }
}

/// Refuses a file that is there already, unless it may be replaced.
pub(super) fn check_free(path: &Path, replaces: bool, stop: &Stop) -> Result<()> {
    let is_there = || match store::is_url(path) {
        true => objects::is_there(path, stop),
        false => Ok(path.symlink_metadata().is_ok()),
    };
    if !replaces && is_there()? { Err(taken(path)) } else { Ok(()) }
}

/// That a file is there already.
pub(super) fn taken(path: &Path) -> Error {
    let source = io::Error::new(io::ErrorKind::AlreadyExists, "is there already: not overwritten");
    Error::Io { path: path.to_owned(), source }
}

pub(super) fn is_temporary(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(PREFIX.as_bytes())
}

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Waits until the names in a folder are on the disk.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    let io = |source| Error::Io { path: folder.to_owned(), source };
    // Elsewhere a folder cannot be opened, and need not.
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)
    } else {
        Ok(())
    }
}

/// Removes what killed jobs have left in a folder: temporary files that no process holds.
pub(super) fn remove_stale(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| is_temporary(&entry.file_name())) {
        // One that cannot be opened, locked or removed is left to whoever can.
        if let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// The output while it is written.
pub(super) struct Output {
    path: PathBuf,
    replaces: bool,
    to: To,
    failed: Failure,
}

enum To {
    /// A temporary file beside its place. Locked as long as the job lives, which tells it from what
    /// a killed job has left.
    File(NamedTempFile),
    Object(Upload),
}

/// What the system said when writing failed: not every writer tells.
#[derive(Debug, Clone, Default)]
pub(super) struct Failure(Arc<OnceLock<(PathBuf, io::ErrorKind, String)>>);

impl Failure {
    /// The failure to write, if there was one, rather than what followed from it.
    pub(super) fn or(&self, error: Error) -> Error {
        match self.0.get() {
            Some((path, kind, text)) => {
                Error::Io { path: path.clone(), source: io::Error::new(*kind, text.clone()) }
            }
            None => error,
        }
    }
}

impl Output {
    pub(super) fn create(path: &Path, replaces: bool, stop: &Stop) -> Result<Self> {
        let failed = Failure::default();
        if store::is_url(path) {
            let to = To::Object(Upload::new(store::object(path, stop)?, replaces));
            return Ok(Self { path: path.to_owned(), replaces, to, failed });
        }
        // A link stays a link: what it points to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        loop {
            let file = match temporary(folder_of(&path)) {
                Ok(file) => file,
                // Its text would name the temporary file.
                Err(error) => return Err(Error::Io { path, source: error.kind().into() }),
            };
            match file.as_file().try_lock() {
                // Another job may have taken it for stale before it was locked.
                Ok(()) if !file.path().exists() => {}
                Err(TryLockError::WouldBlock) => {}
                // Not every file system has locks: without, nothing is ever taken for stale.
                Ok(()) | Err(TryLockError::Error(_)) => {
                    return Ok(Self { path, replaces, to: To::File(file), failed });
                }
            }
        }
    }

    /// What will tell whether writing has failed.
    pub(super) fn failure(&self) -> Failure {
        self.failed.clone()
    }

    /// Waits for the disk or the store.
    pub(super) fn sync(&mut self) -> Result<()> {
        let synced = match &mut self.to {
            To::File(file) => file.as_file().sync_all(),
            To::Object(upload) => upload.sync(),
        };
        synced.map_err(|source| Error::Io { path: self.path.clone(), source })
    }

    /// Gives the file its name, and tells its size.
    pub(super) fn commit(self) -> Result<u64> {
        let Self { path, replaces, to, .. } = self;
        let io = |source| Error::Io { path: path.clone(), source };
        let file = match to {
            To::File(file) => file,
            To::Object(upload) => return upload.complete().map_err(io),
        };
        let bytes = file.as_file().metadata().map_err(io)?.len();
        match if replaces { file.persist(&path) } else { file.persist_noclobber(&path) } {
            Ok(_) => {}
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(taken(&path));
            }
            Err(error) => return Err(io(error.error)),
        }
        sync_folder(folder_of(&path))?;
        Ok(bytes)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.to {
            To::File(file) => file.as_file_mut().write(bytes),
            To::Object(upload) => upload.write(bytes),
        };
        if let Err(error) = &written
            && error.kind() != io::ErrorKind::Interrupted
        {
            // The first failure is the one that counts.
            let told = (self.path.clone(), error.kind(), error.to_string());
            drop(self.failed.0.set(told));
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::File(file) => file.as_file_mut().flush(),
            To::Object(upload) => upload.flush(),
        }
    }
}

fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(".tmp");
    #[cfg(unix)]
    {
        // As any new file: whoever the umask lets read it. Temporary files are private else.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// The folders that a job makes for its outputs.
#[derive(Debug, Default)]
pub(super) struct Folders {
    /// Those that were not there, each behind the one that it is in.
    made: Vec<PathBuf>,
    clean: HashSet<PathBuf>,
}

impl Folders {
    /// Makes the folder of a file, if it is not there, and clears it of what killed jobs have left.
    pub(super) fn make(&mut self, file: &Path) -> Result<()> {
        let folder = folder_of(file);
        if store::is_url(file) || !self.clean.insert(folder.to_owned()) {
            return Ok(());
        }
        let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let missing: Vec<_> = folder.ancestors().take_while(is_missing).collect();
        self.made.extend(missing.iter().rev().map(|folder| folder.to_path_buf()));
        let io = |source| Error::Io { path: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(io)?;
        remove_stale(folder);
        Ok(())
    }

    /// Removes those that are empty.
    pub(super) fn unmake(&self) {
        for folder in self.made.iter().rev() {
            // One that is not empty stays.
            drop(std::fs::remove_dir(folder));
        }
    }
}
