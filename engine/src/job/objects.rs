//! The objects of a store that hold points, or that are in the way of answers.

use std::io;
use std::path::{Path, PathBuf};

use super::files::{GLOB, is_hidden, is_pattern, unknown};
use super::format::Format;
use crate::error::{Error, Result};
use crate::stop::Stop;
use crate::store;

/// What is at a URL.
pub(super) enum Found {
    One,
    /// Objects, as they are called from the first URL, in no order.
    Below(PathBuf, Vec<PathBuf>),
}

/// Finds the points at a URL: an object; what matches a pattern; or all below it.
pub(super) fn find(points: &Path, stop: &Stop) -> Result<Found> {
    if is_there(points, stop)? {
        return Ok(Found::One);
    }
    match points.to_str().filter(|_| is_pattern(points)) {
        Some(pattern) => matching(points, pattern, stop),
        None => {
            let mut names = Vec::new();
            for name in below(points, stop)? {
                names.extend(is_taken(points, &name)?.then_some(name));
            }
            if names.is_empty() {
                let source =
                    io::Error::new(io::ErrorKind::NotFound, "no such object, nor any below it");
                return Err(Error::Io { path: points.to_owned(), source });
            }
            Ok(Found::Below(points.to_owned(), names))
        }
    }
}

/// Whether there is an object of this name; of one that ends as a directory there is none.
pub(super) fn is_there(url: &Path, stop: &Stop) -> Result<bool> {
    let head = store::object(url, stop)?.head().map_err(at(url))?;
    Ok(head.is_some() && !is_directory(url))
}

/// Whether it ends as a directory, or names a bucket alone.
pub(super) fn is_directory(url: &Path) -> bool {
    url.as_os_str().as_encoded_bytes().ends_with(b"/") || url.components().count() < 3
}

/// The first object below a URL that the store tells. Fails where the bucket is not there.
pub(super) fn first(url: &Path, stop: &Stop) -> Result<Option<PathBuf>> {
    let first = store::object(url, stop)?.below(1).map_err(at(url))?;
    Ok(first.first().map(|(name, _)| url.join(name)))
}

/// All but what stands for a directory.
fn below(url: &Path, stop: &Stop) -> Result<Vec<PathBuf>> {
    let names = store::object(url, stop)?.below(usize::MAX).map_err(at(url))?;
    let is_marker = |name: &Path, bytes| bytes == 0 && Format::told(name).is_none();
    let names = names.into_iter().map(|(name, bytes)| (PathBuf::from(name), bytes));
    Ok(names.filter(|(name, bytes)| !is_marker(name, *bytes)).map(|(name, _)| name).collect())
}

/// Whether an object is one of points; another is an error, unless it is hidden.
fn is_taken(base: &Path, name: &Path) -> Result<bool> {
    if name.components().any(|part| is_hidden(part.as_ref())) {
        return Ok(false);
    }
    match Format::told(name) {
        Some(_) => Ok(true),
        None => Err(unknown(&base.join(name))),
    }
}

fn matching(points: &Path, pattern: &str, stop: &Stop) -> Result<Found> {
    let wrong = |error| {
        let message = format!("{pattern}: {error}");
        Error::Parameter { parameter: "points", message }
    };
    let matcher = glob::Pattern::new(pattern).map_err(wrong)?;
    let matches = |path: &Path| matcher.matches_path_with(path, GLOB);
    let fixed: Vec<_> = pattern.split('/').take_while(|part| !is_pattern(part.as_ref())).collect();
    let base = PathBuf::from(fixed.join("/"));
    let mut names = Vec::new();
    for name in below(&base, stop)? {
        let path = base.join(&name);
        let taken = match matches(&path) {
            true => !name.components().any(|part| is_hidden(part.as_ref())),
            // A directory that matches is taken whole.
            false => path.ancestors().any(matches) && is_taken(&base, &name)?,
        };
        names.extend(taken.then_some(name));
    }
    if names.is_empty() {
        let source = io::Error::new(io::ErrorKind::NotFound, "no object matches");
        return Err(Error::Io { path: points.to_owned(), source });
    }
    Ok(Found::Below(base, names))
}

fn at(url: &Path) -> impl Fn(io::Error) -> Error {
    let path = url.to_owned();
    move |source| Error::Io { path: path.clone(), source }
}
