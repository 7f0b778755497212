//! Objects of a store, which have URLs where files have paths.
//!
//! A URL travels as a [`Path`] with its text: parts are joined and told as those of paths are. The
//! store itself is behind [`Object`], of which each call waits for the answer; without the feature
//! `cloud` there is none.

#[cfg(feature = "cloud")]
mod cloud;
mod upload;

use std::io;
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;

use crate::error::{Error, Result};
use crate::stop::Stop;
pub(crate) use upload::Upload;

/// What a store says of an object.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) bytes: u64,
    /// When it was changed last, in nanoseconds since 1970.
    pub(crate) changed: u64,
    /// Changes with the content, where the store has such a mark.
    pub(crate) mark: Option<String>,
}

/// An object of a store, or what is below it, as if it were a directory.
pub(crate) trait Object: Send + Sync {
    /// `None` where there is no such object.
    fn head(&self) -> io::Result<Option<Head>>;

    /// Some of its bytes, at least one, as long as the object is what the head says.
    fn read(&self, range: Range<u64>, head: &Head) -> io::Result<Bytes>;

    /// So many of the objects below it at most: what they are called from there, and their bytes.
    fn below(&self, most: usize) -> io::Result<Vec<(String, u64)>>;

    /// Writes it as a whole.
    fn put(&self, bytes: Bytes, replaces: bool) -> io::Result<()>;

    /// Begins to write it in parts.
    fn begin(&self) -> io::Result<Box<dyn Parts>>;
}

/// An object that is written in parts, and appears when it is complete.
pub(crate) trait Parts: Send {
    fn put(&mut self, part: Bytes) -> io::Result<()>;

    fn complete(&mut self) -> io::Result<()>;

    /// Takes back what was written, if the store answers soon.
    fn abort(&mut self);
}

/// Whether it is a URL.
pub(crate) fn is_url(path: &Path) -> bool {
    path.to_str().and_then(split).is_some()
}

/// The object of a URL. Its calls fail soon after work is to stop.
///
/// # Errors
///
/// [`Error::Io`] for a scheme or a name that there is not, and for settings in the environment that
/// the store cannot be reached by.
pub(crate) fn object(url: &Path, stop: &Stop) -> Result<Box<dyn Object>> {
    let object = match url.to_str().and_then(split) {
        #[cfg(feature = "cloud")]
        Some((scheme, rest)) => cloud::object(scheme, rest, stop),
        #[cfg(not(feature = "cloud"))]
        Some(_) => {
            let _ = stop;
            let message = "object stores need the feature 'cloud'";
            Err(io::Error::new(io::ErrorKind::Unsupported, message))
        }
        None => Err(io::ErrorKind::InvalidInput.into()),
    };
    object.map_err(|source| Error::Io { path: url.to_owned(), source })
}

/// Scheme and rest of a URL: the scheme is of letters.
fn split(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_scheme.then_some((scheme, rest))
}
