//! Opens regular files and nothing else: to open a FIFO waits for its other end, and to read from a
//! terminal, a device or a socket may wait for ever.

use std::fs::{File, FileType, Metadata};
use std::io;
use std::path::Path;

/// Opens a file to be read, through links.
///
/// # Errors
///
/// Those of the system; [`io::ErrorKind::IsADirectory`] for a directory, and
/// [`io::ErrorKind::InvalidInput`] for all else that is not a regular file, with what it is.
pub(crate) fn open(path: &Path) -> io::Result<(File, Metadata)> {
    // Looked at first: to open a device may have an effect of its own.
    check(std::fs::metadata(path)?.file_type())?;
    opened(path, 0)
}

/// As [`open`], but a link is an error too.
pub(crate) fn open_unlinked(path: &Path) -> io::Result<(File, Metadata)> {
    check(std::fs::symlink_metadata(path)?.file_type())?;
    #[cfg(unix)]
    let flags = libc::O_NOFOLLOW;
    #[cfg(not(unix))]
    let flags = 0;
    opened(path, flags)
}

/// Does not wait, and looks once more at what is open: it may be another file meanwhile.
fn opened(path: &Path, flags: i32) -> io::Result<(File, Metadata)> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags | libc::O_NONBLOCK);
    #[cfg(not(unix))]
    let _ = flags;
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    check(metadata.file_type())?;
    Ok((file, metadata))
}

fn check(kind: FileType) -> io::Result<()> {
    match name(kind) {
        None => Ok(()),
        Some(_) if kind.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Some(name) => {
            let message = format!("is {name}: expected a regular file");
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        }
    }
}

/// What something is that is not a regular file.
pub(crate) fn name(kind: FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("a FIFO");
        } else if kind.is_socket() {
            return Some("a socket");
        } else if kind.is_char_device() || kind.is_block_device() {
            return Some("a device");
        }
    }
    match () {
        () if kind.is_file() => None,
        () if kind.is_dir() => Some("a directory"),
        () if kind.is_symlink() => Some("a symbolic link"),
        () => Some("neither a file nor a directory"),
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    #[test]
    fn nothing_but_regular_files_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "text").unwrap();
        symlink(path("file"), path("link")).unwrap();
        symlink(path("nothing"), path("dangling")).unwrap();
        let _listener = UnixListener::bind(path("socket")).unwrap();
        assert!(Command::new("mkfifo").arg(path("fifo")).status().unwrap().success());
        symlink(path("fifo"), path("link to fifo")).unwrap();

        for name in ["file", "link"] {
            let (mut file, metadata) = open(&path(name)).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            assert_eq!((text.as_str(), metadata.len()), ("text", 4));
        }
        assert!(open_unlinked(&path("file")).is_ok());
        let error = |opened: io::Result<(File, Metadata)>| opened.unwrap_err().to_string();
        for (name, what) in [("socket", "a socket"), ("fifo", "a FIFO")] {
            let expected = format!("is {what}: expected a regular file");
            assert_eq!(error(open(&path(name))), expected);
            assert_eq!(error(open_unlinked(&path(name))), expected);
        }
        assert!(error(open(&path("link to fifo"))).starts_with("is a FIFO: "));
        assert!(error(open(Path::new("/dev/null"))).starts_with("is a device: "));
        assert!(error(open_unlinked(&path("link"))).starts_with("is a symbolic link: "));
        let kind = |opened: io::Result<(File, Metadata)>| opened.unwrap_err().kind();
        assert_eq!(kind(open(folder.path())), io::ErrorKind::IsADirectory);
        assert_eq!(kind(open(&path("dangling"))), io::ErrorKind::NotFound);
        // What comes to be there between the two looks: opened without waiting, and refused.
        assert!(error(opened(&path("fifo"), 0)).starts_with("is a FIFO: "));
    }
}
