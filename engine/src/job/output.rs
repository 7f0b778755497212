//! A file that appears whole or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// Refuses what cannot be an output, before any work is done.
pub(super) fn check(path: &Path, inputs: [&PathBuf; 2]) -> Result<()> {
    let refuse = |message: String| Err(Error::Parameter { parameter: "output", message });
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
    if inputs.into_iter().any(|input| same(input)) {
        return refuse(format!("{} is one of the inputs", path.display()));
    }
    let folder = folder_of(path);
    match std::fs::metadata(folder) {
        Ok(_) => Ok(()),
        Err(source) => Err(Error::Io { path: folder.to_owned(), source }),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The output while it is written: a temporary file beside its place.
pub(super) struct Output {
    path: PathBuf,
    file: NamedTempFile,
}

impl Output {
    pub(super) fn create(path: &Path) -> Result<Self> {
        // A link stays a link: what it points to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let mut builder = tempfile::Builder::new();
        builder.prefix(".poly-match-").suffix(".parquet");
        #[cfg(unix)]
        {
            // As any new file: whoever the umask lets read it. Temporary files are private else.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        match builder.tempfile_in(folder_of(&path)) {
            Ok(file) => Ok(Self { path, file }),
            // Its text would name the temporary file.
            Err(error) => Err(Error::Io { path, source: error.kind().into() }),
        }
    }

    /// Waits for the disk.
    pub(super) fn sync(&self) -> Result<()> {
        let synced = self.file.as_file().sync_all();
        synced.map_err(|source| Error::Io { path: self.path.clone(), source })
    }

    /// Gives the file its name.
    pub(super) fn commit(self) -> Result<()> {
        let Self { path, file } = self;
        match file.persist(&path) {
            Ok(_) => Ok(()),
            Err(error) => Err(Error::Io { path, source: error.error }),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}
