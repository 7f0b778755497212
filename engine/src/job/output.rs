//! A file or an object that appears whole or not at all.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tempfile::NamedTempFile;

use super::files::real;
use super::objects;
use super::temporary::{self, Temporaries, remove_stale};
use crate::error::{Error, Result};
use crate::regular;
use crate::stop::Stop;
use crate::store::{self, Upload};

/// Links that lead to a file, one to the next, at most: as many as Linux follows.
const MOST_LINKS: usize = 40;

/// Refuses what cannot be an output, before any work is done.
pub(super) fn check(path: &Path, inputs: [&Path; 2], stop: &Stop) -> Result<()> {
    let refuse = |message: String| refuse("output", message);
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
    let place = check_kind("output", path)?;
    // A file that does not exist is none of the inputs.
    let same = |input: &Path| match (place.canonicalize(), input.canonicalize()) {
        (Ok(output), Ok(input)) => output == input,
        _ => false,
    };
    if inputs.into_iter().any(same) {
        return refuse(format!("{} is one of the inputs", path.display()));
    }
    check_folder(path, &place)
}

/// Refuses outputs below a folder that cannot be, before any work is done.
pub(super) fn check_below<'a>(outputs: impl Iterator<Item = &'a Path>, stop: &Stop) -> Result<()> {
    let mut known = HashSet::new();
    for output in outputs {
        stop.check()?;
        check_kind("output", output)?;
        // The folder may be still to be made.
        let folders = folder_of(output).ancestors();
        let folders = folders.map(|folder| if is_empty(folder) { Path::new(".") } else { folder });
        let there = folders.into_iter().find(|folder| folder.symlink_metadata().is_ok());
        if let Some(folder) = there.filter(|folder| known.insert(folder.to_path_buf())) {
            check_writable(folder, folder)?;
        }
    }
    Ok(())
}

/// Refuses a path that is something else than a regular file; gives where it leads by links.
pub(super) fn check_kind(parameter: &'static str, path: &Path) -> Result<PathBuf> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    let refuse = |message: String| refuse(parameter, message);
    let directory = || refuse(format!("{} is a directory: expected a file name", path.display()));
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return directory();
    }
    let place = target(path).map_err(io)?;
    match place.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => directory(),
        // Renaming over a device or a pipe would replace it.
        Ok(metadata) if regular::name(metadata.file_type()).is_some() => {
            refuse(format!("{} is no ordinary file", path.display()))
        }
        Ok(_) => Ok(place),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(place),
        Err(error) => Err(io(error)),
    }
}

/// Refuses a file in a folder that is not there or cannot be written.
pub(super) fn check_folder(path: &Path, place: &Path) -> Result<()> {
    let folder = folder_of(if is_link(path) { place } else { path });
    match std::fs::metadata(folder) {
        Ok(_) => check_writable(folder, path),
        Err(source) => Err(Error::Io { path: folder.to_owned(), source }),
    }
}

/// Whether a file can be made in a folder, tried: rights are not all that it may fail by.
fn check_writable(folder: &Path, named: &Path) -> Result<()> {
    let io = |source| Error::Io { path: named.to_owned(), source };
    temporary::create(folder, true).map(drop).map_err(io)
}

fn refuse<T>(parameter: &'static str, message: String) -> Result<T> {
    Err(Error::Parameter { parameter, message })
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
}

fn is_empty(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

/// Where a path leads by links, whether there is a file or not.
fn target(path: &Path) -> io::Result<PathBuf> {
    let mut path = std::path::absolute(path)?;
    for _ in 0..MOST_LINKS {
        match std::fs::read_link(&path) {
            Ok(next) => path = folder_of(&path).join(next),
            // There is nothing, or what is there is no link.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::InvalidInput
                ) =>
            {
                return Ok(path);
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "too many links, one to the next"))
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

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !is_empty(folder) => folder,
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

/// The output while it is written.
pub(super) struct Output {
    /// As errors name it.
    path: PathBuf,
    replaces: bool,
    to: To,
    failed: Failure,
}

enum To {
    /// A temporary file beside its place.
    File {
        file: NamedTempFile,
        place: PathBuf,
        temporaries: Temporaries,
    },
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
    /// That of a user, of about as many bytes as are told. A link stays a link: what it leads to is
    /// replaced, or made.
    pub(super) fn create(
        path: &Path,
        replaces: bool,
        expected_bytes: u64,
        temporaries: &Temporaries,
        stop: &Stop,
    ) -> Result<Self> {
        if store::is_url(path) {
            let to = To::Object(Upload::new(store::object(path, stop)?, replaces, expected_bytes));
            return Ok(Self { path: path.to_owned(), replaces, to, failed: Failure::default() });
        }
        let place = target(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
        Self::at(path, place, replaces, temporaries)
    }

    /// One of our own, for which no link is followed: one that is there is replaced itself.
    pub(super) fn create_own(
        path: &Path,
        replaces: bool,
        temporaries: &Temporaries,
    ) -> Result<Self> {
        Self::at(path, path.to_owned(), replaces, temporaries)
    }

    fn at(path: &Path, place: PathBuf, replaces: bool, temporaries: &Temporaries) -> Result<Self> {
        // What is to be replaced may be for few eyes; how few is known for certain at the end.
        let is_private = place.symlink_metadata().is_ok();
        let file = temporaries
            .create(folder_of(&place), is_private)
            .map_err(|source| Error::Io { path: path.to_owned(), source })?;
        let to = To::File { file, place, temporaries: temporaries.clone() };
        Ok(Self { path: path.to_owned(), replaces, to, failed: Failure::default() })
    }

    /// What will tell whether writing has failed.
    pub(super) fn failure(&self) -> Failure {
        self.failed.clone()
    }

    /// Waits for the disk or the store.
    pub(super) fn sync(&mut self) -> Result<()> {
        let synced = match &mut self.to {
            To::File { file, .. } => file.as_file().sync_all(),
            To::Object(upload) => upload.sync(),
        };
        synced.map_err(|source| Error::Io { path: self.path.clone(), source })
    }

    /// Gives the file its name, and tells its size.
    pub(super) fn commit(self) -> Result<u64> {
        self.keep().map(|(bytes, _)| bytes)
    }

    /// As [`Output::commit`], and gives the file back, to be written on; `None` for an object.
    pub(super) fn keep(self) -> Result<(u64, Option<File>)> {
        let Self { path, replaces, to, .. } = self;
        let io = |source| Error::Io { path: path.clone(), source };
        let (file, place, temporaries) = match to {
            To::File { file, place, temporaries } => (file, place, temporaries),
            To::Object(upload) => return Ok((upload.complete().map_err(io)?, None)),
        };
        let bytes = file.as_file().metadata().map_err(io)?.len();
        if let Ok(former) = place.symlink_metadata()
            && former.is_file()
        {
            take_rights(file.as_file(), &former).map_err(io)?;
        }
        let draft = file.path().to_owned();
        let renamed = temporaries.rename(&draft, || match replaces {
            true => file.persist(&place),
            false => file.persist_noclobber(&place),
        })?;
        let file = renamed.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => taken(&path),
            _ => io(error.error),
        })?;
        sync_folder(folder_of(&place))?;
        Ok((bytes, Some(file)))
    }
}

/// Lets the same read and write a file as the one that it replaces; nobody else, where the group
/// cannot be kept.
#[cfg(unix)]
fn take_rights(file: &File, former: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let own = file.metadata()?;
    let mut mode = former.mode() & 0o777;
    if (own.uid(), own.gid()) != (former.uid(), former.gid()) {
        let is_kept = fchown(file, Some(former.uid()), Some(former.gid())).is_ok()
            || own.gid() == former.gid()
            || fchown(file, None, Some(former.gid())).is_ok();
        if !is_kept {
            // It would be another group.
            mode &= !0o070 | (mode & 0o007) << 3;
        }
    }
    if own.mode() & 0o777 == mode {
        return Ok(());
    }
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn take_rights(_file: &File, _former: &Metadata) -> io::Result<()> {
    Ok(())
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.to {
            To::File { file, .. } => file.as_file_mut().write(bytes),
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
            To::File { file, .. } => file.as_file_mut().flush(),
            To::Object(upload) => upload.flush(),
        }
    }
}

/// The folders that a job makes for its outputs.
#[derive(Debug, Clone, Default)]
pub(super) struct Folders(Arc<Mutex<Made>>);

#[derive(Debug, Default)]
struct Made {
    /// Those that were not there, each behind the one that it is in.
    made: Vec<PathBuf>,
    clean: HashSet<PathBuf>,
}

impl Folders {
    /// Makes a folder, if it is not there, and clears it of what killed jobs have left.
    pub(super) fn make(&self, folder: &Path) -> Result<()> {
        if store::is_url(folder) || !self.lock().clean.insert(folder.to_owned()) {
            return Ok(());
        }
        let is_missing = |folder: &&Path| !is_empty(folder) && !folder.exists();
        let missing: Vec<_> = folder.ancestors().take_while(is_missing).collect();
        self.lock().made.extend(missing.iter().rev().map(|folder| folder.to_path_buf()));
        let io = |source| Error::Io { path: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(io)?;
        remove_stale(folder);
        Ok(())
    }

    /// Removes those that are empty.
    pub(super) fn unmake(&self) {
        for folder in self.lock().made.iter().rev() {
            // One that is not empty stays.
            drop(std::fs::remove_dir(folder));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Made> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a file that is small enough to be held, as a job writes its outputs: it appears whole or
/// not at all, a link stays a link, and the mode of a file that is replaced is kept.
///
/// # Errors
///
/// [`Error::Io`], also for a file that is there already, unless `overwrite` is set.
pub fn write_whole(path: &Path, bytes: &[u8], overwrite: bool) -> Result<()> {
    let temporaries = Temporaries::default();
    let mut output =
        Output::create(path, overwrite, bytes.len() as u64, &temporaries, &Stop::default())?;
    output.write_all(bytes).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    output.sync()?;
    output.commit().map(drop)
}
